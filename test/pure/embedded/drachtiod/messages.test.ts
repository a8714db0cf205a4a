import { describe, expect, test } from 'vitest';
import { dialogIdOf } from '../../../../src/embedded/drachtiod/dialogs/dialogId.ts';
import { endsSubscription } from '../../../../src/embedded/drachtiod/dialogs/endsSubscription.ts';
import { isLocalOnly, natHopOfRequest, natHopOfResponse } from '../../../../src/embedded/drachtiod/dialogs/natHop.ts';
import { appFields } from '../../../../src/embedded/drachtiod/messages/appFields.ts';
import { missingContentType } from '../../../../src/embedded/drachtiod/messages/contentType.ts';
import { fillPlaceholder, localUri } from '../../../../src/embedded/drachtiod/messages/placeholders.ts';
import { answerInterval, isTooShort } from '../../../../src/embedded/drachtiod/sessionTimer/negotiation.ts';
import type { LocalAddress, Source } from '../../../../src/embedded/sip/stack.ts';
import { field } from '../../../../src/sip/grammar/headers.ts';
import type { SipRequest, SipResponse } from '../../../../src/sip/message.ts';

const local: LocalAddress = { protocol: 'udp', host: '192.0.2.1', port: 5060, listener: 'udp/192.0.2.1:5060' };
const tcp: LocalAddress = { ...local, protocol: 'tcp' };

const request = (method: string, ...headers: readonly [string, string][]): SipRequest => ({
  kind: 'request',
  method,
  uri: 'sip:a@b',
  headers: headers.map(([name, value]) => field(name, value)),
  body: Buffer.alloc(0),
});

const response = (...headers: readonly [string, string][]): SipResponse => ({
  kind: 'response',
  status: 200,
  reason: 'OK',
  headers: headers.map(([name, value]) => field(name, value)),
  body: Buffer.alloc(0),
});

describe('placeholders', () => {
  test.each([
    ['From', '"A" <sip:1@localhost>;tag=x', local, '"A" <sip:1@192.0.2.1:5060>;tag=x'],
    ['From', 'sip:1@localhost', local, '<sip:1@192.0.2.1:5060>'],
    ['From', '<sip:localhost>', local, '<sip:192.0.2.1:5060>'],
    ['Contact', '<sip:1@localhost;x=y>', local, '<sip:1@192.0.2.1:5060;x=y>'],
    ['Contact', '<sip:1@localhost>', tcp, '<sip:1@192.0.2.1:5060;transport=tcp>'],
    ['Contact', '<sip:localhost>', local, '<sip:localhost>'],
    ['P-Asserted-Identity', '<sip:1@localhost>', tcp, '<sip:1@192.0.2.1:5060>'],
    ['To', '<sip:1@example.com>', local, '<sip:1@example.com>'],
    ['Refer-To', '<sip:1@localhost>', local, '<sip:1@localhost>'],
    ['From', 'localhost <<', local, 'localhost <<'],
  ])('%s: %s', (name, value, address, expected) => {
    expect(fillPlaceholder(field(name, value), address).value).toBe(expected);
  });

  test('an IPv6 address stands in brackets', () => {
    expect(localUri({ ...local, host: '2001:db8::1' })).toBe('sip:[2001:db8::1]:5060');
    expect(localUri(tcp)).toBe('sip:192.0.2.1:5060;transport=tcp');
  });
});

test('what the server decides by itself is left out, names get their capitals', () => {
  const names = ['Via', 'Route', 'Record-Route', 'RSeq', 'Content-Length', 'From', 'To', 'Call-ID', 'CSeq'];
  expect(appFields(names.map(name => field(name, 'x')))).toEqual([]);
  expect(
    appFields([
      { name: 'made-up', value: '1' },
      { name: 'x-Own', value: '2' },
      { name: 'P-Thing', value: '3' },
    ]).map(({ name }) => name),
  ).toEqual(['Made-Up', 'x-Own', 'P-Thing']);
});

test('the Content-Type of a body', () => {
  const none = missingContentType([], Buffer.alloc(0));
  expect(none).toEqual({ ok: true, value: [] });
  expect(missingContentType([], Buffer.from('v=0\r\n'))).toMatchObject({ value: [{ value: 'application/sdp' }] });
  expect(missingContentType([field('Content-Type', 'text/plain')], Buffer.from('x'))).toMatchObject({ value: [] });
  expect(missingContentType([], Buffer.from('x'))).toEqual({ ok: false, error: 'missing content-type' });
});

test('the id of a dialog is one token of a frame', () => {
  expect(dialogIdOf('call@host', 'tag')).toBe('call@host;from-tag=tag');
  expect(dialogIdOf('a|b', 'c|d')).not.toContain('|');
});

describe('behind a NAT', () => {
  const source: Source = {
    protocol: 'udp',
    address: '203.0.113.9',
    port: 40_000,
    listener: 'udp/192.0.2.1:5060',
    receivedAt: 0,
  };
  const invite = (contact: string, ...more: readonly [string, string][]): SipRequest =>
    request('INVITE', ['Via', 'SIP/2.0/UDP x'], ['Contact', contact], ...more);

  test.each([
    ['a private Contact', invite('<sip:a@192.168.1.5:5060>'), source],
    ['another port of the same host', invite('<sip:a@203.0.113.9:5060>'), source],
    ['the very source', invite('<sip:a@203.0.113.9:40000>'), undefined],
    ['a public Contact elsewhere', invite('<sip:a@198.51.100.1>'), undefined],
    ['a name', invite('<sip:a@phone.example.com>'), undefined],
    ['the name of a computer', invite('<sip:a@ANNA-PC>'), source],
    ['a name of its own network', invite('<sip:a@ANNA-PC.local:5062>'), source],
    ['no Contact that is one', invite('<tel:101>'), source],
    ['a name that is none', invite('<sip:a@df7jal23ls0d.invalid>'), source],
    ['Record-Route', invite('<sip:a@192.168.1.5>', ['Record-Route', '<sip:p;lr>']), undefined],
    ['a proxy between us', invite('<sip:a@192.168.1.5>', ['Via', 'SIP/2.0/UDP y']), undefined],
  ])('%s', (_title, message, expected) => {
    expect(natHopOfRequest(message, source)).toEqual(expected);
  });

  test('over TCP it is the connection, where the Contact is the same host', () => {
    const stream: Source = { ...source, protocol: 'tcp' };
    expect(natHopOfRequest(invite('<sip:a@203.0.113.9:40000;transport=tcp>'), stream)).toEqual(stream);
    expect(natHopOfRequest(invite('<sip:a@198.51.100.1;transport=tcp>'), stream)).toBeUndefined();
  });

  test('of a response: the port of the Contact is believed, a private address is not', () => {
    expect(natHopOfResponse(response(['Contact', '<sip:a@203.0.113.9:5070>']), source)).toBeUndefined();
    expect(natHopOfResponse(response(['Contact', '<sip:a@10.0.0.5>']), source)).toEqual(source);
    expect(
      natHopOfResponse(response(['Contact', '<sip:a@10.0.0.5>'], ['Record-Route', '<sip:p;lr>']), source),
    ).toBeUndefined();
    expect(natHopOfResponse(response(), source)).toEqual(source);
  });

  test('a Contact is at its maddr, which decides where a request goes', () => {
    const aimed = '<sip:a@203.0.113.9:40000;maddr=127.0.0.1>';
    expect(natHopOfRequest(invite(aimed), source)).toEqual(source);
    expect(natHopOfResponse(response(['Contact', aimed]), source)).toEqual(source);
    const proxied = '<sip:a@example.com:40000;maddr=203.0.113.9>';
    expect(natHopOfResponse(response(['Contact', proxied]), source)).toBeUndefined();
  });

  test.each([
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '169.254.1.1',
    '0.0.0.0',
    '0.1.2.3',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::FFFF:10.0.0.1',
    '::ffff:7f00:1',
    'fd00::1',
    'fe80::1',
    'ANNA-PC',
    'anna.local',
    'localhost',
  ])('%s means something in one network alone', host => expect(isLocalOnly(host)).toBe(true));
  test.each([
    'locals.example',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '101.64.0.1',
    '192.169.0.1',
    '169.255.0.1',
    '8.8.8.8',
    '2001:db8::1',
    '::ffff:8.8.8.8',
    'example.com',
  ])('%s does not', host => expect(isLocalOnly(host)).toBe(false));
});

describe('the end of a subscription', () => {
  test.each([
    ['NOTIFY', 'presence', 'terminated;reason=timeout', true],
    ['NOTIFY', 'presence', 'active;expires=10', false],
    ['NOTIFY', 'refer', 'terminated;reason=noresource', false],
    ['SUBSCRIBE', 'presence', 'terminated', false],
  ])('%s %s %s: %s', (method, event, state, expected) => {
    expect(endsSubscription(request(method, ['Event', event], ['Subscription-State', state]))).toBe(expected);
  });
});

describe('who refreshes a session', () => {
  const offer = (value: string, supported = true): SipRequest =>
    request(
      'INVITE',
      ['Session-Expires', value],
      ...(supported ? ([['Supported', '100rel, timer']] as [string, string][]) : []),
    );

  test.each([
    ['90;refresher=uac', undefined, { seconds: 90, refresher: 'them' }],
    ['1800;refresher=uas', undefined, { seconds: 1800, refresher: 'us' }],
    // The choice is ours, and drachtio-server's default is to have no timer.
    ['1800', undefined, undefined],
    ['1800', '600;refresher=uas', { seconds: 600, refresher: 'us' }],
    ['1800', '600', { seconds: 600, refresher: 'them' }],
    ['1800;refresher=uac', 'nonsense', { seconds: 1800, refresher: 'them' }],
  ])('%s, and the application says %s', (value, own, expected) => {
    expect(answerInterval(offer(value), own)?.interval).toEqual(expected);
  });

  test('a far end that knows nothing of timers does not refresh (RFC 4028, §9)', () => {
    expect(answerInterval(request('INVITE'), '600;refresher=uac')).toEqual({
      interval: { seconds: 600, refresher: 'us' },
      fields: [field('Session-Expires', '600;refresher=uas')],
    });
  });

  test('a refresh without a word leaves the roles as they are', () => {
    expect(answerInterval(offer('90'), undefined, { seconds: 90, refresher: 'us' })?.interval.refresher).toBe('us');
    expect(answerInterval(offer('90'), undefined, { seconds: 90, refresher: 'them' })?.interval.refresher).toBe('them');
  });

  test('too short: 422, for those who understand it', () => {
    expect(isTooShort(offer('89'))).toBe(true);
    expect(isTooShort(offer('90'))).toBe(false);
    expect(isTooShort(offer('89', false))).toBe(false);
  });
});
