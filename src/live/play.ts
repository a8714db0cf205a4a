import type { Duration, Instant } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Position } from '../base/position.ts';
import type { CallRecord } from '../call/record.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import {
  callerOf,
  dialledBy,
  drawPage,
  endFailures,
  inOrder,
  type Story,
  type StoryFailure,
  type StoryOutcome,
  type StoryStep,
  showDay,
  showStep,
  sounds,
  type Told,
  unknownOf,
} from '../rehearsal/index.ts';
import type { Cast } from './cast.ts';
import { LiveDirector, type Taken } from './director.ts';
import { endingOf, nodesOf } from './ending.ts';
import { lengthOf } from './foresee.ts';
import type { RecordsFile } from './recordsFile.ts';
import { LiveStage, NotPlayable, type Switchboard } from './stage.ts';

export interface LiveStep {
  readonly words: string;
  readonly place: Position;
  /** Since the call came in. */
  readonly at: Duration;
  readonly failure?: string;
}

export interface LiveOutcome {
  readonly startedAt: Instant;
  readonly steps: readonly LiveStep[];
  readonly moments: readonly Told[];
  readonly failures: readonly StoryFailure[];
  /** What the story expects and nobody could make sure of. */
  readonly unverified: readonly StoryFailure[];
}

export interface LivePerformance {
  readonly plan: Dialplan;
  readonly story: Story;
  readonly foreseen: StoryOutcome;
  readonly cast: Cast;
  /** Those of the switchboard, where they can be read. */
  readonly records?: RecordsFile | undefined;
  /** Ends the story where it is. */
  readonly signal: AbortSignal;
  /**
   * Beyond what a step takes in virtual time: people who react, prompts that are recognised, a machine that is busy.
   * Default: 10 s.
   */
  readonly slack?: Duration;
}

const usualSlack: Duration = 10_000;
/** A machine that has too much to do plays its prompts slower than they are. */
const slowdown = 1.25;
/** What came in place of a step that did not. */
const aftermath: Duration = 3_000;

/**
 * Plays a story on real telephones, up to the first step that does not come as it says. Every telephone is hung up,
 * unregistered and closed at its end, whatever that is. Errors: `NotPlayable`; `ADDRESS_IN_USE`; the reason of `signal`.
 */
export async function playLive(switchboard: Switchboard, performance: LivePerformance): Promise<LiveOutcome> {
  const { plan, story, cast, signal } = performance;
  const stage = new LiveStage(switchboard, plan, story, cast);
  let stop = (): void => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => {
      void stage.close();
      reject(signal.reason);
    };
  });
  stopped.catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([new Performance(stage, performance).play(), stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
    await stage.close();
  }
}

class Performance {
  private readonly steps: LiveStep[] = [];
  private readonly failures: StoryFailure[] = [];
  private readonly unverified: StoryFailure[] = [];
  private readonly entered: { readonly node: string; readonly place: Position }[] = [];

  constructor(
    private readonly stage: LiveStage,
    private readonly options: LivePerformance,
  ) {}

  async play(): Promise<LiveOutcome> {
    const { stage } = this;
    const { records, story } = this.options;
    await stage.open();
    const start = await records?.end();
    stage.begin();
    const deadline = this.now() + this.longest();
    await this.takeSteps(deadline);
    if (this.failures.length > 0) await stage.pause(aftermath);
    else if (story.ends !== undefined) await this.end(deadline, start);
    else await this.lookAtRecord(await this.hungUp(start));
    const { moments, startedAt } = { moments: stage.chronicle.moments(), startedAt: stage.chronicle.startedAt };
    return { startedAt, steps: this.steps, moments, failures: this.failures, unverified: this.unverified };
  }

  /** A story that hangs is over after it, wherever it is. */
  private longest(): Duration {
    const { foreseen, story } = this.options;
    return lengthOf(foreseen) * slowdown + (story.steps.length + 3) * 2_000 + 3 * this.slack;
  }

  private get slack(): Duration {
    return this.options.slack ?? usualSlack;
  }

  private now(): Instant {
    return this.stage.switchboard.clock.now();
  }

  private async takeSteps(deadline: Instant): Promise<void> {
    const { story, foreseen } = this.options;
    const director = new LiveDirector(this.stage);
    let carried: Duration = 0;
    for (const [index, { step, place }] of story.steps.entries()) {
      const before = index === 0 ? 0 : (foreseen.steps[index - 1]?.at ?? 0);
      const lasts = carried + Math.max(0, (foreseen.steps[index]?.at ?? before) - before);
      carried = 0;
      if ('enters' in step) {
        this.entered.push({ node: step.enters, place });
        // Where a call is cannot be seen. Whoever waits for what comes next has waited for it, too.
        if (waitsForItself(story.steps[index + 1]?.step)) carried = lasts;
      }
      const patience = Math.min(lasts * slowdown + this.slack, Math.max(0, deadline - this.now()));
      const taken = await director.take(step, lasts - carried, patience).catch(asFailure);
      this.took(showStep(step), place, taken);
      if (taken.failure !== undefined) return;
    }
  }

  private took(words: string, place: Position, { failure, unverified, at: done = this.now() }: Taken): void {
    const at = done - this.stage.chronicle.startedAt;
    this.steps.push({ words, place, at, ...(failure === undefined ? {} : { failure }) });
    if (failure !== undefined) this.failures.push({ message: `${words}: ${failure}`, place });
    if (unverified !== undefined) this.unverified.push({ message: `${words}: ${unverified}`, place });
  }

  private async end(deadline: Instant, start: number | undefined): Promise<void> {
    const { stage } = this;
    const { story, foreseen } = this.options;
    const { ends } = story;
    if (ends === undefined) return;
    const rest = Math.max(0, lengthOf(foreseen) - (foreseen.steps.at(-1)?.at ?? 0)) * slowdown + this.slack;
    const over = (): boolean => stage.main?.state.kind === 'ended';
    if (!(await stage.until(over, Math.min(rest, Math.max(0, deadline - this.now()))))) {
      this.failures.push({ message: 'the call does not end', place: ends.place });
      return;
    }
    const record = await this.recordBehind(start);
    const ending = endingOf(stage, record);
    for (const message of endFailures(ends, ending)) this.failures.push({ message, place: ends.place });
    for (const key of unknownOf(ends, ending)) {
      this.unverified.push({ message: `ends: ${key} is not seen from outside`, place: ends.place });
    }
    this.lookAtRecord(record);
  }

  private async hungUp(start: number | undefined): Promise<CallRecord | undefined> {
    await this.stage.main?.hangUp();
    return this.recordBehind(start);
  }

  private async recordBehind(start: number | undefined): Promise<CallRecord | undefined> {
    const { records, story, plan } = this.options;
    if (start === undefined) return undefined;
    const who = callerOf(plan, story.from);
    const record = await records?.find(start, who.number, dialledBy(plan, who, story.to));
    if (record === undefined) {
      this.unverified.push({ message: 'no record of the call has come', place: story.ends?.place ?? story.place });
    }
    return record;
  }

  /** What only the switchboard knows: which places of the dialplan the call came through, and of which dialplan. */
  private lookAtRecord(record: CallRecord | undefined): void {
    const { plan, story } = this.options;
    const wanted = this.entered.map(({ node }) => node);
    if (record === undefined) {
      for (const { node, place } of this.entered) {
        this.unverified.push({ message: `→ ${node}: it is not seen from outside`, place });
      }
      return;
    }
    const nodes = nodesOf(record);
    const missing = this.entered.find((_, index) => {
      const upToHere = wanted.slice(0, index + 1);
      return inOrder(upToHere, nodes) !== upToHere;
    });
    if (missing !== undefined) {
      const { node, place } = missing;
      this.failures.push({ message: `→ ${node}: the call never comes there, but through ${nodes.join(', ')}`, place });
    }
    if (record.dialplan !== plan.version) {
      this.unverified.push({ message: 'the switchboard has another version of the dialplan', place: story.place });
    }
  }
}

/** Rings, and prompts, that are waited for in their order, whenever they come. */
function waitsForItself(step: StoryStep | undefined): boolean {
  if (step === undefined) return false;
  if ('hears' in step) return !sounds.has(step.hears.what);
  return ['rings', 'answers', 'declines', 'busy', 'unreachable', 'enters'].some(kind => kind in step);
}

/** A request that was refused, a telephone that is gone. */
const asFailure = (error: unknown): Taken => {
  if (error instanceof NotPlayable) throw error;
  return { failure: messageOf(error) };
};

/** What was expected beside what happened. */
export function livePageOf(story: Story, plan: Dialplan, outcome: LiveOutcome): readonly string[] {
  const { steps, moments, failures, startedAt } = outcome;
  const { timezone } = plan.company;
  let told = Number.NEGATIVE_INFINITY;
  const until = (at: Duration): readonly Told[] => {
    const slice = moments.filter(moment => moment.at > told && moment.at <= at);
    told = at;
    return slice;
  };
  return drawPage({
    failures,
    head: `${showDay(startedAt, timezone)}, ${timezone}`,
    steps: steps.map(step => ({
      ...step,
      told: until(step.failure === undefined ? step.at : Number.POSITIVE_INFINITY),
    })),
    ends: story.ends,
    rest: until(Number.POSITIVE_INFINITY),
  });
}
