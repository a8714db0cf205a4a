import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { replacesOf } from '../../../src/phone/phone.ts';
import { companyNumber, inOffice, type Office } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';
import { conversation, hearEachOther } from '../../support/switchboard/scenes.ts';
import { callIdOf, Stranger, statusOf } from '../../support/wire/stranger.ts';

leaveNoSocketOpen();

const offer = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n';

/** A new call to nobody, which is 404 where it is looked at. */
const invite = (n: number, { address, port }: Stranger): string =>
  [
    'INVITE sip:999@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/UDP ${address}:${port};branch=z9hG4bKflood${n}`,
    'Max-Forwards: 70',
    `From: <sip:+3620@${address}>;tag=f${n}`,
    'To: <sip:999@127.0.0.1>',
    `Call-ID: flood-${n}`,
    'CSeq: 1 INVITE',
    `Contact: <sip:+3620@${address}:${port}>`,
    'Content-Type: application/sdp',
    `Content-Length: ${offer.length}`,
    '',
    offer,
  ].join('\r\n');

/** So many new calls at once from one address, each repeated until it is answered; gives the final responses when each has one. */
async function flood(office: Office, address: string, calls: number): Promise<readonly string[]> {
  const { port = 0 } = office.kozpont.listening[0] ?? {};
  const stranger = await Stranger.open({ address: '127.0.0.1', port }, address, [0]);
  try {
    const finals = (): ReadonlyMap<string, string> =>
      new Map(stranger.received.filter(text => statusOf(text) >= 200).map(text => [callIdOf(text), text]));
    for (let round = 0; round < 16 && finals().size < calls; round++) {
      for (let n = 0; n < calls; n++) {
        if (!finals().has(`flood-${n}`)) await stranger.send(invite(n, stranger));
      }
      await sleep(500);
    }
    return await stranger.until('an answer to every call', () =>
      finals().size === calls ? [...finals().values()] : undefined,
    );
  } finally {
    await stranger.close();
  }
}

const statuses = (answers: readonly string[], status: number): readonly string[] =>
  answers.filter(text => statusOf(text) === status);

const retryAfter = (text: string): number => Number(/^Retry-After: *(\d+)/im.exec(text)?.[1]);

describe.concurrent('a flood of new calls', () => {
  test(
    'from one trunk is shed; calls in progress and those of others go on',
    inOffice(
      async office => {
        const { outside, inside } = await conversation(office);
        const colleague = await office.extension('101');
        const desk = await office.extension('11');
        const answers = await flood(office, '127.0.0.2', 80);
        const shed = statuses(answers, 503);
        expect(shed.length).toBeGreaterThan(40);
        expect(shed.length + statuses(answers, 404).length).toBe(80);
        for (const text of shed) expect(retryAfter(text)).toBeOneOf([1, 2, 3, 4, 5]);
        // Within the dialog of the source that is shed, too.
        expect((await outside.hold()).status).toBe(200);
        await inside.hears(office.music);
        expect((await outside.resume()).status).toBe(200);
        await hearEachOther(office, outside, inside);
        const call = colleague.call('11');
        const ringing = await desk.rung();
        await ringing.answer();
        await hearEachOther(office, call, ringing);
        // A call that takes the place of one that is there is no new one.
        const taking = desk.call('10', { replaces: replacesOf(ringing) });
        await taking.answered();
        await ringing.ended();
        await hearEachOther(office, call, taking);
        expect(office.records.filter(({ to }) => to === companyNumber)).toEqual([]);
      },
      { callsPerSecondPerSource: 3 },
    ),
  );

  test(
    'from somebody whom nobody knows is shed, and a phone elsewhere may call',
    inOffice(
      async office => {
        const colleague = await office.extension('101');
        const desk = await office.extension('11');
        const answers = await flood(office, '127.0.0.3', 80);
        expect(statuses(answers, 401).length).toBeGreaterThan(0);
        expect(statuses(answers, 503).length).toBeGreaterThan(40);
        const call = colleague.call('11');
        await (await desk.rung()).answer();
        await call.answered();
      },
      { callsPerSecondPerSource: 3 },
    ),
  );
});
