import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../../src/cli/commandLine.ts';
import { command } from '../../../../src/cli/commands/simulate.ts';
import { overheard } from '../../../support/surroundings.ts';

let folder = '';
const sample = new URL('../../../../dialplans/sample.yaml', import.meta.url).pathname;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kozpont-simulate-'));
  await cp(sample, join(folder, 'sample.yaml'));
});
afterAll(() => rm(folder, { recursive: true }));

async function typed(...words: string[]) {
  const args = parseCommandLine(command, ['--dialplan', 'sample.yaml', ...words]);
  if (!args.ok) throw new Error(args.error);
  const around = overheard(folder);
  const status = await command.run(args.value, around);
  return { status, printed: around.printed.join('\n'), complained: around.complained.join('\n') };
}

const christmas = ['--at', '2026-12-24T18:05'];

describe('kozpont simulate', () => {
  it('prints the call of Christmas Eve as its caller would live it', async () => {
    const { status, printed, complained } = await typed(
      ...christmas,
      ...['--press', '8@1s', '--press', '0', '--extension', '103=noAnswer', '--extension', '102=answer:3s'],
    );
    expect(complained).toBe('');
    expect(status).toBe(0);
    const lines = printed.split('\n');
    expect(lines[0]).toBe('Thu 2026-12-24 18:05:00 Europe/Budapest');
    const order = ['→ menu:night (en)', 'caller presses 8', '→ menu:night (hu)', 'caller presses 0', '103 rings'];
    const found = [...order, '103 stops ringing', '102 answers', 'caller hangs up', 'completed'].map(text =>
      lines.findIndex(line => line.includes(text)),
    );
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(found).not.toContain(-1);
    expect(printed).toMatch(/sample\.yaml:[0-9]+:[0-9]+ +→ group:onDuty \(hu\)/);
  });

  it('plays a call while an office is closed by hand', async () => {
    const { status, printed } = await typed('--at', '2026-11-23T10:00', '--override', 'office=closed');
    expect(status).toBe(0);
    expect(printed).toContain('office is closed by hand');
    expect(printed).toContain('→ menu:night (en)');
    const wrong = await typed('--override', 'offices=closed');
    expect(wrong.status).toBe(2);
    expect(wrong.complained).toContain('--override there is no calendar offices');
  });

  it('gives the same as JSON, with the record of the call', async () => {
    const { status, printed } = await typed(...christmas, '--json', '--from', '+36301111111');
    expect(status).toBe(0);
    const { timezone, moments, record } = JSON.parse(printed);
    expect(timezone).toBe('Europe/Budapest');
    expect(moments.length).toBeGreaterThan(10);
    expect(record).toMatchObject({
      from: { number: '+36301111111' },
      to: '+3612345678',
      startedAt: '2026-12-24T17:05:00.000Z',
      termination: { result: 'goodbye' },
    });
  });

  it('says that keys were never pressed, and that a call is refused', async () => {
    const unpressed = await typed(...christmas, '--press', '0', '--press', '5', '--everyone', 'answer');
    expect(unpressed.status).toBe(1);
    expect(unpressed.complained).toBe('kozpont: 5 was never pressed');
    expect((await typed(...christmas, '--to', '999')).status).toBe(1);
  });

  it.each([
    [['--at', '2026-02-30T10:00'], 'no time'],
    [['--press', 'x'], 'not what a telephone can press'],
    [['--extension', '999=busy'], 'not in the dialplan'],
    [['--extension', '101'], 'not written 101=noAnswer'],
    [['--extension', '101=sleeps'], 'none of answer'],
    [['--everyone', 'sleep'], 'none of answer'],
    [['--talk', '5'], 'no time such as'],
    [['--hang-up', 'soon'], 'no time such as'],
  ])('does not understand %j', async (words, complaint) => {
    const { status, complained, printed } = await typed(...words);
    expect(status).toBe(2);
    expect(complained).toContain(complaint);
    expect(printed).toBe('');
  });
});

describe('kozpont simulate --interactive', () => {
  async function asked(...answers: string[]) {
    const args = parseCommandLine(command, ['--dialplan', 'sample.yaml', '--interactive', '--at', '2026-11-23T10:00']);
    if (!args.ok) throw new Error(args.error);
    const around = overheard(folder);
    const input = Readable.from(answers.map(line => `${line}\n`));
    const status = await command.run(args.value, { ...around, input });
    return { status, printed: around.printed };
  }

  it('asks for what is done next until the call is over', async () => {
    const { status, printed } = await asked('', '0', '10 is busy', '11 answers', 'wait 5s', 'hang up', '0');
    expect(status).toBe(0);
    const page = printed.join('\n');
    expect(page).toContain('caller hears welcome (en)');
    expect(page).toContain('menu main, greeting >');
    expect(page).toContain('caller presses 0');
    expect(page).toMatch(/queued; 10 rings >/);
    expect(page).toContain('10 is busy (486)');
    expect(page).toContain('caller and 11 hear each other');
    expect(printed.at(-1)).toContain('the call ends: completed');
    // What comes after the end is not asked for any more.
    expect(page.match(/ >$/gm)).toHaveLength(6);
  });

  it('says what it does not understand, and ends with its input', async () => {
    const { status, printed } = await asked('dance', '101 answers', 'wait long', '10 sings', '?');
    expect(status).toBe(0);
    const page = printed.join('\n');
    expect(page).toContain('not understood:');
    expect(page).toContain('101 does not ring');
    expect(page).toContain('wait is followed by a time such as 5s');
    expect(printed.at(-1)).toBe('menu main, greeting >');
  });

  it('ends when that is asked for', async () => {
    const { printed } = await asked('quit', '0');
    expect(printed.join('\n')).not.toContain('caller presses 0');
  });
});
