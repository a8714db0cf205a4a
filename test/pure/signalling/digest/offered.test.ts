import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/base/clock.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { Authenticator, type Verdict } from '../../../../src/signalling/digest/authenticator.ts';
import { authorization, parseChallenge } from '../../../support/signalling/digestClient.ts';

const uri = 'sip:kozpont.test';
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

interface From {
  readonly source?: string;
  readonly claimed?: string;
  readonly userAgent?: string;
}

/** A registrar's authenticator, and phones that ask it. */
function registrar() {
  const clock = new VirtualClock();
  const authenticator = new Authenticator({
    clock,
    log: silentLog,
    realm: 'kozpont.test',
    secret: user => `secret-of-${user}`,
  });
  const ask = (from: From, credentials?: string): Verdict =>
    authenticator.check({
      method: 'REGISTER',
      uri,
      authorization: credentials,
      source: from.source ?? '192.0.2.1',
      port: 5060,
      claimed: from.claimed ?? '101',
      userAgent: from.userAgent,
    });
  const challengesTo = (from: From, credentials?: string) => {
    const verdict = ask(from, credentials);
    if (verdict.kind !== 'challenge') throw new Error(`${verdict.kind}, not challenged`);
    return verdict.challenges.map(parseChallenge);
  };
  const offeredTo = (from: From = {}) => challengesTo(from).map(({ algorithm }) => algorithm);
  /** Without credentials first, then with those of one of the challenges. */
  const register = (algorithm: string, from: From = {}, password?: string): Verdict['kind'] => {
    const challenge = challengesTo(from).find(one => one.algorithm === algorithm);
    if (challenge === undefined) throw new Error(`${algorithm} was not offered`);
    const user = { user: from.claimed ?? '101', password: password ?? `secret-of-${from.claimed ?? '101'}` };
    return ask(from, authorization(challenge, user, 'REGISTER', uri)).kind;
  };
  return { clock, ask, challengesTo, offeredTo, register };
}

const both = ['SHA-256', 'MD5'];
const plain = ['MD5'];

describe('a challenge offers', () => {
  it('SHA-256 before MD5, to whoever answers, as often as it comes', () => {
    const { clock, offeredTo, register } = registrar();
    expect(offeredTo()).toEqual(both);
    for (const algorithm of ['SHA-256', 'MD5', 'SHA-256']) {
      expect(register(algorithm)).toBe('authenticated');
      clock.advance(hour / 2);
    }
    expect(offeredTo()).toEqual(both);
  });

  it.each([
    'baresip v0.6.5 (x86_64/linux)',
    'baresip v1.0.0 (x86_64/linux)',
    'baresip v2.12.0 (x86_64/Linux)',
    'baresip v3.0.0',
    'baresip v3.11.0 (x86_64/Linux)',
    'PJSUA v1.16 Linux-3.2',
    'PJSUA v2.9 Linux-4.19/x86_64/glibc-2.28',
    'PJSUA v2.10',
  ])('MD5 alone to %s, which is known to stop at what it does not know', userAgent => {
    const { offeredTo, register } = registrar();
    expect(offeredTo({ userAgent })).toEqual(plain);
    expect(register('MD5', { userAgent })).toBe('authenticated');
    expect(register('MD5', { userAgent })).toBe('authenticated');
  });

  it.each([
    'baresip v3.12.0 (x86_64/Linux)',
    'baresip v4.1.0',
    'baresip v10.1.0',
    'PJSUA v2.11 Linux',
    'PJSUA v2.100.1',
    'Linphone/5.2',
    'not baresip v1.0.0',
    '',
  ])('both to "%s"', userAgent => {
    expect(registrar().offeredTo({ userAgent })).toEqual(both);
  });

  it('MD5 alone to a phone that was challenged, said nothing, and began anew', () => {
    const { clock, offeredTo, register } = registrar();
    expect(offeredTo()).toEqual(both);
    clock.advance(30 * second);
    expect(offeredTo()).toEqual(plain);
    expect(register('MD5')).toBe('authenticated');
    clock.advance(hour - minute);
    expect(register('MD5')).toBe('authenticated');
    clock.advance(23 * hour);
    expect(offeredTo()).toEqual(plain);
  });

  it('both again to such a phone that was not heard of for a day', () => {
    const { clock, offeredTo, register } = registrar();
    offeredTo();
    clock.advance(30 * second);
    expect(register('MD5')).toBe('authenticated');
    clock.advance(24 * hour);
    expect(offeredTo()).toEqual(both);
  });

  it('both where the second request comes before the first can have been answered', () => {
    const { clock, offeredTo } = registrar();
    offeredTo();
    clock.advance(2 * second);
    expect(offeredTo()).toEqual(both);
    clock.advance(2 * second);
    expect(offeredTo()).toEqual(plain);
  });

  it('both where the second request comes so late that it is no second attempt', () => {
    const { clock, offeredTo } = registrar();
    offeredTo();
    clock.advance(hour);
    expect(offeredTo()).toEqual(both);
  });

  it('both to others: of another address, of another extension', () => {
    const { clock, offeredTo } = registrar();
    offeredTo();
    clock.advance(minute);
    expect(offeredTo({ source: '192.0.2.2' })).toEqual(both);
    expect(offeredTo({ claimed: '102' })).toEqual(both);
    expect(offeredTo()).toEqual(plain);
  });

  it('both to a phone that answered by SHA-256, with a wrong password too', () => {
    const { clock, offeredTo, register } = registrar();
    expect(register('SHA-256', {}, 'wrong')).toBe('refused');
    clock.advance(minute);
    expect(register('SHA-256')).toBe('authenticated');
    clock.advance(minute);
    expect(offeredTo()).toEqual(both);
  });

  it('both again where the next phone at that place knows SHA-256 after all', () => {
    const { clock, ask, challengesTo, offeredTo, register } = registrar();
    const better = challengesTo({})[0] ?? expect.unreachable();
    clock.advance(minute);
    expect(register('MD5')).toBe('authenticated');
    expect(offeredTo()).toEqual(plain);
    const user = { user: '101', password: 'secret-of-101' };
    expect(ask({}, authorization(better, user, 'REGISTER', uri)).kind).toBe('authenticated');
    expect(offeredTo()).toEqual(both);
  });

  it('MD5 alone where credentials by MD5 are out of date, as after a restart', () => {
    const { challengesTo } = registrar();
    const outdated = parseChallenge(`Digest realm="kozpont.test", nonce="of-the-life-before", algorithm=MD5`);
    const user = { user: '101', password: 'secret-of-101' };
    const challenges = challengesTo({}, authorization(outdated, user, 'REGISTER', uri));
    expect(challenges.map(({ algorithm, stale }) => [algorithm, stale])).toEqual([['MD5', true]]);
    const better = { ...outdated, algorithm: 'SHA-256' };
    const again = challengesTo({}, authorization(better, user, 'REGISTER', uri));
    expect(again.map(({ algorithm, stale }) => [algorithm, stale])).toEqual([
      ['SHA-256', true],
      ['MD5', true],
    ]);
  });

  it('what it should even while strangers try to be remembered', () => {
    const { clock, offeredTo, register } = registrar();
    offeredTo();
    clock.advance(minute);
    expect(register('MD5')).toBe('authenticated');
    for (let stranger = 0; stranger < 20_000; stranger++) offeredTo({ claimed: `9${stranger}`, source: '203.0.113.9' });
    expect(offeredTo()).toEqual(plain);
    // They have pushed each other out: the first of them is a newcomer again.
    clock.advance(minute);
    expect(offeredTo({ claimed: '90', source: '203.0.113.9' })).toEqual(both);
    expect(offeredTo({ claimed: '919999', source: '203.0.113.9' })).toEqual(plain);
  });
});
