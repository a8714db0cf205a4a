import { describe, expect, test } from 'vitest';
import {
  type Bindings,
  nextExpiry,
  type RegisterRequest,
  register,
  secondsLeft,
} from '../../../../src/signalling/registrar/bindings.ts';
import { readContacts } from '../../../../src/signalling/registrar/contacts.ts';
import { must } from '../../../support/must.ts';

const limits = { minExpires: 60, defaultExpires: 3600, maxExpires: 7200, maxContacts: 3 };
const now = 1_000_000;

const request = (contact: string | undefined, changes: Partial<RegisterRequest> = {}): RegisterRequest => {
  const contacts = readContacts(contact);
  if (contacts === 'malformed') throw new Error('malformed');
  return { contacts, expires: undefined, callId: 'c', cseq: 1, nextHop: () => undefined, ...changes };
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
