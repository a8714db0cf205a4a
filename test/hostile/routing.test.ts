/** A stranger who would like to reach others by way of us: as a proxy, as a relay of responses, as a mirror. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { randomId } from '../../src/base/ids.ts';
import { silentLog } from '../../src/base/log.ts';
import { createPhone } from '../../src/phone/phone.ts';
import { anyAddress, callIdOf, statusOf } from '../support/wire/stranger.ts';
import { besideACall, type Scene } from './support/besideACall.ts';
import { strangeRequest } from './support/message.ts';
import { Spoofed } from './support/spoofed.ts';
import { Victim } from './support/victim.ts';

const methods = ['INVITE', 'BYE', 'UPDATE', 'PRACK', 'REFER', 'NOTIFY', 'INFO', 'MESSAGE', 'OPTIONS', 'SUBSCRIBE', 'X'];

/** What these methods need to be well formed. */
const needed = [
  'Event: check-sync',
  'Subscription-State: active',
  'RAck: 1 1 INVITE',
  'Refer-To: <sip:101@127.0.0.1>',
  'Contact: <sip:stranger@127.0.0.1>',
];

/** Answered: what was sent before has been handled. */
async function settled({ stranger }: Scene): Promise<void> {
  const callId = randomId();
  const request = strangeRequest({ method: 'OPTIONS', from: `${stranger.address}:${stranger.port}`, callId });
  for (let turn = 0; !stranger.received.some(text => callIdOf(text) === callId); turn++) {
    if (turn % 25 === 0) await stranger.send(request);
    expect(turn).toBeLessThan(1_000);
    await sleep(20);
  }
  await sleep(200);
}

describe('nothing is forwarded', () => {
  test(
    'by a Route that names us, to a third party or to a registered phone, over UDP and TCP',
    besideACall(async scene => {
      const { stranger, victim, switchboard, moreVictims } = scene;
      const phoneAddress = anyAddress();
      const phone = await createPhone({
        clock: systemClock,
        log: silentLog,
        user: '102',
        password: await switchboard.passwordOf('102'),
        server: switchboard.sip,
        // The registered address is that of a victim: what is sent there is found.
        advertise: phoneAddress,
      });
      await phone.register();
      const [registered] = await phone.registration.addresses();
      expect(registered).toContain(phoneAddress);
      const atPhone = await Victim.open(phoneAddress, Number(/:(\d+)/.exec(registered ?? '')?.[1]));
      const { address, port } = switchboard.sip;
      const ours = [`<sip:${address}:${port};lr>`, `<sip:localhost:${port};lr>`, `<sip:[::1]:${port};lr>`];
      const [other] = await moreVictims(1);
      const routes = [
        [ours[0]],
        [ours[1]],
        [ours[2]],
        [ours[0], ours[0]],
        [ours[0], `<sip:${other?.host};lr>`],
        [ours[0], `<sip:${other?.host}>`],
        [`<sip:${other?.host};lr>`],
      ];
      const connection = await stranger.connect();
      const from = `${stranger.address}:${stranger.port}`;
      const asked = new Map<string, string>();
      for (const target of [
        `sip:a@${victim.host}`,
        `sip:a@${victim.host};transport=tcp`,
        registered ?? '',
        ours[0]?.slice(1, -1),
      ]) {
        for (const route of routes) {
          for (const method of [...methods, 'ACK']) {
            for (const transport of ['UDP', 'TCP'] as const) {
              const callId = randomId();
              const request = strangeRequest({
                method,
                transport,
                from,
                callId,
                ...(target === undefined ? {} : { uri: target }),
                to: 'To: <sip:101@127.0.0.1>;tag=forged',
                lines: [...needed, ...route.map(value => `Route: ${value}`)],
              });
              if (method !== 'ACK') asked.set(callId, `${transport} ${method} ${target} ${route.join(', ')}`);
              if (transport === 'TCP') connection.send(request);
              else await stranger.send(request);
            }
          }
          // As fast as strangers are served.
          for (let turn = 0; turn < 500 && asked.size > 0; turn++) {
            for (const text of [...stranger.received, ...connection.received]) {
              // 405, 501: nobody here takes this method, in a dialog or out of it.
              if ([481, 405, 501].includes(statusOf(text))) asked.delete(callIdOf(text));
            }
            await sleep(10);
          }
          expect([...asked.values()].slice(0, 5)).toEqual([]);
        }
      }
      await settled(scene);
      expect({ received: atPhone.received, connections: atPhone.connections }).toEqual({
        received: [],
        connections: 0,
      });
      await connection.close();
      await atPhone.close();
      await phone.close();
    }),
    120_000,
  );

  test(
    'of responses that answer nothing: no datagram and no connection leaves',
    besideACall(async scene => {
      const { stranger, victim, switchboard, moreVictims } = scene;
      const others = await moreVictims(10);
      const { address, port } = switchboard.sip;
      for (let n = 0; n < 1_000; n++) {
        const target = others[n % others.length] ?? victim;
        const ours = [`SIP/2.0/UDP ${address}:${port}`, `SIP/2.0/TCP ${address}:${port}`, 'SIP/2.0/UDP localhost'][
          n % 3
        ];
        const status = ['200 OK', '180 Ringing', '302 Moved', '401 Unauthorized'][n % 4];
        await stranger.send(
          [
            `SIP/2.0 ${status}`,
            `Via: ${ours};branch=z9hG4bK${randomId(12)}`,
            `Via: SIP/2.0/${n % 2 === 0 ? 'TCP' : 'UDP'} ${target.host};branch=z9hG4bK${n}`,
            'From: <sip:a@b>;tag=1',
            'To: <sip:a@b>;tag=2',
            `Call-ID: ${n}`,
            'CSeq: 1 INVITE',
            `Contact: <sip:a@${target.host}>`,
            'Content-Length: 0',
            '',
            '',
          ].join('\r\n'),
        );
        if (n % 50 === 0) await sleep(10);
      }
      await settled(scene);
    }),
  );
});

const maddr = 'Via: SIP/2.0/UDP THIRD;maddr=HOST;branch=z9hG4bKx;received=HOST;rport=5060';

describe('an answer goes to where the datagram came from', () => {
  test.each([
    ['OPTIONS', strangeRequest({ method: 'OPTIONS', from: '', via: maddr })],
    ['REGISTER', strangeRequest({ method: 'REGISTER', from: '', via: maddr, lines: ['Contact: <sip:101@a>'] })],
    ['INVITE', strangeRequest({ method: 'INVITE', from: '', via: maddr, lines: ['Contact: <sip:101@a>'] })],
    ['an unknown method', strangeRequest({ method: 'X', from: '', via: maddr })],
    ['a wrong version', strangeRequest({ method: 'OPTIONS', from: '', via: maddr }).replace('SIP/2.0\r', 'SIP/9.0\r')],
    ['a missing field', strangeRequest({ method: 'OPTIONS', from: '', via: maddr, to: 'X-To: no' })],
    ['a malformed field', strangeRequest({ method: 'OPTIONS', from: '', via: maddr, cseq: 'CSeq: what' })],
    ['no end', strangeRequest({ method: 'OPTIONS', from: '', via: maddr }).slice(0, -4)],
  ])(
    '%s, whatever its Via says',
    (_what, text) =>
      besideACall(async scene => {
        const { victim, switchboard } = scene;
        const spoofed = await Spoofed.open(switchboard.sip);
        for (let n = 0; n < 20; n++) {
          await spoofed.send(text.replaceAll('THIRD', victim.host).replaceAll('HOST', victim.address));
        }
        await settled(scene);
        expect(spoofed.received.packets).toBeGreaterThan(0);
        await spoofed.close();
      })(),
    60_000,
  );
});

test(
  'a forged source gets one answer for each packet at most, and no more for being silent',
  besideACall(async ({ switchboard }) => {
    const { address, port } = switchboard.sip;
    const uri = `sip:101@${address}:${port}`;
    const table: Record<string, { answers: number; packets: number; bytes: number }> = {};
    const kinds: Record<string, (host: string, n: number) => string> = {
      malformed: host => strangeRequest({ method: 'OPTIONS', uri, from: host, cseq: 'CSeq: what' }),
      OPTIONS: host => strangeRequest({ method: 'OPTIONS', uri, from: host }),
      REGISTER: host =>
        strangeRequest({
          method: 'REGISTER',
          uri: `sip:${address}`,
          from: host,
          lines: [`Contact: <sip:101@${host}>`],
        }),
      'INVITE of a stranger': host =>
        strangeRequest({ method: 'INVITE', uri, from: host, lines: [`Contact: <sip:a@${host}>`] }),
      'INVITE as 101': host =>
        strangeRequest({
          method: 'INVITE',
          uri,
          from: host,
          fromLine: `From: <sip:101@${address}>;tag=${randomId(4)}`,
          lines: [`Contact: <sip:101@${host}>`],
        }),
      'BYE of nothing': host => strangeRequest({ method: 'BYE', uri, from: host, to: `To: <${uri}>;tag=x` }),
      'INVITE within nothing': host =>
        strangeRequest({
          method: 'INVITE',
          uri,
          from: host,
          to: `To: <${uri}>;tag=x`,
          lines: [`Contact: <sip:a@${host}>`],
        }),
    };
    const sources = await Promise.all(Object.keys(kinds).map(() => Spoofed.open(switchboard.sip)));
    for (const [index, build] of Object.values(kinds).entries()) {
      const source = sources[index] ?? expect.fail();
      for (let n = 0; n < 10; n++) {
        await source.send(build(source.host, n));
        await sleep(20);
      }
    }
    // Long enough for three repetitions of a refusal (timer G: 0.5, 1, 2 s).
    await sleep(4_000);
    for (const [index, kind] of Object.keys(kinds).entries()) {
      const { sent, received } = sources[index] ?? expect.fail();
      const answers = received.packets;
      table[kind] = {
        answers,
        packets: answers / sent.packets,
        bytes: Number((received.bytes / sent.bytes).toFixed(2)),
      };
    }
    console.info('what comes back for 10 packets of a forged source, as a share of what was sent');
    console.table(table);
    for (const [kind, { answers, bytes }] of Object.entries(table)) {
      expect(answers, kind).toBeGreaterThan(0);
      expect(answers, kind).toBeLessThanOrEqual(10);
      expect(bytes, kind).toBeLessThan(3);
    }
    await Promise.all(sources.map(source => source.close()));
  }),
  60_000,
);
