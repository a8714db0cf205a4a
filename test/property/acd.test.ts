import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Acd, type AcdStimulus, emptyAcd } from '../../src/call/acd/acd.ts';
import { stepAcd } from '../../src/call/acd/step.ts';

const rules = {
  queues: {
    reception: { agents: ['10', '11'], retryAfter: 5_000 },
    support: { agents: ['11', '12'], retryAfter: 5_000 },
  },
};
const agents = ['10', '11', '12'];
const queueNames = ['reception', 'support'] as const;

/** Phones, colleagues and callers in any order; offers are concluded in any way, some of them never. */
const action = fc.oneof(
  fc.record({ kind: fc.constant('queue' as const), queue: fc.constantFrom(...queueNames), front: fc.boolean() }),
  fc.record({ kind: fc.constant('leave' as const), nth: fc.nat(20) }),
  fc.record({
    kind: fc.constant('conclude' as const),
    nth: fc.nat(20),
    outcome: fc.constantFrom('answered' as const, 'notTaken' as const, 'withdrawn' as const),
  }),
  fc.record({
    kind: fc.constant('agent' as const),
    agent: fc.constantFrom(...agents),
    reachable: fc.boolean(),
    occupied: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('wait' as const), delay: fc.nat(6_000) }),
);

test('the queues serve in order, offer nothing twice, and leave nobody waiting beside a free agent', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), actions => {
      let acd: Acd = emptyAcd;
      let now = 0;
      let next = 1;
      const offers: { callId: string; agent: string }[] = [];
      const timers: { agent: string; until: number }[] = [];
      const waiting: { callId: string; queue: string }[] = [];
      const post = (stimulus: AcdStimulus): void => {
        const result = stepAcd(rules, acd, stimulus, now);
        acd = result.acd;
        for (const effect of result.effects) {
          if (effect.kind === 'offer') offers.push({ callId: effect.callId, agent: effect.agent });
          else timers.push(effect);
        }
        invariants(acd, now);
      };
      const settle = (callId: string): void => {
        for (const list of [offers, waiting]) {
          for (let i = list.length - 1; i >= 0; i--) if (list[i]?.callId === callId) list.splice(i, 1);
        }
      };
      for (const act of actions) {
        switch (act.kind) {
          case 'queue': {
            const callId = `call${next++}`;
            waiting.push({ callId, queue: act.queue });
            post({ kind: 'callQueued', queue: act.queue, callId, since: now, front: act.front });
            break;
          }
          case 'leave': {
            const entry = waiting[act.nth % Math.max(1, waiting.length)];
            if (entry === undefined) break;
            settle(entry.callId);
            post({ kind: 'callLeft', queue: entry.queue, callId: entry.callId });
            break;
          }
          case 'conclude': {
            const offer = offers[act.nth % Math.max(1, offers.length)];
            if (offer === undefined) break;
            offers.splice(offers.indexOf(offer), 1);
            if (act.outcome === 'answered') settle(offer.callId);
            post({ ...offer, kind: 'offerConcluded', outcome: act.outcome });
            break;
          }
          case 'agent':
            post({ ...act, kind: 'agentChanged' });
            break;
          case 'wait':
            now += act.delay;
            for (const timer of timers.splice(0)) {
              if (timer.until <= now) post({ kind: 'timerFired', agent: timer.agent });
              else timers.push(timer);
            }
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

function invariants(acd: Acd, now: number): void {
  const offered = Object.values(acd.queues).flatMap(entries => entries.filter(entry => entry.offeredTo !== undefined));
  const to = offered.map(({ offeredTo }) => offeredTo);
  expect(new Set(to).size, 'an agent is offered one call').toBe(to.length);
  for (const entry of offered) {
    expect(acd.agents[entry.offeredTo ?? '']?.state, 'whoever is offered a call is reserved for it').toMatchObject({
      kind: 'reserved',
      callId: entry.callId,
    });
  }
  for (const { state } of Object.values(acd.agents)) {
    if (state.kind === 'reserved') expect(offered.map(({ callId }) => callId)).toContain(state.callId);
    if (state.kind === 'notReady') expect(state.until).toBeGreaterThanOrEqual(now - 6_000);
  }
  for (const [name, { agents: members }] of Object.entries(rules.queues)) {
    const entries = acd.queues[name] ?? [];
    const order = entries.map(({ front, since }) => [front ? 0 : 1, since] as const);
    expect(order, 'the front first, then by arrival').toEqual([...order].sort(([a, x], [b, y]) => a - b || x - y));
    const free = members.some(member => acd.agents[member]?.state.kind === 'ready' && !acd.agents[member]?.occupied);
    const left = entries.some(({ offeredTo }) => offeredTo === undefined);
    expect(free && left, `${name}: somebody waits beside a free agent`).toBe(false);
  }
}
