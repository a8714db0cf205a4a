import type { Duration } from '../../base/clock.ts';
import type { Position } from '../../base/position.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import type { KnownLength } from '../promptLengths.ts';
import { overridesAt } from '../simulator/hands.ts';
import type { Timeline } from '../timeline/moment.ts';
import { instantOf } from '../timeline/wallClock.ts';
import { Director } from './director.ts';
import { endFailures, endingOf } from './ending.ts';
import type { StoryStep } from './grammar.ts';
import { patience } from './patience.ts';
import { showStep } from './showStep.ts';
import { Stage } from './stage.ts';
import type { Story } from './story.ts';

/** How much of the timeline had been told when a step was done. */
export interface StepOutcome {
  readonly step: StoryStep;
  readonly place: Position;
  readonly toldBefore: number;
  readonly told: number;
  /** When it was done, since the call came in. */
  readonly at: Duration;
  /** Absent: it came as the story says. */
  readonly failure?: string;
}

export interface StoryOutcome {
  readonly story: Story;
  readonly timeline: Timeline;
  readonly steps: readonly StepOutcome[];
  readonly failures: readonly StoryFailure[];
}

export interface StoryFailure {
  readonly message: string;
  readonly place: Position;
}

/** Plays a story in virtual time, up to the first step that does not come as it says. */
export function playStory(plan: Dialplan, story: Story, known?: KnownLength): StoryOutcome {
  const at = instantOf(story.at, plan.company.timezone);
  if (at === undefined) throw new RangeError(`no time: ${story.at}`);
  const stage = new Stage(plan, {
    at,
    from: story.from,
    display: story.display,
    to: story.to,
    // A phone of a story rings until the story says what becomes of it.
    behaviourOf: extension =>
      (Object.hasOwn(story.phones, extension) && story.phones[extension]) || { kind: 'noAnswer' },
    known,
    overrides: overridesAt(plan, story.overrides, at),
  });
  const director = new Director(stage);
  const steps: StepOutcome[] = [];
  const failures: StoryFailure[] = [];
  for (const { step, place } of story.steps) {
    const toldBefore = stage.moments.length;
    const failure = director.take(step);
    const told = stage.moments.length;
    const since = stage.world.clock.now() - at;
    if (failure === undefined) {
      steps.push({ step, place, toldBefore, told, at: since });
      continue;
    }
    steps.push({ step, place, toldBefore, told, at: since, failure });
    failures.push({ message: `${showStep(step)}: ${failure}`, place });
    break;
  }
  const { ends } = story;
  if (failures.length > 0) {
    // What comes next shows what went on instead.
    stage.until(() => false, 30_000);
  } else if (ends !== undefined) {
    stage.until(() => false, patience);
    const { phase } = stage.call;
    const messages =
      phase.kind === 'ended'
        ? endFailures(ends, endingOf(stage, phase.termination, ends))
        : [`the call does not end: it is ${phase.kind}`];
    for (const message of messages) failures.push({ message, place: ends.place });
  }
  return {
    story,
    timeline: { startedAt: at, timezone: plan.company.timezone, moments: stage.moments },
    steps,
    failures,
  };
}
