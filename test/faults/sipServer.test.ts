/** A drachtio-server that dies, or a connection to it that is cut. */
import { describe, expect, test } from 'vitest';
import { crowdedPlan, queued, talks } from '../support/faults/people.ts';
import {
  channelsOn,
  expectNoChannels,
  freeswitchesOf,
  inWatchedOffice,
  mediaReady,
  type Watched,
} from '../support/faults/servers.ts';
import { productionPresent } from '../support/production/engine.ts';
import type { RealFreeswitch } from '../support/production/freeswitch.ts';
import { TcpRelay } from '../support/signalling/relay.ts';
import { companyNumber, type Office } from '../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../support/switchboard/openSockets.ts';
import { callReception } from '../support/switchboard/scenes.ts';

const sipBack = 'the SIP server is connected';

/** Both of its connections are there again, and calls are taken as if nothing had been. */
async function expectBack(office: Office, watched: Watched): Promise<void> {
  await Promise.all([watched.said(sipBack), watched.said(mediaReady, 2)]);
  const reception = await office.extension('11');
  const { outside, inside } = await callReception(office, await office.caller('+36209999999'), reception);
  await outside.hangUp();
  await inside.ended();
  const [only] = freeswitchesOf(office) as [RealFreeswitch];
  await expectNoChannels(only);
}

if (!productionPresent) {
  test.skip('faults of the SIP server: skipped unless KOZPONT_DRACHTIO and KOZPONT_FREESWITCH are set', () => {});
} else {
  leaveNoSocketOpen();

  const behindRelay =
    (story: (office: Office, relay: TcpRelay, watched: Watched) => Promise<void>) => async (): Promise<void> => {
      let relay: TcpRelay | undefined;
      const through = async ({ host, port }: { host: string; port: number }): Promise<number> => {
        relay = await TcpRelay.open(host, port);
        return relay.port;
      };
      try {
        await inWatchedOffice((office, watched) => story(office, relay as TcpRelay, watched), {
          mediaServers: 1,
          plan: crowdedPlan(),
          production: { through },
        })();
      } finally {
        await relay?.close();
      }
    };

  describe('the connection to the SIP server is cut', () => {
    test(
      'while a new call is on its way to us: the caller can give up, and nothing is left',
      { timeout: 90_000 },
      behindRelay(async (office, relay, watched) => {
        relay.hold();
        const outside = (await office.caller()).call(companyNumber);
        await relay.untilHeld(/INVITE/);
        relay.cut();
        relay.release();
        // Nobody but the server has ever heard of this call.
        await outside.hangUp();
        await expectBack(office, watched);
      }),
    );

    test(
      'while a phone rings: nobody goes on ringing or waiting, and nothing is left',
      { timeout: 90_000 },
      behindRelay(async (office, relay, watched) => {
        const [only] = freeswitchesOf(office) as [RealFreeswitch];
        const reception = await office.extension('10');
        const [outside] = await queued(office, 1);
        const inside = await reception.rung();
        expect(await channelsOn(only)).toBe(2);
        relay.cut();
        await office.isQuiet();
        expect(await inside.ended()).toMatchObject({ by: 'them', status: 487 });
        expect((await outside?.outside.ended())?.reason).toBeTruthy();
        await expectNoChannels(only);
        await expectBack(office, watched);
      }),
    );

    test(
      'while an endpoint is asked for: the caller gets a final answer, and no channel is left',
      { timeout: 90_000 },
      behindRelay(async (office, relay, watched) => {
        const [only] = freeswitchesOf(office) as [RealFreeswitch];
        only.process.signal('SIGSTOP');
        const outside = (await office.caller()).call(companyNumber);
        await expect.poll(() => office.kozpont.alive().calls).toBe(1);
        relay.cut();
        expect(await outside.ended()).toMatchObject({ by: 'them', status: 503 });
        await office.isQuiet();
        only.process.signal('SIGCONT');
        await expectBack(office, watched);
      }),
    );
  });

  test(
    'a SIP server that is killed ends the calls, and calls are taken when it is back',
    { timeout: 90_000 },
    behindRelay(async (office, _, watched) => {
      const [only] = freeswitchesOf(office) as [RealFreeswitch];
      const conversations = await talks(office, 3);
      const waiting = await queued(office, 2);
      expect(await channelsOn(only)).toBe(8);
      office.production?.drachtio.process.signal('SIGKILL');
      await office.isQuiet();
      await expectNoChannels(only);
      await office.production?.drachtio.restart();
      await expectBack(office, watched);
      // Whoever had talked knows of nothing, and hangs up.
      await Promise.all([...conversations, ...waiting].map(({ outside }) => outside.hangUp()));
      await Promise.all(conversations.map(({ inside }) => inside.hangUp()));
    }),
  );
}
