/** What an application asks of the server: one frame each. */

import type { Duration } from '../../../base/clock.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { HeaderField } from '../../../sip/message.ts';
import { type AppRequest, type AppResponse, parseAppMessage } from './appMessage.ts';

interface CommandBase {
  /** The application's id of this frame, which the answer repeats. */
  readonly id: string;
}

export interface AuthenticateCommand extends CommandBase {
  readonly kind: 'authenticate';
  readonly secret: string;
  readonly tags: readonly string[];
}

export interface RouteCommand extends CommandBase {
  readonly kind: 'route' | 'removeRoute';
  /** A method in lower case, or a kind of call record: `cdr:start`. */
  readonly verb: string;
}

export interface PingCommand extends CommandBase {
  readonly kind: 'ping';
}

export interface RequestCommand extends CommandBase {
  readonly kind: 'request';
  /** Of the request that a CANCEL is meant for. */
  readonly transactionId: string | undefined;
  /** Within which it is sent. */
  readonly dialogId: string | undefined;
  /** The URI of the next hop, whatever the Request-URI says. */
  readonly proxy: string | undefined;
  readonly message: AppRequest;
}

export interface ResponseCommand extends CommandBase {
  readonly kind: 'response';
  readonly transactionId: string;
  readonly message: AppResponse;
}

export interface ProxyCommand extends CommandBase {
  readonly kind: 'proxy';
  readonly transactionId: string;
  /** Stay on the path of the dialog: Record-Route, or Path for a REGISTER. */
  readonly recordRoute: boolean;
  /** Every final response is shown to the application. */
  readonly fullResponse: boolean;
  readonly followRedirects: boolean;
  readonly forking: 'serial' | 'simultaneous';
  /** How long a target may take for its first response; absent: as long as the transaction lasts. */
  readonly provisionalTimeout: Duration | undefined;
  /** How long a target may take for its final response. */
  readonly finalTimeout: Duration | undefined;
  readonly destinations: readonly string[];
  /** Header fields that are added to what is proxied. */
  readonly headers: readonly HeaderField[];
}

export type Command =
  | AuthenticateCommand
  | RouteCommand
  | PingCommand
  | RequestCommand
  | ResponseCommand
  | ProxyCommand;

/** `id` is empty where the frame has none: then there is nobody to answer, and the connection is to be closed. */
export interface CommandFault {
  readonly id: string;
  readonly reason: string;
}

const crlf = Buffer.from('\r\n', 'latin1');
const timeout = /^(\d{1,6})(ms|s)$/;

/** `1500ms`, `2s`; anything else is no limit, as in drachtio-server. */
export const parseTimeout = (text: string | undefined): Duration | undefined => {
  const match = timeout.exec(text ?? '');
  return match === null ? undefined : Number(match[1]) * (match[2] === 's' ? 1000 : 1);
};

const present = (token: string | undefined): string | undefined => (token === '' ? undefined : token);

const parseSip = (id: string, tokens: readonly string[], message: Buffer): Result<Command, CommandFault> => {
  const parsed = parseAppMessage(message);
  if (!parsed.ok) return fail({ id, reason: parsed.error });
  const transactionId = present(tokens[2]);
  if (parsed.value.kind === 'response') {
    if (transactionId === undefined) return fail({ id, reason: 'transaction id missing' });
    return ok({ kind: 'response', id, transactionId, message: parsed.value });
  }
  return ok({
    kind: 'request',
    id,
    transactionId,
    dialogId: present(tokens[3]),
    proxy: present(tokens[4]),
    message: parsed.value,
  });
};

const parseProxy = (id: string, tokens: readonly string[], message: Buffer): Result<Command, CommandFault> => {
  const destinations = tokens.slice(9).filter(destination => destination !== '');
  if (tokens[2] === undefined || tokens[2] === '' || destinations.length === 0) {
    return fail({ id, reason: 'Invalid proxy request: not enough information provided' });
  }
  const parsed = parseAppMessage(message);
  return ok({
    kind: 'proxy',
    id,
    transactionId: tokens[2],
    recordRoute: tokens[3] === 'remainInDialog',
    fullResponse: tokens[4] === 'fullResponse',
    followRedirects: tokens[5] === 'followRedirects',
    forking: tokens[6] === 'simultaneous' ? 'simultaneous' : 'serial',
    provisionalTimeout: parseTimeout(tokens[7]),
    finalTimeout: parseTimeout(tokens[8]),
    destinations,
    headers: parsed.ok ? parsed.value.headers : [],
  });
};

export const parseCommand = (payload: Buffer): Result<Command, CommandFault> => {
  const end = payload.indexOf(crlf);
  const tokens = payload.toString('utf8', 0, end === -1 ? payload.length : end).split('|');
  const message = end === -1 ? Buffer.alloc(0) : payload.subarray(end + crlf.length);
  const id = tokens[0] as string;
  if (id === '' || tokens.length < 2) return fail({ id: '', reason: 'Invalid message format' });
  switch (tokens[1]) {
    case 'ping':
      return ok({ kind: 'ping', id });
    case 'authenticate':
      return ok({
        kind: 'authenticate',
        id,
        secret: tokens[2] ?? '',
        tags: (tokens[3] ?? '').split(',').filter(tag => tag !== ''),
      });
    case 'route':
    case 'remove_route': {
      const verb = present(tokens[2]);
      if (verb === undefined) return fail({ id, reason: 'a route needs a method' });
      return ok({ kind: tokens[1] === 'route' ? 'route' : 'removeRoute', id, verb: verb.toLowerCase() });
    }
    case 'sip':
      return parseSip(id, tokens, message);
    case 'proxy':
      return parseProxy(id, tokens, message);
    default:
      return fail({ id, reason: 'Unknown message type' });
  }
};
