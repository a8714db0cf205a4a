import { expect, test } from 'vitest';
import type { Dialplan, QueuePlan } from '../../../src/dialplan/plan.ts';
import { TestHouse } from '../../support/house.ts';
import { officePlan } from '../../support/plan.ts';

const first: Dialplan = { ...officePlan(), version: 'first' };

const reception = first.queues.reception as QueuePlan;

test('calls in progress stay on their version and are counted by it; new ones are of the new one', async () => {
  const house = new TestHouse({ plan: first });
  const { caller, operator } = await house.conversation();
  expect(house.exchange.callsByVersion()).toEqual({ first: 1 });
  house.swap({ ...first, version: 'second', numbers: [] });
  const refused = await house.callIn();
  expect(refused.leg.ended).toMatchObject({ status: 404 });
  expect([caller.leg.ended, operator.ended]).toEqual([undefined, undefined]);
  expect(house.exchange.callsByVersion()).toEqual({ first: 1 });
  house.swap({ ...first, version: 'third' });
  const late = await house.callIn();
  expect(house.exchange.callsByVersion()).toEqual({ first: 1, third: 1 });
  caller.events.ended({ by: 'remote', status: undefined, text: '' });
  late.events.ended({ by: 'remote', status: undefined, text: '' });
  await house.settle();
  expect(house.records.map(({ dialplan }) => dialplan)).toEqual(['second', 'first', 'third']);
  await house.close();
});

test('who waits is offered to an agent that the new version brings', async () => {
  const house = new TestHouse({ plan: { ...first, queues: { reception: { ...reception, agents: [] } } } });
  const caller = await house.callIn();
  caller.events.digit('0');
  await house.settle();
  expect(house.signalling.dialed).toEqual([]);
  house.swap({ ...first, version: 'second', queues: { reception: { ...reception, agents: ['11'] } } });
  await house.settle();
  expect(house.signalling.dialed.map(({ request }) => request.target.number)).toEqual(['11']);
  await house.close();
});

test('an agent that the new version no longer has is offered no more', async () => {
  const house = new TestHouse({ plan: first });
  house.swap({ ...first, version: 'second', queues: { reception: { ...reception, agents: ['11'] } } });
  const caller = await house.callIn();
  caller.events.digit('0');
  await house.settle();
  expect(house.signalling.dialed.map(({ request }) => request.target.number)).toEqual(['11']);
  await house.close();
});

test('who waits in a queue that is gone is served by its agents of before', async () => {
  const house = new TestHouse({ plan: first });
  for (const agent of reception.agents) house.signalling.registered.delete(agent);
  house.exchange.reachableChanged('10');
  house.exchange.reachableChanged('11');
  const caller = await house.callIn();
  caller.events.digit('0');
  await house.settle();
  house.swap({ ...first, version: 'second', queues: {} });
  await house.settle();
  expect(house.signalling.dialed).toEqual([]);
  house.signalling.registered.add('10');
  house.exchange.reachableChanged('10');
  await house.settle();
  expect(house.signalling.dialed.map(({ request }) => request.target.number)).toEqual(['10']);
  await house.close();
});
