import { expect, test } from 'vitest';
import type { Log } from '../../../src/base/log.ts';
import { silentLog } from '../../../src/base/log.ts';
import { TestHouse } from '../../support/house.ts';

function logging(): { readonly log: Log; readonly said: Record<string, unknown>[] } {
  const said: Record<string, unknown>[] = [];
  const log = Object.create(silentLog, {
    warn: { value: (what: Record<string, unknown>, text: string) => void said.push({ ...what, text }) },
  }) as Log;
  return { log, said };
}

test('a trunk that brings a number which is not there: the log says which one it nearly is', async () => {
  const { log, said } = logging();
  const house = new TestHouse({ log });
  const { leg } = await house.callIn({ dialled: '12345678' });
  expect(leg.ended).toMatchObject({ status: 404 });
  await house.callIn({ dialled: '+4930999999' });
  await house.callIn();
  await house.dial('101', '999');
  const unknown = said.filter(({ text }) => text === 'a trunk brings a number that the dialplan does not have');
  expect(unknown).toMatchObject([
    { dialled: '12345678', trunk: 'pstn', nearly: { number: '+3612345678', how: 'otherForm' } },
    { dialled: '+4930999999' },
  ]);
  expect(unknown[1]).not.toHaveProperty('nearly');
  await house.close();
});

test('a flood of them leaves out lines, and says how many', async () => {
  const { log, said } = logging();
  const house = new TestHouse({ log, limits: { callsPerSecond: 1_000, callsPerSecondPerSource: 1_000 } });
  for (let call = 0; call < 100; call++) await house.callIn({ dialled: `9${call}` });
  expect(said.length).toBeLessThan(30);
  house.clock.advance(10_000);
  await house.callIn({ dialled: '9' });
  expect(said.at(-1)).toMatchObject({ dialled: '9', leftOut: 80 });
  await house.close();
});
