import { describe, expect, test } from 'vitest';
import { inOffice, type Office } from '../../support/switchboard/office.ts';
import { hearEachOther } from '../../support/switchboard/scenes.ts';
import { logLines } from '../../support/wire/logLines.ts';
import { type Server, Stranger } from '../../support/wire/stranger.ts';
import { WaitingCaller } from '../../support/wire/waitingCaller.ts';

const datagrams = 4_000;
const connections = 200;

/** Things that are no SIP message, each of another kind; `at` makes each a little different. */
const garbage: readonly ((at: number) => string | Uint8Array)[] = [
  at => Uint8Array.from({ length: 200 }, (_, index) => (index * 31 + at * 7) % 256),
  at => `INVITE sip:+3612345678@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK${at}\r\n`,
  at => `INVITE sip:${'9'.repeat(9_000)}@127.0.0.1 SIP/2.0\r\nCall-ID: ${at}\r\n\r\n`,
  at => `OPTIONS sip:a@b SIP/2.0\r\n${'Via: SIP/2.0/UDP a;branch=z9hG4bKx\r\n'.repeat(300)}Call-ID: ${at}\r\n\r\n`,
  () => `\r\n\r\n${'('.repeat(8_000)}`,
  at => `GET /${at} HTTP/1.1\r\nHost: a\r\n\r\n`,
  at => `SIP/2.0 ${at} OK\r\nFrom: "${'\\"'.repeat(2_000)}\r\n\r\n`,
  at => `REGISTER sip:127.0.0.1 SIP/2.0\r\nContent-Length: 4294967${at}\r\nContact: <<<<<<\r\n\r\n`,
];
const some = (at: number): string | Uint8Array => garbage[at % garbage.length]?.(at) ?? '';

const server = (office: Office, transport: 'udp' | 'tcp'): Server => {
  const { port } = office.kozpont.listening.find(one => one.transport === transport) ?? expect.unreachable();
  return { address: '127.0.0.1', port };
};

describe('a flood of garbage from one address', () => {
  const { log, lines } = logLines();

  test(
    'in datagrams: calls in progress and calls that begin meanwhile do not notice, and the log stays readable',
    inOffice(
      async office => {
        const waiting = await WaitingCaller.open(office);
        const desk = await office.extension('101');
        const caller = await office.caller();
        const flooder = await Stranger.open(server(office, 'udp'));
        const linesBefore = lines.length;

        const flood = (async () => {
          for (let at = 0; at < datagrams; at++) await flooder.send(some(at));
        })();
        const outside = caller.call('+361234571');
        const inside = await desk.rung();
        await inside.answer();
        await hearEachOther(office, outside, inside);
        await flood;
        await hearEachOther(office, outside, inside);
        await waiting.hasHeardAll();

        expect(flooder.received.length).toBeLessThan(datagrams / 4);
        expect(lines.length - linesBefore).toBeLessThan(datagrams / 20);
        await outside.hangUp();
        await inside.ended();
        await waiting.hangUp();
        await flooder.close();
      },
      { log },
    ),
  );

  test(
    'in connections: others still get through theirs',
    inOffice(async office => {
      const waiting = await WaitingCaller.open(office);
      const desk = await office.extension('101', { transport: 'tcp' });
      const caller = await office.caller(undefined, { transport: 'tcp' });
      const flooder = await Stranger.open(server(office, 'tcp'));
      const opened = await Promise.all(Array.from({ length: connections }, () => flooder.connect()));
      for (const [at, connection] of opened.entries()) connection.send(at % 2 === 0 ? some(at) : 'O');

      const outside = caller.call('+361234571');
      const inside = await desk.rung();
      await inside.answer();
      await hearEachOther(office, outside, inside);
      await waiting.hasHeardAll();

      await outside.hangUp();
      await inside.ended();
      await waiting.hangUp();
      await Promise.all(opened.map(connection => connection.close()));
      await flooder.close();
    }),
  );
});
