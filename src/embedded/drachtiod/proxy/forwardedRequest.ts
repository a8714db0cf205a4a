/** What a proxy changes in a request before it passes it on (RFC 3261, §16.6); the Via is the stack's. */
import { parseInteger } from '../../../sip/grammar/fields/integer.ts';
import { header, withHeader, withTopHeader } from '../../../sip/grammar/headers.ts';
import type { HeaderField, SipRequest } from '../../../sip/message.ts';
import type { LocalAddress } from '../../sip/stack.ts';
import { appFields } from '../messages/appFields.ts';
import { fillPlaceholder, localUri } from '../messages/placeholders.ts';

/** One hop less; undefined: none is left (483). */
export const oneHopLess = (request: SipRequest): SipRequest | undefined => {
  const left = parseInteger(header(request, 'Max-Forwards') ?? '');
  if (!left.ok) return withHeader(request, 'Max-Forwards', '70');
  return left.value === 0 ? undefined : withHeader(request, 'Max-Forwards', String(left.value - 1));
};

const routeOf = (local: LocalAddress): string => `<${localUri(local)};lr>`;

/**
 * We stay on the path: Record-Route, or Path for a REGISTER (RFC 3327). Where a request leaves by another way than it
 * came on, both are named (RFC 5658, §5).
 */
export const withOurRoute = (request: SipRequest, cameIn: LocalAddress, goesOut: LocalAddress): SipRequest => {
  const inside = routeOf(cameIn);
  const outside = routeOf(goesOut);
  if (request.method === 'REGISTER') {
    return withHeader(withTopHeader(request, 'Path', outside), 'Require', 'path');
  }
  const recorded = inside === outside ? request : withTopHeader(request, 'Record-Route', inside);
  return withTopHeader(recorded, 'Record-Route', outside);
};

/** The application's header fields take the place of those that the request came with. */
export const withAppFields = (request: SipRequest, fields: readonly HeaderField[], local: LocalAddress): SipRequest =>
  appFields(fields)
    .map(entry => fillPlaceholder(entry, local))
    .reduce((message, { name, value }) => withHeader(message, name, value), request);
