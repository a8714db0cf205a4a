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

test('queues and agents that the dialplan no longer has are counted as long as a call of theirs is up', async () => {
  const house = new TestHouse({ plan: first });
  const { caller } = await house.conversation();
  const waits = await house.callIn();
  waits.events.digit('0');
  await house.settle();
  expect(house.exchange.census()).toMatchObject({ agents: { busy: 1, reserved: 1 }, queues: { reception: {} } });
  const { recall } = first.transfer;
  const otherwise = { ...recall.otherwise, to: { kind: 'goodbye', name: 'bye' } as const };
  const second = {
    ...first,
    version: 'second',
    queues: {},
    transfer: { ...first.transfer, recall: { ...recall, otherwise } },
  };
  house.swap(second);
  await house.settle();
  expect(house.exchange.census().queues).toMatchObject({ reception: { waiting: 1 } });
  waits.events.ended({ by: 'remote', status: undefined, text: '' });
  await house.settle();
  // Whoever talks may still be transferred to that queue.
  expect(house.exchange.census()).toMatchObject({ agents: { busy: 1 }, queues: { reception: { waiting: 0 } } });
  caller.events.ended({ by: 'remote', status: undefined, text: '' });
  await house.settle();
  expect(house.exchange.census()).toMatchObject({ agents: {}, queues: {} });
  expect(house.exchange.census().agents).toEqual({});
  await house.close();
});

test('an agent of a queue that goes on without them is one no more, and is one again later', async () => {
  const house = new TestHouse({ plan: first });
  house.swap({ ...first, version: 'second', queues: { reception: { ...reception, agents: ['11'] } } });
  expect(house.exchange.census().agents).toEqual({ ready: 1 });
  house.swap({ ...first, version: 'third' });
  expect(house.exchange.census().agents).toEqual({ ready: 2 });
  await house.close();
});
