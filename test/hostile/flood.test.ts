/**
 * Good requests, far more than the process could answer, from strangers: those who talk do not notice, phones that are
 * registered may call, and a stranger in good order is still served. How late packets are is measured by the bench.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { randomId } from '../../src/base/ids.ts';
import { silentLog } from '../../src/base/log.ts';
import { answering, createPhone } from '../../src/phone/phone.ts';
import { callIdOf } from '../support/wire/stranger.ts';
import { besideACall, type Scene } from './support/besideACall.ts';
import { strangeRequest } from './support/message.ts';

const rate = 2_000;
const seconds = 4;

async function flooders(count: number): Promise<readonly Socket[]> {
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const socket = createSocket('udp4');
      socket.bind(0, `127.0.${50 + Math.floor(index / 200)}.${1 + (index % 200)}`);
      await once(socket, 'listening');
      return socket;
    }),
  );
}

/** At an even rate; what is late is made up for. Gives how many were sent. */
async function flood({ switchboard }: Scene, method: string, sockets: readonly Socket[]): Promise<number> {
  const { address, port } = switchboard.sip;
  const begun = performance.now();
  let sent = 0;
  for (let elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - begun) {
    for (const due = (elapsed * rate) / 1000; sent < due; sent++) {
      const socket = sockets[sent % sockets.length];
      const from = `${socket?.address().address}:${socket?.address().port}`;
      const lines = [`Contact: <sip:101@${from}>`];
      socket?.send(
        strangeRequest({ method, from, uri: `sip:101@${address}:${port}`, callId: `flood-${randomId(6)}`, lines }),
        port,
        address,
      );
    }
    await sleep(2);
  }
  return sent;
}

describe.each([1, 200])('2,000 requests a second from %d addresses', addresses => {
  test.each(['OPTIONS', 'REGISTER', 'INVITE'])(
    '%s',
    method =>
      besideACall(
        async scene => {
          const { stranger, switchboard } = scene;
          const common = { clock: systemClock, log: silentLog, server: switchboard.sip };
          const phone = async (user: string) =>
            createPhone({ ...common, user, password: await switchboard.passwordOf(user), policy: answering() });
          const [caller, callee] = [await phone('102'), await phone('103')];
          await Promise.all([caller.register(), callee.register()]);
          const sockets = await flooders(addresses);
          const flooding = flood(scene, method, sockets);
          await sleep(1_000);
          // Registered phones may call, and one that is known registers anew.
          const call = caller.call('103');
          await call.answered();
          await callee.register();
          await call.hangUp();
          // A stranger who sends one thing is served: they wait behind as many others as there are, not as many messages.
          const callId = randomId();
          const request = strangeRequest({ method: 'OPTIONS', from: `${stranger.address}:${stranger.port}`, callId });
          const served = stranger.until('an answer', () =>
            stranger.received.find(text => callIdOf(text) === callId) === undefined ? undefined : true,
          );
          for (let round = 0; round < 10; round++) {
            if (stranger.received.some(text => callIdOf(text) === callId)) break;
            await stranger.send(request);
            await sleep(500);
          }
          await served;
          const sent = await flooding;
          expect(sent).toBeGreaterThan(rate);
          for (const socket of sockets) socket.close();
          await Promise.all([caller.close(), callee.close()]);
        },
        { longestGap: 400, lost: 20, settings: 'limits: { callsPerSecondPerSource: 1000 }' },
      )(),
    90_000,
  );
});
