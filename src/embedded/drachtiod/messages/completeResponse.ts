/** An application's response made whole (RFC 3261, §8.2.6): the server copies from the request, and adds what is missing. */
import { field } from '../../../sip/grammar/headers.ts';
import type { HeaderField, SipRequest, SipResponse } from '../../../sip/message.ts';
import { responseTo } from '../../sip/responseTo.ts';
import type { LocalAddress } from '../../sip/stack.ts';
import { tagIn } from '../../sip/tags.ts';
import { type AppResponse, appHeader } from '../protocol/appMessage.ts';
import { appFields } from './appFields.ts';
import { missingContentType } from './contentType.ts';
import { fillPlaceholder, localUri } from './placeholders.ts';

export interface CompletionOptions {
  /** For the To of a request that has none. */
  readonly toTag: string;
  readonly local: LocalAddress;
  /** The response needs a Contact: ours, where the application gives none. */
  readonly contact: boolean;
  /** What the server adds: Session-Expires, Require. */
  readonly fields?: readonly HeaderField[];
}

/** The tag that the application wants in To, if it says one. */
export const chosenTag = (response: AppResponse): string | undefined => tagIn(appHeader(response, 'To'));

/** The option tags that the application requires already: none stands there twice. */
const optionsIn = (headers: readonly HeaderField[]): ReadonlySet<string> =>
  new Set(
    headers
      .filter(entry => entry.name.toLowerCase() === 'require')
      .flatMap(entry => entry.value.split(','))
      .map(option => option.trim().toLowerCase()),
  );

export const completeResponse = (
  request: SipRequest,
  response: AppResponse,
  options: CompletionOptions,
): SipResponse => {
  const { toTag, local, contact, fields = [] } = options;
  // What was agreed on about the session takes the place of what the application wished for.
  const own = new Set(fields.map(entry => entry.name).filter(name => name !== 'Require'));
  const required = optionsIn(response.headers);
  const headers = appFields(response.headers)
    .filter(entry => !own.has(entry.name))
    .map(entry => fillPlaceholder(entry, local));
  if (contact && !headers.some(entry => entry.name === 'Contact')) {
    headers.push(field('Contact', `<${localUri(local)}>`));
  }
  const contentType = missingContentType(headers, response.body);
  if (contentType.ok) headers.push(...contentType.value);
  const { reason, body, status } = response;
  return responseTo(request, status, {
    toTag,
    headers: [...headers, ...fields.filter(entry => entry.name !== 'Require' || !required.has(entry.value))],
    body,
    ...(reason === '' ? {} : { reason }),
  });
};
