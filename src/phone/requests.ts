import { randomId } from '../base/ids.ts';
import type { RequestOptions, SipStack } from '../embedded/sip/stack.ts';
import { field, withHeader } from '../sip/grammar/headers.ts';
import type { HeaderField, SipRequest, SipResponse } from '../sip/message.ts';
import type { Identity } from './digest/digest.ts';
import type { PhoneSurroundings } from './surroundings.ts';

/** How a request ended; a status without a response is what its absence counts as (RFC 3261, §8.1.3.1). */
export interface Outcome {
  readonly status: number;
  readonly text: string;
  readonly response: SipResponse | undefined;
}

/** A wrong password is refused at the second attempt, an old nonce at the first. */
export const mostAttempts = 3;

export interface RequestContent {
  readonly headers?: readonly HeaderField[];
  readonly body?: string;
  readonly contentType?: string;
  /** Default: the address of `to`, and a Call-ID and a tag of its own. */
  readonly callId?: string;
  readonly fromTag?: string;
  readonly sequence?: number;
  readonly uri?: string;
}

/** A request outside of any dialog (RFC 3261, §8.1.1), complete but for the Via. */
export function newRequest(
  phone: PhoneSurroundings,
  method: string,
  to: string,
  content: RequestContent = {},
): SipRequest {
  const { contentType, body = '' } = content;
  const address = phone.addressOf(to);
  return {
    kind: 'request',
    method,
    uri: content.uri ?? address,
    headers: [
      field('Max-Forwards', '70'),
      field('From', `${phone.nameAddr};tag=${content.fromTag ?? randomId()}`),
      field('To', `<${address}>`),
      field('Call-ID', content.callId ?? randomId(12)),
      field('CSeq', `${content.sequence ?? 1} ${method}`),
      ...(content.headers ?? []),
      ...(contentType === undefined ? [] : [field('Content-Type', contentType)]),
    ],
    body: Buffer.from(body),
  };
}

/** The request again, with an answer to its challenge. */
export function authorized(request: SipRequest, credentials: HeaderField, sequence: number): SipRequest {
  const numbered = withHeader(request, 'CSeq', `${sequence} ${request.method}`);
  return withHeader(numbered, credentials.name, credentials.value);
}

/** With what the phone remembers of the last challenge. */
export function authorizedAhead(request: SipRequest, identity: Identity): SipRequest {
  const credentials = identity.ahead(request);
  return credentials === undefined ? request : withHeader(request, credentials.name, credentials.value);
}

/** Its final response, or what counts as one. Not for INVITE. */
export function send(stack: SipStack, request: SipRequest, target: RequestOptions['target']): Promise<Outcome> {
  return new Promise(resolve => {
    stack.request(
      request,
      {
        response: response => {
          if (response.status >= 200) resolve({ status: response.status, text: response.reason, response });
        },
        failed: ({ status, error }) => resolve({ status, text: error.message, response: undefined }),
      },
      target === undefined ? {} : { target },
    );
  });
}
