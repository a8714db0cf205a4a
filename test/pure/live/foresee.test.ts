import { describe, expect, it } from 'vitest';
import { castOf, tonesOf } from '../../../src/live/cast.ts';
import { foresee } from '../../../src/live/foresee.ts';
import { instantOf, playStory } from '../../../src/rehearsal/index.ts';
import { dialplanOf, houseDialplan, storyOf } from '../../support/live/house.ts';

const office = `calendars:
  never: { open: {} }
  office: { open: { mon-fri: "08:00-17:00" } }
`;
const plan = dialplanOf(
  houseDialplan
    .replace(/calendars:\n.*\n/, office)
    .replace('numbers:\n', 'numbers:\n  "+3612345670": { calendar: office, open: menu:main, closed: goodbye:bye }\n'),
);
const instant = (text: string): number => instantOf(text, 'Europe/Budapest') ?? Number.NaN;
const monday = instant('2026-11-23T10:00');
const night = instant('2026-11-23T23:00');

const story = (to: string, steps: readonly string[], rest = '', ends = '') =>
  storyOf(plan, `at: 2026-11-23T10:00\n    to: "${to}"${rest}`, steps, ends);

function whyNot(one: ReturnType<typeof story>, now = monday, longest = 60_000): string | undefined {
  const prospect = foresee(plan, one, { now, longest });
  return prospect.kind === 'skipped' ? prospect.why : undefined;
}

describe('a story that is not to be had live', () => {
  it('belongs to other hours', () => {
    const open = story('+3612345670', ['hears: welcome']);
    expect(whyNot(open)).toBeUndefined();
    expect(whyNot(open, night)).toBe('it is of 2026-11-23T10:00: office is open then, and closed now');
  });

  it('does not belong to other hours where they change nothing of it', () => {
    expect(whyNot(story('+3612345678', ['hears: welcome']), night)).toBeUndefined();
  });

  it('is one that comes at no time at all least of all: it is played, and shown', () => {
    expect(whyNot(story('+3612345670', ['hears: sorry']))).toBeUndefined();
  });

  it('lasts too long', () => {
    const slow = story('+3612345678', ['hears: welcome', 'waits: 90s', 'hangsUp: caller']);
    expect(whyNot(slow, monday, 120_000)).toBeUndefined();
    expect(whyNot(story('+3612345678', ['presses: 0', 'answers: 10', 'waits: 90s', 'hangsUp: 10']))).toBe(
      'it lasts 1m30s, longer than 1m (--longest)',
    );
  });

  it('tells who of a group rings first that is drawn', () => {
    expect(whyNot(story('+3612345678', ['presses: 2', 'rings: 101']))).toBe(
      'group:drawn begins with another member from call to call, and the story tells of one of them',
    );
    expect(whyNot(story('+3612345678', ['presses: 2', 'hears: ringback', 'hangsUp: caller']))).toBeUndefined();
  });

  it('rings a telephone that is none of ours', () => {
    expect(whyNot(story('+3612345678', ['presses: 102', 'hears: ringback']))).toBe(
      'extension 102 is called at sip:peter@192.0.2.1, and no telephone of ours is there',
    );
  });
});

describe('the cast of a story', () => {
  const cast = (one: ReturnType<typeof story>) => castOf(plan, one, playStory(plan, one));

  it('is those who are rung or named, the agents of its queues first and in their order', () => {
    const told = story('+3612345678', ['presses: 0', 'answers: 10', 'transfers: { who: 10, to: 101 }']);
    expect(cast(told).extensions).toEqual(['10', '11', '101']);
    expect(cast(story('+3612345678', ['hears: welcome'])).extensions).toEqual([]);
    expect(cast(story('10', ['rings: 10'], '\n    from: 101')).extensions).toEqual(['10', '101']);
  });

  it('lacks those who are unreachable', () => {
    const told = story('+3612345678', ['presses: 0', 'rings: 11'], '\n    phones: { 10: unreachable }');
    expect(cast(told)).toEqual({ extensions: ['11'], absent: new Set(['10']) });
  });

  it('has a tone each that is a multiple of 50 Hz, and none near that of the exchange', () => {
    const extensions = Array.from({ length: 50 }, (_, index) => String(100 + index));
    const tones = [...tonesOf({ extensions, absent: new Set() }).values()];
    expect(new Set(tones).size).toBe(51);
    for (const tone of tones) expect([tone % 50, tone >= 500, tone < 3400]).toEqual([0, true, true]);
  });
});
