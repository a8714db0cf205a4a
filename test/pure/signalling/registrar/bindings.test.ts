import { describe, expect, test } from 'vitest';
import {
  type Bindings,
  byPhone,
  nextExpiry,
  type RegisterRequest,
  register,
  secondsLeft,
} from '../../../../src/signalling/registrar/bindings.ts';
import { readContacts } from '../../../../src/signalling/registrar/contacts.ts';
import { must } from '../../../support/must.ts';

const limits = { minExpires: 60, defaultExpires: 3600, maxExpires: 7200, natExpires: 60, maxContacts: 3 };
const now = 1_000_000;

const direct = { nextHop: undefined, behindNat: false };

const request = (contact: string | undefined, changes: Partial<RegisterRequest> = {}): RegisterRequest => {
  const contacts = readContacts(contact);
  if (contacts === 'malformed' || contacts === 'tooLong') throw new Error('malformed');
  return {
    contacts,
    expires: undefined,
    callId: 'c',
    cseq: 1,
    socket: undefined,
    path: [],
    wayTo: () => direct,
    ...changes,
  };
};

const registered = (...requests: readonly RegisterRequest[]): Bindings =>
  requests.reduce<Bindings>((before, one) => must(register(before, one, now, limits)), []);

const shown = (bindings: Bindings): string[] => bindings.map(one => `${one.contact} ${secondsLeft(one, now)}`);

describe('REGISTER makes of the bindings', () => {
  test('one more, for as long as the contact says, or the header, or as usual; never longer than allowed', () => {
    expect(shown(registered(request('<sip:a@1.1.1.1>;expires=120', { expires: 300 })))).toEqual(['sip:a@1.1.1.1 120']);
    expect(shown(registered(request('<sip:a@1.1.1.1>', { expires: 300 })))).toEqual(['sip:a@1.1.1.1 300']);
    expect(shown(registered(request('<sip:a@1.1.1.1>')))).toEqual(['sip:a@1.1.1.1 3600']);
    expect(shown(registered(request('<sip:a@1.1.1.1>', { expires: 99_999 })))).toEqual(['sip:a@1.1.1.1 7200']);
    expect(shown(registered(request('<sip:a@1.1.1.1>;expires=soon')))).toEqual(['sip:a@1.1.1.1 3600']);
  });

  test('the same phone anew where the URIs are equivalent, or the instance is', () => {
    const first = request('<sip:a@Host.example:5060;transport=udp>;expires=100');
    expect(
      registered(first, request('<sip:a@host.EXAMPLE:5060;transport=UDP>', { cseq: 2, expires: 200 })),
    ).toHaveLength(1);
    const moved = [
      request('<sip:a@1.1.1.1:1000>;+sip.instance="<urn:uuid:1>"'),
      request('<sip:a@1.1.1.1:2000>;+sip.instance="<urn:uuid:1>"', { callId: 'd' }),
    ];
    expect(shown(registered(...moved))).toEqual(['sip:a@1.1.1.1:2000 3600']);
  });

  test('another one where they are not', () => {
    const both = registered(request('<sip:a@1.1.1.1:1000>'), request('<sip:A@1.1.1.1:1000>', { callId: 'd' }));
    expect(both).toHaveLength(2);
  });

  test('a list in the order of the request, the rest behind it', () => {
    const bindings = registered(
      request('<sip:old@1.1.1.1>'),
      request('<sip:a@2.2.2.2>, <sip:b@2.2.2.2>', { callId: 'd' }),
    );
    expect(bindings.map(one => one.contact)).toEqual(['sip:a@2.2.2.2', 'sip:b@2.2.2.2', 'sip:old@1.1.1.1']);
  });

  test('fewer: one by expires=0, all by a star', () => {
    const two = registered(request('<sip:a@1.1.1.1>, <sip:b@1.1.1.1>'));
    expect(shown(must(register(two, request('<sip:a@1.1.1.1>;expires=0', { cseq: 2 }), now, limits)))).toEqual([
      'sip:b@1.1.1.1 3600',
    ]);
    expect(must(register(two, request('*', { cseq: 2, expires: 0 }), now, limits))).toEqual([]);
    expect(must(register([], request('*', { expires: 0 }), now, limits))).toEqual([]);
  });

  test('nothing where it only asks', () => {
    const one = registered(request('<sip:a@1.1.1.1>'));
    expect(must(register(one, request(undefined, { cseq: 2 }), now, limits))).toEqual(one);
  });

  test('the place of the oldest is taken where there are too many', () => {
    const four = ['a', 'b', 'c', 'd'].map((user, i) => request(`<sip:${user}@1.1.1.1>`, { callId: `c${i}` }));
    expect(registered(...four).map(one => one.uri.user)).toEqual(['d', 'c', 'b']);
  });

  test('only what is alive', () => {
    const bindings = registered(request('<sip:a@1.1.1.1>;expires=60, <sip:b@1.1.1.1>;expires=120'));
    expect(nextExpiry(bindings)).toBe(now + 60_000);
    const later = must(register(bindings, request(undefined, { cseq: 2 }), now + 60_000, limits));
    expect(later.map(one => one.uri.user)).toEqual(['b']);
    expect(nextExpiry([])).toBeUndefined();
  });
});

describe('REGISTER is refused, and changes nothing', () => {
  const refusal = (before: Bindings, one: RegisterRequest): string => {
    const result = register(before, one, now, limits);
    return result.ok ? 'taken' : result.error.kind;
  };

  test('where an interval is too short, though not zero', () => {
    expect(refusal([], request('<sip:a@1.1.1.1>', { expires: 59 }))).toBe('tooBrief');
    expect(refusal([], request('<sip:a@1.1.1.1>;expires=3600, <sip:b@1.1.1.1>;expires=1'))).toBe('tooBrief');
    expect(refusal([], request('<sip:a@1.1.1.1>', { expires: 60 }))).toBe('taken');
  });

  test('where a later one of the same Call-ID was there before (RFC 3261, §10.3, step 7)', () => {
    const before = registered(request('<sip:a@1.1.1.1>', { cseq: 5 }));
    expect(refusal(before, request('<sip:a@1.1.1.1>;expires=0', { cseq: 5 }))).toBe('outOfOrder');
    expect(refusal(before, request('*', { cseq: 4, expires: 0 }))).toBe('outOfOrder');
    expect(refusal(before, request('<sip:a@1.1.1.1>', { cseq: 6 }))).toBe('taken');
    expect(refusal(before, request('<sip:a@1.1.1.1>', { cseq: 1, callId: 'restarted' }))).toBe('taken');
    expect(refusal(before, request('<sip:b@1.1.1.1>', { cseq: 1 }))).toBe('taken');
  });

  test('where a star wants to stay', () => {
    expect(refusal([], request('*'))).toBe('malformed');
    expect(refusal([], request('*', { expires: 60 }))).toBe('malformed');
  });
});

describe('a phone behind a NAT over UDP', () => {
  const natted = { wayTo: () => ({ nextHop: 'sip:192.0.2.1:40000', behindNat: true }) };

  test('is granted what keeps the NAT open, and no more than others are', () => {
    expect(shown(registered(request('<sip:a@10.0.0.7>', { ...natted, expires: 3600 })))).toEqual(['sip:a@10.0.0.7 60']);
    expect(shown(registered(request('<sip:a@10.0.0.7>', natted)))).toEqual(['sip:a@10.0.0.7 60']);
    const short = { ...limits, natExpires: 7200, maxExpires: 600 };
    expect(shown(must(register([], request('<sip:a@10.0.0.7>', natted), now, short)))).toEqual(['sip:a@10.0.0.7 600']);
  });

  test('is not told to ask for longer than it is granted', () => {
    const after = register([], request('<sip:a@10.0.0.7>', { ...natted, expires: 60 }), now, limits);
    expect(after.ok).toBe(true);
  });
});

describe('one socket is one phone', () => {
  const from = (socket: string | undefined, callId: string) => ({ socket, callId });

  test('that begins anew with another user part takes the place of what it was', () => {
    const again = [
      request('<sip:a1@10.0.0.7>', from('sip:192.0.2.1:5060;transport=udp', 'c')),
      request('<sip:a2@10.0.0.7>', from('sip:192.0.2.1:5060;transport=udp', 'd')),
    ];
    expect(shown(registered(...again))).toEqual(['sip:a2@10.0.0.7 3600']);
  });

  test.each([
    ['another socket', '', 'sip:192.0.2.1:5060;transport=udp', '', 'sip:192.0.2.1:5061;transport=udp'],
    ['another protocol', '', 'sip:192.0.2.1:5060;transport=udp', '', 'sip:192.0.2.1:5060;transport=tcp'],
    ['a proxy stands between', '', undefined, '', undefined],
    [
      'they say that they are two',
      ';+sip.instance="<a>"',
      'sip:192.0.2.1:1',
      ';+sip.instance="<b>"',
      'sip:192.0.2.1:1',
    ],
  ])('unless %s', (_, one, oneSocket, other, otherSocket) => {
    const both = [
      request(`<sip:a1@10.0.0.7>${one}`, from(oneSocket, 'c')),
      request(`<sip:a2@10.0.0.7>${other}`, from(otherSocket, 'd')),
    ];
    expect(registered(...both)).toHaveLength(2);
  });

  test('may register several contacts at once, and take one of them back', () => {
    const socket = 'sip:192.0.2.1:5060;transport=udp';
    const both = request('<sip:a1@10.0.0.7>, <sip:a2@10.0.0.7>', from(socket, 'c'));
    const again = { ...both, cseq: 2 };
    expect(registered(both, again)).toHaveLength(2);
    const back = request('<sip:a1@10.0.0.7>;expires=0', { ...from(socket, 'c'), cseq: 2 });
    expect(shown(registered(both, back))).toEqual(['sip:a2@10.0.0.7 3600']);
  });
});

describe('the flows of one phone (RFC 5626)', () => {
  const flow = (id: number | undefined, host: string, instance = '<urn:uuid:1>') =>
    request(`<sip:a@${host};ob>;+sip.instance="${instance}"${id === undefined ? '' : `;reg-id=${id}`}`, {
      callId: host,
    });

  test('stand beside each other, and each is replaced by itself', () => {
    expect(registered(flow(1, '10.0.0.7'), flow(2, '10.0.0.8'))).toHaveLength(2);
    expect(shown(registered(flow(1, '10.0.0.7'), flow(2, '10.0.0.8'), flow(1, '10.0.0.9')))).toEqual([
      'sip:a@10.0.0.9;ob 3600',
      'sip:a@10.0.0.8;ob 3600',
    ]);
    // The same contact on two flows, as a phone behind a NAT has it.
    expect(registered(flow(1, '10.0.0.7'), { ...flow(2, '10.0.0.7'), callId: 'd' })).toHaveLength(2);
  });

  test('a phone that does not say which flow it is has one', () => {
    expect(registered(flow(1, '10.0.0.7'), flow(undefined, '10.0.0.8'))).toHaveLength(1);
    expect(registered(flow(undefined, '10.0.0.8'), flow(1, '10.0.0.7'))).toHaveLength(1);
  });

  test('one of each phone is rung, the last one, and the others are there for when it fails', () => {
    const bindings = registered(flow(1, '10.0.0.7'), flow(1, '10.0.0.5', '<urn:uuid:2>'), flow(2, '10.0.0.8'));
    expect(byPhone(bindings).map(phone => phone.map(({ uri }) => uri.host))).toEqual([
      ['10.0.0.8', '10.0.0.7'],
      ['10.0.0.5'],
    ]);
    expect(byPhone(registered(request('<sip:a@1.1.1.1>'), request('<sip:b@1.1.1.1>', { callId: 'd' })))).toHaveLength(
      2,
    );
  });
});
