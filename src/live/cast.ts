import type { Dialplan } from '../dialplan/plan.ts';
import { outsider, type Story, type StoryOutcome } from '../rehearsal/index.ts';

/** Whose telephones take part in a story. */
export interface Cast {
  /** Those that are registered, in this order: queues offer to whoever has been there longest. */
  readonly extensions: readonly string[];
  /** Those that the story has unreachable: nobody registers for them. */
  readonly absent: ReadonlySet<string>;
}

/** Everybody whom the story rings or names, and their colleagues in the groups and queues that it comes through. */
export function castOf(plan: Dialplan, story: Story, { timeline }: StoryOutcome): Cast {
  const found = new Set<string>();
  const add = (who: readonly string[]): void => {
    for (const extension of who) if (Object.hasOwn(plan.extensions, extension)) found.add(extension);
  };
  // The agents first, each queue's in the order of the dialplan: that is who is the longest idle in a new world.
  for (const moment of timeline.moments) if (moment.kind === 'queued') add(plan.queues[moment.queue]?.agents ?? []);
  for (const moment of timeline.moments) {
    if (moment.kind === 'rung') add([moment.who]);
    if (moment.kind === 'entered' && moment.node.startsWith('group:')) {
      add(plan.groups[moment.node.slice('group:'.length)]?.members ?? []);
    }
  }
  add([story.from, ...Object.keys(story.phones), ...story.steps.flatMap(({ step }) => namesIn(step))]);
  const absent = new Set(
    Object.entries(story.phones).flatMap(([extension, does]) =>
      does.kind === 'unreachable' && does.after === 0 ? [extension] : [],
    ),
  );
  return { extensions: [...found].filter(extension => !absent.has(extension)), absent };
}

function namesIn(step: Story['steps'][number]['step']): readonly string[] {
  if ('transfers' in step) return [step.transfers.who, step.transfers.to];
  if ('consults' in step) return [step.consults.who, step.consults.with];
  if ('rings' in step) return step.rings.who;
  if ('presses' in step) return [step.presses.who];
  if ('hears' in step) return [step.hears.who];
  if ('waits' in step || 'enters' in step) return [];
  return Object.values(step).flat();
}

/**
 * A tone for each of those who take part, in hertz, as far from one another as they can be: multiples of 50 that keep
 * away from the call progress tones.
 */
export function tonesOf({ extensions }: Cast): ReadonlyMap<string, number> {
  return new Map(
    [outsider, ...extensions].map((who, index) => [who, 500 + (index % 19) * 150 + Math.floor(index / 19) * 50]),
  );
}
