import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import { createLog, silentLog } from '../../../src/base/log.ts';
import type { CallRecord } from '../../../src/call/record.ts';
import { FileRecords } from '../../../src/records/fileRecords.ts';
import { LinesFile } from '../../../src/records/linesFile.ts';

let folder: string;
let clock: VirtualClock;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kozpont-records-'));
  clock = new VirtualClock();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  expect(clock.armed).toBe(0);
});

const record = (callId: string): CallRecord => ({
  callId,
  dialplan: 'office',
  origin: { kind: 'trunk', name: 'pstn' },
  from: { number: '1', display: 'a\nb' },
  to: '2',
  language: 'en',
  startedAt: '2026-01-05T09:00:00.000Z',
  answeredAt: null,
  endedAt: '2026-01-05T09:00:01.000Z',
  duration: 1_000,
  returns: 0,
  steps: [],
  termination: { result: 'abandoned', reason: 'the caller hung up', by: 'caller' },
});

const written = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line).callId);

test('a line for every call, in the order in which they ended, for the owner alone', async () => {
  const path = join(folder, 'deep', 'calls.jsonl');
  const records = new FileRecords(clock, silentLog, path);
  for (let i = 0; i < 100; i++) records.write(record(String(i)));
  await records.close();
  expect(written(path)).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a file that cannot be written is told of at the start', async () => {
  const lines: string[] = [];
  const log = createLog({ level: 'error' }, { write: line => void lines.push(line) });
  const records = new FileRecords(clock, log, folder);
  await records.prepare();
  expect(lines.map(line => JSON.parse(line).msg)).toEqual(['call records cannot be written']);
  await records.close();
});

test('what cannot be written waits, in order, until it can', async () => {
  const path = join(folder, 'calls.jsonl');
  mkdirSync(path);
  const records = new FileRecords(clock, silentLog, path);
  records.write(record('first'));
  await expect.poll(() => clock.armed).toBe(1);
  records.write(record('second'));
  rmdirSync(path);
  clock.step();
  await records.close();
  expect(written(path)).toEqual(['first', 'second']);
});

/** A disk with room for so many bytes more; a write that does not fit fills it. `stuck`: nothing can be taken back. */
class SmallDisk {
  room = Number.POSITIVE_INFINITY;
  stuck = false;

  readonly open: typeof LinesFile.open = (path, beginning, torn) =>
    LinesFile.open(path, beginning, torn, handle => this.on(handle));

  private on(handle: FileHandle): FileHandle {
    const write = async (text: string | Uint8Array): Promise<void> => {
      const bytes = Buffer.from(text);
      const fits = bytes.subarray(0, this.room);
      this.room -= fits.length;
      await handle.write(fits);
      if (fits.length < bytes.length) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    };
    const truncate = async (length: number): Promise<void> => {
      if (this.stuck) throw new Error('input/output error');
      await handle.truncate(length);
    };
    return new Proxy(handle, {
      get(target, key) {
        if (key === 'appendFile') return write;
        if (key === 'truncate') return truncate;
        const value = Reflect.get(target, key) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
}

describe('a disk that is full in the midst of a record', () => {
  const { length } = `${JSON.stringify(record('0'))}\n`;

  /** Records that end together, of which the second is cut; then there is room again. */
  async function fill(disk: SmallDisk, meanwhile: (path: string) => void = () => {}): Promise<string> {
    const path = join(folder, 'calls.jsonl');
    const records = new FileRecords(clock, silentLog, path, disk.open);
    records.write(record('0'));
    await expect.poll(() => clock.armed).toBe(1);
    disk.room = length + 10;
    for (const id of ['1', '2', '3']) records.write(record(id));
    clock.step();
    await expect.poll(() => disk.room).toBe(0);
    await expect.poll(() => clock.armed).toBe(1);
    disk.room = Number.POSITIVE_INFINITY;
    disk.stuck = false;
    meanwhile(path);
    records.write(record('4'));
    clock.advance(5_000);
    await records.close();
    return path;
  }

  test('leaves no half of one behind, and none is written twice', async () => {
    const path = await fill(new SmallDisk(), file => expect(written(file)).toEqual(['0']));
    expect(written(path)).toEqual(['0', '1', '2', '3', '4']);
  });

  test('and cannot even be taken back: it is, when the file is opened again', async () => {
    const disk = new SmallDisk();
    disk.stuck = true;
    expect(written(await fill(disk))).toEqual(['0', '1', '2', '3', '4']);
  });

  test('where the file was renamed meanwhile: the other file is not cut', async () => {
    const disk = new SmallDisk();
    disk.stuck = true;
    const path = await fill(disk, file => {
      renameSync(file, `${file}.1`);
      writeFileSync(file, `${JSON.stringify(record('other'))}\n`.repeat(20));
    });
    expect(written(path)).toEqual([...Array.from({ length: 20 }, () => 'other'), '1', '2', '3', '4']);
  });
});

describe('a file that a process left behind', () => {
  const open = async (content: string): Promise<string> => {
    const path = join(folder, 'calls.jsonl');
    writeFileSync(path, content);
    const records = new FileRecords(clock, silentLog, path);
    records.write(record('new'));
    await records.close();
    return readFileSync(path, 'utf8');
  };
  const line = (id: string): string => `${JSON.stringify(record(id))}\n`;

  test.each(['{', '{"call', '{"callId":"old","to":"\u{1f4de}'])('is cut to its last whole record: %j', async torn => {
    expect(await open(`${line('old')}${torn}`)).toBe(`${line('old')}${line('new')}`);
    expect(await open(torn)).toBe(line('new'));
  });

  test('but nothing that is no record of ours', async () => {
    expect(await open('some text of somebody')).toBe(`some text of somebody\n${line('new')}`);
    expect(await open('')).toBe(line('new'));
  });
});

describe('log rotation', () => {
  const rotated = async (rotate: (path: string, records: FileRecords) => Promise<void>): Promise<string> => {
    const path = join(folder, 'calls.jsonl');
    const records = new FileRecords(clock, silentLog, path);
    records.write(record('before'));
    await expect.poll(() => clock.armed).toBe(1);
    await rotate(path, records);
    records.write(record('after'));
    await records.close();
    return path;
  };

  test('by renaming: what comes next is in the new file, whether it was told of it or not', async () => {
    const untold = await rotated(async path => renameSync(path, `${path}.1`));
    expect([written(`${untold}.1`), written(untold)]).toEqual([['before'], ['after']]);
    rmSync(untold);
    const told = await rotated(async (path, records) => {
      renameSync(path, `${path}.2`);
      await records.reopen();
      // It is there at once, and nobody writes to the old one any more.
      expect(written(path)).toEqual([]);
      rmSync(`${path}.2`);
    });
    expect(written(told)).toEqual(['after']);
    expect(statSync(told).mode & 0o777).toBe(0o600);
  });

  test('by copying and truncating', async () => {
    const path = await rotated(async file => writeFileSync(file, ''));
    expect(written(path)).toEqual(['after']);
  });

  test('in the midst of writing: nothing is lost', async () => {
    const path = join(folder, 'calls.jsonl');
    const records = new FileRecords(clock, silentLog, path);
    const ids = Array.from({ length: 50 }, (_, id) => String(id));
    for (const [index, id] of ids.entries()) {
      records.write(record(id));
      if (index % 5 !== 0) continue;
      await records.prepare();
      renameSync(path, `${path}.${index}`);
      await Promise.all([records.reopen(), records.reopen()]);
    }
    await records.close();
    const found = [...ids.filter((_, index) => index % 5 === 0).map(index => `${path}.${index}`), path].flatMap(
      written,
    );
    expect(found.sort()).toEqual([...ids].sort());
  });

  test('beside a disk that refuses: it goes on when there is room', async () => {
    const disk = new SmallDisk();
    const path = join(folder, 'calls.jsonl');
    const records = new FileRecords(clock, silentLog, path, disk.open);
    disk.room = 10;
    records.write(record('waits'));
    await expect.poll(() => disk.room).toBe(0);
    await records.reopen();
    disk.room = Number.POSITIVE_INFINITY;
    await records.close();
    expect(written(path)).toEqual(['waits']);
  });
});

test('what others have appended without an end does not swallow a record', async () => {
  const path = join(folder, 'calls.jsonl');
  const records = new FileRecords(clock, silentLog, path);
  records.write(record('1'));
  await records.close();
  appendFileSync(path, 'note');
  const next = new FileRecords(clock, silentLog, path);
  next.write(record('2'));
  await next.close();
  expect(readFileSync(path, 'utf8').split('\n')[1]).toBe('note');
});
