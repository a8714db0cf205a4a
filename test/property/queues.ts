import type { QueueEntry } from '../../src/call/acd/acd.ts';
import type { World } from '../support/world.ts';

/** When everything has been heard of, the queues and the calls agree about who waits, and who is rung for whom. */
export function queuesAgree(world: World): void {
  const { queues, agents } = world.acd;
  const waiting = new Set<string>();
  for (const [name, entries] of Object.entries(queues)) {
    inOrder(name, entries);
    for (const { callId, offeredTo } of entries) {
      if (waiting.has(callId)) throw new Error(`${callId} waits twice`);
      waiting.add(callId);
      const { phase } = world.call(callId);
      if (phase.kind !== 'queued' || phase.queue !== name) throw new Error(`${callId} waits in ${name}, it is said`);
      if (phase.offer?.extension !== offeredTo) throw new Error(`${callId} is offered to ${offeredTo}, it is said`);
    }
    const free = (world.plan.queues[name]?.agents ?? []).find(agent => agents[agent]?.state.kind === 'ready');
    const next = entries.find(({ offeredTo }) => offeredTo === undefined);
    if (free !== undefined && next !== undefined) throw new Error(`${next.callId} waits beside ${free}, who is free`);
  }
  for (const { id, phase } of world.calls.values()) {
    if (phase.kind === 'queued' && !waiting.has(id)) throw new Error(`${id} waits, and no queue knows of it`);
  }
  for (const { extension, state } of Object.values(agents)) {
    if (state.kind === 'reserved') {
      const { phase } = world.call(state.callId);
      const offered = phase.kind === 'queued' && phase.offer?.extension === extension;
      if (!offered) throw new Error(`${extension} is reserved for ${state.callId}, which does not ring there`);
    }
    const idle = !world.occupied(extension) && world.reachable(extension);
    if (idle && state.kind === 'busy') throw new Error(`${extension} is busy with nothing`);
    if (idle && state.kind === 'loggedOut') throw new Error(`${extension} is there, and logged out`);
    if (state.kind === 'ready' && !idle) throw new Error(`${extension} is not ready`);
  }
}

/** The front first, and each by the time of their first arrival: nobody is overtaken. */
function inOrder(name: string, entries: readonly QueueEntry[]): void {
  for (const [nth, entry] of entries.entries()) {
    const before = entries[nth - 1];
    if (before === undefined) continue;
    const overtaken = before.front === entry.front ? before.since > entry.since : entry.front;
    if (overtaken) throw new Error(`${entry.callId} is overtaken in ${name}`);
  }
}
