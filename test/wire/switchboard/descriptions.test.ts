import { afterAll, beforeAll, expect, test } from 'vitest';
import { onProduction } from '../../support/production/engine.ts';
import { Phone, PhoneDialog } from '../../support/signalling/phone.ts';
import { fieldOf, type SipText, statusOf } from '../../support/signalling/sipText.ts';
import { companyNumber, Office } from '../../support/switchboard/office.ts';

let office: Office;
let caller: Phone;

beforeAll(async () => {
  office = await Office.open({});
  const { port } = office.kozpont.listening[0] ?? expect.unreachable();
  // Behind the trunk.
  caller = await Phone.open({ host: '127.0.0.1', port }, '+36301234567', 'udp', '127.0.0.2');
});
afterAll(async () => {
  await caller.close();
  await office.close();
});

const description = (connection: string, audio = 'm=audio 40000 RTP/AVP 8 0'): string =>
  ['v=0', 'o=- 1 1 IN IP4 127.0.0.2', 's=-', `c=${connection}`, 't=0 0', audio, ''].join('\r\n');

const final = (message: SipText): boolean => (statusOf(message) ?? 0) >= 200;

async function isAnswered(sdp: string, fields: Record<string, string> = {}): Promise<void> {
  const invite = caller.invite(companyNumber, fields, sdp);
  const answer = await caller.next(final);
  expect(statusOf(answer)).toBe(200);
  const dialog = PhoneDialog.ofCaller(caller, invite, answer);
  dialog.ack();
  dialog.send('BYE');
  expect(statusOf(await caller.next(200))).toBe(200);
}

async function refusal(sdp: string, fields: Record<string, string> = {}): Promise<SipText> {
  caller.invite(companyNumber, fields, sdp);
  return caller.next(final);
}

test('a host name in c= is looked up', async () => {
  await isAnswered(description('IN IP4 localhost'));
});

test('one that leads nowhere is 488, and the Warning names it', async () => {
  const answer = await refusal(description('IN IP4 media.invalid'));
  expect(statusOf(answer)).toBe(488);
  expect(fieldOf(answer, 'Warning')).toMatch(/^399 kozpont ".*media\.invalid.*"$/);
  expect(fieldOf(answer, 'Reason')).toBe('Q.850;cause=88');
});

test.each([
  ['no codec in common', 'm=audio 40000 RTP/AVP 18', 305, 65],
  ['no audio', 'm=image 40000 udptl t38', 304, 79],
  ['SRTP', 'm=audio 40000 RTP/SAVP 8', 302, 88],
])('488 says why: %s', async (_, audio, warning, cause) => {
  const answer = await refusal(description('IN IP4 127.0.0.2', audio));
  expect(statusOf(answer)).toBe(488);
  expect(fieldOf(answer, 'Warning')).toMatch(new RegExp(`^${warning} kozpont "`));
  expect(fieldOf(answer, 'Reason')).toBe(`Q.850;cause=${cause}`);
});

// A drachtio-server answers 400 to NUL by itself.
test.each(onProduction ? ['\r\n'] : ['\r\n', '\0', '\r\n\0\r\n'])(
  '%j around a description is left alone',
  async rest => {
    await isAnswered(`${rest}${description('IN IP4 127.0.0.2')}${rest}`);
  },
);

test('415 says what is taken, and why', async () => {
  const answer = await refusal('hello', { 'Content-Type': 'text/plain' });
  expect(statusOf(answer)).toBe(415);
  expect(fieldOf(answer, 'Accept')).toBe('application/sdp');
  expect(fieldOf(answer, 'Warning')).toMatch(/^399 kozpont "/);
});

test('a body that is optional is none: the offer is ours', async () => {
  await isAnswered('hello', { 'Content-Type': 'text/plain', 'Content-Disposition': 'render; handling=optional' });
});
