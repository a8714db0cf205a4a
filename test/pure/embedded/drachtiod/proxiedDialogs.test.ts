import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../../src/base/clock.ts';
import { nextHopUri } from '../../../../src/embedded/drachtiod/proxy/looseRoute.ts';
import { ProxiedDialogs } from '../../../../src/embedded/drachtiod/proxy/proxiedDialogs.ts';
import { field } from '../../../../src/sip/grammar/headers.ts';
import type { SipRequest, SipResponse } from '../../../../src/sip/message.ts';

const isLocal = (host: string): boolean => host === 'us';
const body = Buffer.alloc(0);

interface Facts {
  readonly uri?: string;
  readonly from?: string;
  readonly to?: string;
  readonly contact?: string;
  readonly callId?: string;
  readonly recorded?: readonly string[];
  readonly routes?: readonly string[];
}

const lines = ({ from = 'a', to, contact, callId = 'c', recorded = [], routes = [] }: Facts) => [
  field('From', `<sip:a@a>;tag=${from}`),
  field('To', to === undefined ? '<sip:b@b>' : `<sip:b@b>;tag=${to}`),
  field('Call-ID', callId),
  ...(contact === undefined ? [] : [field('Contact', `<${contact}>`)]),
  ...recorded.map(value => field('Record-Route', `<${value}>`)),
  ...routes.map(value => field('Route', `<${value}>`)),
];

const request = (method: string, facts: Facts = {}): SipRequest => ({
  kind: 'request',
  method,
  uri: facts.uri ?? 'sip:b@callee',
  headers: lines(facts),
  body,
});

const response = (status: number, facts: Facts = {}): SipResponse => ({
  kind: 'response',
  status,
  reason: '',
  headers: lines(facts),
  body,
});

const day = 24 * 3_600_000;

function proxied(limits?: ConstructorParameters<typeof ProxiedDialogs>[2]) {
  const clock = new VirtualClock();
  const dialogs = new ProxiedDialogs(clock, isLocal, limits);
  const passes = (message: SipRequest): boolean => {
    const dialog = dialogs.of(message);
    return dialog !== undefined && dialogs.pass(dialog, message);
  };
  const call = (callId: string, status = 200): void => {
    const back = dialogs.begin(request('INVITE', { contact: 'sip:a@caller', callId }));
    back?.(response(status, { to: 'b', contact: 'sip:b@callee', callId }), 'sip:b@b');
  };
  return { clock, dialogs, passes, call };
}

const toCallee = { from: 'a', to: 'b', uri: 'sip:b@callee' };
const toCaller = { from: 'b', to: 'a', uri: 'sip:a@caller' };

describe('a dialog that an application has record-routed', () => {
  test('takes requests of both sides, early and confirmed', () => {
    const { dialogs, passes } = proxied();
    const back = dialogs.begin(request('INVITE', { contact: 'sip:a@caller' }));
    expect(passes(request('PRACK', toCallee))).toBe(false);
    back?.(response(183, { to: 'b', contact: 'sip:b@callee' }), 'sip:b@b');
    expect(passes(request('PRACK', toCallee))).toBe(true);
    back?.(response(200, { to: 'b', contact: 'sip:b@callee' }), 'sip:b@b');
    expect(passes(request('ACK', toCallee))).toBe(true);
    expect(passes(request('BYE', toCaller))).toBe(true);
  });

  test.each([
    ['another To tag', { ...toCallee, to: 'x' }],
    ['another From tag', { ...toCallee, from: 'x' }],
    ['another Call-ID', { ...toCallee, callId: 'x' }],
    ['the tags of two calls mixed', { ...toCallee, from: 'b', to: 'b' }],
    ['a Request-URI that the callee never named', { ...toCallee, uri: 'sip:b@victim' }],
    ['the port of another', { ...toCallee, uri: 'sip:b@callee:5999' }],
    ['the callee in name, somebody else by maddr', { ...toCallee, uri: 'sip:b@callee;maddr=victim' }],
    ['a Route behind ours', { ...toCallee, routes: ['sip:victim;lr'] }],
    ['the sender itself', { ...toCallee, uri: 'sip:a@caller' }],
    ['no SIP URI', { ...toCallee, uri: 'tel:1' }],
  ])('refuses %s', (_what, facts) => {
    const { passes, call } = proxied();
    call('c');
    expect(passes(request('INFO', facts))).toBe(false);
    expect(passes(request('INFO', toCallee))).toBe(true);
  });

  test('goes through the proxies on either side of us', () => {
    const { dialogs, passes } = proxied();
    const back = dialogs.begin(request('INVITE', { contact: 'sip:a@caller', recorded: ['sip:up;lr'] }));
    const recorded = ['sip:down;lr', 'sip:us;lr', 'sip:up;lr'];
    back?.(response(200, { to: 'b', contact: 'sip:b@callee', recorded }), 'sip:b@b');
    expect(passes(request('INFO', { ...toCallee, routes: ['sip:down;lr'] }))).toBe(true);
    expect(passes(request('INFO', { ...toCallee, routes: ['sip:up;lr'] }))).toBe(false);
    expect(passes(request('INFO', { ...toCaller, routes: ['sip:up;lr'] }))).toBe(true);
  });

  test('follows a side that moves (target refresh), and a callee without a Contact is at its Request-URI', () => {
    const { dialogs, passes } = proxied();
    const back = dialogs.begin(request('INVITE', { contact: 'sip:a@caller' }));
    back?.(response(200, { to: 'b' }), 'sip:b@first');
    expect(passes(request('INFO', { ...toCaller, uri: 'sip:a@moved' }))).toBe(false);
    const update = request('UPDATE', { ...toCallee, uri: 'sip:b@first', contact: 'sip:a@moved' });
    expect(passes(update)).toBe(true);
    expect(passes(request('INFO', { ...toCaller, uri: 'sip:a@moved' }))).toBe(true);
    const dialog = dialogs.of(update) ?? expect.fail();
    dialogs.answered(dialog, update, response(200, { to: 'b', contact: 'sip:b@second' }));
    expect(passes(request('INFO', { ...toCallee, uri: 'sip:b@second' }))).toBe(true);
  });

  test('starts by no other method, and by no request within a dialog', () => {
    const { dialogs } = proxied();
    expect(dialogs.begin(request('OPTIONS'))).toBeUndefined();
    expect(dialogs.begin(request('MESSAGE'))).toBeUndefined();
    expect(dialogs.begin(request('INVITE', { to: 'x' }))).toBeUndefined();
    expect(dialogs.begin(request('SUBSCRIBE'))).toBeDefined();
  });

  test('is not started by a refusal, or by a 100', () => {
    const { dialogs, call } = proxied();
    call('c', 100);
    call('c', 486);
    expect(dialogs.size).toBe(0);
  });
});

describe('a subscription', () => {
  const notify = { from: 'n', to: 'a', uri: 'sip:a@caller', contact: 'sip:n@notifier' };

  test('its NOTIFYs may come before the 2xx, and from several notifiers; a bounded number of them', () => {
    const { dialogs, passes } = proxied();
    dialogs.begin(request('SUBSCRIBE', { contact: 'sip:a@caller' }));
    expect(passes(request('NOTIFY', notify))).toBe(true);
    expect(passes(request('NOTIFY', { ...notify, from: 'm', uri: 'sip:a@victim' }))).toBe(false);
    expect(passes(request('INFO', { ...notify, from: 'k' }))).toBe(false);
    for (let n = 0; n < 100; n++) dialogs.of(request('NOTIFY', { ...notify, from: `f${n}` }));
    expect(dialogs.size).toBe(32);
    expect(passes(request('SUBSCRIBE', { from: 'a', to: 'n', uri: 'sip:n@notifier' }))).toBe(true);
  });

  test('an INVITE has no NOTIFY of that kind', () => {
    const { dialogs, passes } = proxied();
    dialogs.begin(request('INVITE', { contact: 'sip:a@caller' }));
    expect(passes(request('NOTIFY', notify))).toBe(false);
  });
});

describe('what is remembered ends', () => {
  test('early dialogs after a while, confirmed ones after a day without a message, or some minutes after BYE', () => {
    const { clock, dialogs, passes, call } = proxied();
    call('early', 180);
    call('quiet');
    call('ended');
    clock.advance(190_000);
    expect(passes(request('UPDATE', { ...toCallee, callId: 'early' }))).toBe(true);
    clock.advance(210_000);
    expect(passes(request('UPDATE', { ...toCallee, callId: 'early' }))).toBe(false);
    const bye = request('BYE', { ...toCallee, callId: 'ended' });
    expect(passes(bye)).toBe(true);
    dialogs.answered(dialogs.of(bye) ?? expect.fail(), bye, response(200, { to: 'b', callId: 'ended' }));
    clock.advance(100_000);
    expect(passes(request('NOTIFY', { ...toCaller, callId: 'ended' }))).toBe(true);
    clock.advance(180_001);
    expect(passes(request('NOTIFY', { ...toCaller, callId: 'ended' }))).toBe(false);
    clock.advance(day - 700_000);
    expect(passes(request('INFO', { ...toCallee, callId: 'quiet' }))).toBe(true);
    clock.advance(day + 1);
    expect(passes(request('INFO', { ...toCallee, callId: 'quiet' }))).toBe(false);
  });

  test('beyond the limit the one that was silent for longest goes; ringing ones push out no call that is up', () => {
    const { passes, call } = proxied({ confirmed: 3, early: 2 });
    for (const callId of ['1', '2', '3']) call(callId);
    expect(passes(request('INFO', { ...toCallee, callId: '1' }))).toBe(true);
    for (let n = 0; n < 10; n++) call(`ringing${n}`, 180);
    for (const callId of ['1', '2', '3']) expect(passes(request('INFO', { ...toCallee, callId }))).toBe(true);
    call('4');
    expect(['1', '2', '3', '4'].map(callId => passes(request('INFO', { ...toCallee, callId })))).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });
});

test('the next hop is the topmost loose Route, else the Request-URI', () => {
  expect(nextHopUri(request('INFO', { routes: ['sip:next;lr', 'sip:other;lr'] }))).toBe('sip:next;lr');
  expect(nextHopUri(request('INFO', { routes: ['sip:strict'] }))).toBe('sip:b@callee');
});
