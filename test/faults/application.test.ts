/** Kozpont dies or stops, and the servers of production live on. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { header } from '../../src/sip/grammar/headers.ts';
import { type Build, build } from '../support/build.ts';
import { Application, menuNumber, numberOf, queueNumber } from '../support/faults/application.ts';
import { longestSilence, report, type Talk } from '../support/faults/people.ts';
import { channelsOn, expectNoChannels, patience } from '../support/faults/servers.ts';
import { productionPresent } from '../support/production/engine.ts';
import type { RealFreeswitch } from '../support/production/freeswitch.ts';
import { leaveNoSocketOpen } from '../support/switchboard/openSockets.ts';
import { refusalOfNewCall, retryAfter } from '../support/wire/newCall.ts';
import { statusOf } from '../support/wire/stranger.ts';

if (!productionPresent) {
  test.skip('faults of the application: skipped unless KOZPONT_DRACHTIO and KOZPONT_FREESWITCH are set', () => {});
} else {
  leaveNoSocketOpen();
  let compiled: Build;
  beforeAll(async () => {
    compiled = await build();
  }, 60_000);
  afterAll(() => compiled.remove());

  const withApplication =
    (story: (application: Application, media: RealFreeswitch) => Promise<void>) => async (): Promise<void> => {
      const application = await Application.open(compiled);
      try {
        await story(application, application.production.freeswitches[0] as RealFreeswitch);
      } catch (error) {
        console.error(application.output);
        throw error;
      } finally {
        await application.close();
      }
    };

  const talk = async (application: Application, desk: string): Promise<Talk> => {
    const phone = await application.desk(desk);
    const outside = (await application.caller(`+36201000${desk}`)).call(numberOf(desk));
    const inside = await phone.rung();
    await inside.answer();
    await hearEachOther(application, { outside, inside });
    return { outside, inside };
  };

  const hearEachOther = async (application: Application, { outside, inside }: Talk): Promise<void> => {
    await Promise.all([
      outside.hears(application.tone(inside.phone.user)),
      inside.hears(application.tone(outside.phone.user)),
    ]);
  };

  /** So many calls have ended, each with its record. */
  const recorded = (application: Application, count: number): Promise<void> =>
    vi.waitFor(async () => expect(await application.records()).toHaveLength(count), patience);

  /** Taken back: their end is noticed by the next look at them. */
  const restoredIn = async (application: Application): Promise<readonly boolean[]> =>
    (await application.records()).map(({ steps }) => steps.some(({ kind }) => kind === 'restored'));

  describe('an application that is killed', () => {
    test(
      'leaves those who talk alone, and has every call again when it is started',
      { timeout: 90_000 },
      withApplication(async (application, media) => {
        const first = await application.start();
        const talks = [await talk(application, '121'), await talk(application, '122')];
        const waiting = (await application.caller('+36202000001')).call(queueNumber);
        await waiting.hears(application.tone('music'));
        const choosing = (await application.caller('+36202000002')).call(menuNumber);
        await choosing.hears(application.tone('welcome'));
        expect(await channelsOn(media)).toBe(6);
        await application.writtenDown(6);
        const killed = systemClock.now();
        expect(await first.end('SIGKILL')).toEqual([null, 'SIGKILL']);
        await Promise.all(talks.map(one => hearEachOther(application, one)));
        const parties = talks.flatMap(({ outside, inside }) => [outside, inside]);
        report(
          'application killed: those who talk, while it is dead',
          parties.map(call => longestSilence(call, killed)),
        );

        const started = systemClock.now();
        const second = await application.start();
        for (const call of parties) {
          await call.until('a re-INVITE', () => call.received.some(({ method }) => method === 'INVITE') || undefined);
        }
        await Promise.all([
          ...talks.map(one => hearEachOther(application, one)),
          waiting.hears(application.tone('music')),
          choosing.hears(application.tone('welcome')),
        ]);
        report(
          'application started again: those who talk',
          parties.map(call => longestSilence(call, started)),
        );
        report(
          'application started again: those who wait',
          [waiting, choosing].map(call => longestSilence(call, killed)),
        );
        expect(await channelsOn(media)).toBe(6);
        await Promise.all([...talks.map(({ outside }) => outside), waiting, choosing].map(call => call.hangUp()));
        await Promise.all(talks.map(({ inside }) => inside.ended()));
        await recorded(application, 4);
        expect(await restoredIn(application)).toEqual([true, true, true, true]);
        await expectNoChannels(media);
        expect(await second.end('SIGTERM')).toEqual([0, null]);
      }),
    );

    test(
      'takes care of whoever is left alone meanwhile',
      { timeout: 90_000 },
      withApplication(async (application, media) => {
        const first = await application.start();
        const { outside, inside } = await talk(application, '121');
        await application.writtenDown(2);
        expect(await first.end('SIGKILL')).toEqual([null, 'SIGKILL']);
        await inside.hangUp();
        const second = await application.start();
        await outside.hears(application.tone('music'));
        await expect.poll(() => channelsOn(media)).toBe(1);
        const reception = await application.desk('10');
        const taken = await reception.rung();
        await taken.answer();
        await hearEachOther(application, { outside, inside: taken });
        await taken.hangUp();
        await outside.ended();
        await recorded(application, 1);
        expect(await restoredIn(application)).toEqual([true]);
        await expectNoChannels(media);
        expect(await second.end('SIGTERM')).toEqual([0, null]);
      }),
    );
  });

  test(
    'an application that is asked to stop refuses new calls, lets those in progress finish, and exits with 0',
    { timeout: 90_000 },
    withApplication(async (application, media) => {
      const life = await application.start();
      const conversation = await talk(application, '121');
      const exited = life.end('SIGTERM');
      await expect.poll(() => life.output()).toContain('no new calls');
      const refusal = await refusalOfNewCall(application.port, queueNumber);
      expect(statusOf(refusal)).toBe(503);
      expect(retryAfter(refusal)).toBeGreaterThan(0);
      const asking = await application.caller('+36202000001');
      const options = await asking.ask('OPTIONS', queueNumber);
      expect(options.status).toBe(503);
      expect(Number(header(options.response as never, 'Retry-After'))).toBeGreaterThan(0);
      expect((await conversation.inside.hold()).status).toBe(200);
      await conversation.outside.hears(application.tone('music'));
      expect((await conversation.inside.resume()).status).toBe(200);
      await hearEachOther(application, conversation);
      await conversation.outside.hangUp();
      await conversation.inside.ended();
      expect(await exited).toEqual([0, null]);
      expect(await application.records()).toHaveLength(1);
      await expectNoChannels(media);
    }),
  );
}
