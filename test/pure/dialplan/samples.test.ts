import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { diff, yearFrom } from '../../../src/dialplan/diff/index.ts';
import { type Dialplan, loadDialplan } from '../../../src/dialplan/index.ts';
import { mapOf, mermaid } from '../../../src/dialplan/map/index.ts';
import { layoutOf } from '../../../src/dialplan/map/layout.ts';
import { overridePromptNames } from '../../../src/dialplan/overridePrompts.ts';

const forColleagues: ReadonlySet<string> = new Set(overridePromptNames);
const folder = new URL('../../../dialplans/', import.meta.url);
const files = readdirSync(folder).filter(file => file.endsWith('.yaml') && !file.endsWith('.story.yaml'));

async function planOf(file: string): Promise<Dialplan> {
  const loaded = await loadDialplan(new URL(file, folder).pathname, file);
  expect(loaded.ok ? loaded.value.diagnostics : loaded.error).toEqual([]);
  if (!loaded.ok) throw new Error(file);
  return loaded.value.plan;
}

describe('the sample dialplans', () => {
  it('are six', () => {
    expect(files).toEqual(
      ['clinic', 'company', 'hotel', 'sample', 'small-office', 'support-line'].map(name => `${name}.yaml`),
    );
  });

  it.each(files)('%s has neither errors nor warnings, and can be drawn', async file => {
    const plan = await planOf(file);
    const map = mapOf(plan);
    expect(mermaid(map).split('\n').length).toBe(1 + map.nodes.length + map.edges.length);
    expect(layoutOf(map).nodes.length).toBeGreaterThan(10);
  });

  it.each(files)('%s speaks every language of the company, each in words of its own', async file => {
    const { company, prompts } = await planOf(file);
    for (const { name, text } of Object.values(prompts)) {
      // Those are for colleagues, who are spoken to in the default language.
      if (forColleagues.has(name)) continue;
      expect(Object.keys(text), name).toEqual(company.languages);
      expect(new Set(Object.values(text)).size, name).toBe(company.languages.length);
    }
  });

  it.each(files)('%s is the same as itself for every caller', async file => {
    const plan = await planOf(file);
    const span = { ...yearFrom(Date.parse('2026-11-22T10:00:00Z')), to: Date.parse('2027-01-22T10:00:00Z') };
    expect(diff({ before: plan, after: plan }, span)).toEqual({ changes: [], settings: [] });
  });
});
