import { describe, expect, it } from 'vitest';
import { compileDialplan } from '../../../src/dialplan/compileDialplan.ts';
import {
  type Behaviour,
  callerOf,
  instantOf,
  linesOf,
  type Moment,
  parseBehaviour,
  parsePress,
  parseStories,
  playStory,
  type Scenario,
  showWall,
  simulate,
  spokenLength,
  usualAnswer,
} from '../../../src/rehearsal/index.ts';
import { extension, officePlan } from '../../support/plan.ts';

const plan = officePlan();
const zone = 'Europe/Budapest';
const at = instantOf('2026-11-23T10:00', zone) ?? Number.NaN;

function play(
  change: Partial<Scenario> & { readonly phones?: Readonly<Record<string, Behaviour>> } = {},
  dialplan = plan,
) {
  const { phones = {}, ...rest } = change;
  return simulate(dialplan, {
    at,
    from: '+36301111111',
    to: '+3612345678',
    presses: [],
    behaviourOf: extension => phones[extension] ?? usualAnswer,
    talkFor: 10_000,
    ...rest,
  });
}

const told = (moments: readonly Moment[], ...kinds: Moment['kind'][]) =>
  moments.filter(({ kind }) => kinds.includes(kind)).map(({ callId: _, place: __, ...moment }) => moment);
const noAnswer: Behaviour = { kind: 'noAnswer' };

describe('a call in virtual time', () => {
  it('is told in milliseconds, and with the text of what is spoken', () => {
    const { moments, call } = play({ presses: [{ keys: '2', at: 300 }], phones: { '102': noAnswer } });
    const length = spokenLength('welcome');
    expect(told(moments, 'heard', 'pressed', 'rung', 'answered', 'joined', 'stoppedRinging', 'left')).toEqual([
      {
        at: 0,
        kind: 'heard',
        who: 'caller',
        prompts: [{ name: 'welcome', text: 'welcome' }],
        language: 'en',
        lasts: length,
      },
      { at: 300, kind: 'pressed', who: 'caller', digit: '2' },
      { at: 300, kind: 'rung', who: '101', shows: '+36301111111', alert: 'external' },
      { at: 300, kind: 'rung', who: '102', shows: '+36301111111', alert: 'external' },
      { at: 4_300, kind: 'answered', who: '101' },
      { at: 4_300, kind: 'stoppedRinging', who: '102' },
      { at: 4_300, kind: 'joined', who: ['caller', '101'] },
      { at: 14_300, kind: 'left', who: 'caller', by: 'remote' },
      { at: 14_300, kind: 'left', who: '101', by: 'local' },
    ]);
    expect(call.phase).toMatchObject({ kind: 'ended', termination: { result: 'completed' } });
    expect(Object.keys(call.legs)).toEqual([]);
  });

  it('finds busy whoever talks already, where the dialplan has a limit', () => {
    const limited = officePlan({
      extensions: Object.fromEntries(
        ['10', '11', '101', '102', '103'].map(one => [one, extension(one, { maxCalls: 1 })]),
      ),
    });
    const phones = { '101': { kind: 'talking' }, '10': { kind: 'talking' } } as const;
    const group = play({ presses: [{ keys: '2', at: 0 }], phones }, limited).moments;
    expect(told(group, 'busy', 'rung', 'answered')).toMatchObject([
      { kind: 'busy', who: '101' },
      { kind: 'rung', who: '102' },
      { kind: 'answered', who: '102' },
    ]);
    expect(linesOf({ startedAt: at, timezone: zone, moments: group }).join('\n')).toContain(
      '101 is in a call already: busy',
    );
    const queue = play({ presses: [{ keys: '0', at: 0 }], phones }, limited).moments;
    expect(told(queue, 'rung').map(moment => 'who' in moment && moment.who)).toEqual(['11']);
    // Call waiting: it rings, and the one who talks does not answer.
    const waiting = play({ presses: [{ keys: '2', at: 0 }], phones: { ...phones, '102': noAnswer } }).moments;
    expect(told(waiting, 'busy', 'rung', 'answered').slice(0, 3)).toMatchObject([
      { who: '101' },
      { who: '102' },
      { who: '11' },
    ]);
  });

  it('says which timer was set, which fired, and why', () => {
    const { moments } = play({ presses: [], hangUpAt: 600_000, phones: { '10': noAnswer, '11': noAnswer } });
    const length = spokenLength('welcome');
    expect(
      told(moments, 'timerSet', 'timerFired').filter(moment => 'timer' in moment && moment.timer === 'noInput'),
    ).toEqual([
      { at: length, kind: 'timerSet', timer: 'noInput', after: 5_000, reason: 'nothing is pressed' },
      { at: length + 5_000, kind: 'timerFired', timer: 'noInput', reason: 'nothing is pressed' },
      { at: 2 * length + 5_000, kind: 'timerSet', timer: 'noInput', after: 5_000, reason: 'nothing is pressed' },
      { at: 2 * length + 10_000, kind: 'timerFired', timer: 'noInput', reason: 'nothing is pressed' },
    ]);
    expect(moments.at(-1)).toMatchObject({ kind: 'ended', termination: { result: 'goodbye' } });
  });

  it('presses a key without a time when the menu has been listened to', () => {
    const { moments, unpressed } = play({
      presses: [
        { keys: '9', at: undefined },
        { keys: '0', at: undefined },
      ],
    });
    const length = spokenLength('welcome');
    expect(told(moments, 'pressed')).toEqual([
      { at: length + 500, kind: 'pressed', who: 'caller', digit: '9' },
      { at: 2 * length + 1_000, kind: 'pressed', who: 'caller', digit: '0' },
    ]);
    expect(told(moments, 'heard')).toMatchObject([{ language: 'en' }, { language: 'hu' }]);
    expect(unpressed).toEqual([]);
  });

  it('says what was never pressed', () => {
    const never = { keys: '7', at: undefined };
    expect(play({ to: '+361234571', presses: [never] }).unpressed).toEqual([never]);
  });

  it('hangs up when the caller does, whatever happens', () => {
    const { moments, call } = play({ presses: [{ keys: '101', at: 0 }], phones: { '101': noAnswer }, hangUpAt: 8_000 });
    expect(call.phase).toMatchObject({ termination: { result: 'abandoned', by: 'caller' } });
    expect(moments.at(-1)?.at).toBe(8_000);
    expect(told(moments, 'stoppedRinging')).toEqual([{ at: 8_000, kind: 'stoppedRinging', who: '101' }]);
  });

  it.each([
    ['busy', 486],
    ['declined', 603],
    ['unreachable', 480],
  ] as const)('has phones that are %s', (kind, status) => {
    const { moments } = play({ presses: [{ keys: '101', at: 0 }], phones: { '101': { kind, after: 1_500 } } });
    expect(told(moments, 'failed')).toEqual([{ at: 2_000, kind: 'failed', who: '101', reason: kind, status }]);
    expect(moments.some(moment => moment.kind === 'queued')).toBe(true);
  });

  it('offers nothing to an agent without a phone, and goes on to the next who does not answer', () => {
    const { moments } = play({
      to: '+3612345678',
      presses: [{ keys: '0', at: 0 }],
      phones: { '10': { kind: 'unreachable', after: 0 }, '11': { kind: 'answer', after: 2_000 } },
    });
    expect(told(moments, 'rung')).toMatchObject([{ who: '11' }]);
    const passed = play({ presses: [{ keys: '0', at: 0 }], phones: { '10': noAnswer } }).moments;
    expect(told(passed, 'rung')).toMatchObject([
      { at: 0, who: '10' },
      { at: 15_000, who: '11' },
    ]);
  });

  it('is a call of a colleague where an extension calls', () => {
    const { moments, call } = play({ from: '103', to: '101' });
    expect(call.origin).toEqual({ kind: 'extension', number: '103' });
    expect(told(moments, 'called', 'rung')).toMatchObject([
      { by: '103', to: '101' },
      { who: '101', shows: 'Extension 103', alert: 'internal' },
    ]);
  });

  it('is refused where nothing is at the number', () => {
    expect(play({ to: '+49' }).call.phase).toMatchObject({ termination: { result: 'refused' } });
  });

  it('is the same every time, and leaves the plan as it is', () => {
    const before = JSON.stringify(plan);
    expect(play({ presses: [{ keys: '2', at: 1 }] })).toEqual(play({ presses: [{ keys: '2', at: 1 }] }));
    expect(JSON.stringify(plan)).toBe(before);
  });

  it('takes the true length of a prompt where it is known', () => {
    const { moments } = simulate(
      plan,
      {
        at,
        from: '',
        to: '+3612345678',
        presses: [{ keys: '0', at: undefined }],
        behaviourOf: () => usualAnswer,
        talkFor: 1,
      },
      (prompt, language) => (prompt === 'welcome' && language === 'en' ? 7_000 : undefined),
    );
    expect(told(moments, 'pressed')).toMatchObject([{ at: 7_500 }]);
  });
});

describe('the page of a simulation', () => {
  it('has the time on the wall, the place in the dialplan, and what happened', () => {
    const page = linesOf(play({ presses: [{ keys: '2', at: 300 }] }));
    expect(page[0]).toBe('10:00:00.000      +0.000                   caller (+36 30 111 1111) calls +36 1 234 5678');
    expect(page).toContain('10:00:00.300      +0.300  office.yaml:1:1  caller presses 2');
    expect(page.join('\n')).not.toContain('timer prompt');
  });

  it('has the file, line and column of the way that was taken', () => {
    const compiled = compileDialplan(
      `kozpont: 1
company: { name: Example, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: Goodbye. }
numbers: { "+3612345678": goodbye:bye }
transfer: { recall: { otherwise: goodbye:bye } }
`,
      'small.yaml',
    );
    if (!compiled.ok) throw new Error('does not compile');
    const simulation = simulate(compiled.value.plan, {
      at,
      from: '',
      to: '+3612345678',
      presses: [],
      behaviourOf: () => usualAnswer,
      talkFor: 1,
    });
    expect(linesOf(simulation)).toContain('10:00:00.000      +0.000  small.yaml:4:27  → goodbye:bye (en)');
    expect(simulation.call.phase).toMatchObject({ termination: { result: 'goodbye' } });
  });
});

describe('the clock on the wall', () => {
  it('is that of the company, through both changes of a year', () => {
    expect(instantOf('2026-12-24T18:05', zone)).toBe(Date.parse('2026-12-24T17:05:00Z'));
    expect(instantOf('2026-07-01T08:00:30', zone)).toBe(Date.parse('2026-07-01T06:00:30Z'));
    expect(instantOf('2026-03-29T02:30', zone)).toBeUndefined();
    expect(instantOf('2026-10-25T02:30', zone)).toBe(Date.parse('2026-10-25T00:30:00Z'));
    expect(showWall(Date.parse('2026-12-24T17:05:00Z'), zone)).toBe('2026-12-24T18:05:00');
  });

  it.each(['2026-02-30T10:00', '2026-13-01T10:00', '2026-01-01', '2026-01-01T25:00', 'now', '2026-1-1T1:00'])(
    'does not know %s',
    text => expect(instantOf(text, zone)).toBeUndefined(),
  );
});

describe('the words of the command line', () => {
  it.each([
    ['answer', { kind: 'answer', after: 4_000 }],
    ['answer:1m', { kind: 'answer', after: 60_000 }],
    ['noAnswer', { kind: 'noAnswer' }],
    ['talking', { kind: 'talking' }],
    ['busy', { kind: 'busy', after: 0 }],
    ['declined:2s', { kind: 'declined', after: 2_000 }],
  ])('%s', (text, behaviour) => expect(parseBehaviour(text)).toEqual({ ok: true, value: behaviour }));

  it.each(['', 'answers', 'answer:5', 'noAnswer:5s', 'talking:5s', 'busy:1s:2s'])('not %j', text =>
    expect(parseBehaviour(text).ok).toBe(false),
  );

  it('keys, with and without a time', () => {
    expect(parsePress('2@3s')).toEqual({ ok: true, value: { keys: '2', at: 3_000 } });
    expect(parsePress('*1#')).toEqual({ ok: true, value: { keys: '*1#', at: undefined } });
    for (const wrong of ['', 'a', '2@', '2@3', '2@3s@1s', '@3s']) expect(parsePress(wrong).ok, wrong).toBe(false);
  });
});

describe('how long a text takes to be spoken', () => {
  it('grows with its words, its digits and its sentences', () => {
    expect(spokenLength('')).toBe(250);
    expect(spokenLength('one two')).toBe(250 + 800);
    expect(spokenLength('One two.')).toBe(250 + 800 + 350);
    expect(spokenLength('Press 10.')).toBe(250 + 1_200 + 350);
    expect(spokenLength('Üdvözöljük!')).toBe(250 + 400 + 350);
  });
});

describe('numbers in a simulation and in a story', () => {
  const source = `kozpont: 1
company: { name: Example, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: Goodbye., known: Hello. }
extensions: { "101": { name: Anna }, "102": { name: Bea } }
callers:
  known: { rules: [{ from: ["06 20 123*"], then: extension:101 }], otherwise: goodbye:bye }
numbers: { "06 1 234 5678": callers:known }
transfer: { recall: { otherwise: goodbye:bye } }
`;
  const compiled = compileDialplan(source, 'numbers.yaml');
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  const { plan: numbered } = compiled.value;

  it.each(['+36 20 123 4567', '06201234567', '0036-20-123-4567', '36201234567'])('may be written as %s', from => {
    for (const to of ['+3612345678', '06 1 234 5678', '003612345678']) {
      const story = parseStories(
        `stories:
  - name: a story
    at: 2026-11-23T10:00
    from: "${from}"
    to: "${to}"
    steps:
      - rings: { who: 101, shows: "+36-20-123-4567" }
      - answers: 101
      - transfers: { who: 101, to: "1-02" }
      - rings: 102
      - rings: { who: 101, shows: "R: no answer 102 – +36201234567" }
      - answers: 101
      - hangsUp: caller
    ends: { result: completed, record: { to: "+3612345678", from: { number: "+36201234567" } } }
`,
        'a.story.yaml',
      );
      if (!story.ok || story.value.stories[0] === undefined) throw new Error(JSON.stringify(story));
      expect(playStory(numbered, story.value.stories[0]).failures).toEqual([]);
    }
  });

  it('anonymous is none', () => {
    for (const from of ['', 'anonymous', 'Restricted']) expect(callerOf(numbered, from).number).toBe('');
  });
});
