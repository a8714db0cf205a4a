import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../../src/base/clock.ts';
import { createLog } from '../../../../src/base/log.ts';
import { RefusalLog } from '../../../../src/exchange/admission/refusalLog.ts';
import { FakeInbound } from '../../../support/fakeSignalling.ts';
import { byFarEnd, TestHouse } from '../../../support/house.ts';

const carrier = { kind: 'trunk', name: 'carrier' } as const;
const stranger = { kind: 'address', address: '192.0.2.66' } as const;

describe('a new call', () => {
  test('of a source that has had its share is refused unseen, and others are not', async () => {
    const refused: string[] = [];
    const house = new TestHouse({
      limits: { callsPerSecondPerSource: 3 },
      watchers: [{ callRefused: reason => void refused.push(reason) }],
    });
    const offer = () => house.exchange.callOffered(carrier);
    expect([offer(), offer(), offer()]).toEqual([undefined, undefined, undefined]);
    for (let n = 0; n < 20; n++) expect(offer()).toBeOneOf([1, 2, 3, 4, 5]);
    expect(refused).toEqual(Array.from({ length: 20 }, () => 'tooManyFromSource'));
    expect(house.exchange.callOffered({ kind: 'trunk', name: 'other' })).toBeUndefined();
    expect(house.exchange.callOffered(stranger)).toBeUndefined();
    house.clock.advance(334);
    expect([offer(), offer()]).toEqual([undefined, expect.any(Number)]);
    await house.close();
  });

  test('of a stranger counts when it was not let in, and only then', async () => {
    const house = new TestHouse({ limits: { callsPerSecondPerSource: 2 } });
    for (let n = 0; n < 10; n++) expect(house.exchange.callOffered(stranger)).toBeUndefined();
    for (let n = 0; n < 2; n++) house.exchange.callNotAdmitted(stranger.address);
    expect(house.exchange.callOffered(stranger)).toBeTypeOf('number');
    house.clock.advance(500);
    expect(house.exchange.callOffered(stranger)).toBeUndefined();
    await house.close();
  });

  test('of an extension that begins too many takes nothing from those of others', async () => {
    const house = new TestHouse({ limits: { callsPerSecondPerSource: 2, callsPerSecond: 3 } });
    const statuses: unknown[] = [];
    for (let n = 0; n < 5; n++) statuses.push((await house.dial('101', '102')).leg.ended);
    expect(statuses.slice(0, 2)).toEqual([undefined, undefined]);
    for (const status of statuses.slice(2))
      expect(status).toMatchObject({ status: 503, retryAfter: expect.any(Number) });
    expect((await house.dial('102', '10')).leg.ended).toBeUndefined();
    expect((await house.dial('11', '10')).leg.ended).toMatchObject({ status: 503 });
    await house.close();
  });

  test('is refused while the process does not keep up; calls in progress go on, and are taken over', async () => {
    let late = false;
    const refused: string[] = [];
    const house = new TestHouse({
      overloaded: () => late,
      watchers: [{ callRefused: reason => void refused.push(reason) }],
    });
    const { caller, operator } = await house.conversation();
    late = true;
    expect(house.exchange.callOffered(carrier)).toBeTypeOf('number');
    expect(house.exchange.callOffered(stranger)).toBeTypeOf('number');
    expect(refused).toEqual(['overloaded', 'overloaded']);
    await operator.events.offered('hold');
    await operator.events.offered('talk');
    await house.settle();
    expect(house.media.all[0]?.peer).toBe(house.media.all[1]);
    const pickup = new FakeInbound();
    const via = { kind: 'extension', number: '11' } as const;
    house.exchange.callArrived(
      pickup.arriving({ via, from: { number: '11', display: undefined }, replaces: operator }),
    );
    await house.settle();
    expect(pickup.answered).toBeDefined();
    expect(house.media.all[0]?.peer).toBe(house.media.all[2]);
    expect(caller.leg.ended).toBeUndefined();
    late = false;
    expect(house.exchange.callOffered(carrier)).toBeUndefined();
    caller.events.ended(byFarEnd);
    await house.settle();
    await house.close();
  });

  test('is refused while draining, and the reason is told', async () => {
    const refused: string[] = [];
    const house = new TestHouse({ watchers: [{ callRefused: reason => void refused.push(reason) }] });
    const { caller } = await house.conversation();
    const draining = house.exchange.drain(60_000);
    expect(house.exchange.callOffered(carrier)).toBeTypeOf('number');
    expect(refused).toEqual(['draining']);
    caller.events.ended(byFarEnd);
    expect(await draining).toBe(0);
    await house.close();
  });

  test('that comes back does not come back together with all the others', () => {
    const house = new TestHouse({ overloaded: () => true });
    const waits = new Set(Array.from({ length: 200 }, () => house.exchange.callOffered(carrier)));
    expect(waits).toEqual(new Set([1, 2, 3, 4, 5]));
  });
});

test('a flood of refusals is told of in few lines', () => {
  const lines: unknown[] = [];
  const clock = new VirtualClock();
  const log = createLog({ level: 'warn' }, { write: line => void lines.push(JSON.parse(line)) });
  const refusals = new RefusalLog(clock, log);
  for (let n = 0; n < 1_000; n++) {
    refusals.refused('tooManyFromSource', { source: n });
    clock.advance(9);
  }
  refusals.refused('overloaded', {});
  expect(lines).toMatchObject([
    { reason: 'tooManyFromSource', source: 0, others: 0, msg: 'a call is refused' },
    { reason: 'tooManyFromSource', others: 555 },
    { reason: 'overloaded', others: 0 },
  ]);
});
