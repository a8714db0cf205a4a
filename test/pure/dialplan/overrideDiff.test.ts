import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/commandLine.ts';
import { command, scenarioOf } from '../../../src/cli/commands/simulate.ts';
import { diff, diffText, yearFrom } from '../../../src/dialplan/diff/index.ts';
import { regimesOf } from '../../../src/dialplan/diff/regimes.ts';
import { compileDialplan, type Dialplan } from '../../../src/dialplan/index.ts';
import { explainText, mapOf, outlineText } from '../../../src/dialplan/map/index.ts';
import { simulate } from '../../../src/rehearsal/index.ts';

const text = `kozpont: 1
company: { name: Example, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: Goodbye., shut: We have closed. }
calendars:
  office: { open: { daily: "00:00-24:00" }, override: "*28" }
extensions:
  "101": { name: Anna }
numbers:
  "+361": { calendar: office, open: extension:101, closed: goodbye:shut }
transfer: { recall: { otherwise: goodbye:bye } }
`;

function compiled(source: string): Dialplan {
  const result = compileDialplan(source, 'plan.yaml');
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value.plan;
}

const span = yearFrom(Date.parse('2026-11-22T10:00:00Z'));
const before = compiled(text);

function changed(was: string, is: string): string {
  expect(text).toContain(was);
  const plans = { before, after: compiled(text.replace(was, is)) };
  return diffText(diff(plans, span), { files: { before: 'old.yaml', after: 'new.yaml' }, plans, span });
}

describe('what changes for callers', () => {
  it('is what they meet only while somebody has closed by hand, with a call to try it', () => {
    const told = changed('We have closed.', 'We are shut.');
    expect(told).toBe(`a caller of +361
  with office closed by hand
    hears “We are shut.” and a goodbye
      instead of: hears “We have closed.” and a goodbye
      kozpont simulate --dialplan new.yaml --to +361 --at 2026-11-22T11:00 --override office=closed`);
    const args = parseCommandLine(command, told.split('kozpont simulate ')[1]?.split(' ') ?? []);
    const scenario = args.ok ? scenarioOf(before, args.value) : args;
    if (!scenario.ok) throw new Error(scenario.error);
    const { moments } = simulate(before, scenario.value);
    expect(moments.some(moment => moment.kind === 'entered' && moment.node === 'goodbye:shut')).toBe(true);
  });

  it('needs no hands where it comes by the timetable as well', () => {
    const told = changed('"00:00-24:00"', '"00:00-20:00"');
    expect(told).toContain('  every day 20:00–24:00');
    expect(told).not.toContain('by hand');
  });

  it('is the code itself', () => {
    expect(changed('"*28"', '{ code: "*29", until: furtherNotice, by: ["101"] }')).toContain(
      'the code that opens and closes office: *29 until further notice, for 101 instead of *28',
    );
    expect(changed(', override: "*28"', ', closed: [12-24]')).toContain(
      'the code that opens and closes office: none instead of *28',
    );
  });

  it('is looked at with every hand, and never without end', () => {
    const names = Array.from({ length: 20 }, (_, index) => `c${index}`);
    const many = compiled(
      text
        .replace(
          'extensions:',
          `${names.map((name, at) => `  ${name}: { open: { mon: "08:00-09:00" }, override: "#${at + 10}" }`).join('\n')}\nextensions:`,
        )
        .replace(
          'transfer:',
          `${names.map((name, at) => `  "+362${at}": { calendar: ${name}, open: extension:101, closed: goodbye:shut }`).join('\n')}\ntransfer:`,
        ),
    );
    const regimes = regimesOf({ before: many, after: many }, span);
    expect(regimes).toHaveLength(512);
    expect(regimes.filter(({ byHand }) => byHand === undefined)).toHaveLength(2);
  });
});

describe('the map', () => {
  it('shows the code where it decides', () => {
    const plan = compiled(
      text.replace(
        'numbers:',
        'schedules: { hours: { calendar: office, open: extension:101, closed: goodbye:bye } }\nnumbers:\n  "+362": schedule:hours',
      ),
    );
    const { nodes } = mapOf(plan);
    expect(nodes.map(({ detail }) => detail)).toContain('office, by hand: *28');
  });

  it('has what a hand leaves open', () => {
    const ways = (overrides: Readonly<Record<string, 'open' | 'closed'>>) => outlineText(mapOf(before, { overrides }));
    expect(ways({})).toContain('office closed');
    expect(ways({ office: 'closed' })).not.toContain('office open');
    const at = Date.parse('2026-11-23T10:00:00Z');
    expect(explainText(before, { to: ['goodbye:shut'], from: ['number:+361'], at })).toBe('no call comes there');
    expect(
      explainText(before, { to: ['goodbye:shut'], from: ['number:+361'], at, overrides: { office: 'closed' } }),
    ).toBe('+361 → office closed → goodbye shut');
  });
});
