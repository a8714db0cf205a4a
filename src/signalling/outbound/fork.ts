/**
 * One call to several phones at once, as a value: which of them are still asked, which answered first, and what comes
 * of it when none does.
 *
 * The fork:
 * - `asking`: no phone has answered, one at least still may. Entered from: the beginning. Leaves to `answered` by the
 *   first 2xx, to `failed` by the failure of the last phone, by a 6xx, by `cancel`.
 * - `answered`: one is kept, all others are let go of. Entered from: `asking`. Final.
 * - `failed`: nobody is kept. Entered from: `asking`. Final; a 2xx that comes late is released.
 *
 * A branch, one phone:
 * - `asked`: the INVITE is on its way. Leaves to `ringing`, `cancelling`, `kept`, `over`.
 * - `ringing`: it said so. Leaves as `asked` does.
 * - `cancelling`: not wanted any more; a 2xx that crosses the CANCEL is acknowledged and ended. Leaves to `over`.
 * - `kept`: the one that answered. Final.
 * - `over`: it failed, or is released. Final.
 */
import type { Duration, Instant } from '../../base/clock.ts';
import type { Unanswered } from '../../dialplan/plan.ts';
import type { DialFailure } from '../port.ts';
import { failureOf, isGlobal, weight } from './outcome.ts';

export type BranchId = number;
type BranchState = 'asked' | 'ringing' | 'cancelling' | 'kept' | 'over';

interface Failure {
  readonly reason: Unanswered;
  readonly status: number;
  readonly text: string;
}

export interface Fork {
  readonly state: 'asking' | 'answered' | 'failed';
  readonly branches: ReadonlyMap<BranchId, BranchState>;
  /** The failure so far that says most. */
  readonly worst: Failure | undefined;
  /** When each phone first said that it rings. */
  readonly ringingSince: ReadonlyMap<BranchId, Instant>;
  /** It rings a fixed contact of the dialplan. */
  readonly fixed: boolean;
}

export type ForkInput =
  | { readonly kind: 'ringing'; readonly branch: BranchId }
  | { readonly kind: 'answered'; readonly branch: BranchId }
  /** A final response other than 2xx; 408 and 503 stand for what got none (RFC 3261, §8.1.3.1). */
  | { readonly kind: 'refused'; readonly branch: BranchId; readonly status: number; readonly text: string }
  /** A 3xx that is followed: these are asked in its place. */
  | { readonly kind: 'diverted'; readonly branch: BranchId; readonly into: readonly BranchId[] }
  | { readonly kind: 'cancel' };

export type ForkEffect =
  | { readonly kind: 'ringing' }
  | { readonly kind: 'cancel'; readonly branch: BranchId; readonly why: 'answeredElsewhere' | 'notWanted' }
  /** This is the one. */
  | { readonly kind: 'keep'; readonly branch: BranchId }
  /** It answered, and nobody wants it: BYE. */
  | { readonly kind: 'release'; readonly branch: BranchId }
  /** The last effect of a fork that nobody answered. */
  | { readonly kind: 'failed'; readonly failure: DialFailure };

export interface ForkStep {
  readonly fork: Fork;
  readonly effects: readonly ForkEffect[];
}

const nobodyThere: Failure = { reason: 'unreachable', status: 480, text: 'Temporarily Unavailable' };
const cancelled: DialFailure = { reason: 'cancelled', status: 487, text: 'Request Terminated' };

export const startFork = (ids: readonly BranchId[], fixed: boolean): ForkStep => {
  const branches = new Map<BranchId, BranchState>(ids.map(id => [id, 'asked']));
  return settle({ state: 'asking', branches, worst: undefined, ringingSince: new Map(), fixed }, []);
};

export const stepFork = (fork: Fork, input: ForkInput, now: Instant): ForkStep => {
  if (input.kind === 'cancel') return fork.state === 'asking' ? giveUp(fork, cancelled) : { fork, effects: [] };
  const state = fork.branches.get(input.branch);
  if (state === undefined || state === 'kept' || state === 'over') return { fork, effects: [] };
  switch (input.kind) {
    case 'ringing':
      return ringing(fork, input.branch, state, now);
    case 'answered':
      return answered(fork, input.branch);
    case 'refused':
      return refused(fork, input, now);
    case 'diverted':
      return diverted(fork, input);
  }
};

const ringing = (fork: Fork, branch: BranchId, state: BranchState, now: Instant): ForkStep => {
  if (state !== 'asked') return { fork, effects: [] };
  const { ringingSince } = fork;
  const after = { ...withBranch(fork, branch, 'ringing'), ringingSince: new Map(ringingSince).set(branch, now) };
  return { fork: after, effects: ringingSince.size > 0 ? [] : [{ kind: 'ringing' }] };
};

const answered = (fork: Fork, branch: BranchId): ForkStep => {
  if (fork.state !== 'asking')
    return { fork: withBranch(fork, branch, 'over'), effects: [{ kind: 'release', branch }] };
  const kept = withBranch(fork, branch, 'kept');
  const { fork: after, effects } = cancelOthers(kept, 'answeredElsewhere');
  return { fork: { ...after, state: 'answered' }, effects: [{ kind: 'keep', branch }, ...effects] };
};

const refused = (fork: Fork, input: Extract<ForkInput, { kind: 'refused' }>, now: Instant): ForkStep => {
  const since = fork.ringingSince.get(input.branch);
  const rangFor: Duration | undefined = since === undefined ? undefined : now - since;
  const { status, text } = input;
  const failure: Failure = { reason: failureOf(status, { rangFor, fixed: fork.fixed }), status, text };
  return over(fork, input.branch, failure);
};

const over = (fork: Fork, branch: BranchId, failure: Failure): ForkStep => {
  const after = withBranch(fork, branch, 'over');
  if (fork.state !== 'asking') return { fork: after, effects: [] };
  if (isGlobal(failure.status)) return giveUp(after, failure);
  const worse = fork.worst === undefined || weight(failure.reason) > weight(fork.worst.reason);
  return settle(worse ? { ...after, worst: failure } : after, []);
};

const diverted = (fork: Fork, input: Extract<ForkInput, { kind: 'diverted' }>): ForkStep => {
  const after = withBranch(fork, input.branch, 'over');
  if (fork.state !== 'asking') return { fork: after, effects: [] };
  if (input.into.length === 0) return over(fork, input.branch, nobodyThere);
  const branches = new Map(after.branches);
  for (const id of input.into) branches.set(id, 'asked');
  return { fork: { ...after, branches }, effects: [] };
};

const withBranch = (fork: Fork, branch: BranchId, state: BranchState): Fork => ({
  ...fork,
  branches: new Map(fork.branches).set(branch, state),
});

const cancelOthers = (fork: Fork, why: 'answeredElsewhere' | 'notWanted'): ForkStep => {
  const effects: ForkEffect[] = [];
  const branches = new Map(fork.branches);
  for (const [branch, state] of fork.branches) {
    if (state !== 'asked' && state !== 'ringing') continue;
    branches.set(branch, 'cancelling');
    effects.push({ kind: 'cancel', branch, why });
  }
  return { fork: { ...fork, branches }, effects };
};

const giveUp = (fork: Fork, failure: DialFailure): ForkStep => {
  const { fork: after, effects } = cancelOthers(fork, 'notWanted');
  return { fork: { ...after, state: 'failed' }, effects: [...effects, { kind: 'failed', failure }] };
};

/** Fails where nobody is left who could answer. */
const settle = (fork: Fork, effects: readonly ForkEffect[]): ForkStep => {
  for (const state of fork.branches.values()) if (state === 'asked' || state === 'ringing') return { fork, effects };
  const failed: ForkEffect = { kind: 'failed', failure: fork.worst ?? nobodyThere };
  return { fork: { ...fork, state: 'failed' }, effects: [...effects, failed] };
};
