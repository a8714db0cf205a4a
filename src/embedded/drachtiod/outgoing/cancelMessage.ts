/** The CANCEL of an INVITE, as an application is shown it; what is sent is the stack's. */
import { field, header } from '../../../sip/grammar/headers.ts';
import type { HeaderField, SipRequest } from '../../../sip/message.ts';
import { appFields } from '../messages/appFields.ts';
import type { AppRequest } from '../protocol/appMessage.ts';

const copied = new Set(['From', 'To', 'Call-ID', 'Max-Forwards', 'Route']);

export const cancelOf = (invite: SipRequest, headers: readonly HeaderField[]): SipRequest => {
  const via = header(invite, 'Via');
  const sequence = (header(invite, 'CSeq') ?? '').split(' ', 1)[0];
  return {
    kind: 'request',
    method: 'CANCEL',
    uri: invite.uri,
    headers: [
      ...(via === undefined ? [] : [field('Via', via)]),
      ...invite.headers.filter(entry => copied.has(entry.name)),
      field('CSeq', `${sequence} CANCEL`),
      ...headers,
    ],
    body: Buffer.alloc(0),
  };
};

/** What an application may say in a CANCEL: a Reason and the like, nothing that names anybody. */
export const cancelFields = (cancel: AppRequest): readonly HeaderField[] =>
  appFields(cancel.headers).filter(
    ({ name }) => name !== 'Contact' && name !== 'P-Asserted-Identity' && name !== 'Max-Forwards',
  );
