import { field } from '../../sip/grammar/headers.ts';
import type { HeaderField, SipRequest, SipResponse } from '../../sip/message.ts';
import { reasonPhrase } from '../../sip/reasonPhrases.ts';
import { withTag } from './tags.ts';

export interface ResponseOptions {
  /** Default: the registry's. */
  readonly reason?: string;
  /** Added to the To of a request that has none; without it the To stays as it came (a proxy, a 100). */
  readonly toTag?: string;
  readonly headers?: readonly HeaderField[];
  readonly body?: Buffer | string;
  /** Required with a body. */
  readonly contentType?: string;
}

const copied = new Set(['Via', 'From', 'To', 'Call-ID', 'CSeq']);
const noBody = Buffer.alloc(0);

/**
 * The response to `request` (RFC 3261, §8.2.6): Via, From, To, Call-ID and CSeq copied in their order; Record-Route in
 * what may establish a dialog (§12.1.1); Timestamp in a 100.
 */
export function responseTo(request: SipRequest, status: number, options: ResponseOptions = {}): SipResponse {
  const headers: HeaderField[] = [];
  const dialogForming = status > 100 && status < 300;
  for (const entry of request.headers) {
    if (entry.name === 'To' && options.toTag !== undefined && status > 100) {
      headers.push(field('To', withTag(entry.value, options.toTag)));
    } else if (
      copied.has(entry.name) ||
      (entry.name === 'Record-Route' && dialogForming) ||
      (entry.name === 'Timestamp' && status === 100)
    ) {
      headers.push(entry);
    }
  }
  if (options.headers !== undefined) headers.push(...options.headers);
  if (options.contentType !== undefined) headers.push(field('Content-Type', options.contentType));
  const { body } = options;
  return {
    kind: 'response',
    status,
    reason: options.reason ?? reasonPhrase(status),
    headers,
    body: body === undefined ? noBody : typeof body === 'string' ? Buffer.from(body) : body,
  };
}
