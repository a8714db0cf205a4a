/** What an application's request within a dialog brings along; the rest is the dialog's. */
import { fail, ok, type Result } from '../../../base/result.ts';
import { field } from '../../../sip/grammar/headers.ts';
import type { HeaderField } from '../../../sip/message.ts';
import type { LocalAddress } from '../../sip/stack.ts';
import type { AppRequest } from '../protocol/appMessage.ts';
import { appFields } from './appFields.ts';
import { missingContentType } from './contentType.ts';
import { fillPlaceholder, localUri } from './placeholders.ts';

export interface RequestContent {
  readonly headers: readonly HeaderField[];
  readonly body: Buffer;
}

/** The methods whose requests say where the sender is reached (RFC 3261, §12.2.1.1; RFC 3311, 3515, 6665). */
const withContact = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);

export const needsContact = (method: string): boolean => withContact.has(method);

/** `contact`: the dialog's, in place of the address. The error is a text for the application. */
export const requestContent = (
  request: AppRequest,
  local: LocalAddress,
  contact: string | undefined,
): Result<RequestContent, string> => {
  const headers = appFields(request.headers)
    .filter(entry => entry.name !== 'Max-Forwards')
    .map(entry => fillPlaceholder(entry, local));
  if (needsContact(request.method) && !headers.some(entry => entry.name === 'Contact')) {
    headers.push(field('Contact', contact ?? `<${localUri(local)}>`));
  }
  const contentType = missingContentType(headers, request.body);
  if (!contentType.ok) return fail(contentType.error);
  headers.push(...contentType.value);
  return ok({ headers, body: request.body });
};
