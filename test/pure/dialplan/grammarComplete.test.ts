import { describe, expect, it } from 'vitest';
import { routeForCaller } from '../../../src/dialplan/callers.ts';
import { diff, diffText, yearFrom } from '../../../src/dialplan/diff/index.ts';
import { compileDialplan, type Dialplan } from '../../../src/dialplan/index.ts';
import { explainText } from '../../../src/dialplan/map/index.ts';
import { numberMatches } from '../../../src/dialplan/numberMatch.ts';
import { spell, spellings } from '../../../src/dialplan/outline/spelling.ts';

const text = `kozpont: 1
company: { name: Example, timezone: Europe/Budapest, languages: [en, hu] }
prompts: { welcome: { en: Welcome., hu: Üdv. }, bye: { en: Bye., hu: Viszlát. } }
calendars: { office: { open: { daily: "08:00-17:00" }, holidays: HU } }
extensions:
  "101": { name: Kovács Anna, forward: extension:102 }
  "102": { name: Bea Nagy }
  "103": { name: Csaba Ács, doNotDisturb: true, failover: { declined: queue:all } }
groups:
  turns: { members: ["102", "103", "101"], strategy: roundRobin, otherwise: goodbye:bye }
queues:
  all: { agents: ["103", "102"], overflow: goodbye:bye }
menus:
  main:
    greeting: welcome
    keys: { 1: group:turns, 2: menu:sub, 9: { language: hu, then: repeat } }
    noInput: goodbye:bye
    invalid: goodbye:bye
  sub:
    greeting: welcome
    dialByName: true
    keys: { "*": back, "#": { language: en, then: repeat } }
    noInput: goodbye:bye
    invalid: goodbye:bye
callers:
  known:
    rules:
      - { from: ["+3620*", "+36 1 555 00xx"], then: extension:103 }
      - { from: [anonymous], then: goodbye:bye }
    otherwise: menu:main
numbers:
  "*@backup": menu:main
  "+36*": callers:known
  "+361234567x": { calendar: office, open: menu:main, closed: goodbye:bye }
  "+361234567x@backup": extension:101
transfer: { recall: { otherwise: goodbye:bye } }
`;

function compiled(source = text): Dialplan {
  const result = compileDialplan(source, 'plan.yaml');
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value.plan;
}

const plan = compiled();

describe('the complete grammar, compiled', () => {
  it('resolves repeat and back', () => {
    expect(plan.menus.main?.keys['9']).toMatchObject({ to: { kind: 'menu', name: 'main' }, language: 'hu' });
    expect(plan.menus.sub?.keys['*']).toMatchObject({ to: { kind: 'menu', name: 'main' } });
    expect(plan.menus.sub?.keys['#']).toMatchObject({ to: { kind: 'menu', name: 'sub' }, language: 'en' });
  });

  it('takes those who are not to be disturbed out of groups and queues', () => {
    expect(plan.groups.turns).toMatchObject({ strategy: 'roundRobin', members: ['102', '101'] });
    expect(plan.queues.all?.agents).toEqual(['102']);
    expect(plan.extensions['103']?.doNotDisturb).toBe(true);
    expect(plan.extensions['102']).not.toHaveProperty('doNotDisturb');
    expect(plan.extensions['101']?.forward?.to).toEqual({ kind: 'extension', name: '102' });
  });

  it('orders numbers, patterns and trunks by how much they tell', () => {
    expect(plan.numbers.map(({ match, trunk }) => [match.kind, trunk])).toEqual([
      ['pattern', 'backup'],
      ['pattern', undefined],
      ['prefix', undefined],
      ['prefix', 'backup'],
    ]);
  });

  it('chooses by the number of the caller', () => {
    const known = plan.callers?.known;
    if (known === undefined) throw new Error('no callers');
    const to = (number: string) => routeForCaller(known, number).to.name;
    expect(to('+36201234567')).toBe('103');
    expect(to('+3615550042')).toBe('103');
    expect(to('+36155500421')).toBe('main');
    for (const hidden of ['anonymous', '']) expect(to(hidden), hidden).toBe('bye');
    for (const name of ['Anna', '+3615550x42', '+36201234567a']) expect(to(name), name).toBe('main');
    expect(to('+49301234')).toBe('main');
  });
});

describe('a number', () => {
  it.each([
    ['+361234', { kind: 'pattern', pattern: '+3612xx', prefix: '+3612' }, true],
    ['+36123', { kind: 'pattern', pattern: '+3612xx', prefix: '+3612' }, false],
    ['+3612345', { kind: 'pattern', pattern: '+3612xx', prefix: '+3612' }, false],
    ['+3612345', { kind: 'pattern', pattern: '+3612xx*', prefix: '+3612' }, true],
    ['+3612a4', { kind: 'pattern', pattern: '+3612xx', prefix: '+3612' }, false],
    ['+361299', { kind: 'prefix', prefix: '+3612' }, true],
    ['', { kind: 'prefix', prefix: '' }, true],
  ] as const)('%j fits %j: %j', (number, match, fits) => {
    expect(numberMatches(match, number)).toBe(fits);
  });
});

describe('a name on the keys', () => {
  it('is spelled without accents, in Latin and in Cyrillic', () => {
    expect(spellings('Kovács Anna')).toEqual(['568227', '2662', '5682272662', '2662568227']);
    expect(spellings('Анна')).toEqual(['2552']);
    expect(spellings('Ødegård')).toEqual(['6334273']);
    expect(spellings('Al')).toEqual([]);
    expect(spellings('12 <>')).toEqual([]);
  });

  it('leads to a person from the keys on that no other name has', () => {
    const { names, alike } = spell([
      { number: '1', name: 'Ann' },
      { number: '2', name: 'Anna' },
      { number: '3', name: 'Anne Kovács' },
      { number: '4', name: 'Kovacs Anne' },
    ]);
    // Whole, and the beginning of others.
    expect(names.get('266')).toBe('1');
    expect(names.get('2662')).toBe('2');
    expect(names.get('2663')).toBeUndefined();
    expect(alike.map(([first, second]) => [first.number, second.number])).toEqual([['3', '4']]);
    expect(plan.menus.sub?.names).toMatchObject({ '568': '101', '232': '102', '227': '103' });
    expect(plan.menus.main).not.toHaveProperty('names');
  });
});

describe('what is drawn and compared of it', () => {
  it('shows forwards, names and callers', () => {
    expect(explainText(plan, { to: ['extension:103'] })).toBe(
      '+361234567x → office open → menu main → key 2 → menu sub → a name is spelled → a name is spelled → 103 is spelled → extension 103\n' +
        '+36* → callers known → from +3620*, +36155500xx → extension 103\n' +
        '*@backup → menu main → key 2 → menu sub → a name is spelled → a name is spelled → 103 is spelled → extension 103',
    );
    expect(explainText(plan, { to: ['extension:102'], from: ['number:+361234567x@backup'] })).toBe(
      '+361234567x@backup → extension 101 → forwarded → extension 102',
    );
  });

  it('tells what changes for certain callers, and for those who are forwarded', () => {
    const after = compiled(
      text
        .replace('"+36 1 555 00xx"], then: extension:103', '"+36 1 555 00xx"], then: extension:102')
        .replace(', forward: extension:102', ''),
    );
    const plans = { before: plan, after };
    const span = yearFrom(Date.parse('2026-11-22T10:00:00Z'));
    const told = diffText(diff(plans, span), { files: { before: 'a', after: 'b' }, plans, span });
    expect(told).toContain('a caller of +36* who calls from +3620*\n');
    expect(told).toContain('    reaches 102 (Bea Nagy)\n      instead of: does not disturb 103 (Csaba Ács)');
    expect(told).toContain('a caller of +361234567x@backup\n');
    expect(told).toContain('    reaches 101 (Kovács Anna)\n      instead of: reaches 102 (Bea Nagy)\n');
  });
});
