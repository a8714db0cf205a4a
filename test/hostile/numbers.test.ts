/** What stands in place of a number: long, of other scripts, with what no display should show, or made to cost time. */
import { expect, test } from 'vitest';
import { hostileTexts } from '../support/hostileTexts.ts';
import { callIdOf, Stranger, statusOf } from '../support/wire/stranger.ts';
import { besideACall, type Scene } from './support/besideACall.ts';
import { strangeRequest } from './support/message.ts';
import { trunkAddress } from './support/switchboard.ts';

const numbers = [
  '1'.repeat(4_096),
  '+36-1-'.repeat(680),
  '-'.repeat(4_096),
  '('.repeat(2_048) + ')'.repeat(2_048),
  `+${'0'.repeat(4_000)}`,
  '0036'.repeat(1_000),
  '%2B36'.repeat(800),
  '%31'.repeat(1_300),
  `+361;${'a;'.repeat(2_000)}`,
  `2345678;phone-context=${'+36'.repeat(1_300)}`,
  '2345678;phone-context=__proto__',
  `5;${'phone-context=+1;'.repeat(200)}`,
  '%D9%A1%D9%A0%D9%A1',
  '%EF%BC%91%EF%BC%90%EF%BC%91',
  '%00%31%30%31',
  '1%E2%80%AE01',
  '%0d%0aX-Injected:%201',
  '*'.repeat(64),
  '%23%23%23',
  ...Object.getOwnPropertyNames(Object.prototype),
  ...hostileTexts.map(text => encodeURIComponent(text.replace(/\p{Cs}/gu, ''))),
];

/** In the Request-URI, in From, and in what the network asserts; as a SIP and as a tel URI. */
const invites = (number: string, from: string, name: string): readonly string[] => {
  const contact = `Contact: <sip:stranger@${from}>`;
  const sip = `sip:${number}@127.0.0.1;user=phone`;
  return [
    strangeRequest({ method: 'INVITE', uri: sip, from, callId: `${name}-uri`, lines: [contact] }),
    strangeRequest({ method: 'INVITE', uri: `tel:${number}`, from, callId: `${name}-tel`, lines: [contact] }),
    strangeRequest({
      method: 'INVITE',
      uri: 'sip:999@127.0.0.1',
      from,
      callId: `${name}-from`,
      fromLine: `From: <${sip}>;tag=1`,
      lines: [contact, `P-Asserted-Identity: <${sip}>, <tel:${number}>`],
    }),
  ];
};

async function callAll({ switchboard }: Scene, sender: Stranger): Promise<readonly number[]> {
  const from = `${sender.address}:${sender.port}`;
  const all = numbers.flatMap((number, at) => invites(number, from, `n${at}`));
  const statuses: number[] = [];
  // One after the other: this is no flood.
  for (const invite of all) {
    await sender.send(invite);
    const isFinal = (text: string): boolean => callIdOf(text) === callIdOf(invite) && statusOf(text) >= 200;
    statuses.push(statusOf(await sender.until('a final response', () => sender.received.find(isFinal))));
  }
  expect(switchboard.alive).toBe(true);
  return statuses;
}

const limits = { settings: 'limits: { callsPerSecond: 1000, callsPerSecondPerSource: 1000 }' };

test(
  'a stranger: no number lets anybody in',
  besideACall(async scene => {
    const statuses = await callAll(scene, scene.stranger);
    expect(statuses.filter(status => status < 400 || status >= 500)).toEqual([]);
  }, limits),
);

test(
  'the network of a trunk: no number is one of ours, and nothing of it is in the log as it came',
  besideACall(async scene => {
    const network = await Stranger.open(scene.switchboard.sip, trunkAddress, [0]);
    try {
      const statuses = await callAll(scene, network);
      expect(statuses.filter(status => status < 400 || status >= 500)).toEqual([]);
      for (const unfit of ['\u202e', '\u0000']) expect(scene.switchboard.log).not.toContain(unfit);
      for (const line of scene.switchboard.log.split('\n')) expect(line.length).toBeLessThan(10_000);
    } finally {
      await network.close();
    }
  }, limits),
);
