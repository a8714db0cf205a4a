import type { Effect } from '../../src/call/effect.ts';
import type { Dialplan } from '../../src/dialplan/plan.ts';
import { type Observed, World as RehearsedWorld } from '../../src/rehearsal/world/world.ts';

export type { Phone } from '../../src/rehearsal/world/phone.ts';
export type { Observed } from '../../src/rehearsal/world/world.ts';

/** How long every prompt and tone of the world is. */
const promptLength = 1_000;

/** The world of the rehearsals, as the tests of call control use it: every effect is kept. */
export class World extends RehearsedWorld {
  readonly effects: { readonly callId: string; readonly effect: Effect }[];

  constructor(plan: Dialplan, observe: (observed: Observed) => void = () => undefined) {
    const effects: { readonly callId: string; readonly effect: Effect }[] = [];
    super(plan, {
      lengthOf: () => promptLength,
      observe(observed) {
        const { callId, result } = observed;
        for (const effect of result.effects) effects.push({ callId, effect });
        observe(observed);
      },
    });
    this.effects = effects;
  }
}
