import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import { createLog, silentLog } from '../../../src/base/log.ts';
import type { Overrides } from '../../../src/dialplan/override.ts';
import { FileOverrides } from '../../../src/records/fileOverrides.ts';

let folder: string;
let path: string;
let clock: VirtualClock;
let logged: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kozpont-overrides-'));
  path = join(folder, 'var', 'overrides.json');
  clock = new VirtualClock();
  logged = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  expect(clock.armed).toBe(0);
});

const log = () => createLog({ level: 'info' }, { write: line => void logged.push(line) });
const open = () => FileOverrides.open(clock, log(), path);
const closed: Overrides = {
  office: { state: 'closed', by: '10', since: Date.parse('2026-11-23T14:30:00.250Z'), until: undefined },
  spa: { state: 'open', by: '24', since: 0, until: Date.parse('2026-11-23T16:00:00Z') },
};

test('what was set by hand is there at the next start, readable for people and for its owner alone', async () => {
  const first = await open();
  expect(first.initial).toEqual({});
  first.keep(closed);
  await first.close();
  const second = await open();
  expect(second.initial).toEqual(closed);
  expect(JSON.parse(readFileSync(path, 'utf8')).office).toEqual({
    state: 'closed',
    by: '10',
    since: '2026-11-23T14:30:00.250Z',
    until: null,
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await second.close();
});

test('the latest state is the one that stays, and no draft', async () => {
  const file = await open();
  for (let times = 0; times < 20; times++) file.keep(times % 2 === 0 ? closed : {});
  file.keep({ office: closed.office as Overrides[string] });
  await file.close();
  expect((await open()).initial).toEqual({ office: closed.office });
  expect(readdirSync(join(folder, 'var'))).toEqual(['overrides.json']);
});

test.each([
  ['no JSON', 'office closed'],
  ['cut short', '{ "office": { "state": "clo'],
  ['of another shape', '["office"]'],
  [
    'with a state that there is not',
    '{ "office": { "state": "ajar", "by": "10", "since": "2026-11-23T14:30:00Z", "until": null } }',
  ],
  [
    'with a time that there is not',
    '{ "office": { "state": "open", "by": "10", "since": "yesterday", "until": null } }',
  ],
  ['empty', ''],
])('a file that is %s is an alarm, and the timetables hold', async (_, text) => {
  mkdirSync(join(folder, 'var'));
  writeFileSync(path, text);
  const file = await open();
  expect(file.initial).toEqual({});
  expect(logged).toHaveLength(1);
  expect(JSON.parse(logged[0] ?? '')).toMatchObject({
    level: 'error',
    msg: 'what was set by hand cannot be read: the timetables hold',
    path,
  });
  file.keep(closed);
  await file.close();
  expect((await open()).initial).toEqual(closed);
});

test('a disk that refuses is an alarm, and is tried again', async () => {
  const file = await open();
  // A folder in the place of the file.
  mkdirSync(path, { recursive: true });
  file.keep(closed);
  await vi.waitFor(() => expect(clock.armed).toBe(1));
  expect(logged.join('\n')).toContain('a restart would forget it');
  file.keep({});
  rmdirSync(path);
  clock.step();
  await vi.waitFor(() => expect(logged.join('\n')).toContain('kept again'));
  await file.close();
  expect(readFileSync(path, 'utf8')).toBe('{}\n');
});

test('a disk that refuses to the end keeps nobody from stopping', async () => {
  const file = await FileOverrides.open(clock, silentLog, path);
  mkdirSync(path, { recursive: true });
  file.keep(closed);
  await file.close();
});
