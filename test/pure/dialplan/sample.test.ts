import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileDialplan, isOpen, loadDialplan } from '../../../src/dialplan/index.ts';
import { overridePromptNames } from '../../../src/dialplan/overridePrompts.ts';

const forColleagues: ReadonlySet<string> = new Set(overridePromptNames);

const path = new URL('../../../dialplans/sample.yaml', import.meta.url).pathname;

describe('the sample dialplan', () => {
  it('has neither errors nor warnings', async () => {
    const loaded = await loadDialplan(path, 'sample.yaml');
    expect(loaded.ok ? loaded.value.diagnostics : loaded.error).toEqual([]);
  });

  it('speaks three languages in every prompt for callers', async () => {
    const loaded = await loadDialplan(path);
    if (!loaded.ok) throw new Error('the sample does not compile');
    const { plan } = loaded.value;
    for (const { name, text } of Object.values(plan.prompts)) {
      // Those are for colleagues, who are spoken to in the default language.
      if (forColleagues.has(name)) continue;
      expect(Object.keys(text), name).toEqual(['en', 'hu', 'ru']);
      expect(new Set(Object.values(text)).size, name).toBe(3);
      expect(text.ru, name).toMatch(/[а-я]/);
    }
  });

  it('is open on a working Saturday and closed on Christmas Eve', async () => {
    const loaded = await loadDialplan(path);
    const office = loaded.ok ? loaded.value.plan.calendars.office : undefined;
    if (office === undefined) throw new Error('the sample has no office hours');
    const open = (instant: string): boolean => isOpen(office, 'Europe/Budapest', Date.parse(instant));
    expect(open('2026-12-11T10:00:00Z')).toBe(true);
    expect(open('2026-12-12T10:00:00Z')).toBe(true);
    expect(open('2026-12-19T10:00:00Z')).toBe(false);
    expect(open('2026-12-24T10:00:00Z')).toBe(false);
    expect(open('2027-12-24T10:00:00Z')).toBe(false);
  });

  it('does not compile any more once one line of its ways is gone', () => {
    const text = readFileSync(path, 'utf8');
    for (const line of ['  backToReception:', '  callLater:', '  reception:', '  night:', '    otherwise: schedule']) {
      expect(text, line).toContain(line);
      const without = text.split('\n').filter(each => !each.startsWith(line));
      expect(compileDialplan(without.join('\n'), 'sample.yaml').ok, line).toBe(false);
    }
  });
});
