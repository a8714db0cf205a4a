/** An INVITE outside of any dialog: looked at, let in or refused, and shown to the exchange as a call. */
import type { Log } from '../../base/log.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { type AdmissionOptions, admitExtension, admitTrunk } from '../admission/admission.ts';
import { dialledBy, dialledUri } from '../admission/caller.ts';
import { unsupportedBody, unsupportedOptions } from '../dialogs/headers.ts';
import { answerTimer } from '../dialogs/sessionTimer.ts';
import type { LegSurroundings } from '../dialogs/surroundings.ts';
import type { Late } from '../digest/late.ts';
import type { Fields } from '../drachtio/fields.ts';
import { description, header, mediaType } from '../drachtio/message.ts';
import { facingOf, receivedOn } from '../drachtio/receivedOn.ts';
import { type Responder, responderOf } from '../drachtio/responder.ts';
import type { SrfRequest } from '../drachtio/srf.ts';
import type { CallSource, IncomingCall, Leg, LegEvents } from '../port.ts';
import {
  admits,
  type NameAddr,
  parseCSeq,
  parseFrom,
  parseNameAddr,
  parseReplaces,
  tagOf,
  type Uri,
} from '../text/grammar.ts';
import { elementsOf } from '../text/list.ts';
import { type InboundInvite, SipInboundLeg } from './inboundLeg.ts';

export interface ReceptionOptions {
  readonly surroundings: LegSurroundings;
  readonly admission: AdmissionOptions;
  readonly log: Log;
  readonly late: Late;
  /** While draining: the header fields of the 503; undefined: calls are taken. */
  refusing(): Record<string, string> | undefined;
  callOffered(source: CallSource): number | undefined;
  callNotAdmitted(address: string): void;
  callArrived(call: IncomingCall): LegEvents;
}

interface Refusal {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: Fields;
}

export const receiveInvite = (options: ReceptionOptions, request: SrfRequest, respond: Responder): void => {
  // Before anything else, so that no CANCEL is missed, however soon it comes.
  let leg: SipInboundLeg | undefined;
  request.on('cancel', () => leg?.cancelled());
  // Before our answer no offer can be taken (RFC 3311, §5.2).
  request.on('update', (update, response) => {
    const refused = { headers: { 'Retry-After': '2' } };
    if (description(update).kind === 'none') responderOf(update, response)(200);
    else responderOf(update, response)(500, refused);
  });
  const refuse = ({ status, reason, headers = {} }: Refusal): void =>
    respond(status, reason === undefined ? { headers } : { reason, headers });

  const read = readInvite(request);
  if (!read.ok) return refuse(read.error);
  const { value: found } = read;
  const trunk = admitTrunk(options.admission, request, found.from);
  const address = request.source_address;
  if (found.replaces === undefined) {
    // The cheapest way out, for a switchboard that has enough to do.
    const retryAfter = options.callOffered(trunk?.via ?? sourceOf(options, address));
    if (retryAfter !== undefined) return refuse({ status: 503, headers: { 'Retry-After': String(retryAfter) } });
    const draining = options.refusing();
    if (draining !== undefined) return refuse({ status: 503, headers: draining });
  }

  const admission = trunk ?? admitExtension(options.admission, request, found.from);
  if (admission.kind !== 'admitted') options.callNotAdmitted(address);
  if (admission.kind === 'challenge') {
    return refuse({ status: 401, headers: { 'WWW-Authenticate': admission.challenges } });
  }
  if (admission.kind === 'refused') return options.late.answer(admission.after, () => refuse({ status: 403 }));

  const { via, from } = admission;
  const replaced = findReplaced(options, found.replaces, via);
  if (!replaced.ok) return refuse(replaced.error);

  leg = new SipInboundLeg(options.surroundings, { ...found.invite, request, respond, via });
  const call: IncomingCall = {
    leg,
    from,
    via,
    source: address,
    facing: facingOf(receivedOn(request), address),
    dialled: dialledBy(options.admission, via, found.dialled),
    offer: found.invite.offer,
    replaces: replaced.value,
    sipCallId: leg.sipCallId,
  };
  try {
    leg.listen(options.callArrived(call));
  } catch (error) {
    options.log.error({ err: error, sipCallId: leg.sipCallId }, 'a call could not be taken');
    leg.hangUp({ status: 500 });
  }
};

/** The address of a datagram is easily forged: what others send under that of our phones is not to shut them out. */
const sourceOf = ({ admission }: ReceptionOptions, address: string): CallSource =>
  admission.authenticator.knows(address) ? { kind: 'known' } : { kind: 'address', address };

interface ReadInvite {
  readonly from: NameAddr;
  readonly dialled: Uri;
  readonly replaces: string | undefined;
  readonly invite: Omit<InboundInvite, 'request' | 'respond' | 'via'>;
}

/** What an INVITE says, checked; or why it is refused. */
const readInvite = (request: SrfRequest): Result<ReadInvite, Refusal> => {
  const from = parseFrom(header(request, 'from') ?? '');
  const to = parseNameAddr(header(request, 'to') ?? '');
  const cseq = parseCSeq(header(request, 'cseq') ?? '');
  const callId = header(request, 'call-id');
  const callerTag = from.ok ? tagOf(from.value) : undefined;
  if (!from.ok || !to.ok || !cseq.ok || callId === undefined || callerTag === undefined) return fail({ status: 400 });
  // A re-INVITE in a dialog that we do not have (any more).
  if (tagOf(to.value) !== undefined) return fail({ status: 481 });
  // Without it nothing can be sent to the caller within the dialog.
  if (!parseNameAddr(header(request, 'contact') ?? '').ok) return fail({ status: 400, reason: 'Bad Contact' });
  const dialled = dialledUri(request.uri);
  if (dialled === undefined) return fail({ status: 416 });
  const unsupported = unsupportedOptions(header(request, 'require'));
  if (unsupported !== undefined) return fail({ status: 420, headers: unsupported });
  const described = description(request);
  if (described.kind === 'unsupported') return fail({ status: 415, headers: unsupportedBody() });
  if (!takesSdp(header(request, 'accept'))) return fail({ status: 406 });
  const timer = answerTimer(request, undefined);
  if (timer.kind === 'tooShort') return fail({ status: 422, headers: timer.headers });
  const offer = described.kind === 'sdp' ? described.sdp : undefined;
  return ok({
    from: from.value,
    dialled,
    replaces: header(request, 'replaces'),
    invite: { callId, callerTag, sequence: cseq.value.sequence, offer, timer },
  });
};

/** Our answer is a session description. An Accept without a value takes nothing (RFC 3261, §20.1). */
const takesSdp = (accept: string | undefined): boolean =>
  accept === undefined || elementsOf(accept).some(range => admits(mediaType(range), 'application/sdp'));

/** RFC 3891, §3: which leg is to be replaced, and why not. */
const findReplaced = (
  options: ReceptionOptions,
  value: string | undefined,
  via: IncomingCall['via'],
): Result<Leg | undefined, Refusal> => {
  if (value === undefined) return ok(undefined);
  // Whoever takes over a call has to be somebody (§5).
  if (via.kind !== 'extension') return fail({ status: 403 });
  const replaces = parseReplaces(value);
  if (!replaces.ok) return fail({ status: 400, reason: 'Bad Replaces' });
  const found = options.surroundings.index.find(replaces.value);
  if (found === undefined) return fail({ status: 481 });
  if (!found.early) return replaces.value.earlyOnly ? fail({ status: 486 }) : ok(found.leg);
  // An early dialog can be taken over where we call, not where we are called.
  return found.initiatedByUs ? ok(found.leg) : fail({ status: 481 });
};
