/** Answering a request: what goes out is a status that exists and header fields that end where they should. */

import { reasonPhrase } from '../text/grammar.ts';
import { type Fields, toHeaders } from './fields.ts';
import type { SrfHeaders, SrfRequest, SrfResponse } from './srf.ts';

export interface ResponseParts {
  /** After the status; absent: the usual text. */
  readonly reason?: string;
  readonly headers?: Fields;
  readonly body?: string;
}

/** What the server made of a response of ours. */
export interface SentResponse {
  readonly headers: SrfHeaders;
  readonly dialogId: string | undefined;
}

/**
 * `sent` hears of the response as it left, or of undefined where the server could not send it. It is called once at
 * most: not at all where the connection to the server is lost meanwhile.
 */
export type Responder = (
  status: number,
  parts?: ResponseParts,
  sent?: (response: SentResponse | undefined) => void,
) => void;

export const responderOf = (request: SrfRequest, response: SrfResponse): Responder => {
  // A request that the server has sent by itself is only told to us.
  if (request.source === 'application') return () => {};
  return (status, parts = {}, sent) => {
    const known = knownStatus(status);
    const headers = toHeaders(parts.headers ?? {});
    const options = parts.body === undefined ? { headers } : { headers, body: parts.body };
    response.send(
      known,
      phrase(parts.reason) ?? reasonPhrase(known),
      options,
      sent === undefined
        ? undefined
        : (error, message) => {
            const failed = message === undefined || (error !== null && error !== undefined);
            sent(failed ? undefined : { headers: message.headers, dialogId: response.stackDialogId });
          },
    );
  };
};

/** Of those that drachtio-srf has in its table: at any other it throws. */
const sendable = new Set([
  ...[
    100, 180, 181, 182, 183, 200, 202, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 413, 414, 415, 416, 420, 421,
  ],
  ...[
    422, 423, 433, 480, 481, 482, 483, 484, 485, 486, 487, 488, 489, 491, 493, 494, 500, 501, 502, 503, 504, 505, 513,
  ],
  ...[580, 600, 603, 604, 606],
]);

/** What an unknown status means is what its class means (RFC 3261, §8.1.3.2). */
const knownStatus = (status: number): number => {
  if (sendable.has(status)) return status;
  if (status >= 600 && status < 700) return 603;
  return status >= 400 && status < 500 ? 400 : 500;
};

const phrase = (reason: string | undefined): string | undefined => {
  const clean = reason
    ?.replace(/[^\x20-\x7e]/g, '')
    .slice(0, 100)
    .trim();
  return clean === '' ? undefined : clean;
};
