import { describe, expect, test } from 'vitest';
import type { Call } from '../../../src/call/call.ts';
import { alone } from '../../../src/call/shared.ts';
import { step } from '../../../src/call/step.ts';
import type { Destination, Dialplan } from '../../../src/dialplan/plan.ts';
import { officePlan, to } from '../../support/plan.ts';
import { Stage } from './stage.ts';

/** Another process goes on with the call, on a dialplan that was changed meanwhile. */
const onwards = ({ world }: Stage, call: string, change: Partial<Dialplan>): Call =>
  step(officePlan(change), world.call(call), { kind: 'restored' }, world.clock.now(), alone).call;

const { menus, queues, groups } = officePlan();
const elsewhere = { support: { ...queues.reception, name: 'support' } } as Dialplan['queues'];
const recall = {
  ...officePlan().transfer,
  recall: { ...officePlan().transfer.recall, otherwise: to('queue', 'support') },
};

test('a menu that the dialplan has no more: the caller is taken to where nobody is lost', () => {
  const stage = new Stage();
  const call = stage.arrive();
  expect(stage.phase(call).kind).toBe('menu');
  expect(onwards(stage, call, {}).phase.kind).toBe('menu');
  expect(onwards(stage, call, { menus: {} }).phase).toMatchObject({ kind: 'queued', queue: 'reception' });
  expect(Object.keys(menus)).toContain('main');
});

test('a queue that the dialplan has no more: the caller waits in another one, and was first there', () => {
  const stage = new Stage();
  const call = stage.arrive();
  stage.press(call, '0');
  stage.later(30_000);
  const since = stage.world.call(call).queuedSince;
  const after = onwards(stage, call, { queues: elsewhere, transfer: recall });
  expect(after).toMatchObject({ phase: { kind: 'queued', queue: 'support', offer: undefined }, queuedSince: since });
  expect(after.timers).toHaveProperty('maxWait');
});

test('a group that the dialplan has no more, while its members ring', () => {
  const stage = new Stage();
  const call = stage.arrive();
  stage.press(call, '2');
  expect(stage.phase(call).kind).toBe('ringing');
  const rest = Object.fromEntries(Object.entries(groups).filter(([name]) => name !== 'sales'));
  expect(onwards(stage, call, { groups: rest }).phase.kind).toBe('queued');
});

test('an announcement that leads to a place that is gone', () => {
  const stage = new Stage({
    announcements: { closed: { name: 'closed', say: 'closed', then: to('menu', 'main'), at: to('menu', 'main').at } },
    numbers: [
      { match: { kind: 'prefix', prefix: '+' }, route: to('announcement', 'closed'), at: to('menu', 'main').at },
    ],
  });
  const call = stage.arrive();
  expect(stage.phase(call).kind).toBe('announcing');
  expect(onwards(stage, call, { menus: {} }).phase.kind).toBe('queued');
});

test('who waited waits at the front, before whoever comes now', () => {
  const stage = new Stage();
  stage.world.register('10', false);
  stage.world.register('11', false);
  const call = stage.arrive();
  stage.press(call, '0');
  const { queuedSince: since } = stage.world.call(call);
  stage.later(30_000);
  stage.world.restart();
  expect(stage.effects('joinQueue').at(-1)).toEqual({ kind: 'joinQueue', queue: 'reception', since, front: true });
  // One who came back from a transfer earlier, but after the restart, is behind.
  const later = stage.arrive();
  stage.press(later, '0');
  expect(stage.world.acd.queues.reception?.map(({ callId }) => callId)).toEqual([call, later]);
});

test('a phone that rang is lost, and its call stays where it rings until that is told', () => {
  const stage = new Stage();
  const call = stage.arrive();
  stage.press(call, '101');
  expect(onwards(stage, call, {}).phase).toMatchObject({ kind: 'ringing', node: { kind: 'extension', number: '101' } });
});

describe('what comes after an announcement', () => {
  const { announcements } = officePlan();
  const { closed } = announcements;
  if (closed === undefined) throw new Error('there is an announcement');

  test.each<[Destination['kind'], string, Partial<Dialplan>]>([
    ['menu', 'main', { menus: {} }],
    ['extension', '101', { extensions: {} }],
    ['group', 'sales', { groups: {} }],
    ['queue', 'support', { queues: officePlan().queues }],
    ['announcement', 'closed', { announcements: {} }],
    ['schedule', 'office', { schedules: {} }],
    ['callers', 'known', { callers: {} }],
  ])('%s:%s is asked for only if it is there still', (kind, name, without) => {
    const callers = { known: { name: 'known', rules: [], otherwise: to('goodbye', 'bye'), at: closed.at } };
    const all = {
      queues: { ...queues, ...elsewhere },
      callers,
      announcements: { closed, before: { ...closed, name: 'before', then: to(kind, name) } },
      internalNumbers: { '5': to('announcement', 'before') },
    };
    const stage = new Stage(all);
    const call = stage.dial('102', '5');
    expect(stage.phase(call).kind).toBe('announcing');
    expect(onwards(stage, call, all).phase.kind).toBe('announcing');
    expect(onwards(stage, call, { ...all, ...without }).phase).toMatchObject({ kind: 'queued', queue: 'reception' });
  });

  test('a goodbye is spoken in any case', () => {
    const then = to('goodbye', 'gone');
    const stage = new Stage({
      announcements: { closed: { ...closed, then } },
      internalNumbers: { '5': to('announcement', 'closed') },
    });
    const call = stage.dial('102', '5');
    expect(onwards(stage, call, { prompts: {} }).phase.kind).toBe('announcing');
  });
});
