import { randomId } from '../../../base/ids.ts';
import { type Params, param, withoutParam, withParam } from '../../../sip/grammar/fields/params.ts';
import { parseVia, serializeVia, type Via } from '../../../sip/grammar/fields/via.ts';
import { header, withTopHeader, withTopReplaced } from '../../../sip/grammar/headers.ts';
import type { SipMessage, SipRequest } from '../../../sip/message.ts';
import type { LocalAddress } from '../stack.ts';
import { familyOf, withBrackets, withoutBrackets } from '../transport/addresses.ts';
import type { Hop, Protocol, Source } from '../transport/transport.ts';
import { defaultPort, isReliable } from '../transport/transportSet.ts';

/** A fresh one, with the magic cookie of RFC 3261, §8.1.1.7; not to be guessed by who wants to forge a response. */
export const newBranch = (): string => `z9hG4bK${randomId(12)}`;

/** `request` with our Via on top; `alias` offers the connection for requests to us (RFC 5923, §5). */
export function withOurVia(request: SipRequest, local: LocalAddress, branch: string): SipRequest {
  const alias = local.protocol === 'tcp' || local.protocol === 'tls' ? ';alias' : '';
  const sentBy = `${withBrackets(local.host)}:${local.port}`;
  const value = `SIP/2.0/${local.protocol.toUpperCase()} ${sentBy};branch=${branch};rport${alias}`;
  return withTopHeader(request, 'Via', value);
}

/** The topmost Via; undefined where there is none that can be read. */
export function topVia(message: SipMessage): Via | undefined {
  const value = header(message, 'Via');
  const via = value === undefined ? undefined : parseVia(value);
  return via?.ok ? via.value : undefined;
}

/**
 * The request with what its topmost Via does not say about where it came from (RFC 3261, §18.2.1; RFC 3581, §4):
 * `received` where the sent-by is another address or the client asked by `rport`, and the value of that `rport`.
 */
export function stamped(request: SipRequest, via: Via, source: Source): { request: SipRequest; via: Via } {
  const asked = param(via.params, 'rport') !== undefined;
  const claimed = param(via.params, 'received') !== undefined;
  const elsewhere = withoutBrackets(via.host) !== source.address;
  if (!asked && !claimed && !elsewhere) return { request, via };
  let params: Params = via.params;
  if (asked) params = withParam(params, 'rport', String(source.port));
  if (asked || elsewhere) params = withParam(params, 'received', source.address);
  else params = withoutParam(params, 'received');
  const known = { ...via, params };
  return { request: withTopReplaced(request, 'Via', serializeVia(known)), via: known };
}

/**
 * Where the responses to a request with this topmost Via go when there is no connection to take (RFC 3261, §18.2.2):
 * `maddr`, else `received` at the port of `rport`, else the sent-by. Undefined where that is a name: RFC 3263 would
 * look it up, but a request that we stamped always has an address.
 */
export function responseHop(via: Via, listener?: string): Hop | undefined {
  const protocol = protocolOf(via);
  if (protocol === undefined) return undefined;
  const pinned = listener === undefined ? {} : { listener };
  const reliable = isReliable(protocol);
  const port = via.port ?? defaultPort(protocol);
  const maddr = reliable ? undefined : param(via.params, 'maddr');
  if (typeof maddr === 'string' && familyOf(maddr) !== undefined) return { protocol, address: maddr, port, ...pinned };
  const received = param(via.params, 'received');
  const address = withoutBrackets(received ?? via.host);
  if (familyOf(address) === undefined) return undefined;
  const rport = reliable ? undefined : param(via.params, 'rport');
  return { protocol, address, port: typeof rport === 'string' ? portIn(rport, port) : port, ...pinned };
}

/** The connection that brought the request, where the transport has such a thing: the far end's own port. */
export function connectionHop(via: Via): Hop | undefined {
  const protocol = protocolOf(via);
  const rport = param(via.params, 'rport');
  const received = param(via.params, 'received');
  if (protocol === undefined || !isReliable(protocol) || typeof rport !== 'string') return undefined;
  const address = withoutBrackets(received ?? via.host);
  return familyOf(address) === undefined ? undefined : { protocol, address, port: portIn(rport, 0) };
}

function protocolOf(via: Via): Protocol | undefined {
  const protocol = via.transport.toLowerCase();
  return protocol === 'udp' || protocol === 'tcp' || protocol === 'tls' || protocol === 'ws' || protocol === 'wss'
    ? protocol
    : undefined;
}

function portIn(text: string, otherwise: number): number {
  const port = Number(text);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : otherwise;
}
