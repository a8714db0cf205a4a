import type { Duration } from '../../base/clock.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import { Player } from '../explore/play.ts';
import { type Move, nextOf, type State } from '../explore/state.ts';
import type { Timeline } from '../timeline/moment.ts';
import { Recorder } from '../timeline/recorder.ts';
import type { Playable } from '../world/world.ts';
import type { Verdict } from './judge.ts';
import type { Entry } from './prove.ts';
import type { Regime } from './regimes.ts';

/** How much of what never ends is told. */
const rounds = 24;
const longestWay = 1_000;

/** A way through the dialplan as the caller would live it; one that never ends is told for a while. */
export function retell(
  plan: Dialplan,
  of: {
    readonly entry: Entry;
    readonly regime: Regime;
    readonly moves: readonly Move[];
    readonly lengthOf: (playable: Playable) => Duration;
    /** Left out: the way goes on to the end of the call. */
    readonly verdict?: Verdict;
  },
): Timeline {
  const { entry, regime, moves, lengthOf, verdict } = of;
  const recorder = new Recorder(plan, regime.at, lengthOf);
  let elapsed = 0;
  const callId = entry.arrival.id;
  const player = new Player(plan, regime, lengthOf, seen =>
    recorder.observe({ callId, ...seen, now: regime.at + elapsed }),
  );
  let state: State = player.begin(entry.arrival);
  const go = (move: Move): boolean => {
    if (state.call.phase.kind === 'ended') return false;
    if (move.kind === 'wait') elapsed += nextOf(state, regime.at)?.in ?? 0;
    try {
      const moved = player.move(state, move);
      if (moved === undefined) return false;
      state = moved.state;
      return true;
    } catch {
      return false;
    }
  };
  for (const move of moves) if (!go(move)) break;
  if (verdict?.kind === 'forEver') {
    const { round } = verdict;
    for (let count = 0; count < rounds && go(round[count % round.length] ?? { kind: 'wait' }); count++);
  } else if (verdict === undefined || verdict.kind === 'tooLong') {
    for (let count = 0; count < longestWay && go({ kind: 'wait' }); count++);
  }
  return { startedAt: regime.at, timezone: plan.company.timezone, moments: recorder.moments };
}
