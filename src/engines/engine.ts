/** What the switchboard runs on, put together: a SIP server to connect to, and media servers. */
import type { MediaServerState, Switchboard } from '../api/ports.ts';
import type { Clock } from '../base/clock.ts';
import type { Faults } from '../base/faults.ts';
import type { Log } from '../base/log.ts';
import type { MediaServer } from '../media/port.ts';

export interface EngineParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: Faults;
}

export interface Listening {
  readonly transport: string;
  readonly address: string;
  readonly port: number;
}

/** The far end of a phone's connection. */
export interface Flow {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

export interface Engine {
  readonly server: { readonly host: string; readonly port: number; readonly secret: string };
  /** Where SIP listens; undefined: the SIP server says so when we are connected. */
  readonly listening: readonly Listening[] | undefined;
  readonly media: MediaServer;
  /** Calls in progress, and the connections of phones, outlive the process: what they hang on runs elsewhere. */
  readonly outlives: boolean;
  /** Tells of each phone whose connection has gone; undefined: the SIP server says so when a call there fails. */
  readonly watchFlows: ((lost: (flow: Flow) => void) => void) | undefined;
  /** The SIP server takes the Route of a request from us. */
  readonly routesTaken: boolean;
  /** Resolves when calls can be carried for the first time. Never rejects. */
  readonly ready: Promise<void>;
  mediaServers(): readonly MediaServerState[];
  drainMedia: Switchboard['drainMedia'];
  rtpPorts: Switchboard['rtpPorts'];
  /** What it holds, by name: all zero some time after the last call. */
  held(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}
