import type { Switchboard } from '../../src/api/ports.ts';

/** A switchboard that is ready and has nothing to do, as the API sees it. */
export const idle: Switchboard = {
  connected: true,
  draining: false,
  overloaded: false,
  eventLoopDelay: 0,
  callsNow: 0,
  census: () => ({ calls: {}, queues: {}, agents: {} }),
  mediaServers: () => [{ name: 'embedded', ready: true, endpoints: 0 }],
  rtpPorts: () => ({ inUse: 0, resting: 0, free: 5_000 }),
  registrations: { extensions: 0, bindings: 0 },
  drainMedia: () => 'unknown',
  held: () => ({}),
  faults: () => new Map(),
  drain: () => Promise.resolve(0),
};
