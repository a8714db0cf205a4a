import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VirtualClock } from '../../../src/base/clock.ts';
import { KozpontError } from '../../../src/base/errors.ts';
import type { CallRecord } from '../../../src/call/record.ts';
import type { Exchange } from '../../../src/exchange/exchange.ts';
import type { FakeMedia } from '../../support/fakeMedia.ts';
import { FakeInbound, type FakeSignalling, refer } from '../../support/fakeSignalling.ts';
import { byFarEnd, TestHouse } from '../../support/house.ts';

let house: TestHouse;
let clock: VirtualClock;
let media: FakeMedia;
let signalling: FakeSignalling;
let records: CallRecord[];
let exchange: Exchange;

function open(limits?: { calls: number; callsPerSecond: number }): void {
  house = new TestHouse(limits === undefined ? {} : { limits });
  ({ clock, media, signalling, records, exchange } = house);
}

beforeEach(() => open());

const settle = () => house.settle();
const callIn = (dialled = '+3612345678') => house.callIn({ dialled });
const conversation = () => house.conversation();
const by = byFarEnd;

describe('a call', () => {
  test('is answered with the endpoint of its offer, greeted, and led to the operator', async () => {
    const { leg, events } = await callIn();
    expect(leg.answered).toBe('fake-0');
    expect(media.of('caller').playing).toEqual([{ kind: 'file', path: 'en/welcome.wav' }]);
    events.digit('0');
    await settle();
    expect(media.of('caller').playing).toEqual([{ kind: 'file', path: 'default.wav' }]);
    const operator = signalling.to('10');
    expect(operator.request.from).toEqual({ number: '+36301111111', display: 'Anna' });
    operator.events.answered('an answer', '192.0.2.8');
    await settle();
    expect(media.of('caller').peer).toBe(media.of('leg1'));
    operator.events.ended(by);
    await settle();
    expect(leg.ended).toBeDefined();
  });

  test('writes one record with its way, and leaves nothing behind', async () => {
    const { caller, operator } = await conversation();
    clock.advance(61_000);
    expect(records).toEqual([]);
    caller.events.ended(by);
    await settle();
    expect(operator.ended).toBeDefined();
    const [record] = records;
    expect(records).toHaveLength(1);
    expect(record).toMatchObject({
      from: { number: '+36301111111' },
      to: '+3612345678',
      duration: 61_000,
      termination: { result: 'completed', by: 'caller' },
    });
    expect(record?.steps.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['entered', 'pressed', 'rung', 'answered', 'left']),
    );
    expect(record?.steps.find(({ kind }) => kind === 'entered')?.position).toBe('office.yaml:1:1');
  });

  test('that is answered and hung up in one breath has been answered', async () => {
    const caller = await callIn();
    caller.events.digit('0');
    await settle();
    const operator = signalling.to('10');
    operator.events.answered('an answer', '192.0.2.8');
    operator.events.ended(by);
    await settle();
    expect(records).toMatchObject([{ termination: { result: 'completed', by: 'callee' } }]);
    expect(records[0]?.answeredAt).not.toBeNull();
    expect(caller.leg.ended).toBeDefined();
    expect(media.endpoints).toBe(0);
  });

  test('to an unknown number is refused without an endpoint', async () => {
    const { leg } = await callIn('999');
    expect(leg.ended).toMatchObject({ status: 404 });
    expect(media.all).toHaveLength(0);
    expect(records[0]?.termination.result).toBe('refused');
  });

  test('with a description that cannot be used gets 488, without a media server 503', async () => {
    const bad = new FakeInbound();
    exchange.callArrived(bad.arriving({ offer: 'bad' }));
    await settle();
    expect(bad.ended).toMatchObject({ status: 488 });
    media.failure = new KozpontError('PORTS_EXHAUSTED', 'no port is free');
    const { leg } = await callIn();
    expect(leg.ended).toMatchObject({ status: 503 });
  });

  test('waits for a media server that never answers no longer than its deadline', async () => {
    media.gate = new Promise(() => undefined);
    const { leg } = await callIn();
    expect(leg.ended).toBeUndefined();
    clock.advance(5_000);
    await settle();
    expect(leg.ended).toMatchObject({ status: 503 });
  });

  test('goes on without an operator whose endpoint dies and who cannot move: the caller is led back to the reception', async () => {
    const { caller, operator } = await conversation();
    operator.reinvited = () => Promise.reject(new KozpontError('REQUEST_FAILED', 'refused: 488'));
    clock.advance(1_000);
    media.of('leg1').options.events.gone(new KozpontError('MEDIA_UNAVAILABLE', 'died'));
    await settle();
    expect(operator.ended).toBeDefined();
    expect(caller.leg.ended).toBeUndefined();
    expect(signalling.to('11').request.from.number).toBe('+36301111111');
  });

  test('tells in its record once of media that came from elsewhere', async () => {
    const { events } = await callIn();
    media.of('caller').options.events.elsewhere?.('192.0.2.1:4000');
    media.of('caller').options.events.elsewhere?.('192.0.2.2:4000');
    events.ended({ by: 'remote', status: undefined, text: '' });
    await settle();
    expect(records.map(({ mediaElsewhere }) => mediaElsewhere)).toEqual([[{ leg: 'caller', from: '192.0.2.1:4000' }]]);
  });

  test('gives a caller who was not answered the early media of the phone that rings', async () => {
    const { leg } = await house.dial('102', '101');
    signalling.to('101').events.early?.('their early description', '192.0.2.9');
    media.of('leg1').received = 1;
    await settle();
    expect(leg.progressed).toBe(media.of('caller').localSdp);
    expect(leg.answered).toBeUndefined();
    signalling.to('101').events.answered('their description', '192.0.2.9');
    await settle();
    expect(leg.answered).toBe(media.of('caller').localSdp);
  });

  test('leaves the ringback of a caller as it is until any early media comes', async () => {
    const { events } = await callIn();
    for (const digit of '101') events.digit(digit);
    await settle();
    const caller = media.of('caller');
    const rings = [{ kind: 'tone', tone: 'ringback' }];
    expect(caller.playing).toEqual(rings);
    signalling.to('101').events.early?.('their early description', '192.0.2.9');
    await settle();
    for (let waited = 0; waited < 3_000; waited += 100) {
      clock.advance(100);
      await settle();
    }
    expect(caller.playing).toEqual(rings);
    expect(caller.peer).toBeUndefined();
    media.of('leg1').received = 1;
    clock.advance(100);
    await settle();
    expect(caller.peer).toBe(media.of('leg1'));
  });

  test('looks for early media no longer where the phone answers, or is told to stop', async () => {
    const first = await house.dial('102', '101');
    signalling.to('101').events.early?.('their early description', '192.0.2.9');
    await settle();
    expect(clock.armed).toBeGreaterThan(0);
    first.events.ended({ by: 'remote', status: undefined, text: '' });
    await settle();
    expect(clock.armed).toBe(0);
  });

  test('hears the digit of a phone that sends it both ways once', async () => {
    const { events } = await callIn();
    media.of('caller').options.events.digit('1');
    clock.advance(100);
    events.digit('1');
    events.digit('0');
    await settle();
    media.of('caller').options.events.digit('1');
    await settle();
    expect(signalling.to('101').request.target.number).toBe('101');
  });
});

describe('a leg', () => {
  test('whose INVITE has not left yet never leaves when it is cancelled', async () => {
    const { events } = await callIn();
    let ready = (): void => undefined;
    media.gate = new Promise(resolve => {
      ready = resolve;
    });
    events.digit('0');
    await settle();
    expect(signalling.dialed).toHaveLength(0);
    events.ended(by);
    ready();
    await settle();
    expect(signalling.dialed).toHaveLength(0);
    expect(media.endpoints).toBe(0);
  });

  test('that holds gives its partner music, and resuming joins them again', async () => {
    const { operator } = await conversation();
    expect(media.of('caller').peer).toBe(media.of('leg1'));
    await operator.events.offered('hold');
    await settle();
    expect(media.of('caller').peer).toBeUndefined();
    expect(media.of('caller').playing).toEqual([{ kind: 'file', path: 'default.wav' }]);
    await operator.events.offered('talk');
    await settle();
    expect(media.of('caller').peer).toBe(media.of('leg1'));
  });

  test('whose answer cannot be used is released, and counts as unreachable', async () => {
    const { events } = await callIn();
    events.digit('0');
    await settle();
    const operator = signalling.to('10');
    clock.advance(1_000);
    operator.events.answered('bad', '192.0.2.8');
    await settle();
    expect(operator.ended).toMatchObject({ status: 488 });
    expect(signalling.to('11')).toBeDefined();
  });
});

describe('a transfer', () => {
  test('that is asked for in the breath of the answer is carried out', async () => {
    const { events } = await callIn();
    events.digit('0');
    await settle();
    const operator = signalling.to('10');
    const request = refer('101');
    operator.events.answered('an answer', '192.0.2.8');
    operator.events.transferRequested(request);
    expect(request.reports).toEqual([]);
    await settle();
    expect(request.reports).toEqual(['accepted']);
    expect(signalling.to('101').request.from.number).toBe('+36301111111');
  });
});

describe('an attended transfer', () => {
  test('moves the target with its endpoint into the call of the caller', async () => {
    const { caller, operator } = await conversation();
    await operator.events.offered('hold');
    const consultation = new FakeInbound();
    const via = { kind: 'extension', number: '10' } as const;
    const events = exchange.callArrived(
      consultation.arriving({ via, from: { number: '10', display: 'x' }, dialled: '102' }),
    );
    await settle();
    const target = signalling.to('102');
    target.events.answered('an answer', '192.0.2.8');
    await settle();
    const request = refer('', consultation);
    operator.events.transferRequested(request);
    await settle();
    expect(request.reports).toEqual(['accepted', '200']);
    expect(media.all[0]?.peer).toBe(media.of('leg1'));
    expect(target.identified).toEqual({ number: '+36301111111', display: 'Anna' });
    expect(target.ended).toBeUndefined();
    expect(consultation.ended).toBeDefined();
    events.ended(by);
    operator.events.ended(by);
    target.events.ended(by);
    await settle();
    expect(caller.leg.ended).toBeDefined();
    expect(records.map(({ termination }) => termination.result).sort()).toEqual(['completed', 'transferred']);
  });

  test('that names a dialog of nobody is refused, and nothing changes', async () => {
    const { operator } = await conversation();
    const request = refer('', 'unknown');
    operator.events.transferRequested(request);
    const strange = refer('', new FakeInbound());
    operator.events.transferRequested(strange);
    await settle();
    expect([request.reports, strange.reports]).toEqual([['refused 481'], ['refused 481']]);
    expect(media.of('caller').peer).toBe(media.of('leg1'));
  });
});

describe('the house', () => {
  test('refuses what is above its limits, with a time to come back', async () => {
    open({ calls: 2, callsPerSecond: 100 });
    await callIn();
    await callIn();
    expect(exchange.callsNow).toBe(2);
    const { leg } = await callIn();
    expect(leg.ended).toMatchObject({ status: 503, retryAfter: expect.any(Number) });
  });

  test('spreads new calls over time', async () => {
    open({ calls: 100, callsPerSecond: 1 });
    expect((await callIn()).leg.ended).toBeUndefined();
    expect((await callIn()).leg.ended).toMatchObject({ status: 503 });
    clock.advance(1_000);
    expect((await callIn()).leg.ended).toBeUndefined();
  });

  test('drains: no new call, and those in progress may finish', async () => {
    const { caller } = await conversation();
    let drained = false;
    const draining = exchange.drain(60_000).then(() => {
      drained = true;
    });
    await settle();
    expect(signalling.draining).toBe(true);
    expect((await callIn()).leg.ended).toMatchObject({ status: 503 });
    expect(drained).toBe(false);
    caller.events.ended(by);
    await draining;
    expect(exchange.callsNow).toBe(0);
  });

  test('ends what is left when the limit of the drain has passed', async () => {
    const { caller, operator } = await conversation();
    const draining = exchange.drain(60_000);
    clock.advance(60_000);
    await draining;
    await settle();
    expect([caller.leg.ended, operator.ended]).toEqual([expect.anything(), expect.anything()]);
    expect(exchange.callsNow).toBe(0);
  });
});

afterEach(() => house.close());
