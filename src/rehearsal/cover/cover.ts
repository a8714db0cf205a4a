import type { Instant } from '../../base/clock.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import { inspectStory } from '../stories/inspect.ts';
import { playStory, type StoryOutcome } from '../stories/play.ts';
import { parseStories, type Story } from '../stories/story.ts';
import { deriveWays } from './derive.ts';
import { type FlowEdge, flowOf, leftOut, nothingWalked, walk } from './flow.ts';
import { writeStories } from './write.ts';

/** How much of a dialplan stories go through. */
export interface Coverage {
  readonly nodes: { readonly walked: number; readonly all: number; readonly left: readonly string[] };
  readonly edges: { readonly walked: number; readonly all: number; readonly left: readonly FlowEdge[] };
}

export interface Cover extends Coverage {
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
export function cover(plan: Dialplan, dialplan: string, from: Instant): Cover {
  const ways = deriveWays(plan, flowOf(plan), from);
  if (ways.length === 0) return { ...coverageOf(plan, []), stories: [], text: '', wrong: [] };
  const text = writeStories(plan, ways, dialplan);
  const parsed = parseStories(text, dialplan.replace(/(\.yaml)?$/, '.cover.story.yaml'));
  if (!parsed.ok) throw new Error(`a derived story is not right: ${parsed.error.map(({ message }) => message).join()}`);
  const { stories } = parsed.value;
  for (const story of stories) {
    const [finding] = inspectStory(plan, story);
    if (finding !== undefined) throw new Error(`a derived story is not right: ${finding.message}`);
  }
  const outcomes = stories.map(story => playStory(plan, story));
  const wrong = outcomes.filter(({ failures }) => failures.length > 0);
  return { ...coverageOf(plan, outcomes), stories, text, wrong };
}
