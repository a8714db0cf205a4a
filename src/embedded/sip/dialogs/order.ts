import { parseCSeq } from '../../../sip/grammar/fields/cseq.ts';
import { header } from '../../../sip/grammar/headers.ts';
import type { SipRequest } from '../../../sip/message.ts';
import type { Dialog } from './dialog.ts';

/**
 * - `inOrder`: `dialog` knows the request's sequence number; a gap is no fault.
 * - `outOfOrder`: the number is not above the last one's; the answer is 500 (RFC 3261, §12.2.2).
 */
export type Order = { readonly kind: 'inOrder'; readonly dialog: Dialog } | { readonly kind: 'outOfOrder' };

/** Looks at the sequence number of a request of the far end. ACK and CANCEL repeat their INVITE's and are always in order. */
export function orderOf(dialog: Dialog, request: SipRequest): Order {
  if (request.method === 'ACK' || request.method === 'CANCEL') return { kind: 'inOrder', dialog };
  const cseq = parseCSeq(header(request, 'CSeq') ?? '');
  if (!cseq.ok) return { kind: 'outOfOrder' };
  const { sequence } = cseq.value;
  return dialog.remoteSequence !== null && sequence <= dialog.remoteSequence
    ? { kind: 'outOfOrder' }
    : { kind: 'inOrder', dialog: { ...dialog, remoteSequence: sequence } };
}
