/**
 * Where a far end behind a NAT is reached: its Contact names an address that nobody but its neighbours can use, so
 * requests within the dialog go back the way its message came, its flow (drachtio-server does the same). A dialog with
 * Record-Route is its proxies' business. Where the Contact is believed and leads nowhere (a name that does not resolve,
 * a transport that we do not have), the flow is tried after it.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { isNobodys } from '../../../base/network.ts';
import { parseContact } from '../../../sip/grammar/fields/nameAddr.ts';
import { param } from '../../../sip/grammar/fields/params.ts';
import { parseUri } from '../../../sip/grammar/fields/uri.ts';
import { hasHeader, header, headers } from '../../../sip/grammar/headers.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../../sip/message.ts';
import type { Hop, RequestOptions, Source } from '../../sip/stack.ts';
import { isLoopback, plainAddress, withoutBrackets } from '../../sip/transport/addresses.ts';

/** The target of a request within a dialog, and the other one where that leads nowhere. */
export type Way = Required<Pick<RequestOptions, 'target'>> & Pick<RequestOptions, 'otherwise' | 'local'>;

/** Names that no DNS knows (RFC 2606, 6761, 6762). */
const localNames = /\.(?:invalid|local|localhost|localdomain)\.?$/i;

/**
 * Hosts that mean something in one network alone: addresses of RFC 1918, 6598, 3927, loopback, IPv6 local ones, those of
 * no one party; names of one label (`ANNA-PC`), and of no domain that DNS has.
 */
export const isLocalOnly = (host: string): boolean => {
  if (isIPv4(host)) {
    if (isNobodys(host)) return true;
    const [a, b] = host.split('.').map(Number) as [number, number];
    return (
      a === 10 ||
      a === 127 ||
      (a === 172 && b >= 16 && b <= 31) ||
      (a === 192 && b === 168) ||
      (a === 100 && b >= 64 && b <= 127) ||
      (a === 169 && b === 254)
    );
  }
  if (isIPv6(host)) {
    const mapped = plainAddress(host.toLowerCase());
    return isIPv4(mapped) ? isLocalOnly(mapped) : isNobodys(host) || /^(::1$|::ffff:|f[cd]|fe[89ab])/i.test(host);
  }
  return !host.includes('.') || localNames.test(host);
};

const contactHost = (message: SipMessage): { readonly host: string; readonly port: number | null } | undefined => {
  const value = header(message, 'Contact');
  if (value === undefined) return undefined;
  const parsed = parseContact(value);
  if (!parsed.ok || parsed.value === '*' || parsed.value.uri.kind !== 'sip') return undefined;
  const { host, port, params } = parsed.value.uri;
  // What decides where a request goes.
  return { host: withoutBrackets(param(params, 'maddr') ?? host), port };
};

const isHost = (host: string, address: string): boolean =>
  host === address || (host.toLowerCase() === 'localhost' && isLoopback(address));

/** Whether what sends from `source` and names `contact` is behind a NAT, or on a connection that only it can open. */
const isUnreachable = (message: SipMessage, source: Source, portCounts: boolean): boolean => {
  const contact = contactHost(message);
  if (contact === undefined) return true;
  if (!isHost(contact.host, source.address)) return isLocalOnly(contact.host);
  if (source.protocol !== 'udp') return true;
  return portCounts && (contact.port ?? 5060) !== source.port;
};

/**
 * The hop for requests within the dialog that `request` starts; undefined: as the Contact says. Through a proxy (a
 * second Via) the Contact is somebody else's, and is believed. `portCounts`: a Contact with another port than the
 * source's is taken for one that a NAT has made useless.
 */
export const natHopOfRequest = (request: SipRequest, source: Source, portCounts = true): Hop | undefined => {
  if (hasHeader(request, 'Record-Route') || headers(request, 'Via').length > 1) return undefined;
  return isUnreachable(request, source, portCounts) ? source : undefined;
};

/** The same for the dialog that the response to our request starts. */
export const natHopOfResponse = (response: SipResponse, source: Source): Hop | undefined => {
  if (hasHeader(response, 'Record-Route')) return undefined;
  return isUnreachable(response, source, false) ? source : undefined;
};

/** The far end is where it was heard from: from there it knows one address of ours, and may hear nothing from others. */
const localTo = (target: string, { address, local }: Hop): Pick<RequestOptions, 'local'> => {
  const uri = parseUri(target);
  if (local === undefined || !uri.ok || uri.value.kind !== 'sip') return {};
  return withoutBrackets(uri.value.host) === address ? { local } : {};
};

/** `target`: what the dialog says. A connection that has gone is no way any more: then the Contact is tried after all. */
export const wayTo = (target: string, natHop: Hop | undefined, flow: Hop): Way => {
  if (natHop === undefined) return { target, otherwise: flow, ...localTo(target, flow) };
  return natHop.protocol === 'udp' ? { target: natHop } : { target: natHop, otherwise: target };
};
