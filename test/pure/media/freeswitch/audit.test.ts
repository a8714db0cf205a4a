import { expect, test } from 'vitest';
import { VirtualClock } from '../../../../src/base/clock.ts';
import { type Log, silentLog } from '../../../../src/base/log.ts';
import { ChannelAudit } from '../../../../src/media/freeswitch/audit.ts';
import { channelId } from '../../../../src/media/freeswitch/encode.ts';

function stage(there: Set<string>) {
  const clock = new VirtualClock();
  const asked: string[] = [];
  const alarms: string[] = [];
  const log: Log = Object.assign(Object.create(silentLog), { error: (_: unknown, text: string) => alarms.push(text) });
  const audit = new ChannelAudit({
    clock,
    log,
    async api(command) {
      asked.push(command);
      const [what, id = ''] = command.split(' ');
      if (what === 'uuid_exists') return there.has(id) ? 'true' : 'false';
      return '+OK';
    },
  });
  const pass = async (time: number): Promise<void> => {
    clock.advance(time);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return { clock, asked, alarms, audit, pass };
}

test('a channel that is gone is asked for once, and nothing runs on', async () => {
  const { audit, asked, alarms, clock, pass } = stage(new Set());
  audit.letGo(channelId('one'));
  await pass(30_000);
  expect(asked).toEqual(['uuid_exists one']);
  expect([alarms, clock.armed]).toEqual([[], 0]);
});

test('one that has outlived its call is ended, and looked at until it is gone', async () => {
  const there = new Set(['one']);
  const { audit, asked, alarms, clock, pass } = stage(there);
  audit.letGo(channelId('one'));
  await pass(30_000);
  expect(asked).toEqual(['uuid_exists one', 'uuid_kill one']);
  expect(alarms).toHaveLength(1);
  there.delete('one');
  await pass(30_000);
  expect(asked.at(-1)).toBe('uuid_exists one');
  expect(clock.armed).toBe(0);
});

test('one that was let go of a moment ago has its time', async () => {
  const { audit, asked, pass } = stage(new Set(['two']));
  audit.letGo(channelId('one'));
  await pass(25_000);
  audit.letGo(channelId('two'));
  await pass(5_000);
  expect(asked).toEqual(['uuid_exists one']);
  await pass(30_000);
  expect(asked).toEqual(['uuid_exists one', 'uuid_exists two', 'uuid_kill two']);
});

test('an event socket that is gone, and the end of everything, leave no timer', async () => {
  const clock = new VirtualClock();
  const audit = new ChannelAudit({ clock, log: silentLog, api: () => Promise.reject(new Error('gone')) });
  audit.letGo(channelId('one'));
  clock.advance(30_000);
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  expect(clock.armed).toBe(1);
  audit.close();
  audit.letGo(channelId('two'));
  expect(clock.armed).toBe(0);
});
