/** A stranger who holds connections: as many as there are, as slowly as can be, and broken ones. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { createPhone } from '../../src/phone/phone.ts';
import { onProduction } from '../support/production/engine.ts';
import { callIdOf, type StrangeConnection, type Stranger, statusOf } from '../support/wire/stranger.ts';
import { besideACall } from './support/besideACall.ts';
import { strangeRequest } from './support/message.ts';
import { menuNumber, type Switchboard, trunkAddress } from './support/switchboard.ts';

const options = (of: Stranger, callId: string): string =>
  strangeRequest({ method: 'OPTIONS', transport: 'TCP', from: `${of.address}:${of.port}`, callId });

const phoneOf = async (switchboard: Switchboard, user: string) => {
  const password = await switchboard.passwordOf(user);
  const phone = await createPhone({
    clock: systemClock,
    log: silentLog,
    user,
    password,
    server: switchboard.sip,
    transport: 'tcp',
    tone: 700,
  });
  await phone.register();
  return phone;
};

// The connections of drachtio-server are its own affair.
describe.skipIf(onProduction)('connections that strangers hold', () => {
  test(
    'more than the process may have open: phones stay, calls come in, newcomers are heard',
    besideACall(
      async ({ switchboard, moreStrangers }) => {
        const phone = await phoneOf(switchboard, '102');
        const [one, other, newcomer] = (await moreStrangers(3)) as [Stranger, Stranger, Stranger];
        const held: StrangeConnection[] = [];
        for (let at = 0; at < 400; at++) {
          for (const of of [one, other]) {
            const connection = await of.connect();
            // Half of them have shown that they speak SIP.
            if (at % 2 === 0) connection.send(options(of, `held-${at}`));
            held.push(connection);
          }
        }
        // A quarter of the files are for connections; what the kernel has taken waits to be closed.
        const open = (): number => held.filter(({ isOpen }) => isOpen).length;
        for (let waited = 0; open() > 96 && waited < 15_000; waited += 100) await sleep(100);
        console.info(`${open()} of ${held.length} connections are held`);
        expect(open()).toBeLessThanOrEqual(96);
        expect(open()).toBeGreaterThan(0);

        const connection = await newcomer.connect();
        connection.send(options(newcomer, 'newcomer'));
        expect(callIdOf(await connection.final())).toBe('newcomer');
        // The phone that registered before all of them, and has been silent since, still rings: a colleague calls it.
        const colleague = await phoneOf(switchboard, '103');
        const call = colleague.call('102');
        const ringing = await phone.rung();
        await ringing.answer();
        await call.answered();
        await call.hangUp();
        // A call from the trunk is given sockets for its sound.
        const caller = await createPhone({
          clock: systemClock,
          log: silentLog,
          user: '+36301234567',
          address: trunkAddress,
          server: switchboard.sip,
        });
        const outside = caller.call(menuNumber);
        await outside.answered();
        await outside.hangUp();
        await Promise.all([phone, colleague, caller].map(party => party.close()));
        await Promise.all(held.filter(({ isOpen }) => isOpen).map(one => one.close()));
      },
      { openFiles: 384 },
    ),
  );

  test(
    'broken in front of a request, behind it, and in the middle: each request is answered, each connection ends',
    besideACall(async ({ stranger, switchboard }) => {
      for (const before of ['\r\n\0', '\0\0\0\0', '\n', ' ', '\r', '\ufeff']) {
        const connection = await stranger.connect();
        connection.send(before + options(stranger, 'spoilt'));
        expect(statusOf(await connection.final())).toBe(400);
        await connection.isClosed();
      }
      for (const behind of [
        '\0\0\0\r\n\r\n',
        'GET / HTTP/1.1\r\n\r\n',
        'x'.repeat(100_000),
        options(stranger, 'b').slice(0, 50),
      ]) {
        const connection = await stranger.connect();
        const asked = [1, 2, 3].map(nth => options(stranger, `asked-${nth}`));
        connection.send(asked.join('') + behind);
        if (behind.startsWith('OPTIONS')) connection.end();
        for (const nth of [1, 2, 3]) {
          const answer = await connection.final();
          expect([statusOf(answer), callIdOf(answer)]).toEqual([200, `asked-${nth}`]);
        }
        await connection.isClosed();
      }
      expect(switchboard.alive).toBe(true);
    }),
  );

  test(
    'thousands of them, each begun and left: the ones that wait for an answer, too',
    besideACall(async ({ switchboard, moreStrangers }) => {
      const strangers = await moreStrangers(4);
      const invite = (of: Stranger): string =>
        strangeRequest({
          method: 'INVITE',
          transport: 'TCP',
          from: `${of.address}:${of.port}`,
          lines: [`Contact: <sip:stranger@${of.address}>`],
        });
      for (let round = 0; round < 250; round++) {
        for (const of of strangers) {
          const connection = await of.connect();
          connection.send([options(of, `r${round}`), invite(of), 'OPTIONS sip:', '\r\n\0'][round % 4] as string);
          if (round % 3 === 0) await connection.close();
        }
      }
      const [one] = strangers as [Stranger];
      const connection = await one.connect();
      connection.send(options(one, 'after'));
      expect(callIdOf(await connection.final())).toBe('after');
      expect(switchboard.alive).toBe(true);
    }),
  );

  test(
    'empty lines and requests as fast as they are taken, whose answers nobody reads',
    besideACall(
      async scene => {
        const { stranger, switchboard, sound } = scene;
        const before = memoryOf(switchboard.pid);
        const big = 'x'.repeat(7_900);
        const vias = Array.from({ length: 6 }, () => `Via: SIP/2.0/TCP a;branch=${big}`);
        const kinds: readonly (readonly [string, number, string])[] = [
          ['empty lines', 4, '\r\n'.repeat(2 * 1024 * 1024)],
          ['small requests', 8, options(stranger, 'flood').repeat(2_000)],
          ['long answers', 100, strangeRequest({ method: 'X', transport: 'TCP', from: 'a', lines: vias }).repeat(10)],
        ];
        for (const [kind, count, text] of kinds) {
          const { address, port } = switchboard.sip;
          const sockets = Array.from({ length: count }, () =>
            connect({ host: address, port, localAddress: stranger.address })
              .on('error', () => {})
              .pause(),
          );
          await sleep(200);
          await sound();
          const until = performance.now() + 4_000;
          let most = before;
          while (performance.now() < until) {
            for (const socket of sockets) if (socket.writableLength < 1_000_000) socket.write(text);
            most = Math.max(most, memoryOf(switchboard.pid));
            await sleep(20);
          }
          const window = await sound();
          console.info(`${kind}: ${most - before} MB more, a gap of ${Math.round(window.caller.longestGap)} ms`);
          expect(most - before, kind).toBeLessThan(250);
          const taken = sockets.reduce((sum, socket) => sum + socket.bytesWritten - socket.writableLength, 0);
          // What the kernel holds of each connection, and the rate of one network.
          if (kind === 'empty lines') expect(taken).toBeLessThan(60_000_000);
          for (const socket of sockets) socket.destroy();
          await sleep(500);
        }
        const callId = `after-${Math.random()}`;
        await stranger.send(
          strangeRequest({ method: 'OPTIONS', from: `${stranger.address}:${stranger.port}`, callId }),
        );
        await stranger.until('an answer', () => stranger.received.find(text => callIdOf(text) === callId));
      },
      { longestGap: 400 },
    ),
  );
});

/** Megabytes. */
const memoryOf = (pid: number): number =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024);
