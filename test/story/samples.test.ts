import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDialplan } from '../../src/dialplan/load.ts';
import { inspectStory, loadStories, pageOf, playStory, prove } from '../../src/rehearsal/index.ts';

const folder = new URL('../../dialplans', import.meta.url).pathname;
const files = readdirSync(folder).filter(name => name.endsWith('.story.yaml'));

describe('the stories beside the dialplans', () => {
  it('are there for each of them', () => {
    const dialplans = readdirSync(folder).filter(name => name.endsWith('.yaml') && !name.endsWith('.story.yaml'));
    expect(dialplans.length).toBeGreaterThan(5);
    expect(files).toEqual(dialplans.map(name => name.replace('.yaml', '.story.yaml')));
  });

  describe.each(files)('%s', async file => {
    const loaded = await loadStories(join(folder, file), file);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
    const { dialplan, stories } = loaded.value;
    const plan = await loadDialplan(join(folder, dialplan ?? `${basename(file, '.story.yaml')}.yaml`));
    if (!plan.ok) throw new Error(JSON.stringify(plan.error));

    it('loses no caller, whoever calls when and whatever they press', () => {
      const { counterExamples, complete } = prove(plan.value.plan, { from: Date.parse('2026-11-22T00:00:00Z') });
      expect(counterExamples).toEqual([]);
      expect(complete).toBe(true);
    });

    it.each(stories)('$name', story => {
      expect(inspectStory(plan.value.plan, story)).toEqual([]);
      const outcome = playStory(plan.value.plan, story);
      expect(outcome.failures, pageOf(outcome).join('\n')).toEqual([]);
      expect(outcome.steps).toHaveLength(story.steps.length);
      expect(story.ends).toBeDefined();
    });
  });
});
