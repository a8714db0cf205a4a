import { beforeEach, expect, test } from 'vitest';
import type { LiveCall } from '../../../src/exchange/liveCall.ts';
import type { FakeOutbound } from '../../support/fakeSignalling.ts';
import { type Inbound, TestHouse } from '../../support/house.ts';

let house: TestHouse;
let caller: Inbound;
let operator: FakeOutbound;
let consultation: Inbound;
let target: FakeOutbound;
const told: number[] = [];

beforeEach(async () => {
  house = new TestHouse();
  told.length = 0;
  ({ caller, operator } = await house.conversation());
  consultation = await house.dial('10', '101');
  target = house.signalling.to('101');
  target.events.answered('an answer', '127.0.0.1');
  await house.settle();
});

async function complete(): Promise<void> {
  operator.events.transferRequested({
    target: '',
    replaces: consultation.leg,
    accept: () => void told.push(202),
    refuse: status => void told.push(status),
    progress: status => void told.push(status),
  });
  await house.settle();
}

/** The caller from outside; the second `caller` is the operator who consults. */
const first = () => {
  const [endpoint] = house.media.all.filter(({ options }) => options.legId === 'caller');
  if (endpoint === undefined) throw new Error('the caller has an endpoint');
  return endpoint;
};

const consulted = (): LiveCall | undefined =>
  [...(house.exchange as unknown as { calls: Map<string, LiveCall> }).calls.values()].find(
    ({ call }) => call.dialled === '101',
  );

test('a leg goes over with its media: the caller and the target talk, and the call that had it ends', async () => {
  await complete();
  expect(told).toEqual([202, 200]);
  expect(first().peer).toBeDefined();
  expect([caller.leg.ended, target.ended]).toEqual([undefined, undefined]);
  expect(house.exchange.callsNow).toBe(1);
  house.clock.advance(1_000);
  await house.settle();
  expect(consultation.leg.ended).toBeDefined();
  await house.close();
});

test('a leg that is gone by then does not: the REFER is refused, and nobody is moved', async () => {
  // It was lost in the same moment, and call control has not heard of it.
  for (const leg of consulted()?.owned() ?? []) if (leg.who.extension === '101') leg.hangUp({});
  await complete();
  expect(told).toEqual([481]);
  expect([caller.leg.ended, operator.ended]).toEqual([undefined, undefined]);
  expect(first().peer).toBeDefined();
  await house.close();
});
