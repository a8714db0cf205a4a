/** Whatever a request says: nothing is thrown, and it is answered once or becomes a call. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { LegIndex } from '../../../src/signalling/dialogs/legIndex.ts';
import type { LegSurroundings } from '../../../src/signalling/dialogs/surroundings.ts';
import { Authenticator } from '../../../src/signalling/digest/authenticator.ts';
import { Late } from '../../../src/signalling/digest/late.ts';
import type { SrfRequest } from '../../../src/signalling/drachtio/srf.ts';
import { receiveInvite } from '../../../src/signalling/inbound/invitation.ts';
import { Registrar } from '../../../src/signalling/registrar/registrar.ts';
import { TransferHabits } from '../../../src/signalling/transfer/habits.ts';
import { readRefer } from '../../../src/signalling/transfer/refer.ts';
import { hostileTexts } from '../../support/hostileTexts.ts';
import { LegWatch } from '../../support/signalling/scriptedExchange.ts';

const wellFormed: Readonly<Record<string, string>> = {
  via: 'SIP/2.0/UDP 127.0.0.1:5062;rport;branch=z9hG4bK1',
  from: '"A" <sip:101@h>;tag=a',
  to: '<sip:101@h>',
  'call-id': 'c@h',
  cseq: '1 INVITE',
  contact: '<sip:101@127.0.0.1:5062>;q=0.5',
  authorization:
    'Digest username="101", realm="r", nonce="n", uri="sip:h", response="0", nc=00000001, cnonce="c", qop=auth',
  expires: '60',
  require: 'timer',
  supported: 'timer',
  'session-expires': '600;refresher=uac',
  replaces: 'c@h;to-tag=1;from-tag=2',
  'refer-to': '<sip:102@h?Replaces=c%40h%3Bto-tag%3D1%3Bfrom-tag%3D2>',
  'p-asserted-identity': '"B" <sip:+361@h>',
  privacy: 'id',
  'content-type': 'application/sdp',
};

/** A well-formed request, of which some fields are missing, strange, or spoilt. */
const headers = fc
  .record(
    Object.fromEntries(
      Object.entries(wellFormed).map(([name, value]) => [
        name,
        fc.oneof(
          { weight: 20, arbitrary: fc.constant<string | undefined>(value) },
          { weight: 1, arbitrary: fc.constant(undefined) },
          { weight: 1, arbitrary: fc.constantFrom(...hostileTexts) },
          { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
          {
            weight: 1,
            arbitrary: fc
              .tuple(fc.nat(value.length), fc.string({ maxLength: 4 }))
              .map(([at, text]) => value.slice(0, at) + text + value.slice(at + 1)),
          },
        ),
      ]),
    ),
  )
  .map(fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));

const requests = (method: string): fc.Arbitrary<SrfRequest> =>
  fc.record({
    method: fc.constant(method),
    uri: fc.constantFrom('sip:102@h', 'tel:+361', 'sip:h', 'sip:%0d%0a@h', ...hostileTexts),
    headers,
    body: fc.constantFrom('', 'v=0\r\n', '\u0000', 'x'.repeat(2_000)),
    source: fc.constant('network' as const),
    source_address: fc.constantFrom('127.0.0.1', '2001:db8::1', ''),
    source_port: fc.constant(5062),
    protocol: fc.constantFrom('udp', 'tcp'),
    on: fc.constant(() => {}),
  }) as unknown as fc.Arbitrary<SrfRequest>;

const surroundings = (clock: VirtualClock): LegSurroundings => ({
  clock,
  log: silentLog,
  connection: undefined as never,
  index: new LegIndex(),
  legs: new Set(),
  dialogs: new Set(),
  phoneOptions: () => ({ transferNotify: 'progress' }),
  transferHabits: new TransferHabits(),
});

const authenticatorAt = (clock: VirtualClock): Authenticator =>
  new Authenticator({ clock, log: silentLog, realm: 'r', secret: () => 'secret' });
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
const controls = /[\u0000-\u001f\u007f]/;

test('INVITE', () => {
  let calls = 0;
  fc.assert(
    fc.property(requests('INVITE'), fc.boolean(), fc.boolean(), (complete, trusted, proving) => {
      const { authorization, replaces, ...others } = complete.headers;
      const request = { ...complete, headers: proving ? { ...others, authorization, replaces } : others };
      const clock = new VirtualClock();
      const around = surroundings(clock);
      const answers: number[] = [];
      let arrived = 0;
      const options = {
        surroundings: around,
        log: silentLog,
        late: new Late(clock),
        admission: {
          authenticator: authenticatorAt(clock),
          extensionExists: (extension: string) => extension === '102',
          trunkOf: () => (trusted ? 'carrier' : undefined),
          numbering: () => ({ country: 'HU' as const }),
        },
        refusing: () => undefined,
        callOffered: () => undefined,
        callNotAdmitted: () => {},
        callArrived: (call: { from: { number: string; display: string | undefined }; dialled: string }) => {
          arrived += 1;
          expect(`${call.from.number}${call.from.display ?? ''}${call.dialled}`).not.toMatch(controls);
          return new LegWatch();
        },
      };
      receiveInvite(options, request, status => answers.push(status));
      expect(answers.length + arrived).toBe(1);
      calls += arrived;
      for (const leg of around.legs) leg.hangUp();
      expect([around.legs.size, clock.armed]).toEqual([0, 0]);
    }),
    { numRuns: 1_500 },
  );
  // Or else the property would say little.
  expect(calls).toBeGreaterThan(5);
});

test('REGISTER', () => {
  fc.assert(
    fc.property(requests('REGISTER'), request => {
      const clock = new VirtualClock();
      const authenticator = authenticatorAt(clock);
      // Proven, so that all the rest is looked at.
      authenticator.check = () => ({ kind: 'authenticated', user: '101' });
      const registrarAt = () =>
        new Registrar({
          clock,
          log: silentLog,
          authenticator,
          late: new Late(clock),
          limits: { minExpires: 60, defaultExpires: 3600, maxExpires: 3600, natExpires: 60, maxContacts: 10 },
          extensionExists: () => true,
          pathServed: true,
          answers: async () => false,
          reachableChanged: () => {},
          changed: () => {},
        });
      const registrar = registrarAt();
      const answers: [number, string][] = [];
      registrar.handle(request, (status, parts) => answers.push([status, JSON.stringify(parts?.headers ?? {})]));
      expect(answers).toHaveLength(1);
      expect(answers[0]?.[1]).not.toMatch(/\\r|\\n/);
      for (const { contact, nextHop } of registrar.bindings('101')) {
        expect(contact).not.toMatch(/\s/);
        expect(nextHop ?? '').not.toMatch(/[\s|]/);
      }
      // Whatever it holds can be written down, and is the same to the process after it: but for a source without an address.
      if (request.source_address !== '') {
        const next = registrarAt();
        next.restore(JSON.parse(JSON.stringify(registrar.saved())), true);
        expect(next.bindings('101')).toEqual(registrar.bindings('101'));
        next.close();
      }
      registrar.close();
      expect(clock.armed).toBe(0);
    }),
    { numRuns: 1_500 },
  );
});

test('REFER', () => {
  fc.assert(
    fc.property(requests('REFER'), request => {
      const clock = new VirtualClock();
      const answers: number[] = [];
      const transfer = readRefer(surroundings(clock), {
        request,
        respond: status => answers.push(status),
        dialog: { confirmed: false, request: () => {} },
        first: true,
        notify: 'progress',
        toldAtOnce: () => {},
        decided: () => {},
      });
      expect(answers.length + (transfer === undefined ? 0 : 1)).toBe(1);
      if (transfer !== undefined) {
        expect(transfer.target).not.toMatch(controls);
        transfer.refuse(404, 'Not Found');
      }
      expect(answers).toHaveLength(1);
      expect(clock.armed).toBe(0);
    }),
    { numRuns: 1_500 },
  );
});

test('credentials prove nothing by chance, and nothing is thrown at them', () => {
  const clock = new VirtualClock();
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string().map(text => `Digest ${text}`),
        headers.map(one => one.authorization ?? ''),
      ),
      authorization => {
        const verdict = authenticatorAt(clock).check({
          method: 'INVITE',
          uri: 'sip:h',
          authorization,
          source: '192.0.2.1',
          port: 5060,
          claimed: '101',
          userAgent: authorization,
        });
        expect(verdict.kind).not.toBe('authenticated');
      },
    ),
    { numRuns: 1_000 },
  );
});
