import type { Duration, Instant } from '../base/clock.ts';
import { showDuration } from '../base/yaml/duration.ts';
import { isOpen } from '../dialplan/calendar.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import { instantOf, type KnownLength, playStory, type Story, type StoryOutcome, showWall } from '../rehearsal/index.ts';
import { type Cast, castOf } from './cast.ts';

export interface Foresight {
  readonly now: Instant;
  /** A story that would last longer is not played. */
  readonly longest: Duration;
  readonly known?: KnownLength | undefined;
}

export type Prospect =
  /** As it will come, if it comes as in virtual time; and who takes part in it. */
  | { readonly kind: 'playable'; readonly foreseen: StoryOutcome; readonly cast: Cast }
  /** In words, for the person who wanted it played. */
  | { readonly kind: 'skipped'; readonly why: string };

/**
 * Whether a story can be played on real telephones now, by how it comes in virtual time at this moment. What can only
 * be told by asking the switchboard is not looked at.
 */
export function foresee(plan: Dialplan, story: Story, { now, longest, known }: Foresight): Prospect {
  const foreseen = playStory(plan, { ...story, at: showWall(now, plan.company.timezone) }, known);
  const skipped = (why: string): Prospect => ({ kind: 'skipped', why });
  const otherHours = whyNotNow(plan, story, foreseen, now, known);
  if (otherHours !== undefined) return skipped(otherHours);
  const drawn = drawnGroup(plan, story, foreseen);
  if (drawn !== undefined) {
    return skipped(`group:${drawn} begins with another member from call to call, and the story tells of one of them`);
  }
  const [talks] = Object.entries(story.phones).find(([, does]) => does.kind === 'talking') ?? [];
  if (talks !== undefined) return skipped(`extension ${talks} is in a call that is not played`);
  const cast = castOf(plan, story, foreseen);
  const fixed = cast.extensions.filter(extension => plan.extensions[extension]?.contact !== undefined);
  if (fixed.length > 0) {
    const [first = ''] = fixed;
    return skipped(
      `extension ${first} is called at ${plan.extensions[first]?.contact}, and no telephone of ours is there`,
    );
  }
  if (cast.extensions.length > mostParties) return skipped(`it has more than ${mostParties} telephones`);
  const length = lengthOf(foreseen);
  if (length > longest) {
    return skipped(`it lasts ${showDuration(inSeconds(length))}, longer than ${showDuration(longest)} (--longest)`);
  }
  return { kind: 'playable', foreseen, cast };
}

/** As many tones as can be told apart. */
const mostParties = 50;

const inSeconds = (duration: Duration): Duration => Math.ceil(duration / 1000) * 1000;

/** Until the end of the call, or the last step. */
export function lengthOf({ steps, timeline }: StoryOutcome): Duration {
  const [first] = timeline.moments;
  const end = timeline.moments.find(moment => moment.kind === 'ended' && moment.callId === first?.callId);
  return Math.max(end?.at ?? 0, steps.at(-1)?.at ?? 0);
}

/** Of a story that is not to be had at this hour, and why. Of one that does not come in virtual time either, the hours alone. */
function whyNotNow(
  plan: Dialplan,
  story: Story,
  foreseen: StoryOutcome,
  now: Instant,
  known: KnownLength | undefined,
): string | undefined {
  const { timezone } = plan.company;
  const then = instantOf(story.at, timezone);
  if (then === undefined) throw new RangeError(`no time: ${story.at}`);
  if (foreseen.failures.length === 0) return undefined;
  const turned = Object.values(plan.calendars).flatMap(calendar => {
    const wasOpen = isOpen(calendar, timezone, then);
    return wasOpen === isOpen(calendar, timezone, now)
      ? []
      : [`${calendar.name} is ${wasOpen ? 'open' : 'closed'} then, and ${wasOpen ? 'closed' : 'open'} now`];
  });
  if (turned.length > 0) return `it is of ${story.at}: ${turned.join('; ')}`;
  const itself = playStory(plan, story, known);
  return itself.failures.length === 0 ? `it is of ${story.at}, and lives through a change of the hours` : undefined;
}

/** A group whose first member is drawn, where the story tells who of it rings. */
function drawnGroup({ groups }: Dialplan, story: Story, { timeline }: StoryOutcome): string | undefined {
  const named = new Set(story.steps.flatMap(({ step }) => ringersOf(step)));
  const entered = timeline.moments.flatMap(moment => (moment.kind === 'entered' ? [moment.node] : []));
  return Object.values(groups).find(
    ({ name, strategy, members }) =>
      strategy === 'roundRobin' &&
      members.length > 1 &&
      entered.includes(`group:${name}`) &&
      members.some(member => named.has(member)),
  )?.name;
}

function ringersOf(step: Story['steps'][number]['step']): readonly string[] {
  if ('rings' in step) return step.rings.who;
  if ('answers' in step) return [step.answers];
  if ('declines' in step) return [step.declines];
  if ('busy' in step) return [step.busy];
  if ('unreachable' in step) return [step.unreachable];
  return [];
}
