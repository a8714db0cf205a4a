/**
 * A fault of ours that nobody knows yet, at each entrance of the embedded engine: `support/poisoned.ts` makes the code
 * behind them throw. It costs the packet that brings it, is logged with its bytes and counted, and nothing else.
 */
import { createSocket } from 'node:dgram';
import { describe, expect, inject, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { createPhone } from '../../src/phone/phone.ts';
import { freePorts } from '../support/freePorts.ts';
import { onProduction } from '../support/production/engine.ts';
import { callIdOf, statusOf } from '../support/wire/stranger.ts';
import { type Bounds, besideACall, type Scene } from './support/besideACall.ts';
import { strangeRequest } from './support/message.ts';
import { words } from './support/poisonWords.ts';
import type { Switchboard } from './support/switchboard.ts';

const poisoned = (settings = ''): Bounds => ({
  settings,
  environment: { NODE_OPTIONS: `--import ${inject('compiled')}/test/hostile/support/poisoned.js` },
});

const counted = (switchboard: Switchboard, entrance: string, least = 1): Promise<void> =>
  vi.waitFor(
    async () => {
      expect(await switchboard.metric('kozpont_faults_total', `"${entrance}"`)).toBeGreaterThanOrEqual(least);
    },
    { timeout: 10_000 },
  );

const logged = (switchboard: Switchboard, word: string): Promise<void> =>
  vi.waitFor(() => {
    const lines = switchboard.log.split('\n').filter(line => line.includes('a fault of ours was contained'));
    expect(lines.find(line => line.includes(`poisoned by ${word}`))).toContain('"bytes":"');
  });

async function stillAnswers({ stranger }: Scene): Promise<void> {
  const callId = `still-${Math.random()}`;
  await stranger.send(strangeRequest({ method: 'OPTIONS', from: `${stranger.address}:${stranger.port}`, callId }));
  const answer = await stranger.until('an answer', () => stranger.received.find(text => callIdOf(text) === callId));
  expect(statusOf(answer)).toBe(200);
}

describe.skipIf(onProduction)('a fault that is contained', () => {
  test('in a SIP message, over UDP and over TCP', async () => {
    await besideACall(async scene => {
      const { stranger, switchboard } = scene;
      const from = `${stranger.address}:${stranger.port}`;
      const connection = await stranger.connect();
      for (let at = 0; at < 20; at++) {
        const poison = { method: 'OPTIONS', from, lines: [`Subject: ${words.sip}`] };
        await stranger.send(strangeRequest(poison));
        connection.send(strangeRequest({ ...poison, transport: 'TCP' }));
      }
      // The connection is not to blame.
      connection.send(strangeRequest({ method: 'OPTIONS', transport: 'TCP', from }));
      expect(statusOf(await connection.final())).toBe(200);
      await stillAnswers(scene);
      await counted(switchboard, 'sip', 40);
      await logged(switchboard, words.sip);
      await connection.close();
    }, poisoned())();
  });

  test('in a frame of the SIP server, and in one of the application', async () => {
    await besideACall(async scene => {
      const { stranger, switchboard } = scene;
      const from = `${stranger.address}:${stranger.port}`;
      const fromLine = `From: "${words.drachtio}" <sip:stranger@${from}>;tag=1`;
      await stranger.send(strangeRequest({ method: 'INVITE', from, fromLine }));
      await counted(switchboard, 'drachtio');
      await logged(switchboard, words.drachtio);
      await stillAnswers(scene);

      const phone = await createPhone({
        clock: systemClock,
        log: silentLog,
        user: '103',
        display: words.application,
        server: switchboard.sip,
      });
      // Its display name is in every frame that answers it.
      phone.call('101');
      await counted(switchboard, 'application');
      await logged(switchboard, words.application);
      await phone.vanish();
      await stillAnswers(scene);
    }, poisoned())();
  });

  test('in a packet of RTCP, and in timers', async () => {
    const { from, to } = await freePorts(12);
    await besideACall(
      async scene => {
        const socket = createSocket('udp4');
        for (let port = from; port <= to; port++) socket.send(`POISON ${words.rtp}`, port, '127.0.0.1');
        await counted(scene.switchboard, 'rtp');
        await logged(scene.switchboard, words.rtp);
        await counted(scene.switchboard, 'timer', 2);
        await new Promise<void>(resolve => socket.close(resolve));
        await stillAnswers(scene);
      },
      poisoned(`media: { ports: ${from}-${to} }`),
    )();
  });
});
