import type { Duration, Instant } from '../../base/clock.ts';
import { oneForm, withoutCountry } from '../../base/numbers/oneForm.ts';
import { isNoNumber } from '../../base/numbers/withheld.ts';
import { dropSeparators } from '../../base/numbers/written.ts';
import { type Call, guards, type Who } from '../../call/call.ts';
import { callerLeg } from '../../call/step.ts';
import type { Overrides } from '../../dialplan/override.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import { type KnownLength, promptLengths } from '../promptLengths.ts';
import type { Timeline } from '../timeline/moment.ts';
import { Recorder } from '../timeline/recorder.ts';
import { type Observed, World } from '../world/world.ts';
import type { Press } from './act.ts';
import { type BehaviourOf, playPhones, reachableBy, talksBy } from './behaviour.ts';

/** A call to be played: who calls what and when, what the caller does, and how the phones behave. */
export interface Scenario {
  readonly at: Instant;
  /** A number from outside, or one of our extensions. */
  readonly from: string;
  readonly display?: string;
  readonly to: string;
  readonly presses: readonly Press[];
  readonly behaviourOf: BehaviourOf;
  /** How long the caller talks before hanging up. */
  readonly talkFor: Duration;
  /** When the caller hangs up whatever happens, since the call came in. */
  readonly hangUpAt?: Duration;
  /** The calendars that are opened or closed by hand; left out: none. */
  readonly overrides?: Overrides;
}

export interface Simulation extends Timeline {
  readonly call: Call;
  /** What the caller never got to press. */
  readonly unpressed: readonly Press[];
}

/** Longer than any call can be without an end. */
export const longestRehearsal = guards.talk * 2;

/** Between the end of a greeting and the caller's key, and between two keys. */
const reaction = 500;
const betweenKeys = 250;

/**
 * Who calls: one of our people where the number is an extension, else somebody outside, whose number may be written in
 * any way; `anonymous` for one that is not shown.
 */
export function callerOf(plan: Dialplan, from: string, display?: string): Who {
  const extension = Object.hasOwn(plan.extensions, from) ? plan.extensions[from] : undefined;
  const outside = isNoNumber(from) ? '' : oneForm(plan.company, from);
  return {
    number: extension === undefined ? outside : from,
    display: display ?? extension?.name,
    extension: extension === undefined ? undefined : from,
  };
}

/** Whether a display shows a text; numbers in it may be written in any way. */
export function showsText(shown: string, text: string): boolean {
  const bare = dropSeparators(text);
  return shown.includes(text) || (bare !== '' && dropSeparators(shown).includes(bare));
}

/** What is dialled, as signalling brings it: by a trunk in its one form, by a colleague as it is keyed. */
export const dialledBy = (plan: Dialplan, { extension }: Who, to: string): string =>
  extension === undefined ? oneForm(plan.company, to) : oneForm(withoutCountry, to);

/** Plays one call from its arrival to its end, in virtual time; the same scenario always gives the same timeline. */
export function simulate(plan: Dialplan, scenario: Scenario, known?: KnownLength): Simulation {
  const lengthOf = promptLengths(plan, known);
  const recorder = new Recorder(plan, scenario.at, lengthOf);
  const unpressed = [...scenario.presses];
  let callId = '';
  let scheduled = false;
  const observe = (observed: Observed): void => {
    recorder.observe(observed);
    playPhones(world, observed, scenario.behaviourOf);
    if (callId === '' || observed.callId === callId) playCaller(observed.callId, observed.result.call);
  };
  const world = new World(plan, {
    startsAt: scenario.at,
    lengthOf,
    reachable: reachableBy(scenario.behaviourOf),
    talksElsewhere: talksBy(scenario.behaviourOf),
    ...(scenario.overrides === undefined ? {} : { overrides: scenario.overrides }),
    observe,
  });

  const hangUp = (id: string): void => {
    const phone = world.phoneOf(id, callerLeg);
    if (phone !== undefined) world.hangUp(phone);
  };
  const pressNext = (id: string, press: Press): void => {
    unpressed.shift();
    scheduled = false;
    let wait = 0;
    for (const digit of press.keys) {
      world.clock.after(wait, () => {
        const phone = world.phoneOf(id, callerLeg);
        if (phone !== undefined) world.press(phone, digit);
      });
      wait += betweenKeys;
    }
    // Timed keys do not wait for anything to happen in the call.
    if (unpressed[0]?.at !== undefined) playCaller(id, world.call(id));
  };
  let talking = false;
  function playCaller(id: string, call: Call): void {
    const [next] = unpressed;
    if (next !== undefined && !scheduled) {
      const { phase } = call;
      if (next.at !== undefined) {
        scheduled = true;
        world.clock.at(scenario.at + next.at, () => pressNext(id, next));
      } else if (phase.kind === 'menu' && phase.stage === 'waiting') {
        scheduled = true;
        world.clock.after(reaction, () => pressNext(id, next));
      }
    }
    if (call.phase.kind === 'talking' && !talking) {
      talking = true;
      world.clock.after(scenario.talkFor, () => hangUp(id));
    }
  }

  const who = callerOf(plan, scenario.from, scenario.display);
  const origin =
    who.extension === undefined
      ? ({ kind: 'trunk', name: 'simulated' } as const)
      : ({ kind: 'extension', number: who.extension } as const);
  callId = world.arrive(dialledBy(plan, who, scenario.to), who, origin);
  if (scenario.hangUpAt !== undefined) world.clock.at(scenario.at + scenario.hangUpAt, () => hangUp(callId));
  while (world.call(callId).phase.kind !== 'ended' && world.clock.now() - scenario.at < longestRehearsal) {
    if (!world.clock.step()) break;
  }
  return {
    startedAt: scenario.at,
    timezone: plan.company.timezone,
    moments: recorder.moments,
    call: world.call(callId),
    unpressed,
  };
}
