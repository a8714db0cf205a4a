import { randomId } from '../../../base/ids.ts';
import { type Params, param, withoutParam, withParam } from '../../../sip/grammar/fields/params.ts';
import { parseVia, serializeVia, type Via } from '../../../sip/grammar/fields/via.ts';
import { header, withTopHeader, withTopReplaced } from '../../../sip/grammar/headers.ts';
import type { SipMessage, SipRequest } from '../../../sip/message.ts';
import type { LocalAddress } from '../stack.ts';
import { withBrackets, withoutBrackets } from '../transport/addresses.ts';
import type { Hop, Source } from '../transport/transport.ts';
import { defaultPort } from '../transport/transportSet.ts';

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
 * Where the response to a datagram goes: to its source, at its own port where the Via has `rport` (RFC 3581, §4), else at
 * that of the Via's sent-by: some phones listen at another port than they send from. Whoever forges a source can forge
 * its port as well, so that this aims at nobody who could not be aimed at anyway.
 */
export function datagramHop(via: Via | undefined, source: Source): Hop {
  const { protocol, address, listener, local } = source;
  const asked = via === undefined || param(via.params, 'rport') !== undefined;
  const pinned = local === undefined ? { listener } : { listener, local };
  return { protocol, address, ...pinned, port: asked ? source.port : (via.port ?? defaultPort(protocol)) };
}
