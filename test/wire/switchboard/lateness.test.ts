import { expect, test, vi } from 'vitest';
import { systemClock, type Timer } from '../../../src/base/clock.ts';
import { companyNumber, inOffice, type Office } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';
import { conversation, hearEachOther } from '../../support/switchboard/scenes.ts';
import { ask } from '../../support/wire/httpClient.ts';

leaveNoSocketOpen();

/** Milliseconds that the process is away at a time. In a file of its own: nobody else is to be disturbed. */
const away = 300;

/** Keeps the process from everything else, until it is called. */
function burn(): () => void {
  let timer: Timer;
  const again = (): void => {
    const until = systemClock.now() + away;
    while (systemClock.now() < until);
    timer = systemClock.after(1, again);
  };
  timer = systemClock.after(1, again);
  return () => timer.cancel();
}

async function overloaded(office: Office): Promise<string> {
  const { body } = await ask(office.kozpont.api ?? expect.unreachable(), 'GET /metrics');
  return /^kozpont_overloaded (\d)$/m.exec(body)?.[1] ?? '';
}

const becomes = (office: Office, state: string): Promise<void> =>
  vi.waitFor(async () => expect(await overloaded(office)).toBe(state), { timeout: 15_000, interval: 100 });

test(
  'a process that does not keep up takes no new calls until it does, and goes on with those that it has',
  inOffice(
    async office => {
      const { caller, outside, inside } = await conversation(office);
      expect(await overloaded(office)).toBe('0');
      const stop = burn();
      try {
        await becomes(office, '1');
        expect(await caller.call(companyNumber).ended()).toMatchObject({ by: 'them', status: 503 });
        expect((await outside.hold()).status).toBe(200);
        expect((await outside.resume()).status).toBe(200);
      } finally {
        stop();
      }
      await becomes(office, '0');
      await hearEachOther(office, outside, inside);
      const second = caller.call(companyNumber);
      await second.answered();
      await second.hangUp();
    },
    { eventLoopDelay: 100, api: '127.0.0.1:0' },
  ),
  60_000,
);
