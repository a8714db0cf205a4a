import { describe, expect, it } from 'vitest';
import { cover, coverageOf, parseStories, playStory } from '../../../src/rehearsal/index.ts';
import { officePlan, to } from '../../support/plan.ts';

const from = Date.parse('2026-11-23T09:00:00Z');
/** Every way at a place of its own, as in a file. */
const place = (line: number) => ({ file: 'office.yaml', line, col: 1 });

function placed() {
  const plan = structuredClone(officePlan());
  let line = 1;
  const number = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if ('at' in part) (part as { at: unknown }).at = place(line++);
    for (const [key, inner] of Object.entries(part)) if (key !== 'at') number(inner);
  };
  number(plan);
  return plan;
}

describe('stories that are derived', () => {
  const plan = placed();
  const derived = cover(plan, 'office.yaml', from);

  it('go through every place and way that a call can come to', () => {
    // The calendar never closes.
    expect(derived.nodes.left).toEqual(['announcement:closed']);
    expect(derived.nodes.walked).toBe(derived.nodes.all - 1);
    expect(derived.nodes.all).toBeGreaterThan(10);
    const { closed } = plan.schedules.office ?? {};
    const { then } = plan.announcements.closed ?? {};
    expect(derived.edges.left.map(({ place: at }) => at.line).sort()).toEqual(
      [closed?.at.line, then?.at.line].filter(line => line !== undefined).sort(),
    );
  });

  it('are said to be all there are, and never where a limit was come to', () => {
    const usual = { states: 10_000, tries: 500, ways: 100, text: 100_000 };
    expect(cover(plan, 'office.yaml', from, usual)).toMatchObject({ complete: true, text: derived.text });
    for (const less of [{ states: 5 }, { tries: 0 }, { ways: 1 }, { text: 1_000 }, { text: 0 }]) {
      const some = cover(plan, 'office.yaml', from, { ...usual, ...less });
      expect([some.complete, some.wrong]).toEqual([false, []]);
      expect(some.edges.walked).toBeLessThan(derived.edges.walked);
    }
  });

  it('come as they say, and are written as a file that anybody can play', () => {
    expect(derived.wrong).toEqual([]);
    const parsed = parseStories(derived.text, 'derived.story.yaml');
    if (!parsed.ok) throw new Error('the derived file is not right');
    expect(parsed.value.dialplan).toBe('office.yaml');
    expect(parsed.value.stories).toHaveLength(derived.stories.length);
    for (const story of parsed.value.stories) expect(playStory(plan, story).failures).toEqual([]);
  });

  it('are few: without any one of them something is left out', () => {
    const outcomes = derived.stories.map(story => playStory(plan, story));
    const all = coverageOf(plan, outcomes);
    expect(outcomes.length).toBeLessThan(all.edges.all);
    expect(coverageOf(plan, outcomes.slice(1)).edges.walked).toBeLessThan(all.edges.walked);
  });

  it('notice a change of the dialplan', () => {
    const { main } = plan.menus;
    if (main === undefined) throw new Error('no menu');
    const changed = { ...plan, menus: { main: { ...main, keys: { ...main.keys, '2': to('group', 'support') } } } };
    const failed = derived.stories.filter(story => playStory(changed, story).failures.length > 0);
    expect(failed.length).toBeGreaterThan(0);
  });
});

describe('coverage', () => {
  it('of no stories is nothing', () => {
    const { nodes, edges } = coverageOf(placed(), []);
    expect([nodes.walked, edges.walked]).toEqual([0, 0]);
    expect(nodes.left).toHaveLength(nodes.all);
    expect(edges.left).toHaveLength(edges.all);
  });
});
