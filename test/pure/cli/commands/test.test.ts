import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../../src/cli/commandLine.ts';
import { command } from '../../../../src/cli/commands/test.ts';
import { overheard } from '../../../support/surroundings.ts';

let folder = '';
const plan = `kozpont: 1
company: { name: Example, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: Goodbye. }
numbers: { "+3612345678": goodbye:bye }
transfer: { recall: { otherwise: goodbye:bye } }
`;
const story = (result: string, prompt = 'bye'): string => `stories:
  - name: "100% goodbye: always"
    at: 2026-11-23T10:00
    to: "+3612345678"
    steps: [{ hears: ${prompt} }]
    ends: { result: ${result} }
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kozpont-test-'));
  await mkdir(join(folder, 'dialplans'));
  const write = (name: string, text: string) => writeFile(join(folder, 'dialplans', name), text);
  await write('right.yaml', plan);
  await write('right.story.yaml', story('goodbye'));
  await write('wrong.story.yaml', `dialplan: right.yaml\n${story('completed')}`);
  await write('unknown.story.yaml', `dialplan: right.yaml\n${story('goodbye', 'by')}`);
  await write('alone.story.yaml', story('goodbye'));
  await write('broken.yaml', plan.replace('goodbye:bye', 'goodbye:by'));
  await write('broken.story.yaml', story('goodbye'));
});
afterAll(() => rm(folder, { recursive: true }));

async function typed(...words: string[]) {
  const args = parseCommandLine(command, words);
  if (!args.ok) throw new Error(args.error);
  const around = overheard(folder);
  const status = await command.run(args.value, around);
  return { status, printed: around.printed.join('\n'), complained: around.complained.join('\n') };
}

describe('kozpont test', () => {
  it('plays the stories of a file against the dialplan beside it', async () => {
    expect(await typed('dialplans/right.story.yaml')).toEqual({
      status: 0,
      printed: '1 story played: 1 passed, 0 failed',
      complained: '',
    });
  });

  it('plays the stories beside a dialplan that is named in their place', async () => {
    expect((await typed('dialplans/right.yaml')).printed).toBe('1 story played: 1 passed, 0 failed');
  });

  it('prints a story that does not come as it says, and plays the others', async () => {
    const { status, printed } = await typed('dialplans/wrong.story.yaml', 'dialplans/right.story.yaml');
    expect(status).toBe(1);
    expect(printed).toContain('✗ 100% goodbye: always');
    expect(printed).toContain('dialplans/wrong.story.yaml:7:5 the result is "goodbye", not "completed"');
    expect(printed).toContain('2 stories played: 1 passed, 1 failed');
  });

  it('marks the place for a pull request', async () => {
    const { status, printed } = await typed('dialplans/wrong.story.yaml', '--format', 'github');
    expect(status).toBe(1);
    expect(printed).toBe(
      '::error file=dialplans/wrong.story.yaml,line=7,col=5,title=STORY_DIFFERS::100%25 goodbye: always: the result is "goodbye", not "completed"',
    );
    expect((await typed('dialplans/right.story.yaml', '--format', 'github')).printed).toBe('');
  });

  it('gives everything as JSON', async () => {
    const { status, printed } = await typed('dialplans/wrong.story.yaml', '--format', 'json');
    expect(status).toBe(1);
    const [{ file, stories }] = JSON.parse(printed);
    expect(file).toBe('dialplans/wrong.story.yaml');
    expect(stories[0]).toMatchObject({
      passed: false,
      failures: [{ at: 'dialplans/wrong.story.yaml:7:5' }],
      startedAt: '2026-11-23T09:00:00.000Z',
    });
    expect(stories[0].moments.at(-1)).toMatchObject({ kind: 'ended' });
  });

  it('says what a story names that is not there, and plays nothing of that file', async () => {
    const { status, printed } = await typed('dialplans/unknown.story.yaml');
    expect(status).toBe(1);
    expect(printed).toContain('dialplans/unknown.story.yaml:6:13 UNKNOWN_PROMPT there is no prompt by');
    expect(printed).toContain('did you mean bye?');
    expect(printed).toContain('0 stories played');
  });

  it('tells a dialplan that is wrong from one that cannot be read', async () => {
    const broken = await typed('dialplans/broken.story.yaml');
    expect(broken.status).toBe(1);
    expect(broken.printed).toMatch(/^dialplans\/broken\.yaml:4:27 UNKNOWN_PROMPT /);
    const alone = await typed('dialplans/alone.story.yaml');
    expect(alone.status).toBe(2);
    expect(alone.printed).toMatch(/^dialplans\/alone\.yaml:1:1 FILE_UNREADABLE /);
    expect((await typed('nowhere.story.yaml')).status).toBe(2);
  });

  it('takes another dialplan where one is given', async () => {
    expect((await typed('dialplans/alone.story.yaml', '--dialplan', 'dialplans/right.yaml')).status).toBe(0);
  });

  it('plays everything beside the dialplans where nothing is named', async () => {
    const { status, printed } = await typed();
    expect(status).toBe(2);
    expect(printed).toContain('2 stories played: 1 passed, 1 failed');
  });

  it('does not understand another format', async () => {
    const { status, complained } = await typed('--format', 'xml');
    expect(status).toBe(2);
    expect(complained).toContain('there is no format xml');
  });

  it('has no use for the options of live stories in virtual time', async () => {
    const { status, complained } = await typed('--longest', '10s', 'dialplans/right.story.yaml');
    expect([status, complained]).toEqual([2, 'kozpont: --longest is for --live\nSee kozpont help test.']);
  });
});

describe('kozpont test --cover', () => {
  it('says how much stories go through, derives those that go through everything, and writes them', async () => {
    const { status, printed } = await typed('--cover', 'dialplans/right.yaml', '--write', 'derived.story.yaml');
    expect(status).toBe(0);
    expect(printed).toContain('the stories beside it: 1 of 1 places, 1 of 2 ways');
    expect(printed).toContain('1 derived: 1 of 1 places, 1 of 2 ways');
    expect(printed).toContain('dialplans/right.yaml:5:34 no call without a transfer goes this way, to goodbye:bye');
    expect((await typed('derived.story.yaml')).printed).toBe('1 story played: 1 passed, 0 failed');
  });

  it('needs a dialplan that is right, and one file for the stories of one dialplan', async () => {
    expect((await typed('--cover')).status).toBe(2);
    expect((await typed('--cover', 'nowhere.yaml')).status).toBe(2);
    expect((await typed('--cover', 'dialplans/broken.yaml')).status).toBe(1);
    const two = ['dialplans/right.yaml', 'dialplans/right.yaml'];
    expect((await typed('--cover', ...two, '--write', 'x')).status).toBe(2);
    expect((await typed('--cover', 'dialplans/right.yaml', '--write', 'no/folder/x')).status).toBe(2);
  });
});
