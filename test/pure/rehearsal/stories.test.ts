import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inspectStory, pageOf, parseStories, playStory, type Story } from '../../../src/rehearsal/index.ts';
import { officePlan } from '../../support/plan.ts';

const plan = officePlan();

function storyOf(steps: string, rest = ''): Story {
  const head = `stories:\n  - name: a story\n    at: 2026-11-23T10:00\n    to: "+3612345678"\n${rest}`;
  const lines = steps
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => `      - ${line.trim()}\n`);
  const parsed = parseStories(`${head}    steps:\n${lines.join('')}`, 'a.story.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const [story] = parsed.value.stories;
  if (story === undefined) throw new Error('no story');
  return story;
}

const failuresOf = (steps: string, rest = ''): readonly string[] => {
  const story = storyOf(steps, rest);
  expect(inspectStory(plan, story)).toEqual([]);
  return playStory(plan, story).failures.map(({ message }) => message);
};

const complaints = (text: string): readonly string[] => {
  const parsed = parseStories(text, 'a.story.yaml');
  if (parsed.ok) throw new Error('it parses');
  return parsed.error.map(({ code, at }) => `${code} ${at.line}:${at.col}`);
};

describe('a story that comes as it says', () => {
  it('has nothing to complain of, and each step knows what was told by then', () => {
    const story = storyOf(`
      hears: welcome
      presses: 2
      rings: [102, 101]
      answers: 101
      talks: [caller, 101]
      hangsUp: caller`);
    const { failures, steps, timeline } = playStory(plan, story);
    expect(failures).toEqual([]);
    expect(steps.map(({ place }) => place.line)).toEqual([6, 7, 8, 9, 10, 11]);
    expect(steps.at(-1)?.told).toBe(timeline.moments.length);
  });
});

describe('a step that does not come as it says', () => {
  it.each([
    ['hears: sorry', 'caller hears sorry: caller hears welcome (en) instead'],
    ['hears: { what: welcome, language: hu }', 'caller hears welcome (hu): it is spoken in en'],
    ['hears: welcome\npresses: 0\nhears: welcome', 'caller hears welcome: caller hears bye (en) instead'],
    ['presses: 0\nanswers: 10\nhears: ringback', 'caller hears ringback: caller never does'],
    ['presses: 2\nrings: 102\nrings: 103', '102 rings: 101 rings instead'],
    ['presses: 2\nrings: [101, 102, 103]', '101 and 102 and 103 ring: 10 rings instead'],
    ['presses: 101\nrings: { who: 101, shows: Anna }', '101 rings, showing “Anna”: it shows “”'],
    ['presses: 101\nanswers: 102', '102 answers: 102 does not ring'],
    ['presses: 101\nanswers: 101\nstops: 101\ntalks: [caller, 102]', 'caller and 102 hear each other: they never do'],
    ['enters: group:support', '→ group:support: the call never comes there'],
    ['hangsUp: 10', '10 hangs up: 10 is in no call'],
    ['presses: 0\nanswers: 10\ntransfers: { who: 10, to: 777 }', '10 transfers to 777: it is refused with 404'],
    [
      'presses: 0\nanswers: 10\ntransfers: { who: 10, to: 101, refused: 404 }',
      '10 transfers to 101, and is refused with 404: it is accepted',
    ],
    ['presses: 0\nanswers: 10\ncompletes: 10', '10 completes the transfer: 10 does not consult anybody'],
  ])('%j', (steps, message) => expect(failuresOf(steps)).toEqual([message]));

  it('stops the story there', () => {
    const { steps } = playStory(plan, storyOf('hears: sorry\npresses: 2\nhangsUp: caller'));
    expect(steps).toHaveLength(1);
  });
});

describe('ringing', () => {
  it.each([
    // The telephone of 102 has stopped when 101 answers, and is not asked about.
    ['of a group, of whom one answers', 'presses: 2\nanswers: 102\ntransfers: { who: 102, to: 103 }\nrings: 103'],
    ['of a group, told after somebody has answered', 'presses: 2\nanswers: 102\nrings: 101\ntalks: [caller, 102]'],
    ['of a queue, until somebody answers', 'presses: 0\nanswers: 11\ntransfers: { who: 11, to: 103 }\nrings: 103'],
    ['within the step before', 'presses: 0\nwaits: 16s\nrings: 10\nrings: 11'],
    ['of the same telephone, again', 'presses: 0\nrings: 10\nwaits: 31s\nrings: 11\nwaits: 10s\nrings: 10'],
  ])('%s', (_, steps) => expect(failuresOf(steps)).toEqual([]));

  it.each([
    [
      'that was over before a step that has passed',
      'presses: 0\nanswers: 10\nwaits: 5s\ntalks: [caller, 10]\nrings: 10',
      '10 rings: 10 never does',
    ],
    [
      'of others that goes on',
      'presses: 2\nwaits: 1s\ntransfers: { who: caller, to: 103, refused: 491 }\nrings: 102',
      '102 rings: 101 rings instead',
    ],
    ['that is answered, and told again', 'presses: 0\nrings: 10\nanswers: 10\nrings: 10', '10 rings: 10 never does'],
    ['that stopped a while ago', 'presses: 2\nwaits: 21s\nwaits: 1s\nrings: 101', '101 rings: 10 rings instead'],
  ])('%s is not what is meant', (_, steps, message) => expect(failuresOf(steps)).toEqual([message]));
});

describe('an end that is not as the story says', () => {
  const talk = 'presses: 0\nanswers: 10\nwaits: 1m\nhangsUp: 10';
  const ends = (what: string): string => `    ends: ${what}\n`;

  it('is told point by point', () => {
    expect(
      failuresOf(
        talk,
        ends(
          '{ result: goodbye, by: caller, talkedWith: [11], language: hu, returns: 1, through: [menu:other], within: 30s }',
        ),
      ),
    ).toEqual([
      'the result is "completed", not "goodbye"',
      'by is "callee", not "caller"',
      'talkedWith is ["10"], not ["11"]',
      'the language is "en", not "hu"',
      'returns is 0, not 1',
      'through is ["schedule:office","menu:main","queue:reception"], not ["menu:other"]',
      'the call lasts 1m, longer than 30s',
    ]);
  });

  it('has a record that is looked at where it is named', () => {
    const record = (what: string): readonly string[] =>
      failuresOf(talk, ends(`{ result: completed, record: ${what} }`));
    expect(record('{ to: "+3612345678", steps: [{ kind: entered, node: menu:main }, { kind: answered }] }')).toEqual(
      [],
    );
    expect(record('{ returns: 2, nothing: 1 }')).toEqual([
      'record.returns is 0, not 2',
      'record.nothing is not there, not 1',
    ]);
    expect(record('{ steps: [{ kind: answered }, { kind: entered }] }')).toEqual([
      'record.steps has no {"kind":"entered"} after the one before',
    ]);
  });

  it('is no end at all', () => {
    expect(failuresOf('presses: 0\nanswers: 10', ends('{ result: completed }'))).toEqual([
      'the call does not end: it is talking',
    ]);
  });
});

describe('the page of a story that failed', () => {
  it('has the expected beside the actual, each with its place', () => {
    const page = pageOf(playStory(plan, storyOf('hears: welcome\npresses: 2\nrings: 103')));
    expect(page[0]).toBe('a.story.yaml:8:9 103 rings: 101 rings instead');
    const text = page.join('\n');
    expect(text).toMatch(/ {4}6 {2}✓ caller hears welcome +│ +\+0\.000 {2}caller \(anonymous\) calls \+36 1 234 5678/);
    expect(text).toMatch(/ {4}8 {2}✗ 103 rings +│/);
    expect(text).toMatch(/101 rings, showing “” \[1:1\]/);
    expect(text).not.toContain('undefined');
  });
});

describe('what a story names', () => {
  it('must be in the dialplan', () => {
    const story = storyOf('hears: welcom\nrings: 1001\nanswers: caler', '    phones: { 9: busy }\n');
    expect(
      inspectStory(plan, { ...story, at: '2026-02-30T10:00' }).map(({ code, at, remedy }) => [code, at.line, remedy]),
    ).toEqual([
      ['BAD_TIME', 3, 'write it as 2026-12-24T18:05'],
      ['UNKNOWN_PARTY', 2, undefined],
      ['UNKNOWN_PROMPT', 7, 'did you mean welcome?'],
      ['UNKNOWN_PARTY', 8, 'did you mean 101?'],
      ['UNKNOWN_PARTY', 9, 'did you mean caller?'],
    ]);
  });
});

describe('a file that is no story', () => {
  const head = 'stories:\n  - name: a\n    at: 2026-11-23T10:00\n    to: 1\n';
  it.each([
    ['', ['MISSING_KEY 1:1']],
    ['stories: []', ['WRONG_VALUE 1:10']],
    ['stories: [', ['YAML_SYNTAX 1:10']],
    [`${head}    step: []`, ['UNKNOWN_KEY 5:5']],
    [`${head}    steps: [{ hear: welcome }]`, ['BAD_STEP 5:13']],
    [`${head}    steps: [{ hears: welcome, presses: 1 }]`, ['BAD_STEP 5:13']],
    [`${head}    steps: [welcome]`, ['BAD_STEP 5:13']],
    [`${head}    steps: [{ presses: x }]`, ['WRONG_VALUE 5:24']],
    [`${head}    steps: [{ waits: 5 }]`, ['WRONG_TYPE 5:22']],
    [`${head}    steps: [{ waits: 5 s }]`, ['BAD_DURATION 5:22']],
    [`${head}    steps: [{ talks: [caller] }]`, ['WRONG_VALUE 5:22']],
    [`${head}    phones: { 101: sleeps }`, ['BAD_BEHAVIOUR 5:20']],
    [`${head}    ends: { result: fine }`, ['WRONG_VALUE 5:21']],
    [`${head}    ends: {}`, ['MISSING_KEY 5:11']],
    ['stories: [{ name: "a\\e[2J", at: x, to: 1 }]', ['WRONG_VALUE 1:19']],
    [`${head}    __proto__: 1`, ['YAML_KEY 5:5']],
  ])('%j', (text, expected) => expect(complaints(text)).toEqual(expected));
});

describe('the page about stories', () => {
  const page = readFileSync(new URL('../../../dialplans/STORIES.md', import.meta.url), 'utf8');

  it('has an example that is right', () => {
    const [, block = ''] = /^```yaml\n(.*?)^```$/ms.exec(page) ?? [];
    expect(parseStories(block, 'STORIES.md')).toMatchObject({
      ok: true,
      value: { stories: [{ steps: { length: 9 } }] },
    });
  });

  it('explains every step', async () => {
    const { stepGrammars } = await import('../../../src/rehearsal/stories/grammar.ts');
    for (const kind of Object.keys(stepGrammars)) expect(page, kind).toMatch(new RegExp(`^\\| .*\`${kind}: `, 'm'));
  });
});
