import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../../src/base/clock.ts';
import { Authenticator, type ToAuthenticate } from '../../../../src/signalling/digest/authenticator.ts';
import { Late } from '../../../../src/signalling/digest/late.ts';
import { sameTarget } from '../../../../src/signalling/digest/sameTarget.ts';
import { authorization, type Challenge, parseChallenge } from '../../../support/signalling/digestClient.ts';

const realm = 'kozpont.test';
const minute = 60_000;

interface From {
  readonly source?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  /** Of the request, and the one that is signed. */
  readonly uri?: string;
  readonly signed?: string;
}

/** An authenticator of extensions 100 to 199, whose passwords are their numbers, and what it logs. */
function office() {
  const clock = new VirtualClock();
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const secret = (user: string) => (/^1\d\d$/.test(user) ? `password of ${user}` : undefined);
  const authenticator = new Authenticator({ clock, log, realm, secret });
  const check = (from: From, credentials?: string) => {
    const request: ToAuthenticate = {
      method: 'INVITE',
      uri: from.uri ?? 'sip:102@h',
      source: from.source ?? '192.0.2.1',
      port: from.port ?? 5060,
      claimed: from.user ?? '101',
      userAgent: 'Phone 1',
      authorization: credentials,
    };
    return authenticator.check(request);
  };
  const challenge = (from: From): Challenge => {
    const verdict = check(from);
    if (verdict.kind !== 'challenge') throw new Error(verdict.kind);
    return parseChallenge(verdict.challenges.at(-1) ?? '');
  };
  const sign = (one: Challenge, from: From, count = 1): string => {
    const user = from.user ?? '101';
    const password = from.password ?? `password of ${user}`;
    return authorization(one, { user, password }, 'INVITE', from.signed ?? from.uri ?? 'sip:102@h', count);
  };
  /** As a phone does: it asks, and answers the challenge. */
  const enter = (from: From = {}) => check(from, sign(challenge(from), from));
  const reasons = () => lines.map(({ reason }) => reason);
  return { clock, check, challenge, sign, enter, lines, reasons, authenticator };
}

const wrong = { password: 'wrong' };
const stranger = { source: '198.51.100.7', port: 1 };

describe('right credentials win', () => {
  test('after as many wrong ones as you like, at one address and for one extension', () => {
    const { enter, clock } = office();
    for (let i = 0; i < 70; i++) expect(enter({ ...wrong, port: 6000 }).kind).toBe('refused');
    expect(enter().kind).toBe('authenticated');
    clock.advance(10_000);
    for (let i = 0; i < 70; i++) enter({ ...wrong, user: `${200 + i}`, port: 6000 });
    expect(enter({ user: '103' }).kind).toBe('authenticated');
  });

  test('even where somebody guesses by the hundred, once a phone has proved itself there', () => {
    const { enter, clock } = office();
    expect(enter().kind).toBe('authenticated');
    for (let i = 0; i < 400; i++) enter({ ...wrong, port: 6000 });
    expect(enter({ port: 7000 }).kind).toBe('authenticated');
    // From so many sockets that each looks like another phone: those that are known stay in.
    for (let i = 0; i < 400; i++) enter({ ...wrong, port: 10_000 + i });
    expect(enter({ port: 7001 }).kind).toBe('refused');
    expect(enter().kind).toBe('authenticated');
    // Who guesses is looked at again after a while.
    clock.advance(minute);
    expect(enter({ port: 7001 }).kind).toBe('authenticated');
  });

  test('the guesser waits for the answer, the office does not', () => {
    const { enter } = office();
    const waits = Array.from({ length: 15 }, () => {
      const verdict = enter({ ...wrong, port: 6000 });
      return verdict.kind === 'refused' ? verdict.after : -1;
    });
    expect(waits).toEqual([...Array(10).fill(0), ...Array(5).fill(3_000)]);
    expect(enter({ ...wrong, user: '103' })).toEqual({ kind: 'refused', after: 0 });
  });

  test('IPv6 counts by the network of 64 bits, a mapped IPv4 address as what it is', () => {
    const { enter } = office();
    for (let i = 0; i < 10; i++) enter({ ...wrong, source: `2001:db8:0:1::${i + 1}` });
    expect(enter({ ...wrong, source: '2001:db8:0:1:ffff::1' })).toEqual({ kind: 'refused', after: 3_000 });
    expect(enter({ ...wrong, source: '2001:db8:0:2::1' })).toEqual({ kind: 'refused', after: 0 });
    for (let i = 0; i < 10; i++) enter({ ...wrong, source: '::ffff:192.0.2.9' });
    expect(enter({ ...wrong, source: '192.0.2.9' })).toEqual({ kind: 'refused', after: 3_000 });
  });
});

describe('a forged address', () => {
  test('costs it nothing, whatever is sent under it: nonces are of who got them', () => {
    const { check, challenge, sign, enter } = office();
    const stolen = challenge(stranger);
    for (let i = 0; i < 100; i++) expect(check({}, sign(stolen, wrong, i + 1)).kind).toBe('challenge');
    expect(enter(wrong)).toEqual({ kind: 'refused', after: 0 });
    expect(check({}, sign(stolen, {})).kind).toBe('challenge');
    expect(check(stranger, sign(stolen, {})).kind).toBe('authenticated');
  });

  test('is known as that of a phone, once a phone has proved itself there', () => {
    const { enter, authenticator, clock } = office();
    expect(authenticator.knows('192.0.2.1')).toBe(false);
    enter(wrong);
    expect(authenticator.knows('192.0.2.1')).toBe(false);
    enter();
    expect([authenticator.knows('192.0.2.1'), authenticator.knows('192.0.2.2')]).toEqual([true, false]);
    clock.advance(24 * 60 * minute);
    expect(authenticator.knows('192.0.2.1')).toBe(false);
  });
});

describe('an answer in the form of RFC 2069', () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const old = ({ nonce }: Challenge, password: string) =>
    `Digest username="101",realm="${realm}",nonce="${nonce}",uri="sip:102@h",` +
    `response="${md5(`${md5(`101:${realm}:${password}`)}:${nonce}:${md5('INVITE:sip:102@h')}`)}"`;

  test('is taken once for each nonce', () => {
    const { check, challenge } = office();
    const first = challenge({});
    expect(check({}, old(first, 'wrong')).kind).toBe('refused');
    expect(check({}, old(first, 'password of 101')).kind).toBe('authenticated');
    const again = check({}, old(first, 'password of 101'));
    expect(again.kind === 'challenge' && parseChallenge(again.challenges[0] ?? '').stale).toBe(true);
    expect(check({}, old(challenge({}), 'password of 101')).kind).toBe('authenticated');
  });

  test('is no way to repeat a counted one, nor the other way round', () => {
    const { check, challenge, sign } = office();
    const one = challenge({});
    check({}, sign(one, {}));
    expect(check({}, old(one, 'password of 101')).kind).toBe('challenge');
    const other = challenge({});
    check({}, old(other, 'password of 101'));
    expect(check({}, sign(other, {}, 0xffffffff)).kind).toBe('challenge');
  });
});

describe('the URI that is signed', () => {
  test.each([
    ['sip:102@h', 'sip:102@h', true],
    ['sip:%3102@h', 'sip:102@h', true],
    ['sip:102@h', 'sip:%31%30%32@h', true],
    ['sip:a%2fb@h', 'sip:a%2Fb@h', true],
    ['sip:102@H:5060;transport=udp', 'sip:102@192.0.2.1', true],
    ['sip:+361;phone-context=x@h', 'sip:+361@h;user=phone', true],
    ['tel:+36-1', 'sip:+361@h', true],
    ['sip:h', 'sip:192.0.2.1:5060', true],
    ['sip:103@h', 'sip:102@h', false],
    ['sip:102A@h', 'sip:102a@h', false],
    ['sip:h', 'sip:102@h', false],
    ['102', 'sip:102@h', false],
    ['urn:service:sos', 'mailto:a@b', false],
  ])('%s for %s: %s', (signed, requested, same) => expect(sameTarget(signed, requested)).toBe(same));

  test('serves a request to the same number alone', () => {
    const { enter } = office();
    expect(enter({ signed: 'sip:%3102@h' }).kind).toBe('authenticated');
    expect(enter({ signed: 'sip:103@h' }).kind).toBe('refused');
  });
});

describe('the log says why', () => {
  test.each([
    ['wrongPassword', wrong],
    ['unknownExtension', { user: '999' }],
    ['otherUri', { signed: 'sip:103@h' }],
  ])('%s', (reason, from) => {
    const { enter, lines } = office();
    for (let i = 0; i < 5; i++) enter(from);
    expect(lines).toHaveLength(1);
    const user = 'user' in from ? from.user : '101';
    expect(lines[0]).toMatchObject({ reason, source: '192.0.2.1', extension: user, userAgent: 'Phone 1' });
  });

  test.each([
    ['algorithm', 'MD5', 'MD5-sess'],
    ['qop', 'auth', 'auth-int'],
  ])('%s that was not offered', (reason, ours, theirs) => {
    const { check, challenge, sign, reasons } = office();
    expect(check({}, sign(challenge({}), {}).replace(`=${ours}`, `=${theirs}`)).kind).toBe('challenge');
    expect(reasons()).toEqual([reason]);
  });

  test('a nonce of before, where nothing better follows', () => {
    const { check, challenge, sign, enter, clock, reasons } = office();
    const outdated = challenge({});
    clock.advance(10 * minute);
    check({}, sign(outdated, {}));
    enter();
    check({}, sign(outdated, {}));
    check({}, sign(outdated, {}));
    expect(reasons()).toEqual([]);
    check({}, sign(outdated, {}));
    expect(reasons()).toEqual(['staleNonce']);
  });

  test('but no more than a few lines, whatever strangers send', () => {
    const { enter, lines, clock } = office();
    for (let i = 0; i < 2_000; i++) enter({ source: `10.0.${i >> 8}.${i & 255}`, user: `x\r\n${i}`, ...wrong });
    expect(lines).toHaveLength(20);
    expect(JSON.stringify(lines)).not.toContain('\\r');
    clock.advance(minute);
    enter({ source: '10.9.9.9', ...wrong });
    expect(lines[20]).toMatchObject({ suppressed: 1_980, source: '10.9.9.9' });
  });
});

test('answers that wait are given in the end, and at once when everything ends', () => {
  const clock = new VirtualClock();
  const late = new Late(clock);
  const said: string[] = [];
  late.answer(0, () => said.push('at once'));
  late.answer(10, () => said.push('later'));
  late.answer(20, () => said.push('at the end'));
  expect(said).toEqual(['at once']);
  clock.advance(10);
  expect(said).toEqual(['at once', 'later']);
  late.close();
  late.answer(10, () => said.push('after the end'));
  expect(said.slice(2)).toEqual(['at the end', 'after the end']);
  expect(clock.armed).toBe(0);
  const crowded = new Late(clock);
  let answered = 0;
  for (let i = 0; i < 600; i++) crowded.answer(10, () => answered++);
  expect(answered).toBe(100);
  crowded.close();
  expect(answered).toBe(600);
});
