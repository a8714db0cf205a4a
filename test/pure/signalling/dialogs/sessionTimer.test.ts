import { describe, expect, test } from 'vitest';
import { retryDelay } from '../../../../src/signalling/dialogs/glare.ts';
import { answerTimer, timerAccepted, timerKept } from '../../../../src/signalling/dialogs/sessionTimer.ts';

const request = (sessionExpires: string | undefined, supported = '', require = '') => ({
  headers: { 'session-expires': sessionExpires, supported, require },
});

describe('session timers (RFC 4028)', () => {
  test.each([
    ['they ask for nothing and know nothing', request(undefined), 'none'],
    ['they know timers', request(undefined, 'timer'), '1800;refresher=uac, timer'],
    ['they will refresh', request('600;refresher=uac', 'timer'), '600;refresher=uac, timer'],
    ['they want us to refresh', request('600;refresher=uas', 'timer'), '600;refresher=uas'],
    ['they leave it to us', request('600', 'replaces, TIMER'), '600;refresher=uac, timer'],
    ['some proxy asks', request('600'), '600;refresher=uas'],
    ['some proxy asks for too little', request('30'), '90;refresher=uas'],
    ['by its compact name', { headers: { x: '600;refresher=uas', k: '', supported: 'timer' } }, '600;refresher=uas'],
    ['what cannot be read is not there', request('soon', 'timer'), '1800;refresher=uac, timer'],
    ['at the limit', request('90', 'timer'), '90;refresher=uac, timer'],
  ])('%s', (_, asked, expected) => {
    const answer = answerTimer(asked, undefined);
    const { 'Session-Expires': interval, Require: required } = answer.headers;
    expect(interval === undefined ? 'none' : [interval, required].filter(one => one !== undefined).join(', ')).toBe(
      expected,
    );
  });

  test.each([
    ['no interval, but a least one', { supported: 'timer', 'min-se': '3600' }, '3600;refresher=uac'],
    ['a least one below ours', { supported: 'timer', 'min-se': '120' }, '1800;refresher=uac'],
    [
      'an interval below their own least one',
      { 'session-expires': '600', supported: 'timer', 'min-se': '7200;a=b' },
      '7200;refresher=uac',
    ],
    ['a proxy asks, and raised it (§8.2)', { 'session-expires': '1800', 'min-se': '2400' }, '2400;refresher=uas'],
    ['what cannot be read', { supported: 'timer', 'min-se': 'an hour' }, '1800;refresher=uac'],
  ])('Min-SE: %s', (_, headers, expected) => {
    const answer = answerTimer({ headers }, undefined);
    expect(answer.headers['Session-Expires']).toBe(expected);
    expect(answer.kind === 'agreed' && answer.timer?.seconds).toBe(Number.parseInt(expected, 10));
  });

  test('too short an interval is refused where they know why', () => {
    expect(answerTimer(request('89', 'timer'), undefined)).toEqual({ kind: 'tooShort', headers: { 'Min-SE': '90' } });
  });

  test('a refresh that does not say who refreshes leaves it as it was', () => {
    const ours = { seconds: 600, refresher: 'us' } as const;
    expect(answerTimer(request('600', 'timer'), ours).headers).toEqual({ 'Session-Expires': '600;refresher=uas' });
    expect(timerKept(ours)).toEqual({ 'Session-Expires': '600;refresher=uac' });
    expect(timerKept({ seconds: 600, refresher: 'them' })).toEqual({ 'Session-Expires': '600;refresher=uas' });
    expect(timerKept(undefined)).toEqual({});
  });

  test('what the answer to our INVITE says', () => {
    expect(timerAccepted(request('600;refresher=uas'))).toEqual({ seconds: 600, refresher: 'them' });
    expect(timerAccepted(request('600;refresher=uac'))).toEqual({ seconds: 600, refresher: 'us' });
    expect(timerAccepted(request('600'))).toEqual({ seconds: 600, refresher: 'us' });
    expect(timerAccepted(request(undefined))).toBeUndefined();
  });
});

test('after a 491 the two sides wait for times that do not meet, in steps of 10 ms (RFC 3261, §14.1)', () => {
  const almostOne = 1 - Number.EPSILON;
  expect([retryDelay(true, 0), retryDelay(true, almostOne)]).toEqual([2_100, 4_000]);
  expect([retryDelay(false, 0), retryDelay(false, almostOne)]).toEqual([0, 2_000]);
  for (let i = 0; i < 100; i++) expect(retryDelay(i % 2 === 0, i / 100) % 10).toBe(0);
});
