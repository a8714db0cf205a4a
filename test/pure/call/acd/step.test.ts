import { beforeEach, describe, expect, test } from 'vitest';
import { type Acd, type AcdEffect, type AcdStimulus, emptyAcd } from '../../../../src/call/acd/acd.ts';
import { stepAcd } from '../../../../src/call/acd/step.ts';

const rules = {
  queues: {
    sales: { agents: ['10', '11'], retryAfter: 5_000 },
    support: { agents: ['11', '12'], retryAfter: 5_000 },
  },
};

let acd: Acd;
beforeEach(() => {
  acd = emptyAcd;
});

function post(now: number, stimulus: AcdStimulus): readonly AcdEffect[] {
  const result = stepAcd(rules, acd, stimulus, now);
  acd = result.acd;
  return result.effects;
}

const agent = (now: number, extension: string, occupied = false, reachable = true) =>
  post(now, { kind: 'agentChanged', agent: extension, reachable, occupied });
const queued = (now: number, queue: string, callId: string, front = false) =>
  post(now, { kind: 'callQueued', queue, callId, since: now, front });
const concluded = (now: number, callId: string, extension: string, outcome: 'answered' | 'notTaken' | 'withdrawn') =>
  post(now, { kind: 'offerConcluded', callId, agent: extension, outcome });
const state = (extension: string) => acd.agents[extension]?.state.kind;

describe('an agent of two queues', () => {
  test('serves whoever has waited longest, whichever queue is written first', () => {
    queued(1_000, 'support', 'early');
    queued(2_000, 'sales', 'late');
    expect(agent(3_000, '11')).toEqual([{ kind: 'offer', queue: 'support', callId: 'early', agent: '11' }]);
  });

  test('serves whoever has waited longest, if that is in the queue that is written first', () => {
    queued(1_000, 'sales', 'early');
    queued(2_000, 'support', 'late');
    expect(agent(3_000, '11')).toMatchObject([{ queue: 'sales', callId: 'early' }]);
  });

  test('is free for as long as nothing has changed', () => {
    agent(1_000, '10');
    agent(2_000, '11');
    // Told once more of what was so before.
    agent(3_000, '10');
    expect(queued(4_000, 'sales', 'next')).toMatchObject([{ agent: '10' }]);
  });

  test('has answered: nobody is left in the queue', () => {
    agent(1_000, '11');
    queued(2_000, 'sales', 'one');
    concluded(3_000, 'one', '11', 'answered');
    expect(acd.queues.sales).toEqual([]);
  });

  test('serves the front of a queue before the others of both', () => {
    queued(1_000, 'sales', 'early');
    queued(2_000, 'support', 'back', true);
    expect(agent(3_000, '11')).toMatchObject([{ callId: 'back' }]);
  });

  test('who is not in the queue of the first leaves them waiting, and serves the next', () => {
    queued(1_000, 'sales', 'early');
    queued(2_000, 'support', 'late');
    expect(agent(3_000, '12')).toMatchObject([{ callId: 'late', agent: '12' }]);
    expect(agent(3_000, '10')).toMatchObject([{ callId: 'early', agent: '10' }]);
  });
});

describe('other rules', () => {
  const fewer = { queues: { sales: { agents: ['10'], retryAfter: 5_000 } } };

  test('leave agents who serve nobody out, but for one who is being offered a call', () => {
    for (const extension of ['10', '11', '12']) agent(1_000, extension);
    queued(2_000, 'support', 'late');
    expect(state('11')).toBe('reserved');
    acd = stepAcd(fewer, acd, { kind: 'rulesChanged' }, 3_000).acd;
    expect(Object.keys(acd.agents).sort()).toEqual(['10', '11']);
    expect(acd.queues.support).toHaveLength(1);
    acd = stepAcd(fewer, acd, { kind: 'callLeft', queue: 'support', callId: 'late' }, 3_000).acd;
    acd = stepAcd(fewer, acd, { kind: 'rulesChanged' }, 4_000).acd;
    expect(acd).toMatchObject({ queues: {}, agents: { '10': { state: { kind: 'ready' } } } });
    expect([Object.keys(acd.queues), Object.keys(acd.agents)]).toEqual([[], ['10']]);
  });

  test('keep the queue that is served, although nobody waits', () => {
    queued(1_000, 'sales', 'one');
    post(2_000, { kind: 'callLeft', queue: 'sales', callId: 'one' });
    acd = stepAcd(fewer, acd, { kind: 'rulesChanged' }, 3_000).acd;
    expect(acd.queues).toEqual({ sales: [] });
  });
});

describe('a queue whose name is one of Object.prototype', () => {
  test.each(['constructor', 'toString', 'hasOwnProperty'])('%s is a queue as any other', name => {
    const before = stepAcd({ queues: {} }, emptyAcd, { kind: 'callLeft', queue: name, callId: 'c' }, 1_000).acd;
    const named = { queues: { [name]: { agents: ['10'], retryAfter: 5_000 } } };
    const ready = { kind: 'agentChanged', agent: '10', reachable: true, occupied: false } as const;
    const idle = stepAcd(named, before, ready, 2_000).acd;
    const waits = { kind: 'callQueued', queue: name, callId: 'c', since: 3_000, front: false } as const;
    expect(stepAcd(named, idle, waits, 3_000).effects).toEqual([
      { kind: 'offer', queue: name, callId: 'c', agent: '10' },
    ]);
  });
});

describe('the longest idle', () => {
  test('is not the one who has just logged in', () => {
    agent(0, '11', false, false);
    agent(1_000, '10');
    agent(9_000, '11');
    expect(queued(10_000, 'sales', 'a')).toMatchObject([{ agent: '10' }]);
  });

  test('is not the one who has just hung up', () => {
    agent(0, '10');
    agent(1_000, '11');
    agent(2_000, '10', true);
    agent(3_000, '10');
    expect(queued(4_000, 'sales', 'a')).toMatchObject([{ agent: '11' }]);
  });
});

describe('an offer', () => {
  test('that was answered by an agent whose phone has gone meanwhile keeps nobody busy', () => {
    agent(0, '10');
    queued(1_000, 'sales', 'a');
    agent(1_000, '10', true);
    agent(2_000, '10', false);
    expect(state('10')).toBe('reserved');
    concluded(2_000, 'a', '10', 'answered');
    expect(state('10')).toBe('ready');
  });

  test('that was not taken passes the agent over until their time has come', () => {
    agent(0, '10');
    queued(1_000, 'sales', 'a');
    expect(concluded(2_000, 'a', '10', 'notTaken')).toEqual([{ kind: 'passOver', agent: '10', until: 7_000 }]);
    expect(state('10')).toBe('notReady');
    expect(post(6_999, { kind: 'timerFired', agent: '10' })).toEqual([]);
    expect(state('10')).toBe('notReady');
    expect(post(7_000, { kind: 'timerFired', agent: '10' })).toMatchObject([{ kind: 'offer', callId: 'a' }]);
  });

  test('that was not taken does not come again when the phone has stopped ringing', () => {
    agent(0, '10');
    queued(1_000, 'sales', 'a');
    agent(1_000, '10', true);
    concluded(2_000, 'a', '10', 'notTaken');
    expect(agent(2_100, '10', false)).toEqual([]);
    expect(state('10')).toBe('notReady');
    agent(3_000, '10', false, false);
    expect(state('10')).toBe('loggedOut');
  });

  test('that was not taken puts the agent behind the others', () => {
    agent(0, '10');
    agent(1_000, '11');
    queued(2_000, 'sales', 'a');
    expect(concluded(3_000, 'a', '10', 'notTaken')).toMatchObject([{ kind: 'passOver' }, { agent: '11' }]);
    concluded(4_000, 'a', '11', 'withdrawn');
    post(4_000, { kind: 'callLeft', queue: 'sales', callId: 'a' });
    post(8_000, { kind: 'timerFired', agent: '10' });
    expect([state('10'), state('11')]).toEqual(['ready', 'ready']);
    expect(queued(9_000, 'sales', 'b')).toMatchObject([{ agent: '11' }]);
  });

  test('goes with its call: the agent is free for the next', () => {
    agent(0, '10');
    queued(1_000, 'sales', 'a');
    queued(2_000, 'sales', 'b');
    expect(post(3_000, { kind: 'callLeft', queue: 'sales', callId: 'a' })).toMatchObject([{ callId: 'b' }]);
  });

  test('is kept by an agent whose phones unregister while they ring', () => {
    agent(0, '10');
    queued(1_000, 'sales', 'a');
    agent(1_500, '10', true, false);
    expect(state('10')).toBe('reserved');
    concluded(2_000, 'a', '10', 'withdrawn');
    expect(state('10')).toBe('loggedOut');
  });
});

test('a queue keeps its order: those who came back first, then by arrival, each once', () => {
  queued(2_000, 'sales', 'second');
  queued(3_000, 'sales', 'third');
  queued(1_000, 'sales', 'first');
  queued(5_000, 'sales', 'back', true);
  queued(4_000, 'sales', 'earlierBack', true);
  const order = (): readonly (string | undefined)[] => (acd.queues.sales ?? []).map(({ callId }) => callId);
  expect(order()).toEqual(['earlierBack', 'back', 'first', 'second', 'third']);
  // Once more the same call: it is there once.
  queued(2_500, 'sales', 'first');
  expect(order()).toEqual(['earlierBack', 'back', 'second', 'first', 'third']);
});

describe('two calls that are offered to two agents', () => {
  beforeEach(() => {
    agent(1_000, '10');
    agent(1_000, '11');
    queued(2_000, 'sales', 'one');
    queued(2_001, 'sales', 'two');
  });
  const offers = (): readonly (string | undefined)[] => (acd.queues.sales ?? []).map(({ offeredTo }) => offeredTo);

  test('are told apart when one of them is not taken', () => {
    expect(offers()).toEqual(['10', '11']);
    concluded(3_000, 'one', '10', 'notTaken');
    expect([offers(), state('10'), state('11')]).toEqual([[undefined, '11'], 'notReady', 'reserved']);
  });

  test('what is said of another call changes nothing', () => {
    const before = acd;
    concluded(3_000, 'two', '10', 'answered');
    concluded(3_000, 'none', '10', 'withdrawn');
    concluded(3_000, 'one', '12', 'notTaken');
    expect(acd).toEqual(before);
  });
});
