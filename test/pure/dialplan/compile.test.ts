import { describe, expect, it } from 'vitest';
import { compileDialplan, type Dialplan } from '../../../src/dialplan/index.ts';

const text = `kozpont: 1
company: { name: Example Ltd, timezone: Europe/Budapest, languages: [en, hu] }
prompts:
  welcome:
    en: |
      Welcome
      to   Example.
    hu: Üdvözöljük.
  bye: Goodbye.
calendars:
  office:
    open: { mon-thu: "13:00-17:00, 8:00-12:00", "fri,sun": ["08:00-15:00"], sat: "22:00-02:00" }
    closed: [12-24, 2026-12-30..2027-01-01]
    exceptions: { 2026-12-12: "09:00-12:00", 02-29: "10:00-11:00" }
defaults: { ringFor: 25s, failover: { busy: queue:reception, otherwise: { language: hu, then: goodbye:bye } } }
extensions:
  "101": { name: Anna }
  102: { name: Péter, ringFor: 10s, directDial: false, contact: "sip:door@192.0.2.7:5070;transport=tcp" }
  "0103": { name: Door, failover: { noAnswer: group:sales } }
  "*7": { name: Fax, failover: goodbye:bye }
groups:
  sales: { members: [101, "102", 101], otherwise: queue:reception }
queues:
  reception: { agents: ["101"], overflow: goodbye:bye }
menus:
  main:
    greeting: welcome
    directDial: true
    keys: { 2: group:sales, "*": announcement:hours, "#": { language: hu, then: menu:main } }
    noInput: queue:reception
    invalid: { say: bye, repeat: 0, then: goodbye:bye }
  other: { greeting: welcome, keys: { 5: extension:0103 }, interDigit: 1500ms, noInput: { then: goodbye:bye }, invalid: goodbye:bye }
announcements:
  hours: { say: welcome, then: schedule:later }
schedules:
  later: { calendar: office, open: menu:other, closed: goodbye:bye }
numbers:
  "+36*": goodbye:bye
  "+36 1 234*": { language: hu, calendar: office, open: menu:main, closed: goodbye:bye }
  "+36 (1) 234-5678": { calendar: office, open: menu:main, closed: { language: hu, then: goodbye:bye } }
  "+3612345679": { to: menu:main, language: hu }
internalNumbers: { 0: queue:reception }
transfer: { recall: { on: [busy, busy], otherwise: queue:reception } }
features: { blindTransfer: "*1", interDigit: 2s }
`;

function compiled(source = text): Dialplan {
  const result = compileDialplan(source, 'plan.yaml');
  if (!result.ok) throw new Error(JSON.stringify(result.error, undefined, 1));
  expect(new Set(result.value.diagnostics.map(({ code }) => code))).toEqual(
    new Set(['PROMPT_UNTRANSLATED', 'AMBIGUOUS_DIGITS', 'DUPLICATE_MEMBER']),
  );
  return result.value.plan;
}

const plan = compiled();
/** Where `value` stands in the first line that has `inLine` in it. */
function at(inLine: string, value: string) {
  const lines = text.split('\n');
  const line = lines.findIndex(each => each.includes(inLine));
  return { file: 'plan.yaml', line: line + 1, col: (lines[line] ?? '').indexOf(value) + 1 };
}

describe('a dialplan, compiled', () => {
  it('evens out the white space of prompts, and takes a plain text as the default language', () => {
    expect(plan.prompts.welcome).toEqual({
      name: 'welcome',
      text: { en: 'Welcome to Example.', hu: 'Üdvözöljük.' },
      at: at('  welcome:', 'welcome'),
    });
    expect(plan.prompts.bye?.text).toEqual({ en: 'Goodbye.' });
  });

  it('spreads the week, in the order of the clock', () => {
    const day = [
      { from: 480, to: 720 },
      { from: 780, to: 1020 },
    ];
    const short = [{ from: 480, to: 900 }];
    expect(plan.calendars.office?.week).toEqual([day, day, day, day, short, [{ from: 1320, to: 1560 }], short]);
  });

  it('spreads dates, of one year and of every year', () => {
    expect(plan.calendars.office?.exceptions).toEqual({
      '2026-12-12': [{ from: 540, to: 720 }],
      '2026-12-30': [],
      '2026-12-31': [],
      '2027-01-01': [],
    });
    expect(plan.calendars.office?.yearly).toEqual({ '12-24': [], '02-29': [{ from: 600, to: 660 }] });
  });

  it('limits the calls of those whose phones register, and of others where it says so', () => {
    const limits = (source: string): readonly (number | undefined)[] => {
      const result = compileDialplan(source, 'plan.yaml');
      if (!result.ok) throw new Error(JSON.stringify(result.error));
      const { extensions } = result.value.plan;
      return ['101', '102', '103', '104'].map(number => extensions[number]?.maxCalls);
    };
    const people = (defaults: string): string => `kozpont: 1
company: { name: Example, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: Goodbye. }
${defaults}
extensions:
  "101": { name: Anna }
  "102": { name: Bea, maxCalls: 3 }
  "103": { name: Gate, contact: "sip:gate@192.0.2.7" }
  "104": { name: Door, contact: "sip:door@192.0.2.7", maxCalls: 1 }
numbers: { "+361": extension:101 }
transfer: { recall: { otherwise: goodbye:bye } }
`;
    expect(limits(people(''))).toEqual([1, 3, undefined, 1]);
    expect(limits(people('defaults: { maxCalls: 2 }'))).toEqual([2, 3, undefined, 1]);
  });

  it('lets a day that is named alone win over a span around it, wherever the two stand', () => {
    const exceptionsOf = (lines: string) =>
      compiled(text.replace(/ {4}closed: .*\n {4}exceptions: .*\n/, lines)).calendars.office?.exceptions;
    const spans = { '2026-12-29': [], '2026-12-30': [{ from: 540, to: 720 }], '2026-12-31': [] };
    expect(
      exceptionsOf('    closed: [2026-12-29..2026-12-31]\n    exceptions: { 2026-12-30: "09:00-12:00" }\n'),
    ).toEqual(spans);
    expect(
      exceptionsOf('    exceptions: { 2026-12-30: "10:00-11:00", 2026-12-29..2026-12-30: "09:00-12:00" }\n'),
    ).toEqual({ '2026-12-29': [{ from: 540, to: 720 }], '2026-12-30': [{ from: 600, to: 660 }] });
    expect(
      exceptionsOf('    closed: [2026-12-30]\n    exceptions: { 2026-12-29..2026-12-30: "09:00-12:00" }\n'),
    ).toEqual({
      '2026-12-29': [{ from: 540, to: 720 }],
      '2026-12-30': [],
    });
  });

  it('fills in what an extension does not say', () => {
    const busy = { to: { kind: 'queue', name: 'reception' }, at: at('defaults:', 'queue:') };
    const otherwise = { to: { kind: 'goodbye', name: 'bye' }, language: 'hu', at: at('defaults:', 'goodbye:') };
    expect(plan.extensions['101']).toEqual({
      number: '101',
      name: 'Anna',
      ringFor: 25_000,
      directDial: true,
      maxCalls: 1,
      failover: { busy, noAnswer: otherwise, declined: otherwise, unreachable: otherwise },
      at: at('Anna', '"101"'),
    });
    expect(plan.extensions['102']).toMatchObject({
      ringFor: 10_000,
      directDial: false,
      contact: 'sip:door@192.0.2.7:5070;transport=tcp',
    });
    expect(plan.extensions['0103']?.failover).toMatchObject({
      busy,
      noAnswer: { to: { kind: 'group', name: 'sales' } },
      declined: otherwise,
    });
    expect(Object.values(plan.extensions['*7']?.failover ?? {}).map(({ to }) => to)).toEqual(
      Array.from({ length: 4 }, () => ({ kind: 'goodbye', name: 'bye' })),
    );
  });

  it('leaves an extension without failover to the node that sent the caller', () => {
    const bare = compiled(text.replace(/^defaults:.*\n/m, ''));
    expect(bare.extensions['101']).toMatchObject({ ringFor: 20_000, failover: {} });
  });

  it('names each member once, and gives groups and queues their defaults', () => {
    expect(plan.groups.sales).toMatchObject({
      members: ['101', '102'],
      strategy: 'simultaneous',
      ringFor: 20_000,
      otherwise: { to: { kind: 'queue', name: 'reception' } },
    });
    expect(plan.queues.reception).toEqual({
      name: 'reception',
      agents: ['101'],
      strategy: 'longestIdle',
      music: 'default',
      ringFor: 20_000,
      retryAfter: 15_000,
      maxWait: 300_000,
      overflow: { to: { kind: 'goodbye', name: 'bye' }, at: at('  reception:', 'goodbye:') },
      at: at('  reception:', 'reception'),
    });
  });

  it('writes out what a menu abbreviates', () => {
    expect(plan.menus.main).toMatchObject({
      directDial: true,
      interDigit: 3000,
      keys: {
        2: { to: { kind: 'group', name: 'sales' }, at: at('keys: { 2', 'group:') },
        '*': { to: { kind: 'announcement', name: 'hours' } },
        '#': { to: { kind: 'menu', name: 'main' }, language: 'hu' },
      },
      noInput: {
        after: 5000,
        repeat: 1,
        then: { to: { kind: 'queue', name: 'reception' }, at: at('noInput: queue', 'queue:') },
      },
      invalid: { say: 'bye', repeat: 0, then: { to: { kind: 'goodbye', name: 'bye' } } },
    });
    expect(plan.menus.other).toMatchObject({
      directDial: false,
      interDigit: 1500,
      noInput: { after: 5000, repeat: 1 },
      invalid: { repeat: 2 },
    });
  });

  it('puts the most telling number first, and makes a schedule of hours that stand with a number', () => {
    expect(plan.numbers.map(({ match }) => match)).toEqual([
      { kind: 'exact', number: '+3612345678' },
      { kind: 'exact', number: '+3612345679' },
      { kind: 'prefix', prefix: '+361234' },
      { kind: 'prefix', prefix: '+36' },
    ]);
    expect(plan.numbers.map(({ route }) => [route.to.kind, route.to.name, route.language])).toEqual([
      ['schedule', '+3612345678', undefined],
      ['menu', 'main', 'hu'],
      ['schedule', '+361234*', 'hu'],
      ['goodbye', 'bye', undefined],
    ]);
    expect(plan.schedules['+3612345678']).toMatchObject({
      calendar: 'office',
      open: { to: { kind: 'menu', name: 'main' } },
      closed: { to: { kind: 'goodbye', name: 'bye' }, language: 'hu' },
    });
    expect(Object.keys(plan.schedules).sort()).toEqual(['+361234*', '+3612345678', 'later']);
  });

  it('has rules for transfers, and the codes that are offered', () => {
    expect(plan.transfer).toMatchObject({
      ringFor: 20_000,
      recall: { on: ['busy'], ringFor: 30_000, maxReturns: 2, maxTotal: 600_000 },
    });
    expect(plan.features).toEqual({ blindTransfer: '*1', interDigit: 2000 });
    expect(plan.internalNumbers).toMatchObject({ 0: { to: { kind: 'queue', name: 'reception' } } });
  });

  it('cannot be changed, in no part', () => {
    const thawed: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) thawed.push(path);
      for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`);
    };
    visit(plan, 'plan');
    expect(thawed).toEqual([]);
  });

  it('serialises, and finds only what it declares', () => {
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(plan.menus.constructor).toBeUndefined();
    expect(plan.prompts.toString).toBeUndefined();
  });

  it('has a version of its content', () => {
    expect(plan.version).toMatch(/^[0-9a-f]{16}$/);
    expect(compiled().version).toBe(plan.version);
    expect(compiled(text.replace('Goodbye.', 'Goodbye!')).version).not.toBe(plan.version);
  });

  it('may have names that objects have', () => {
    const odd = compiled(text.replaceAll('menu:other', 'menu:constructor').replace('  other:', '  constructor:'));
    expect(Object.entries(odd.menus).find(([name]) => name === 'constructor')?.[1].greeting).toBe('welcome');
  });
});
