import type { Duration } from '../../../base/clock.ts';
import { parseInteger } from '../../../sip/grammar/fields/integer.ts';
import { parseContact } from '../../../sip/grammar/fields/nameAddr.ts';
import { param } from '../../../sip/grammar/fields/params.ts';
import { hasHeader, header, headers } from '../../../sip/grammar/headers.ts';
import type { SipRequest, SipResponse } from '../../../sip/message.ts';
import type { ServerTransaction } from '../../sip/stack.ts';
import type { Application } from '../applications/connection.ts';
import type { AppResponse } from '../protocol/appMessage.ts';

/** A request of the network that an application was given, until its final response. */
export interface IncomingRequest {
  /** The application's name for it. */
  readonly transactionId: string;
  readonly application: Application;
  readonly request: SipRequest;
  /** Can be proxied: nothing but a 100 was answered, and it belongs to no dialog. Undefined: it can not. */
  readonly proxiable: ServerTransaction | undefined;
  /** The application's response; `commandId` is whom the outcome is told to. */
  respond(commandId: string, response: AppResponse): void;
  /** A proxy takes the request over: nothing is answered here any more. */
  release(): void;
  /** The application has gone without a final response. */
  applicationLost(): void;
}

/** The application has accepted credentials, which answer a challenge that was sent to where they come from. */
export const provesItself = (request: SipRequest, response: SipResponse): boolean =>
  response.status >= 200 &&
  response.status < 300 &&
  (hasHeader(request, 'Authorization') || hasHeader(request, 'Proxy-Authorization'));

/** Who is accepted once is known for so long, unless it registers for longer. Milliseconds. */
const usually: Duration = 3_600_000;
const atMost: Duration = 24 * usually;

/** How long somebody is known by whom the application accepted, in milliseconds: as long as the registration lasts, and a little. */
export const acquaintance = (response: SipResponse): Duration => {
  const granted = [header(response, 'Expires'), ...headers(response, 'Contact').map(expiresOf)].map(seconds);
  return Math.min(atMost, Math.max(usually, ...granted) * 1.1);
};

const expiresOf = (contact: string): string | undefined => {
  const parsed = parseContact(contact);
  return parsed.ok && parsed.value !== '*' ? (param(parsed.value.params, 'expires') ?? undefined) : undefined;
};

const seconds = (text: string | undefined): Duration => {
  const parsed = parseInteger(text ?? '');
  return parsed.ok ? parsed.value * 1000 : 0;
};

/** As drachtio-server words it; drachtio-srf's users match on it. */
export const unknownTransaction = 'Response not sent due to unknown transaction';
