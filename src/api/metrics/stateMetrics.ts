import { Counter, Gauge, type Registry } from 'prom-client';
import { entrances } from '../../base/faults.ts';
import { own } from '../../base/own.ts';
import type { AgentState } from '../../call/acd/acd.ts';
import type { Phase } from '../../call/call.ts';
import type { Switchboard } from '../ports.ts';
import { notReady } from '../readiness.ts';

/** In this form, so that the compiler finds one that is missing. A call that has ended is counted no more. */
const phases: Readonly<Record<Exclude<Phase['kind'], 'ended'>, true>> = {
  announcing: true,
  menu: true,
  ringing: true,
  queued: true,
  talking: true,
  keying: true,
  consulting: true,
  transferring: true,
  adopting: true,
  recalling: true,
};
const agentStates: Readonly<Record<AgentState['kind'], true>> = {
  loggedOut: true,
  ready: true,
  reserved: true,
  busy: true,
  notReady: true,
};

/** Label values and what they stand at; without a label there is one, of the empty name. */
type Reading = Iterable<readonly [value: string, number: number]>;

const all = <Name extends string>(names: Readonly<Record<Name, true>>, found: { readonly [name in Name]?: number }) =>
  (Object.keys(names) as Name[]).map(name => [name, own<number | undefined>(found, name) ?? 0] as const);

/** How things stand, looked at when it is asked for. */
export function stateMetrics(registry: Registry, switchboard: Switchboard): void {
  const gauge = (name: string, help: string, label: string | undefined, read: () => Reading): void => {
    new Gauge({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [registry],
      collect() {
        // Queues and media servers come and go.
        this.reset();
        for (const [value, number] of read()) {
          if (label === undefined) this.set(number);
          else this.set({ [label]: value }, number);
        }
      },
    });
  };
  const single = (name: string, help: string, read: () => number | boolean): void =>
    gauge(name, help, undefined, () => [['', Number(read())]]);

  single('kozpont_ready', 'Calls are taken (1), as /readyz tells it.', () => notReady(switchboard).length === 0);
  single('kozpont_draining', 'No new calls are taken, because it is about to stop (1).', () => switchboard.draining);
  single('kozpont_sip_connected', 'The connection to the SIP server is there (1).', () => switchboard.connected);
  single('kozpont_overloaded', 'New calls are refused, as the process is late (1).', () => switchboard.overloaded);
  single(
    'kozpont_event_loop_delay_seconds',
    'How late timers were over the last second, on average: what overload is judged by.',
    () => switchboard.eventLoopDelay / 1_000,
  );
  gauge('kozpont_calls', 'Calls that are up, by where they stand.', 'phase', () => {
    const { ended: _, ...calls } = switchboard.census().calls;
    return all(phases, calls);
  });
  const queues = (): readonly (readonly [string, { readonly waiting: number; readonly longest: number }])[] =>
    Object.entries(switchboard.census().queues);
  gauge('kozpont_queue_waiting', 'Callers who wait in a queue.', 'queue', () =>
    queues().map(([name, { waiting }]) => [name, waiting]),
  );
  gauge('kozpont_queue_longest_wait_seconds', 'How long who waits longest has waited.', 'queue', () =>
    queues().map(([name, { longest }]) => [name, longest / 1_000]),
  );
  gauge('kozpont_agents', 'Agents of the queues, by what they do.', 'state', () =>
    all(agentStates, switchboard.census().agents),
  );
  single('kozpont_extensions_registered', 'Extensions with at least one phone.', () => {
    return switchboard.registrations.extensions;
  });
  single('kozpont_registrations', 'Registered phones.', () => switchboard.registrations.bindings);
  gauge('kozpont_media_server_ready', 'The media server takes calls (1).', 'server', () =>
    switchboard.mediaServers().map(({ name, ready }) => [name, Number(ready)]),
  );
  gauge('kozpont_media_endpoints', 'Endpoints on the media server, one for each party.', 'server', () =>
    switchboard.mediaServers().map(({ name, endpoints }) => [name, endpoints]),
  );
  gauge('kozpont_rtp_port_pairs', 'Pairs of RTP and RTCP ports, of this process.', 'state', () =>
    Object.entries(switchboard.rtpPorts() ?? {}),
  );
  new Counter({
    name: 'kozpont_faults_total',
    help: 'Faults of ours that were contained: each cost one packet, and is in the log.',
    labelNames: ['entrance'],
    registers: [registry],
    collect() {
      this.reset();
      const counts = switchboard.faults();
      for (const entrance of entrances) this.inc({ entrance }, counts.get(entrance) ?? 0);
    },
  });
  gauge('kozpont_engine_held', 'What the engine holds: all 0 half a minute after the last call.', 'what', () =>
    Object.entries(switchboard.held()),
  );
}
