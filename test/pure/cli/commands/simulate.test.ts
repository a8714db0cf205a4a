import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
