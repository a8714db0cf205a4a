import { assertNever } from '../../base/assertNever.ts';
import type { Instant } from '../../base/clock.ts';
import { own } from '../../base/own.ts';
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
      const others = (own(acd.queues, queue) ?? []).filter(entry => entry.callId !== callId);
      return withQueue(acd, queue, insert(others, { callId, since, front, offeredTo: undefined }));
    }
    case 'callLeft': {
      const { queue, callId } = stimulus;
      const entries = (own(acd.queues, queue) ?? []).filter(entry => entry.callId !== callId);
      return withQueue(release(acd, callId, now), queue, entries);
    }
    case 'offerConcluded':
      return conclude(rules, acd, stimulus, now, effects);
    case 'agentChanged': {
      const { agent: extension, reachable, occupied } = stimulus;
      const before = own(acd.agents, extension) ?? newAgent(extension, now);
      // Who comes back from a call, or logs in, has been idle for the shortest time.
      const isNew = (before.occupied && !occupied) || (!before.reachable && reachable);
      const idleSince = isNew ? now : before.idleSince;
      const state = settled({ reachable, occupied }, before.state, now);
      return withAgent(acd, { extension, state, reachable, occupied, idleSince });
    }
    case 'timerFired': {
      const agent = own(acd.agents, stimulus.agent);
      if (agent?.state.kind !== 'notReady' || agent.state.until > now) return acd;
      return withAgent(acd, { ...agent, state: settled(agent, { kind: 'ready' }, now) });
    }
    case 'rulesChanged':
      return served(rules, acd);
    default:
      return assertNever(stimulus);
  }
}

/** An agent who is being offered a call stays until that is over, and a queue until nobody waits in it. */
function served(rules: AcdRules, { queues, agents }: Acd): Acd {
  const serving = new Set(Object.values(rules.queues).flatMap(queue => queue.agents));
  return {
    queues: Object.fromEntries(
      Object.entries(queues).filter(([name, entries]) => entries.length > 0 || Object.hasOwn(rules.queues, name)),
    ),
    agents: Object.fromEntries(
      Object.entries(agents).filter(([extension, { state }]) => serving.has(extension) || state.kind === 'reserved'),
    ),
  };
}

function conclude(
  rules: AcdRules,
  acd: Acd,
  { callId, agent: extension, outcome }: Extract<AcdStimulus, { kind: 'offerConcluded' }>,
  now: Instant,
  effects: AcdEffect[],
): Acd {
  const agent = own(acd.agents, extension);
  if (agent?.state.kind !== 'reserved' || agent.state.callId !== callId) return acd;
  const { queue } = agent.state;
  const entries = own(acd.queues, queue) ?? [];
  if (outcome === 'answered') {
    return withQueue(
      withAgent(acd, { ...agent, state: settled(agent, { kind: 'ready' }, now) }),
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
  const until = now + (own(rules.queues, queue)?.retryAfter ?? 0);
  effects.push({ kind: 'passOver', agent: extension, until });
  return withAgent(waiting, { ...agent, idleSince: now, state: { kind: 'notReady', until } });
}

/** An agent who was being offered a call that has gone is free for the next one. */
function release(acd: Acd, callId: string, now: Instant): Acd {
  const agent = Object.values(acd.agents).find(({ state }) => state.kind === 'reserved' && state.callId === callId);
  return agent === undefined ? acd : withAgent(acd, { ...agent, state: settled(agent, { kind: 'ready' }, now) });
}

/** The state that follows from the phones and calls of the agent, where nothing stronger holds. */
function settled(
  { reachable, occupied }: Pick<Agent, 'reachable' | 'occupied'>,
  state: AgentState,
  now: Instant,
): AgentState {
  if (state.kind === 'reserved') return state;
  if (state.kind === 'notReady' && state.until > now && reachable) return state;
  if (!reachable) return { kind: 'loggedOut' };
  return occupied ? { kind: 'busy' } : { kind: 'ready' };
}

/** The first who waits, to the agent who has been idle longest, until one of the two runs out. */
function distribute(rules: AcdRules, acd: Acd, effects: AcdEffect[]): Acd {
  let result = acd;
  for (let next = nextOffer(rules, result); next !== undefined; next = nextOffer(rules, result)) {
    const { queue, entry, agent } = next;
    const { callId } = entry;
    result = withAgent(result, { ...agent, state: { kind: 'reserved', callId, queue } });
    result = withQueue(
      result,
      queue,
      (own(result.queues, queue) ?? []).map(e => (e === entry ? { ...e, offeredTo: agent.extension } : e)),
    );
    effects.push({ kind: 'offer', queue, callId, agent: agent.extension });
  }
  return result;
}

interface NextOffer {
  readonly queue: string;
  readonly entry: QueueEntry;
  readonly agent: Agent;
}

/** Over all queues: agents whom several of them share serve whoever is first, whichever queue is written first. */
function nextOffer(rules: AcdRules, acd: Acd): NextOffer | undefined {
  let first: NextOffer | undefined;
  for (const queue in rules.queues) {
    const entry = own(acd.queues, queue)?.find(({ offeredTo }) => offeredTo === undefined);
    if (entry === undefined || (first !== undefined && !goesBefore(entry, first.entry))) continue;
    const agent = longestIdle(acd, own(rules.queues, queue)?.agents ?? []);
    if (agent !== undefined) first = { queue, entry, agent };
  }
  return first;
}

function longestIdle(acd: Acd, extensions: readonly string[]): Agent | undefined {
  let best: Agent | undefined;
  for (const extension of extensions) {
    const agent = own(acd.agents, extension);
    if (agent?.state.kind !== 'ready' || agent.occupied) continue;
    if (best === undefined || agent.idleSince < best.idleSince) best = agent;
  }
  return best;
}

function insert(entries: readonly QueueEntry[], entry: QueueEntry): readonly QueueEntry[] {
  const index = entries.findIndex(other => goesBefore(entry, other));
  return index < 0 ? [...entries, entry] : [...entries.slice(0, index), entry, ...entries.slice(index)];
}

/** Those at the front among themselves, and those behind them, by first arrival. */
const goesBefore = (entry: QueueEntry, other: QueueEntry): boolean =>
  entry.front === other.front ? entry.since < other.since : entry.front;

const newAgent = (extension: string, now: Instant): Agent => ({
  extension,
  state: { kind: 'loggedOut' },
  reachable: false,
  occupied: false,
  idleSince: now,
});

function withQueue({ queues: before, agents }: Acd, queue: string, entries: readonly QueueEntry[]): Acd {
  return { queues: { ...before, [queue]: entries }, agents };
}

function withAgent({ queues, agents: before }: Acd, agent: Agent): Acd {
  return { queues, agents: { ...before, [agent.extension]: agent } };
}
