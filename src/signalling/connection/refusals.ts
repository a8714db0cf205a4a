/** What comes outside of any dialog and is neither a call nor a registration. */
import { dialledUri } from '../admission/caller.ts';
import { allow, eventPackages, supported, unsupportedOptions } from '../dialogs/headers.ts';
import { header } from '../drachtio/message.ts';
import type { Responder } from '../drachtio/responder.ts';
import type { Connection } from './connection.ts';

const allowed = `${allow}, REGISTER`;

/** For a server that refuses by itself what nobody would take: 405, and 501 to methods of which nobody has ever heard. */
export const served: readonly string[] = [...allowed.split(', '), 'PRACK', 'SUBSCRIBE'];

export interface RefusalOptions {
  /** While draining: the header fields of the 503; undefined: calls are taken. */
  refusing(): Record<string, string> | undefined;
}

/** A method without a route is the server's to answer; some servers answer it with nothing. */
export const routeTheRest = (connection: Connection, options: RefusalOptions): void => {
  connection.route('OPTIONS', (request, respond) => {
    const draining = options.refusing();
    if (draining !== undefined) return respond(503, { headers: draining });
    // What an INVITE like it would get (RFC 3261, §11.2).
    if (dialledUri(request.uri) === undefined) return respond(416);
    const unsupported = unsupportedOptions(header(request, 'require'));
    if (unsupported !== undefined) return respond(420, { headers: unsupported });
    respond(200, { headers: { Allow: allowed, Supported: supported, Accept: 'application/sdp' } });
  });
  // We have no event packages but `refer`, which only lives within dialogs (RFC 6665, §4.2.1.3).
  connection.route('SUBSCRIBE', answer(489, eventPackages));
  // The server has found the provisional response of ours that it acknowledges (RFC 3262, §3).
  connection.route('PRACK', answer(200));
  // RFC 6665, §4.1.3; RFC 3261, §12.2.2: of a subscription or a dialog that is not there.
  for (const method of ['NOTIFY', 'BYE', 'UPDATE', 'INFO']) connection.route(method, answer(481));
  // A transfer belongs to a call.
  connection.route('REFER', answer(403));
  for (const method of ['MESSAGE', 'PUBLISH']) connection.route(method, answer(405, { Allow: allowed }));
};

const answer =
  (status: number, headers: Record<string, string> = {}) =>
  (_: unknown, respond: Responder): void =>
    respond(status, { headers: { ...headers } });
