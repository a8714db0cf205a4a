import { hasHeader } from '../../../sip/grammar/headers.ts';
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

/** As drachtio-server words it; drachtio-srf's users match on it. */
export const unknownTransaction = 'Response not sent due to unknown transaction';
