import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../../../src/cli/commands/diff.ts';
import { overheard } from '../../../support/surroundings.ts';

let folder = '';
const from = '2026-11-22T12:00';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kozpont-diff-'));
  const sample = await readFile(new URL('../../../../dialplans/sample.yaml', import.meta.url), 'utf8');
  await writeFile(join(folder, 'old.yaml'), sample);
  await writeFile(join(folder, 'new.yaml'), sample.replace('mon-thu: "08:00-17:00"', 'mon-thu: "08:00-16:00"'));
  await writeFile(join(folder, 'wrong.yaml'), 'kozpont: 2\n');
});

afterAll(() => rm(folder, { recursive: true }));

async function compare(rest: readonly string[], text: Record<string, string> = { from }) {
  const surroundings = overheard(folder);
  const status = await command.run({ text, flags: {}, rest: [...rest] }, surroundings);
  return { status, out: surroundings.printed.join('\n'), err: surroundings.complained.join('\n') };
}

describe('kozpont diff', () => {
  it('exits with 0 where nothing changes, and with 1 where something does', async () => {
    expect(await compare(['old.yaml', 'old.yaml'])).toEqual({ status: 0, out: 'nothing changes for anyone', err: '' });
    const { status, out } = await compare(['old.yaml', 'new.yaml']);
    expect(status).toBe(1);
    expect(out).toMatch(/^a caller of \+3612345678\n {2}Mon–Thu 16:00–17:00 \(from Mon 2026-11-23 16:00\)\n/);
  });

  it('prints the same for scripts', async () => {
    const { status, out } = await compare(['old.yaml', 'new.yaml'], { from, format: 'json' });
    expect(status).toBe(1);
    const [change] = JSON.parse(out).changes;
    expect(change).toMatchObject({ root: { kind: 'number', number: '+3612345678' }, acts: [] });
    expect(change.intervals[0]).toEqual({ from: '2026-11-23T16:00', to: '2026-11-23T17:00' });
  });

  it('exits with 2 where it was not understood, or has nothing to compare', async () => {
    expect(await compare(['old.yaml'])).toMatchObject({ status: 2, err: expect.stringContaining('two dialplans') });
    expect(await compare(['old.yaml', 'wrong.yaml'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('wrong.yaml:1:10'),
    });
    expect((await compare(['old.yaml', 'new.yaml'], { from: 'monday' })).status).toBe(2);
    expect((await compare(['old.yaml', 'new.yaml'], { format: 'xml' })).status).toBe(2);
  });
});
