import type { Instant } from '../../base/clock.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import { inspectStory } from '../stories/inspect.ts';
import { playStory, type StoryOutcome } from '../stories/play.ts';
import { parseStories, type Story } from '../stories/story.ts';
import { type CoverBudget, type DerivedWay, deriveWays, usualBudget } from './derive.ts';
import { type FlowEdge, flowOf, leftOut, nothingWalked, walk } from './flow.ts';
import { writeStories } from './write.ts';

/** How much of a dialplan stories go through. */
export interface Coverage {
  readonly nodes: { readonly walked: number; readonly all: number; readonly left: readonly string[] };
  readonly edges: { readonly walked: number; readonly all: number; readonly left: readonly FlowEdge[] };
}

export interface Cover extends Coverage {
  /** False where the dialplan is too large to be gone through: what is left may be come to all the same. */
  readonly complete: boolean;
  readonly stories: readonly Story[];
  /** The file of the stories. */
  readonly text: string;
  /** Those that do not come as they say: a fault of the derivation. */
  readonly wrong: readonly StoryOutcome[];
}

/** What the stories go through when they are played. */
export function coverageOf(plan: Dialplan, outcomes: readonly StoryOutcome[]): Coverage {
  const flow = flowOf(plan);
  const walked = nothingWalked();
  for (const { timeline } of outcomes) walk(flow, timeline.moments, walked);
  const left = leftOut(flow, walked);
  return {
    nodes: { walked: walked.nodes.size, all: flow.nodes.size, left: left.nodes },
    edges: { walked: walked.edges.size, all: flow.edges.size, left: left.edges },
  };
}

/**
 * Derives stories that go through every node and every way that a call without a transfer can go through, and plays
 * them. `dialplan` is the name that they give to the file of the dialplan.
 */
export function cover(plan: Dialplan, dialplan: string, from: Instant, budget: CoverBudget = usualBudget): Cover {
  const derived = deriveWays(plan, flowOf(plan), from, budget);
  const { ways, text } = fitting(derived.ways, budget.text, some => writeStories(plan, some, dialplan));
  const complete = derived.complete && ways.length === derived.ways.length;
  if (ways.length === 0) return { ...coverageOf(plan, []), complete, stories: [], text: '', wrong: [] };
  const parsed = parseStories(text, dialplan.replace(/(\.yaml)?$/, '.cover.story.yaml'));
  if (!parsed.ok) throw new Error(`a derived story is not right: ${parsed.error.map(({ message }) => message).join()}`);
  const { stories } = parsed.value;
  for (const story of stories) {
    const [finding] = inspectStory(plan, story);
    if (finding !== undefined) throw new Error(`a derived story is not right: ${finding.message}`);
  }
  const outcomes = stories.map(story => playStory(plan, story));
  const wrong = outcomes.filter(({ failures }) => failures.length > 0);
  return { ...coverageOf(plan, outcomes), complete, stories, text, wrong };
}

/** As many ways as there is room for: a file of stories can be only so long. */
function fitting(
  ways: readonly DerivedWay[],
  most: number,
  write: (ways: readonly DerivedWay[]) => string,
): { readonly ways: readonly DerivedWay[]; readonly text: string } {
  for (let some = ways; ; ) {
    const text = write(some);
    if (text.length <= most || some.length === 0) return { ways: some, text };
    some = some.slice(0, Math.min(some.length - 1, Math.floor((some.length * most) / text.length)));
  }
}
