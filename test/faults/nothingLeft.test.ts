/** What a switchboard lives on runs out: room for media, and room on the disk. */
import { mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { crowdedPlan, queued, talks } from '../support/faults/people.ts';
import {
  channelsOn,
  expectNoChannels,
  freeswitchesOf,
  inWatchedOffice,
  mediaReady,
  patience,
} from '../support/faults/servers.ts';
import { productionPresent } from '../support/production/engine.ts';
import type { RealFreeswitch } from '../support/production/freeswitch.ts';
import { companyNumber } from '../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../support/switchboard/openSockets.ts';
import { hearEachOther } from '../support/switchboard/scenes.ts';
import { refusalOfNewCall, retryAfter } from '../support/wire/newCall.ts';
import { statusOf } from '../support/wire/stranger.ts';

if (!productionPresent) {
  test.skip('what runs out: skipped unless KOZPONT_DRACHTIO and KOZPONT_FREESWITCH are set', () => {});
} else {
  leaveNoSocketOpen();

  describe('a media server without room', () => {
    test.each([
      ['sessions', { maxSessions: 7 }],
      ['RTP ports', { rtpPorts: 12 }],
    ])(
      'refuses the call that has no %s, and takes the next one when there are some again',
      { timeout: 90_000 },
      (_, freeswitch) =>
        inWatchedOffice(
          async (office, watched) => {
            const [only] = freeswitchesOf(office) as [RealFreeswitch];
            await watched.said(mediaReady);
            const full = 6;
            const waiting = await queued(office, full);
            expect(await channelsOn(only)).toBe(full);
            for (let round = 0; round < 3; round++) {
              const refusal = await refusalOfNewCall(office.port, companyNumber);
              expect(statusOf(refusal)).toBe(503);
              expect(retryAfter(refusal)).toBeGreaterThan(0);
            }
            await vi.waitFor(async () => expect(await channelsOn(only)).toBe(full), patience);
            const [leaving] = waiting;
            await leaving?.outside.hangUp();
            await vi.waitFor(async () => expect(await channelsOn(only)).toBe(full - 1), patience);
            const outside = (await office.caller('+36204444444')).call(companyNumber);
            await outside.hears(office.prompt('welcome'));
            await outside.hangUp();
            await Promise.all(waiting.map(one => one.outside.hangUp()));
            await expectNoChannels(only);
          },
          { mediaServers: 1, plan: crowdedPlan(), production: { freeswitch } },
        )(),
    );
  });

  test('a disk that is full hurts no call: it is told of, and what was to be written is written when it can be', {
    timeout: 90_000,
  }, async () => {
    const state = await mkdtemp(join(tmpdir(), 'kozpont-full-'));
    const records = join(state, 'records.jsonl');
    // Whatever is written there: there is no space left on the device.
    await symlink('/dev/full', records);
    try {
      await inWatchedOffice(
        async (office, watched) => {
          const [only] = freeswitchesOf(office) as [RealFreeswitch];
          const [first] = await talks(office, 1);
          if (first === undefined) throw new Error('one was made');
          // Nor can a call be written down from now on.
          await rename(join(state, 'calls'), join(state, 'calls.before'));
          await writeFile(join(state, 'calls'), '');
          expect((await first.inside.hold()).status).toBe(200);
          await first.outside.hears(office.music);
          expect((await first.inside.resume()).status).toBe(200);
          await hearEachOther(office, first.outside, first.inside);
          await watched.said('calls cannot be written down');
          const waiting = await queued(office, 1);
          await first.outside.hangUp();
          await first.inside.ended();
          await watched.said('call records cannot be written');
          await waiting[0]?.outside.hears(office.music);
          await waiting[0]?.outside.hangUp();
          await office.ended(2);
          await rm(records);
          await watched.said('call records are written again');
          const lines = (await readFile(records, 'utf8')).trimEnd().split('\n');
          expect(lines.map(line => JSON.parse(line).callId)).toEqual(office.records.map(({ callId }) => callId));
          await expectNoChannels(only);
        },
        { mediaServers: 1, plan: crowdedPlan(), state },
      )();
    } finally {
      await rm(state, { recursive: true });
    }
  });
}
