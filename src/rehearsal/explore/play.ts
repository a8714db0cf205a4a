import type { Duration, Instant } from '../../base/clock.ts';
import type { Call } from '../../call/call.ts';
import { alone, type Shared } from '../../call/shared.ts';
import { type Arrival, begin, callerLeg, step } from '../../call/step.ts';
import type { Stimulus } from '../../call/stimulus.ts';
import type { Overrides } from '../../dialplan/override.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import type { Playable } from '../world/world.ts';
import { after, later, type Move, nextOf, type State, type Witness } from './state.ts';

export interface Moved {
  readonly state: State;
  /** How much time passed. */
  readonly took: Duration;
}

/** The standing instant of a call, and what is opened or closed by hand at it. */
export interface Standing {
  readonly at: Instant;
  readonly overrides: Overrides;
}

/** Moves a call that is alone in the world, through the `step` of live calls. */
export class Player {
  constructor(
    private readonly plan: Dialplan,
    private readonly regime: Standing,
    private readonly lengthOf: (playable: Playable) => Duration,
    private readonly witness?: Witness,
  ) {}

  /** Whoever is busy is so by a move. */
  private get shared(): Shared {
    return { ...alone, overrides: this.regime.overrides };
  }

  get now(): Instant {
    return this.regime.at;
  }

  begin(arrival: Arrival): State {
    const result = begin(this.plan, arrival, this.now, this.shared);
    this.witness?.({ stimulus: { kind: 'begin' }, before: undefined, result });
    return after(undefined, result, this.lengthOf);
  }

  /** Undefined where the call waits and nothing will ever happen. */
  move(state: State, move: Move): Moved | undefined {
    switch (move.kind) {
      case 'press': {
        let next = state;
        for (const digit of move.keys) next = this.take(next, { kind: 'digitPressed', leg: callerLeg, digit });
        return { state: this.settle(next), took: 0 };
      }
      case 'fail': {
        let next = state;
        // A sequential group rings the next member when one has failed: that is another state.
        for (const leg of ringing(state.call)) {
          next = this.take(next, { kind: 'legFailed', leg, reason: move.reason, status: 480 });
        }
        return { state: this.settle(next), took: 0 };
      }
      case 'wait': {
        const coming = nextOf(state, this.now);
        if (coming === undefined) return undefined;
        const then = coming.in === 0 ? state : later(state, coming.in);
        return { state: this.settle(this.take(then, coming.stimulus)), took: coming.in };
      }
    }
  }

  private take(state: State, stimulus: Stimulus): State {
    const result = step(this.plan, state.call, stimulus, this.now, this.shared);
    this.witness?.({ stimulus, before: state.call, result });
    return after(state, result, this.lengthOf);
  }

  /** Phones that were cancelled say so at once. */
  private settle(state: State): State {
    let next = state;
    for (const id in state.call.legs) {
      if (state.call.legs[id]?.state !== 'cancelling') continue;
      next = this.take(next, { kind: 'legFailed', leg: id, reason: 'cancelled', status: 487 });
    }
    return next;
  }
}

const ringing = ({ legs }: Call): readonly string[] =>
  Object.values(legs).flatMap(({ id, state }) => (state === 'dialing' || state === 'ringing' ? [id] : []));
