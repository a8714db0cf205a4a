import { describe, expect, it } from 'vitest';
import { diff, diffText, yearFrom } from '../../../src/dialplan/diff/index.ts';
import { regimesOf } from '../../../src/dialplan/diff/regimes.ts';
import { compileDialplan, type Dialplan, isOpen } from '../../../src/dialplan/index.ts';

const text = `kozpont: 1
company: { name: Example, timezone: Europe/Budapest, languages: [en, hu] }
prompts:
  welcome: { en: Press 2 for sales., hu: Az értékesítés a kettes. }
  bye: { en: Goodbye., hu: Viszlát. }
calendars:
  office: { open: { mon-fri: "08:00-17:00" }, closed: [12-24] }
extensions:
  "101": { name: Anna }
  "102": { name: Bea }
menus:
  main:
    greeting: welcome
    keys: { 2: extension:101, 9: { language: hu, then: menu:main } }
    noInput: goodbye:bye
    invalid: goodbye:bye
numbers:
  "+361": { calendar: office, open: menu:main, closed: goodbye:bye }
  "+362*": extension:102
transfer: { recall: { otherwise: goodbye:bye } }
`;

function compiled(source: string): Dialplan {
  const result = compileDialplan(source, 'plan.yaml');
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value.plan;
}

/** A Sunday, 11:00 in Budapest. */
const span = yearFrom(Date.parse('2026-11-22T10:00:00Z'));
const before = compiled(text);

function changed(...changes: readonly (readonly [string, string])[]): string {
  let source = text;
  for (const [was, is] of changes) {
    expect(source, was).toContain(was);
    source = source.replaceAll(was, is);
  }
  const plans = { before, after: compiled(source) };
  return diffText(diff(plans, span), { files: { before: 'old.yaml', after: 'new plan.yaml' }, plans, span });
}

describe('what changes for callers', () => {
  it('is nothing where they notice nothing', () => {
    expect(changed()).toBe('nothing changes for anyone');
    expect(changed(['menu:main', 'menu:hello'], ['  main:', '  hello:'])).toBe('nothing changes for anyone');
    expect(changed(['calendar: office', 'calendar: hours'], ['  office:', '  hours:'])).toBe(
      'nothing changes for anyone',
    );
    expect(changed(['"+361":', '"+36 1":'])).toBe('nothing changes for anyone');
    expect(changed(['"+362*"', '"06 2*"'])).toBe('nothing changes for anyone');
    expect(changed(['"08:00-17:00"', '["12:30-17:00", "08:00-12:30"]'])).toBe('nothing changes for anyone');
  });

  it('is whom a key reaches, while it can be pressed, with a call to try it', () => {
    expect(changed(['2: extension:101', '2: extension:102'])).toBe(`a caller of +361
  Mon–Fri 08:00–17:00 (from Mon 2026-11-23 08:00)
    presses 2: reaches 102 (Bea)
      instead of: reaches 101 (Anna)
      kozpont simulate --dialplan 'new plan.yaml' --to +361 --at 2026-11-23T08:00 --press 2`);
  });

  it('is how many calls a colleague takes at once', () => {
    expect(changed(['name: Anna', 'name: Anna, maxCalls: 2'])).toContain(
      '    presses 2: busy while in 2 calls\n      instead of: busy while in a call\n',
    );
  });

  it('is the hours, told once and not for everything that follows', () => {
    expect(changed(['08:00-17:00', '08:00-16:00'])).toBe(`a caller of +361
  Mon–Fri 16:00–17:00 (from Mon 2026-11-23 16:00)
    hears “Goodbye.” and a goodbye
      instead of: hears “Press 2 for sales.” and a choice of keys
      kozpont simulate --dialplan 'new plan.yaml' --to +361 --at 2026-11-23T16:00`);
    expect(changed(['closed: [12-24]', 'closed: [12-24, 2026-12-28..2026-12-29]'])).toContain(
      '  2026-12-28 08:00–17:00; 2026-12-29 08:00–17:00 (from Mon 2026-12-28 08:00)\n',
    );
  });

  it('is a single language, behind the key that leads to it', () => {
    expect(changed(['kettes', 'kettő'])).toContain(
      '    presses 9: hears “Az értékesítés a kettő.” and a choice of keys\n      instead of: hears “Az értékesítés a kettes.” and a choice of keys\n',
    );
  });

  it('is a number that comes or goes, and what a prefix leaves over', () => {
    expect(changed(['"+362*": extension:102', '"+362*": extension:102\n  "+3620": extension:101'])).toContain(
      'a caller of +3620\n  at any time\n    reaches 101 (Anna)\n      instead of: reaches 102 (Bea)\n',
    );
    expect(changed(['"+362*": extension:102', '"+362*": extension:102\n  "+37": extension:101'])).toContain(
      'a caller of +37\n  at any time\n    reaches 101 (Anna)\n      instead of: is refused\n',
    );
  });

  it('is a key that is new, a time that is longer, and what lost calls meet', () => {
    const told = changed(
      ['keys: { 2', 'keys: { 3: extension:102, 2'],
      ['{ name: Anna }', '{ name: Anna, ringFor: 45s }'],
      ['otherwise: goodbye:bye', 'otherwise: menu:main, maxReturns: 5'],
    );
    expect(told).toContain('    presses 3: reaches 102 (Bea)\n      instead of: means nothing\n');
    expect(told).toContain('    presses 2: ringing for 45s\n      instead of: ringing for 20s\n');
    expect(told).toContain('a caller whose transfer nobody takes back\n  at any time\n    hears “Press 2 for sales.”');
    expect(told).toContain('a caller of +362*\n  at any time\n    102 is busy: hears “Press 2 for sales.”');
    // Who calls from inside is told by the telephone why it failed, before and after.
    expect(told).not.toContain('a colleague who calls 102');
    expect(told).toContain('for every call\n  how often a call comes back: 5 instead of 2');
  });
});

describe('the regimes of two dialplans', () => {
  it('leave no moment out, and hold throughout', () => {
    const after = compiled(text.replace('08:00-17:00', '07:30-12:00, 13:00-23:00'));
    const plans = { before, after };
    const regimes = regimesOf(plans, span);
    expect(regimes).toHaveLength(4);
    const intervals = regimes.flatMap(regime => regime.intervals.map(interval => ({ regime, ...interval })));
    intervals.sort((a, b) => a.from - b.from);
    expect(intervals[0]?.from).toBe(span.from);
    expect(intervals.at(-1)?.to).toBe(span.to);
    for (const [index, { regime, from, to }] of intervals.entries()) {
      if (index > 0) expect(intervals[index - 1]?.to).toBe(from);
      for (const at of [from, (from + to) / 2, to - 1]) {
        for (const side of ['before', 'after'] as const) {
          const { office } = plans[side].calendars;
          if (office === undefined) throw new Error('no office hours');
          expect(regime.isOpen(side, 'office')).toBe(isOpen(office, 'Europe/Budapest', at));
        }
      }
    }
  });
});
