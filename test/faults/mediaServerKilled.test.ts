/** A FreeSWITCH that dies, or that stops, under the calls that it carries. */

import { describe, expect, test } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import {
  allIsWell,
  crowdedPlan,
  everybodyHangsUp,
  expectTold,
  greeted,
  longestSilence,
  queued,
  report,
  talks,
} from '../support/faults/people.ts';
import {
  channelsOn,
  expectNoChannels,
  freeswitchesOf,
  inWatchedOffice,
  mediaLost,
  mediaReady,
  type Watched,
} from '../support/faults/servers.ts';
import { productionPresent } from '../support/production/engine.ts';
import type { RealFreeswitch } from '../support/production/freeswitch.ts';
import { companyNumber, type Office } from '../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../support/switchboard/openSockets.ts';
import { refusalOfNewCall, retryAfter } from '../support/wire/newCall.ts';
import { statusOf } from '../support/wire/stranger.ts';

const long = 60_000;
const withServers = (mediaServers: number, story: Parameters<typeof inWatchedOffice>[0]): (() => Promise<void>) =>
  inWatchedOffice(story, { mediaServers, plan: crowdedPlan(), prompts: { welcome: long } });

/** Everybody is on the first media server: the second one was not there when they called. */
async function twentyOnTheFirst(office: Office, watched: Watched) {
  const [first, second] = freeswitchesOf(office) as [RealFreeswitch, RealFreeswitch];
  await watched.said(mediaReady, 2);
  second.process.signal('SIGKILL');
  await watched.said(mediaLost);
  const conversations = await talks(office, 10);
  const waiting = [...(await queued(office, 5)), ...(await greeted(office, 5))];
  expect(await channelsOn(first)).toBe(30);
  await second.restart();
  await watched.said(mediaReady, 3);
  return { first, second, conversations, waiting };
}

if (!productionPresent) {
  test.skip('faults of media servers: skipped unless KOZPONT_DRACHTIO and KOZPONT_FREESWITCH are set', () => {});
} else {
  leaveNoSocketOpen();

  describe('a media server that is killed', () => {
    test(
      'has its 20 calls moved to the other one, and takes calls when it is back',
      { timeout: 90_000 },
      withServers(2, async (office, watched) => {
        const { first, second, conversations, waiting } = await twentyOnTheFirst(office, watched);
        const since = systemClock.now();
        first.process.signal('SIGKILL');
        await watched.said(mediaLost, 2);
        await allIsWell(office, conversations, waiting);
        const calls = [
          ...conversations.flatMap(({ outside, inside }) => [outside, inside]),
          ...waiting.map(one => one.outside),
        ];
        report(
          'media server killed, 20 calls moved',
          calls.map(call => longestSilence(call, since)),
        );
        expect(await channelsOn(second)).toBe(30);
        await first.restart();
        await watched.said(mediaReady, 4);
        const late = await queued(office, 1);
        expect(await channelsOn(first)).toBe(1);
        await everybodyHangsUp(conversations, [...waiting, ...late]);
        await Promise.all([expectNoChannels(first), expectNoChannels(second)]);
      }),
    );

    test(
      'and was the only one: everybody is told, new calls are refused until it is back',
      { timeout: 90_000 },
      withServers(1, async (office, watched) => {
        const [only] = freeswitchesOf(office) as [RealFreeswitch];
        await watched.said(mediaReady);
        const conversations = await talks(office, 5);
        const waiting = [...(await queued(office, 3)), ...(await greeted(office, 2))];
        expect(await channelsOn(only)).toBe(15);
        const since = systemClock.now();
        only.process.signal('SIGKILL');
        await expectTold([
          ...conversations.flatMap(({ outside, inside }) => [outside, inside]),
          ...waiting.map(one => one.outside),
        ]);
        console.info(`the only media server killed: everybody told within ${Math.round(systemClock.now() - since)} ms`);
        await office.isQuiet();
        const refusal = await refusalOfNewCall(office.port, companyNumber);
        expect(statusOf(refusal)).toBe(503);
        expect(retryAfter(refusal)).toBeGreaterThan(0);
        await only.restart();
        await watched.said(mediaReady, 2);
        const outside = (await office.caller('+36204444444')).call(companyNumber);
        await outside.hears(office.prompt('welcome'));
        await outside.hangUp();
        await expectNoChannels(only);
      }),
    );
  });

  describe('a media server that is stopped', () => {
    test(
      'has its calls moved to the other one, and none of its own when it wakes',
      { timeout: 90_000 },
      withServers(2, async (office, watched) => {
        const { first, second, conversations, waiting } = await twentyOnTheFirst(office, watched);
        const since = systemClock.now();
        first.process.signal('SIGSTOP');
        await watched.said(mediaLost, 2);
        await allIsWell(office, conversations, waiting);
        const calls = [
          ...conversations.flatMap(({ outside, inside }) => [outside, inside]),
          ...waiting.map(one => one.outside),
        ];
        report(
          'media server stopped, 20 calls moved',
          calls.map(call => longestSilence(call, since)),
        );
        first.process.signal('SIGCONT');
        await watched.said(mediaReady, 4);
        await expectNoChannels(first);
        await allIsWell(office, conversations, waiting);
        expect(await channelsOn(second)).toBe(30);
        await everybodyHangsUp(conversations, waiting);
        await expectNoChannels(second);
      }),
    );

    test(
      'and was the only one: everybody is told, and nothing is left when it wakes',
      { timeout: 90_000 },
      withServers(1, async (office, watched) => {
        const [only] = freeswitchesOf(office) as [RealFreeswitch];
        await watched.said(mediaReady);
        const conversations = await talks(office, 3);
        const waiting = await queued(office, 2);
        const since = systemClock.now();
        only.process.signal('SIGSTOP');
        await expectTold([
          ...conversations.flatMap(({ outside, inside }) => [outside, inside]),
          ...waiting.map(one => one.outside),
        ]);
        console.info(
          `the only media server stopped: everybody told within ${Math.round(systemClock.now() - since)} ms`,
        );
        await office.isQuiet();
        expect(statusOf(await refusalOfNewCall(office.port, companyNumber))).toBe(503);
        only.process.signal('SIGCONT');
        await watched.said(mediaReady, 2);
        await expectNoChannels(only);
        const outside = (await office.caller('+36204444444')).call(companyNumber);
        await outside.hears(office.prompt('welcome'));
        await outside.hangUp();
        await expectNoChannels(only);
      }),
    );
  });
}
