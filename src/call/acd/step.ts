import { assertNever } from '../../base/assertNever.ts';
import type { Instant } from '../../base/clock.ts';
import type { Acd, AcdEffect, AcdRules, AcdStimulus, Agent, AgentState, QueueEntry } from './acd.ts';

export interface AcdResult {
  readonly acd: Acd;
  readonly effects: readonly AcdEffect[];
}

/** What the queues make of one stimulus, offers included. Pure and total. */
export function stepAcd(rules: AcdRules, before: Acd, stimulus: AcdStimulus, now: Instant): AcdResult {
  const effects: AcdEffect[] = [];
  const changed = change(rules, before, stimulus, now, effects);
  return { acd: distribute(rules, changed, effects), effects };
}

function change(rules: AcdRules, acd: Acd, stimulus: AcdStimulus, now: Instant, effects: AcdEffect[]): Acd {
  switch (stimulus.kind) {
    case 'callQueued': {
      const { queue, callId, since, front } = stimulus;
      const others = (acd.queues[queue] ?? []).filter(entry => entry.callId !== callId);
      return withQueue(acd, queue, insert(others, { callId, since, front, offeredTo: undefined }));
    }
    case 'callLeft': {
      const { queue, callId } = stimulus;
      const entries = (acd.queues[queue] ?? []).filter(entry => entry.callId !== callId);
      return withQueue(release(acd, callId, now), queue, entries);
    }
    case 'offerConcluded':
      return conclude(rules, acd, stimulus, now, effects);
    case 'agentChanged': {
      const { agent: extension, reachable, occupied } = stimulus;
      const before = acd.agents[extension] ?? newAgent(extension, now);
      const agent: Agent = {
        ...before,
        reachable,
        occupied,
        idleSince: before.occupied && !occupied ? now : before.idleSince,
      };
      return withAgent(acd, { ...agent, state: settled(agent, agent.state, now) });
    }
    case 'timerFired': {
      const agent = acd.agents[stimulus.agent];
      if (agent?.state.kind !== 'notReady' || agent.state.until > now) return acd;
      return withAgent(acd, { ...agent, state: settled(agent, { kind: 'ready' }, now) });
    }
    default:
      return assertNever(stimulus);
  }
}

function conclude(
  rules: AcdRules,
  acd: Acd,
  { callId, agent: extension, outcome }: Extract<AcdStimulus, { kind: 'offerConcluded' }>,
  now: Instant,
  effects: AcdEffect[],
): Acd {
  const agent = acd.agents[extension];
  if (agent?.state.kind !== 'reserved' || agent.state.callId !== callId) return acd;
  const { queue } = agent.state;
  const entries = acd.queues[queue] ?? [];
  if (outcome === 'answered') {
    const busy: Agent = { ...agent, occupied: true, state: { kind: 'busy' } };
    return withQueue(
      withAgent(acd, busy),
      queue,
      entries.filter(entry => entry.callId !== callId),
    );
  }
  const waiting = withQueue(
    acd,
    queue,
    entries.map(entry => (entry.callId === callId ? { ...entry, offeredTo: undefined } : entry)),
  );
  if (outcome === 'withdrawn') return withAgent(waiting, { ...agent, state: settled(agent, { kind: 'ready' }, now) });
  const until = now + (rules.queues[queue]?.retryAfter ?? 0);
  effects.push({ kind: 'passOver', agent: extension, until });
  return withAgent(waiting, { ...agent, idleSince: now, state: { kind: 'notReady', until } });
}

/** An agent who was being offered a call that has gone is free for the next one. */
function release(acd: Acd, callId: string, now: Instant): Acd {
  const agent = Object.values(acd.agents).find(({ state }) => state.kind === 'reserved' && state.callId === callId);
  return agent === undefined ? acd : withAgent(acd, { ...agent, state: settled(agent, { kind: 'ready' }, now) });
}

/** The state that follows from the phones and calls of the agent, where nothing stronger holds. */
function settled({ reachable, occupied }: Agent, state: AgentState, now: Instant): AgentState {
  if (state.kind === 'reserved') return state;
  if (state.kind === 'notReady' && state.until > now && reachable) return state;
  if (!reachable) return { kind: 'loggedOut' };
  return occupied ? { kind: 'busy' } : { kind: 'ready' };
}

/** The first who waits, to the agent who has been idle longest, until one of the two runs out. */
function distribute(rules: AcdRules, acd: Acd, effects: AcdEffect[]): Acd {
  let result = acd;
  for (const [queue, { agents }] of Object.entries(rules.queues)) {
    for (;;) {
      const entry = result.queues[queue]?.find(({ offeredTo }) => offeredTo === undefined);
      const agent = entry === undefined ? undefined : longestIdle(result, agents);
      if (entry === undefined || agent === undefined) break;
      const { callId } = entry;
      result = withAgent(result, { ...agent, state: { kind: 'reserved', callId, queue } });
      result = withQueue(
        result,
        queue,
        (result.queues[queue] ?? []).map(e => (e === entry ? { ...e, offeredTo: agent.extension } : e)),
      );
      effects.push({ kind: 'offer', queue, callId, agent: agent.extension });
    }
  }
  return result;
}

function longestIdle(acd: Acd, extensions: readonly string[]): Agent | undefined {
  let best: Agent | undefined;
  for (const extension of extensions) {
    const agent = acd.agents[extension];
    if (agent?.state.kind !== 'ready' || agent.occupied) continue;
    if (best === undefined || agent.idleSince < best.idleSince) best = agent;
  }
  return best;
}

/** Those at the front among themselves, and those behind them, by first arrival. */
function insert(entries: readonly QueueEntry[], entry: QueueEntry): readonly QueueEntry[] {
  const goesBefore = (other: QueueEntry): boolean =>
    entry.front === other.front ? entry.since < other.since : entry.front;
  const index = entries.findIndex(goesBefore);
  return index < 0 ? [...entries, entry] : [...entries.slice(0, index), entry, ...entries.slice(index)];
}

const newAgent = (extension: string, now: Instant): Agent => ({
  extension,
  state: { kind: 'loggedOut' },
  reachable: false,
  occupied: false,
  idleSince: now,
});

const withQueue = (acd: Acd, queue: string, entries: readonly QueueEntry[]): Acd => ({
  ...acd,
  queues: { ...acd.queues, [queue]: entries },
});

const withAgent = (acd: Acd, agent: Agent): Acd => ({
  ...acd,
  agents: { ...acd.agents, [agent.extension]: agent },
});
