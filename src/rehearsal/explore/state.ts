/**
 * A call as exploration sees it: alone in the world, at one standing instant, so that two calls that stand alike are one
 * state however they came there. Time passes by moving the timers nearer instead of the clock on: opening hours stay as
 * they are, which is what a regime of the calendars means.
 */
import type { Duration, Instant } from '../../base/clock.ts';
import type { Call } from '../../call/call.ts';
import type { Stimulus } from '../../call/stimulus.ts';
import type { StepResult } from '../../call/turn.ts';
import type { FailureReason } from '../../dialplan/plan.ts';
import type { Playable } from '../world/world.ts';

/** What can come next: the caller presses keys, every phone that rings fails, or nothing is done and time passes. */
export type Move =
  | { readonly kind: 'press'; readonly keys: string }
  | { readonly kind: 'fail'; readonly reason: FailureReason }
  | { readonly kind: 'wait' };

export interface State {
  readonly call: Call;
  /** What is being spoken to the party, and how much of it is left. */
  readonly play: { readonly leg: string; readonly playId: number; readonly left: Duration } | undefined;
}

/** Sees each step of call control: to tell a way that was found as a timeline. */
export type Witness = (seen: {
  readonly stimulus: Stimulus | { readonly kind: 'begin' };
  readonly before: Call | undefined;
  readonly result: StepResult;
}) => void;

/** The state after a step: what is played now, and for how long. */
export function after(
  before: State | undefined,
  result: StepResult,
  lengthOf: (playable: Playable) => Duration,
): State {
  let play = before?.play;
  for (const effect of result.effects) {
    if (effect.kind === 'play' && (effect.hearing.kind === 'prompts' || effect.hearing.kind === 'tone')) {
      play = { leg: effect.leg, playId: effect.hearing.playId, left: lengthOf(effect.hearing) };
    }
  }
  const hears = play === undefined ? undefined : result.call.legs[play.leg]?.hears;
  const plays = hears !== undefined && 'playId' in hears && hears.playId === play?.playId;
  return { call: result.call, play: plays ? play : undefined };
}

/** The same state some time later, by the clock that stands: every timer is so much nearer. */
export function later({ call, play }: State, by: Duration): State {
  const timers = Object.fromEntries(
    Object.entries(call.timers).map(([name, timer]) => [name, { ...timer, at: timer.at - by }]),
  );
  return { call: { ...call, timers }, play: play === undefined ? undefined : { ...play, left: play.left - by } };
}

/** What happens next by itself, and when; undefined: nothing ever does. */
export function nextOf(
  { call, play }: State,
  now: Instant,
): { readonly in: Duration; readonly stimulus: Stimulus } | undefined {
  let next = play === undefined ? undefined : { in: play.left, stimulus: finished(play) };
  for (const name in call.timers) {
    const timer = call.timers[name];
    if (timer === undefined) continue;
    const left = Math.max(0, timer.at - now);
    if (next === undefined || left < next.in) next = { in: left, stimulus: { kind: 'timerFired', name } };
  }
  return next;
}

const finished = ({ leg, playId }: { leg: string; playId: number }): Stimulus => ({
  kind: 'playFinished',
  leg,
  playId,
});

/**
 * What tells one state from another: everything of the call but its history, with legs and plays numbered anew, and
 * what is left of each timer.
 */
export function keyOf({ call, play }: State, now: Instant): string {
  const {
    id: _,
    startedAt,
    trail,
    dialled,
    nextLeg,
    nextPlay,
    queuedSince,
    timers,
    adriftSince,
    answeredAt,
    ...rest
  } = call;
  const left: string[] = [];
  for (const name in timers) left.push(`${name}=${(timers[name]?.at ?? now) - now}`);
  const adrift = adriftSince === undefined ? '' : now - adriftSince;
  // A function that looked at each value while the text is made would take several times as long.
  const text = JSON.stringify(rest).replace(/"playId":[0-9]+/g, '"playId":0');
  const answered = answeredAt === undefined ? '' : 'answered';
  return `${renumbered(text)} ${left.sort().join()} ${play?.left ?? ''} ${adrift} ${answered}`;
}

/** Legs are numbered on through a call: a phone that rings is the same whether it is the second or the fifth. */
function renumbered(text: string): string {
  if (!text.includes('"leg')) return text;
  const names = new Map<string, string>();
  return text.replace(/"leg[0-9]+"/g, leg => {
    const name = names.get(leg) ?? `"l${names.size}"`;
    names.set(leg, name);
    return name;
  });
}
