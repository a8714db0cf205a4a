import type { Duration } from '../../../base/clock.ts';
import type { FairQueueLimits } from '../stack/door/fairQueue.ts';

/** Of one rank of what comes in. */
export interface LaneLimits {
  /** Of the time that passes: with no call up, and with `manyCalls` or more. */
  readonly shareAtRest: number;
  readonly share: number;
  /** How much of it may be saved up. Milliseconds. */
  readonly burst: Duration;
  readonly waiting: FairQueueLimits;
}

/** How the time is shared between what comes in, and how much may wait (`stack/door`). */
export interface DoorLimits {
  /** New requests of those who are known. */
  readonly known: LaneLimits;
  /** Strangers, all of them together. */
  readonly strangers: LaneLimits;
  /** Dialogs. */
  readonly manyCalls: number;
  /** What it costs that the core answers a request in other turns. Milliseconds. */
  readonly handedOn: Duration;
  /** A datagram that has waited for longer is dropped, what came by a connection after four times as long. Milliseconds. */
  readonly longestWait: Duration;
}

/**
 * What strangers may use of us; with IPv6, one address is what has the same first 64 bits (`base/network.ts`). The
 * defaults carry a trunk of several hundred calls a second from one address.
 */
export interface StackLimits {
  /** Messages a second from one address, before parsing; above it they are dropped. */
  readonly messagesPerSecond: number;
  /** How many messages an address may send at once on top of that. */
  readonly messageBurst: number;
  /** For a stack that doubts its sources. */
  readonly door: DoorLimits;
  /** Malformed messages a second from one address; above it everything from there is dropped for a while. */
  readonly malformedPerSecond: number;
  /** Of either direction. Above it, those on which nothing rests make room, and then there are no more. */
  readonly connections: number;
  /** The same for one address. */
  readonly connectionsPerSource: number;
  /** Connections that we have made, in all and to one address; above it requests that need another one fail. */
  readonly outgoingConnections: number;
  readonly outgoingPerDestination: number;
  /** A connection without traffic is closed, unless a registration, a dialog or a transaction rests on it. Milliseconds. */
  readonly idleConnection: Duration;
  /** A message must be complete this long after its first byte. Milliseconds. */
  readonly messageTime: Duration;
  /** How long a stream that is broken, or over, stays for the answers that are owed on it. Milliseconds. */
  readonly answerTime: Duration;
  /** Milliseconds. */
  readonly connectTime: Duration;
  /** Bytes a second that are read from all connections of one network, and how many at once on top of that. */
  readonly bytesPerSecond: number;
  readonly byteBurst: number;
  /** Bytes that wait to be written to one connection; above it the connection is closed. */
  readonly writeBacklog: number;
  /** The same of all connections; above it those are closed on which more than `crowdedBacklog` wait. */
  readonly writeBacklogs: number;
  readonly crowdedBacklog: number;
  /** Server transactions that are alive; above it requests are answered 503 without one. */
  readonly serverTransactions: number;
  /** The same for one address: a flood of good requests from there leaves room for the others. */
  readonly serverTransactionsPerSource: number;
}

export const defaultLimits: StackLimits = {
  messagesPerSecond: 2_000,
  messageBurst: 4_000,
  door: {
    known: {
      shareAtRest: 0.6,
      share: 0.4,
      burst: 8,
      waiting: { perKey: 500, entries: 2_000, bytes: 4 * 1024 * 1024 },
    },
    strangers: {
      shareAtRest: 0.35,
      share: 0.12,
      burst: 6,
      waiting: { perKey: 200, entries: 1_000, bytes: 2 * 1024 * 1024 },
    },
    manyCalls: 80,
    handedOn: 1.5,
    longestWait: 4_000,
  },
  malformedPerSecond: 50,
  connections: 20_000,
  connectionsPerSource: 1_000,
  outgoingConnections: 2_000,
  outgoingPerDestination: 100,
  idleConnection: 600_000,
  messageTime: 30_000,
  answerTime: 32_000,
  connectTime: 5_000,
  bytesPerSecond: 4 * 1024 * 1024,
  byteBurst: 1024 * 1024,
  writeBacklog: 4 * 1024 * 1024,
  writeBacklogs: 64 * 1024 * 1024,
  crowdedBacklog: 32 * 1024,
  serverTransactions: 60_000,
  serverTransactionsPerSource: 20_000,
};

/**
 * How many connections leave `reserve` of the files that the process may have open to everything else (RTP, records, the
 * API); a quarter of them in any case.
 */
export function connectionLimits(
  openFiles: number | undefined,
  reserve: number,
): Pick<StackLimits, 'connections' | 'connectionsPerSource'> {
  const { connections: most, connectionsPerSource } = defaultLimits;
  if (openFiles === undefined) return { connections: most, connectionsPerSource };
  const connections = Math.max(1, Math.min(most, Math.max(Math.floor(openFiles / 4), openFiles - reserve)));
  return { connections, connectionsPerSource: Math.min(connectionsPerSource, Math.ceil(connections / 2)) };
}
