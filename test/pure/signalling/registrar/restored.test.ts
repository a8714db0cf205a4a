import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../../src/base/clock.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { Authenticator } from '../../../../src/signalling/digest/authenticator.ts';
import { Late } from '../../../../src/signalling/digest/late.ts';
import { type Bindings, register } from '../../../../src/signalling/registrar/bindings.ts';
import { readContacts } from '../../../../src/signalling/registrar/contacts.ts';
import { Registrar } from '../../../../src/signalling/registrar/registrar.ts';
import { type Circumstances, restore, save } from '../../../../src/signalling/registrar/restored.ts';
import type { SavedBinding } from '../../../../src/signalling/registrar/store.ts';
import { hostileTexts } from '../../../support/hostileTexts.ts';
import { must } from '../../../support/must.ts';

const limits = { minExpires: 60, defaultExpires: 3600, maxExpires: 3600, natExpires: 60, maxContacts: 3 };
const now = Date.UTC(2026, 0, 5, 9);
const seconds = 1000;

const saved = (changes: Partial<SavedBinding> = {}): SavedBinding => ({
  extension: '101',
  contact: 'sip:101@192.0.2.1:5062',
  q: 1,
  callId: 'c',
  cseq: 7,
  expiresAt: now + 600 * seconds,
  ...changes,
});

const around = (changes: Partial<Circumstances> = {}): Circumstances => ({
  now,
  limits,
  connectionsLast: true,
  extensionExists: extension => ['101', '102'].includes(extension),
  ...changes,
});

const restored = (all: readonly SavedBinding[], changes: Partial<Circumstances> = {}): Bindings =>
  [...restore(all, around(changes)).values()].flat();
const contacts = (all: readonly SavedBinding[], changes: Partial<Circumstances> = {}): string[] =>
  restored(all, changes).map(({ contact }) => contact);
const request = (contact: string, callId: string, cseq: number) => {
  const wishes = readContacts(contact);
  if (wishes === 'malformed' || wishes === 'tooLong') throw new Error('malformed');
  const wayTo = () => ({ nextHop: undefined, behindNat: false });
  return { contacts: wishes, expires: undefined, callId, cseq, socket: undefined, path: [], wayTo };
};

describe('of what another process left', () => {
  test('all that a phone is rung by is as it was', () => {
    const wishes = request(
      '<sip:101@10.0.0.7:5060;transport=tcp>;q=0.5;+sip.instance="<urn:uuid:1>", <sip:101@192.0.2.9>',
      'd',
      3,
    );
    const before = must(
      register(
        [],
        {
          ...wishes,
          socket: 'sip:192.0.2.1:4711;transport=tcp',
          path: ['sip:192.0.2.1;lr', 'sip:10.0.0.1;lr'],
          wayTo: () => ({ nextHop: 'sip:192.0.2.1:4711;transport=tcp', behindNat: false }),
        },
        now,
        limits,
      ),
    );
    expect(before).toHaveLength(2);
    const written = JSON.parse(JSON.stringify(save('101', before)));
    expect([...restore(written, around())]).toEqual([['101', before]]);
  });

  test.each([
    '192.0.2.1',
    'sip:192.0.2.1',
    'sip:192.0.2.1;lr>',
    'sips:192.0.2.1;lr',
    'sip:192.0.2.1;lr;maddr=192.0.2.9',
  ])('a path that none of ours can be is dropped: %s', uri => {
    expect(restored([saved({ path: [uri] })])).toEqual([]);
  });

  test('what has expired is dropped, to the millisecond', () => {
    const all = [saved({ expiresAt: now }), saved({ contact: 'sip:b@192.0.2.1', expiresAt: now + 1 })];
    expect(contacts(all)).toEqual(['sip:b@192.0.2.1']);
  });

  test('nothing lasts longer than what registers now, though the clock was set back by years', () => {
    const [binding] = restored([saved()], { now: now - 10 * 365 * 86_400 * seconds });
    expect(binding?.expiresAt).toBe(now - 10 * 365 * 86_400 * seconds + 3600 * seconds);
    expect(restored([saved()])[0]?.expiresAt).toBe(now + 600 * seconds);
  });

  test('an extension that the dialplan no longer has is dropped', () => {
    const all = [saved({ extension: '999' }), saved({ extension: '__proto__' }), saved({ extension: '102' })];
    expect([...restore(all, around()).keys()]).toEqual(['102']);
  });

  test('no extension has more phones than allowed: those that registered last', () => {
    const all = [1, 2, 3, 4, 5].map(port => saved({ contact: `sip:101@192.0.2.1:${port}` }));
    expect(contacts([...all, saved({ extension: '102' })])).toEqual([
      ...all.slice(0, 3).map(({ contact }) => contact),
      'sip:101@192.0.2.1:5062',
    ]);
  });

  test('no phone is there twice', () => {
    const all = [
      saved({ contact: 'sip:101@Host.example', instance: 'a' }),
      saved({ contact: 'sip:101@host.EXAMPLE' }),
      saved({ contact: 'sip:101@192.0.2.4', instance: 'a' }),
    ];
    expect(contacts(all)).toEqual(['sip:101@Host.example']);
  });

  test('an older REGISTER does not undo what was registered (RFC 3261, §10.3, step 7)', () => {
    const bindings = restored([saved()]);
    const again = (callId: string, cseq: number) =>
      register(bindings, request('<sip:101@192.0.2.1:5062>;expires=0', callId, cseq), now, limits);
    expect(again('c', 7)).toEqual({ ok: false, error: { kind: 'outOfOrder' } });
    expect(again('c', 8)).toEqual({ ok: true, value: [] });
    expect(again('another', 1)).toEqual({ ok: true, value: [] });
  });

  test.each([
    ...hostileTexts,
    '',
    '*',
    'tel:+361',
    'sips:101@192.0.2.1',
    'sip:101@192.0.2.1?Subject=x',
    'sip:101@192.0.2.1>, <sip:102@192.0.2.1',
    'sip:101@192.0.2.1\r\nX: y',
    `sip:${'1'.repeat(2_100)}@192.0.2.1`,
  ])('a contact or a next hop that none of ours can be is dropped: %j', text => {
    expect(restored([saved({ contact: text })])).toEqual([]);
    expect(restored([saved({ nextHop: text })])).toEqual([]);
  });

  test.each([
    'sip:phone.example:5060',
    'sip:192.0.2.1',
    'sip:101@192.0.2.1:5060',
    'sip:192.0.2.1:5060;maddr=203.0.113.1',
    'sip:192.0.2.1:5060;transport=tcp;lr',
    'sip:192.0.2.1:99999',
  ])('a next hop is an address, a port and a transport: %s is none', nextHop => {
    expect(restored([saved({ nextHop })])).toEqual([]);
  });

  test('one that is dropped takes no other one along', () => {
    expect(contacts([saved({ contact: 'nonsense' }), saved()])).toEqual(['sip:101@192.0.2.1:5062']);
  });
});

describe('where the connections of phones are gone', () => {
  const gone = { connectionsLast: false };
  const over = (contact: string, nextHop: string | undefined) =>
    restored([saved({ contact, nextHop })], gone).map(one => one.nextHop ?? 'as the contact says');

  test.each([
    ['UDP, where the contact leads', 'sip:a@192.0.2.1:5062', undefined, 'as the contact says'],
    ['UDP behind a NAT', 'sip:a@10.0.0.7', 'sip:192.0.2.1:4711', 'sip:192.0.2.1:4711'],
    [
      'a phone that listens where it connected from',
      'sip:a@192.0.2.1:5060;transport=TCP',
      'sip:192.0.2.1:40000;transport=tcp',
      'as the contact says',
    ],
    ['by IPv6', 'sip:a@[2001:DB8::1];transport=tcp', 'sip:[2001:db8::1]:40000;transport=tcp', 'as the contact says'],
  ])('%s: is kept', (_, contact, nextHop, way) => {
    expect(over(contact, nextHop)).toEqual([way]);
  });

  test.each([
    ['a phone behind a NAT', 'sip:a@10.0.0.7:5060;transport=tcp', 'sip:192.0.2.1:40000;transport=tcp'],
    ['a phone that does not listen', 'sip:a@192.0.2.1:40000;transport=tcp', 'sip:192.0.2.1:40000;transport=tcp'],
    ['a contact over another transport', 'sip:a@192.0.2.1:5060', 'sip:192.0.2.1:40000;transport=tcp'],
    ['a way round', 'sip:a@192.0.2.1;transport=tcp;maddr=10.0.0.1', 'sip:192.0.2.1:40000;transport=tcp'],
    ['a name', 'sip:a@phone.example;transport=tcp', 'sip:192.0.2.1:40000;transport=tcp'],
  ])('%s: is dropped, and kept where they last', (_, contact, nextHop) => {
    expect(over(contact, nextHop)).toEqual([]);
    expect(restored([saved({ contact, nextHop })])[0]?.nextHop).toBe(nextHop);
  });

  test('the next process finds the way that this one takes', () => {
    const first = restored(
      [saved({ contact: 'sip:a@192.0.2.1:5060;transport=tcp', nextHop: 'sip:192.0.2.1:40000;transport=tcp' })],
      gone,
    );
    expect(first).toHaveLength(1);
    expect(restored(save('101', first), gone)).toEqual(first);
  });
});

describe('the registrar that takes them over', () => {
  const opened = () => {
    const clock = new VirtualClock(now);
    const told: [string, boolean][] = [];
    let changes = 0;
    const registrar = new Registrar({
      clock,
      log: silentLog,
      authenticator: new Authenticator({ clock, log: silentLog, realm: 'r', secret: () => 'secret' }),
      late: new Late(clock),
      limits,
      extensionExists: extension => extension === '101',
      pathServed: true,
      answers: async () => false,
      reachableChanged: (...change) => told.push(change),
      changed: () => {
        changes += 1;
      },
    });
    return { clock, told, registrar, changes: () => changes };
  };

  test('knows the phones at once, has them written down anew, and tells nobody before they expire', () => {
    const { clock, told, registrar, changes } = opened();
    const late = saved({ contact: 'sip:b@192.0.2.1', expiresAt: now + 9_999_999 * seconds });
    registrar.restore([saved(), late, saved({ extension: '999' })], true);
    expect(registrar.bindings('101')).toHaveLength(2);
    expect([told, changes()]).toEqual([[], 1]);
    expect(registrar.saved()).toEqual([saved(), { ...late, expiresAt: now + 3600 * seconds }]);

    clock.advance(600 * seconds);
    expect(registrar.bindings('101').map(({ contact }) => contact)).toEqual(['sip:b@192.0.2.1']);
    expect([told, changes()]).toEqual([[], 2]);
    clock.advance(3000 * seconds);
    expect(registrar.bindings('101')).toEqual([]);
    expect([told, changes()]).toEqual([[['101', false]], 3]);
    expect([registrar.saved(), clock.armed]).toEqual([[], 0]);
  });

  test('nothing that was left is nothing that has changed', () => {
    const { clock, registrar, changes } = opened();
    registrar.restore([], true);
    expect([changes(), clock.armed]).toEqual([0, 0]);
  });

  test('can still be asked what is registered when it is closed', () => {
    const { clock, registrar } = opened();
    registrar.restore([saved()], true);
    registrar.close();
    expect([registrar.saved(), clock.armed]).toEqual([[saved()], 0]);
  });
});
