import { describe, expect, test } from 'vitest';
import { header } from '../../../src/sip/grammar/headers.ts';
import { companyNumber, inOffice } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';
import { conversation, hearEachOther } from '../../support/switchboard/scenes.ts';

leaveNoSocketOpen();

describe.concurrent('a switchboard that is about to stop', () => {
  test(
    'takes no new calls, and lets those in progress finish',
    inOffice(
      async office => {
        const { caller, reception, outside, inside } = await conversation(office);
        let stopped = false;
        const draining = office.kozpont.drain().then(() => {
          stopped = true;
        });
        expect(await caller.call(companyNumber).ended()).toMatchObject({ by: 'them', status: 503 });
        const alive = await reception.ask('OPTIONS', '10');
        expect(alive.status).toBe(503);
        expect(Number(header(alive.response as never, 'Retry-After'))).toBeGreaterThan(0);
        await inside.hold();
        await outside.hears(office.music);
        await inside.resume();
        await hearEachOther(office, outside, inside);
        expect(stopped).toBe(false);
        await reception.unregister();
        await outside.hangUp();
        await draining;
        expect((await office.ended(1))[0]?.termination).toMatchObject({ result: 'completed' });
      },
      { drain: 30_000 },
    ),
  );

  test(
    'ends the calls that go on beyond its patience',
    inOffice(
      async office => {
        const { reception, outside, inside } = await conversation(office);
        await reception.unregister();
        const draining = office.kozpont.drain();
        expect(await outside.ended()).toMatchObject({ by: 'them' });
        expect(await inside.ended()).toMatchObject({ by: 'them' });
        await draining;
      },
      { drain: 300 },
    ),
  );
});
