import {
  guards,
  type LegId,
  type RecallReason,
  type TalkingPhase,
  type TransferKind,
  type Transferor,
  type Who,
} from '../call.ts';
import { go } from '../flow/go.ts';
import { whereDialled } from '../flow/whereDialled.ts';
import { ofCaller } from '../shown.ts';
import { awaitResume, otherOf } from '../talking.ts';
import type { Refusal, Turn } from '../turn.ts';
import { targetFailed } from './failed.ts';
import { adrift } from './recalling.ts';
import { report } from './report.ts';

export interface TransferWish {
  readonly transferor: LegId;
  readonly transferId: string;
  readonly target: string;
  readonly channel: Transferor['channel'];
  readonly replaces: { readonly callId: string; readonly leg: LegId } | undefined;
}

/**
 * A REFER in a conversation. The target is resolved before the caller's leg is touched (R1); `begins` is called where it
 * is not refused.
 */
export function beginTransfer(
  turn: Turn,
  talk: Pick<TalkingPhase, 'party' | 'peer'>,
  wish: TransferWish,
  begins = (): void => undefined,
): void {
  const party = otherOf(talk, wish.transferor);
  const leg = turn.known(wish.transferor);
  const transferor: Transferor = { who: leg.who, leg: leg.id, channel: wish.channel };
  const refusal = objection(turn, party, transferor, wish);
  if (refusal !== undefined) {
    turn.effect({ kind: 'refuseTransfer', transferId: wish.transferId, ...refusal });
    // There are phones that hang up by themselves when their REFER is refused: no goodbye to the caller (R0).
    const { transferId, target: number } = wish;
    if (transferor.who.extension === undefined) return;
    turn.mayHangUp(leg.id, { transferId, number, reason: slipOf(refusal) });
    // Others have held the caller before, and leave it to the operator to resume (R4). Who consults a colleague may wait.
    if (leg.held && wish.replaces === undefined) awaitResume(turn, leg.id);
    return;
  }
  begins();
  if (wish.replaces !== undefined) {
    adopt(turn, party, transferor, wish, wish.replaces);
  } else {
    turn.effect({ kind: 'acceptTransfer', transferId: wish.transferId });
    transferTo(turn, party, transferor, wish.transferId, wish.target);
  }
}

/** In the words of a recall: the dialog that Replaces names may be gone, and there is no number to speak of. */
function slipOf({ status }: Refusal): RecallReason {
  if (status === 404) return 'noSuchNumber';
  return status === 403 ? 'notAllowed' : 'unreachable';
}

function objection(
  turn: Turn,
  party: LegId,
  { who }: Transferor,
  { target, replaces }: TransferWish,
): Refusal | undefined {
  if (who.extension === undefined) return { status: 403, text: 'Only an extension may transfer' };
  if (replaces !== undefined) {
    return replaces.callId === turn.call.id ? { status: 481, text: 'Replaces names the same call' } : undefined;
  }
  return objectionTo(turn, party, who, target);
}

/** Why a number is no target of this transfer: it leads nowhere, or, by whatever number, back to one of the two. */
export function objectionTo(turn: Turn, party: LegId, transferor: Who, number: string): Refusal | undefined {
  const to = whereDialled(turn.plan, number, 'extension')?.to;
  if (to === undefined) return { status: 404, text: 'Not Found' };
  if (to.kind !== 'extension') return undefined;
  if (to.name === transferor.extension) return { status: 403, text: 'Transfer to oneself' };
  if (to.name === turn.known(party).who.extension) return { status: 403, text: 'Transfer to the caller' };
  return undefined;
}

function adopt(
  turn: Turn,
  party: LegId,
  transferor: Transferor,
  { transferId }: TransferWish,
  { callId, leg }: NonNullable<TransferWish['replaces']>,
): void {
  const as = turn.nextLegId();
  turn.enter({ kind: 'adopting', party, transferor, transferId, from: callId, as });
  turn.setTimer('adopt', guards.adopt, 'the other call does not hand over its leg');
  turn.effect({ kind: 'requestLeg', callId, leg, transferId, as });
}

/**
 * A number that is known. An extension is rung, and the transfer can still fail; anything else of the dialplan (a
 * queue, a menu) takes the caller at once, and has an end of its own.
 */
export function transferTo(turn: Turn, party: LegId, transferor: Transferor, transferId: string, number: string): void {
  const route = whereDialled(turn.plan, number, 'extension');
  if (route === undefined) throw new Error(`transfer to "${number}", which was not resolved`);
  turn.notify({ kind: 'transferStarted', transferId, how: 'blind', transferor: transferor.who.number, target: number });
  if (route.to.kind !== 'extension') {
    report(turn, transferor, transferId, 200, 'OK');
    turn.notify({ kind: 'transferCompleted', transferId, target: number });
    if (transferor.leg !== undefined) turn.release(transferor.leg, guards.leave);
    return go(turn, route, { party });
  }
  if (isNotToRing(turn, route.to.name)) return targetFailed(turn, { party, transferor, transferId, number }, 'busy');
  const target = turn.dial(route.to.name, ofCaller(turn, party, 'inhibit'));
  enterTransferring(turn, party, transferor, { transferId, how: 'blind', number, target });
}

/** A target that is not to be disturbed, or is in as many calls as it may be, does not ring: it counts as busy at once. */
export const isNotToRing = (turn: Turn, extension: string): boolean =>
  turn.plan.extensions[extension]?.doNotDisturb === true || turn.isBusy(extension);

export interface Ringing {
  readonly transferId: string;
  readonly how: TransferKind;
  readonly number: string;
  readonly target: LegId;
}

/** The target rings; the caller hears ringback of ours (R10), and so does a transferor who listens. */
export function enterTransferring(turn: Turn, party: LegId, transferor: Transferor, ringing: Ringing): void {
  turn.enter({ kind: 'transferring', party, transferor, ...ringing, stage: 'ringing' });
  turn.setTimer('ring', turn.plan.transfer.ringFor, 'the transfer target does not answer');
  adrift(turn);
  hearRingback(turn, party);
  if (transferor.leg !== undefined) hearRingback(turn, transferor.leg);
}

export function hearRingback(turn: Turn, leg: LegId): void {
  turn.hear(leg, turn.known(leg).held ? { kind: 'nothing' } : { kind: 'ringback' });
}
