import type { Duration } from '../../base/clock.ts';
import type { Call } from '../../call/call.ts';
import type { Exploration, Fault } from '../explore/explore.ts';
import type { Move } from '../explore/state.ts';
import { reach } from './reach.ts';

/** Why a way of the dialplan is no good for its caller. */
export type Verdict =
  /** `round`: what happens over and over again. */
  | { readonly kind: 'forEver'; readonly round: readonly Move[] }
  | { readonly kind: 'silence' }
  | { readonly kind: 'dropped'; readonly result: string; readonly reason: string }
  | { readonly kind: 'tooLong'; readonly takes: Duration }
  | { readonly kind: 'broken'; readonly error: string };

export interface Broken {
  /** Index of the root from which it is reached. */
  readonly root: number;
  readonly moves: readonly Move[];
  readonly verdict: Verdict;
  /** What of the call is the same wherever it is met. */
  readonly where: string;
}

export interface Judgement {
  readonly broken: readonly Broken[];
  /** The longest time to an end without any key, from any state that is reached. */
  readonly longest: Duration;
}

/** How a call may end that nobody hangs up: after a spoken goodbye, or in a mailbox. */
const goodEnds: ReadonlySet<string> = new Set(['goodbye', 'completed', 'voicemail']);

function endOf({ phase, origin }: Call): Verdict | undefined {
  if (phase.kind !== 'ended') return undefined;
  const { result, reason } = phase.termination;
  if (goodEnds.has(result)) return undefined;
  // A colleague who was never answered is told by the telephone.
  if (result === 'refused' && origin.kind === 'extension') return undefined;
  return { kind: 'dropped', result, reason };
}

const faultOf = (fault: Fault): Verdict =>
  fault.kind === 'stuck' ? { kind: 'silence' } : { kind: 'broken', error: fault.error };

/**
 * From each state that is reached: whatever the phones do, and if no key is pressed any more, is there an end, a good
 * one, in time? `regime`: by the opening hours of that one; left out: whatever the hours turn to on the way, which is
 * more than can happen: what is good then is good in every regime, and for a call that lives through a change.
 */
export function judge(exploration: Exploration, within: Duration, regime?: number): Judgement {
  const { states, roots } = exploration;
  const { reached, movesTo, counts } = reach(exploration, regime);
  const broken: Broken[] = [];
  const breaks = (state: number, verdict: Verdict, last?: Move): void => {
    const root = reached.get(state)?.root ?? 0;
    const where = placeOf(states[state]?.call.phase);
    broken.push({ root, moves: [...movesTo(state), ...(last === undefined ? [] : [last])], verdict, where });
  };

  for (const [root, { regime: of, to }] of roots.entries()) {
    if (counts(of) && typeof to === 'object') broken.push({ root, moves: [], verdict: faultOf(to), where: 'arrival' });
  }
  const longest = new Map<number, Duration>();
  const open = new Set<number>();
  for (const start of reached.keys()) {
    if (longest.has(start)) continue;
    // Without recursion: a dialplan may be one long chain.
    const visits = [{ state: start, next: 0, most: 0 }];
    open.add(start);
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const found = states[visit.state];
      const way = found?.ways[visit.next];
      if (found !== undefined && way !== undefined) {
        const { to, move, took, regime: of } = way;
        if (!counts(of) || move.kind === 'press') {
          visit.next++;
          if (typeof to === 'object' && counts(of)) breaks(visit.state, faultOf(to), move);
        } else if (typeof to === 'object') {
          visit.next++;
          breaks(visit.state, faultOf(to), move);
        } else if (open.has(to)) {
          visit.next++;
          const round = visits.slice(
            visits.findIndex(({ state }) => state === to),
            -1,
          );
          const moves = round.flatMap(({ state, next }) => states[state]?.ways[next]?.move ?? []);
          breaks(to, { kind: 'forEver', round: [...moves, move] });
        } else {
          const rest = longest.get(to);
          if (rest === undefined) {
            open.add(to);
            visits.push({ state: to, next: 0, most: 0 });
          } else {
            visit.next++;
            visit.most = Math.max(visit.most, took + rest);
          }
        }
        continue;
      }
      visits.pop();
      open.delete(visit.state);
      longest.set(visit.state, visit.most);
      const verdict = found === undefined ? undefined : endOf(found.call);
      if (verdict !== undefined) breaks(visit.state, verdict);
    }
  }
  let [slowest, most] = [-1, 0];
  for (const [state, takes] of longest) if (takes > most) [slowest, most] = [state, takes];
  if (most > within && broken.length === 0) breaks(slowest, { kind: 'tooLong', takes: most });
  return { broken: broken.sort((a, b) => a.moves.length - b.moves.length), longest: most };
}

/** One and the same fault is told once, however it is come to. */
function placeOf(phase: Call['phase'] | undefined): string {
  if (phase === undefined) return '';
  const { kind, menu, queue, node } = phase as { kind: string; menu?: string; queue?: string; node?: unknown };
  return `${kind} ${menu ?? queue ?? JSON.stringify(node ?? '')}`;
}
