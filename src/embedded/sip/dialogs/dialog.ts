import { parseCSeq } from '../../../sip/grammar/fields/cseq.ts';
import { parseContact } from '../../../sip/grammar/fields/nameAddr.ts';
import { serializeUri } from '../../../sip/grammar/fields/uri.ts';
import { header, headers } from '../../../sip/grammar/headers.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../../sip/message.ts';
import { fromTag, toTag } from '../tags.ts';

/**
 * A dialog as one of its two user agents sees it (RFC 3261, §12): plain data that serialises. Every change makes a new
 * value; the owner keeps the last one.
 *
 * `early` (a provisional response with a To tag) becomes `confirmed` with a 2xx; the end of a dialog is no state of it,
 * its owner forgets it.
 */
export interface Dialog {
  readonly role: 'uac' | 'uas';
  readonly state: 'early' | 'confirmed';
  readonly callId: string;
  readonly localTag: string;
  /** Null: the far end is of RFC 2543 and sends no tag (§12.1.1). */
  readonly remoteTag: string | null;
  /** What our requests say in From, tag included. */
  readonly local: string;
  /** What our requests say in To, tag included. */
  readonly remote: string;
  /** Of our last request; null before the first one. */
  readonly localSequence: number | null;
  /** Of the far end's last request; null before the first one. */
  readonly remoteSequence: number | null;
  /** The URI of the far end's Contact. */
  readonly remoteTarget: string;
  /** Values of Route, in the order in which our requests take them. */
  readonly routeSet: readonly string[];
}

/** The key of a dialog among those of one user agent. */
export const dialogKey = (callId: string, localTag: string, remoteTag: string | null): string =>
  `${callId}\n${localTag}\n${remoteTag ?? ''}`;

export const keyOf = (dialog: Dialog): string => dialogKey(dialog.callId, dialog.localTag, dialog.remoteTag);

/**
 * The key of the dialog to which a message from the far end claims to belong: a request's To tag is ours, and so is a
 * response's From tag. Undefined where our tag is missing: the message belongs to no dialog yet.
 */
export function keyOfMessage(message: SipMessage): string | undefined {
  const request = message.kind === 'request';
  const localTag = request ? toTag(message) : fromTag(message);
  const callId = header(message, 'Call-ID');
  if (localTag === undefined || callId === undefined) return undefined;
  return dialogKey(callId, localTag, (request ? fromTag(message) : toTag(message)) ?? null);
}

/**
 * The dialog that a response (101–299 with a To tag) gives the user agent that sent `request` (§12.1.2). Undefined for
 * a 100, a refusal, a provisional response without a To tag, and where `request` lacks what every request has.
 */
export function dialogOfResponse(request: SipRequest, response: SipResponse): Dialog | undefined {
  const { status } = response;
  const remoteTag = toTag(response);
  if (status <= 100 || status >= 300 || (remoteTag === undefined && status < 200)) return undefined;
  const callId = header(request, 'Call-ID');
  const localTag = fromTag(request);
  const local = header(request, 'From');
  const remote = header(response, 'To');
  if (callId === undefined || localTag === undefined || local === undefined || remote === undefined) return undefined;
  return {
    role: 'uac',
    state: status >= 200 ? 'confirmed' : 'early',
    callId,
    localTag,
    remoteTag: remoteTag ?? null,
    local,
    remote,
    localSequence: sequenceOf(request),
    remoteSequence: null,
    // A provisional response often has no Contact; what the INVITE was sent to is then the best there is.
    remoteTarget: contactOf(response) ?? request.uri,
    routeSet: headers(response, 'Record-Route').toReversed(),
  };
}

/**
 * The dialog that the user agent has which answers `request` with `response` (§12.1.1). Undefined where the response
 * establishes none (100, a refusal, no To tag) or the request lacks what every request has.
 */
export function dialogOfRequest(request: SipRequest, response: SipResponse): Dialog | undefined {
  const { status } = response;
  const localTag = toTag(response);
  const callId = header(request, 'Call-ID');
  const local = header(response, 'To');
  const remote = header(request, 'From');
  if (status <= 100 || status >= 300 || localTag === undefined) return undefined;
  if (callId === undefined || local === undefined || remote === undefined) return undefined;
  return {
    role: 'uas',
    state: status >= 200 ? 'confirmed' : 'early',
    callId,
    localTag,
    remoteTag: fromTag(request) ?? null,
    local,
    remote,
    localSequence: null,
    remoteSequence: sequenceOf(request),
    remoteTarget: contactOf(request) ?? request.uri,
    routeSet: headers(request, 'Record-Route'),
  };
}

/**
 * An early dialog after the 2xx with its tags: confirmed, with the remote target of the 2xx. The client's route set is
 * computed anew from the 2xx, which is the only one that counts (§13.2.2.4).
 */
export function confirmed(dialog: Dialog, response: SipResponse): Dialog {
  if (dialog.role === 'uas') return { ...dialog, state: 'confirmed' };
  return {
    ...dialog,
    state: 'confirmed',
    remoteTarget: contactOf(response) ?? dialog.remoteTarget,
    routeSet: headers(response, 'Record-Route').toReversed(),
  };
}

/**
 * After a target refresh (§12.2.1.2, §12.2.2): a re-INVITE, an UPDATE, a NOTIFY or SUBSCRIBE of the far end, or its 2xx
 * to ours, moves the remote target to its Contact. Route sets never change within a dialog.
 */
export function refreshed(dialog: Dialog, message: SipMessage): Dialog {
  const remoteTarget = contactOf(message);
  return remoteTarget === undefined || remoteTarget === dialog.remoteTarget ? dialog : { ...dialog, remoteTarget };
}

function contactOf(message: SipMessage): string | undefined {
  const value = header(message, 'Contact');
  if (value === undefined) return undefined;
  const contact = parseContact(value);
  return contact.ok && contact.value !== '*' ? serializeUri(contact.value.uri) : undefined;
}

function sequenceOf(message: SipMessage): number | null {
  const cseq = parseCSeq(header(message, 'CSeq') ?? '');
  return cseq.ok ? cseq.value.sequence : null;
}
