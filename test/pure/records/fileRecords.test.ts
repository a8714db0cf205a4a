import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import { createLog, silentLog } from '../../../src/base/log.ts';
import type { CallRecord } from '../../../src/call/record.ts';
import { FileRecords } from '../../../src/records/fileRecords.ts';

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
