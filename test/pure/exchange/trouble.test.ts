import { expect, test } from 'vitest';
import type { Dialplan } from '../../../src/dialplan/plan.ts';
import { FakeInbound, refer } from '../../support/fakeSignalling.ts';
import { byFarEnd, TestHouse } from '../../support/house.ts';
import { officePlan, to } from '../../support/plan.ts';

/** A dialplan as no compiler gives it: one of its routes leads nowhere, and call control throws. */
function brokenPlan(where: 'number' | 'key' | 'noInput'): Dialplan {
  const plan = officePlan();
  const nowhere = to('queue', 'nowhere');
  const main = plan.menus.main;
  if (main === undefined) throw new Error('the office has a menu');
  if (where === 'number') return { ...plan, internalNumbers: { '0': nowhere } };
  const change =
    where === 'key' ? { keys: { '0': nowhere } } : { noInput: { ...main.noInput, repeat: 0, then: nowhere } };
  return { ...plan, menus: { main: { ...main, ...change } } };
}

test('a call that the dialplan cannot take is refused, and nothing is left of it', async () => {
  const house = new TestHouse({ plan: brokenPlan('number') });
  const { leg } = await house.dial('101', '0');
  expect(leg.ended).toMatchObject({ status: 500 });
  expect(house.media.all).toHaveLength(0);
  await house.close();
});

test('a key that cannot be followed is passed over', async () => {
  const house = new TestHouse({ plan: brokenPlan('key') });
  const { leg, events } = await house.callIn();
  events.digit('0');
  await house.settle();
  expect(leg.ended).toBeUndefined();
  events.digit('1');
  events.digit('0');
  events.digit('1');
  await house.settle();
  expect(house.signalling.to('101')).toBeDefined();
  await house.close();
});

test('a call that would wait for ever after an error ends', async () => {
  const house = new TestHouse({ plan: brokenPlan('noInput') });
  const { leg } = await house.callIn();
  house.media.of('caller').end('completed');
  await house.settle();
  expect(leg.ended).toBeUndefined();
  house.clock.advance(5_000);
  await house.settle();
  expect(leg.ended).toBeDefined();
  expect(house.records[0]?.termination).toMatchObject({ result: 'failed', by: 'system' });
  await house.close();
});

test('a drain that is cut short leaves neither a timer nor anybody waiting for it', async () => {
  const house = new TestHouse();
  const { caller } = await house.conversation();
  const ended: string[] = [];
  const drained = house.exchange.drain(60_000).then(() => ended.push('drain'));
  const stopped = house.exchange.drain(0).then(() => ended.push('stop'));
  expect(caller.leg.ended).toBeUndefined();
  house.clock.advance(0);
  await Promise.all([drained, stopped]);
  expect(ended).toHaveLength(2);
  expect(caller.leg.ended).toBeDefined();
  await house.close();
});

test('a phone that takes over a call is no new call: no limit and no drain keeps it out', async () => {
  const house = new TestHouse({ limits: { calls: 1, callsPerSecond: 100 } });
  const { caller, operator } = await house.conversation();
  const draining = house.exchange.drain(60_000);
  const replacing = { via: { kind: 'extension', number: '101' }, replaces: operator } as const;
  const colleague = await house.callIn(replacing);
  expect(colleague.leg.answered).toBeDefined();
  expect(house.media.all[0]?.peer).toBe(house.media.all[2]);
  caller.events.ended(byFarEnd);
  await draining;
  await house.close();
});

test('only our own people take over a call, and only one that is there', async () => {
  const house = new TestHouse();
  const { caller, operator } = await house.conversation();
  const stranger = await house.callIn({ replaces: operator });
  expect(stranger.leg.ended).toMatchObject({ status: 403 });
  caller.events.ended(byFarEnd);
  await house.settle();
  const late = await house.callIn({ via: { kind: 'extension', number: '101' }, replaces: operator });
  expect(late.leg.ended).toMatchObject({ status: 481 });
  await house.close();
});

test('a transfer that is under way when everything is stopped gets its final answer', async () => {
  const house = new TestHouse();
  const { operator } = await house.conversation();
  const request = refer('101');
  operator.events.transferRequested(request);
  await house.settle();
  expect(request.reports).toEqual(['accepted']);
  await house.close();
  expect(request.reports).toEqual(['accepted', '487']);
});

test('a transfer that has had its final answer gets no other', async () => {
  const house = new TestHouse();
  const { operator } = await house.conversation();
  const request = refer('101');
  operator.events.transferRequested(request);
  await house.settle();
  house.signalling.to('101').events.failed({ reason: 'busy', status: 486, text: 'Busy Here' });
  await house.settle();
  await house.close();
  expect(request.reports).toEqual(['accepted', '486']);
});

test('an endpoint that comes too late is destroyed', async () => {
  const house = new TestHouse();
  let come = (): void => undefined;
  house.media.gate = new Promise(resolve => {
    come = resolve;
  });
  const { leg } = await house.callIn();
  house.clock.advance(5_000);
  await house.settle();
  expect([leg.ended, house.media.all]).toMatchObject([{ status: 503 }, []]);
  come();
  await house.settle();
  expect(house.media.all.map(({ destroyed }) => destroyed)).toEqual([true]);
  await house.close();
});

test('a REFER that comes when its call is over is refused', async () => {
  const house = new TestHouse();
  const { caller, operator } = await house.conversation();
  caller.events.ended(byFarEnd);
  const request = refer('101', new FakeInbound());
  operator.events.transferRequested(request);
  expect(request.reports).toEqual(['refused 481']);
  await house.close();
});
