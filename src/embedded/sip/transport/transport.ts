import type { Duration, Instant } from '../../../base/clock.ts';
import type { KozpontError } from '../../../base/errors.ts';
import type { SipParseError } from '../../../sip/grammar/fault.ts';

/** As in the `transport` parameter of a URI (RFC 3261, §19.1.1); a Via says it in upper case. */
export type Protocol = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

export interface TransportFacts {
  readonly protocol: Protocol;
  /** The transport itself repeats what is lost: no request or response is retransmitted above it (RFC 3261, §17). */
  readonly reliable: boolean;
  readonly secure: boolean;
}

/** The next hop of a message: an IP address, never a name. */
export interface Hop {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  /** The id of the listener to send from; absent: the one that the system's routes lead from, else the first that fits. */
  readonly listener?: string;
  /** The address of ours to send from, where the listener has several; absent: the one that the routes lead from. */
  readonly local?: string;
}

/** The same for the same place, whichever listener serves it. */
export const keyOfHop = ({ protocol, address, port }: Hop): string => `${protocol} ${address} ${port}`;

/**
 * Where a message came from. It is a hop as well: what is sent to it goes back the way the message came, from the same
 * local socket and, where the connection is still up, over the same connection.
 */
export interface Source extends Hop {
  readonly listener: string;
  readonly receivedAt: Instant;
}

/** Where one listener is reached. */
export interface ListenAddress extends TransportFacts {
  /** `udp/127.0.0.1:5060`: for logs and for `Hop.listener`. */
  readonly id: string;
  /** As bound; `0.0.0.0` and `::` are possible. */
  readonly address: string;
  readonly port: number;
  /** What Via and Contact are to say in place of the address that a message leaves from. */
  readonly advertised?: Advertised;
}

/** Where the outside reaches us, behind a NAT or in a container. */
export interface Advertised {
  /** For who is at `remote`, an IP address; undefined: the very address that it reaches us at. */
  hostFor(remote: string): string | undefined;
  /** All of them. */
  readonly hosts: readonly string[];
  readonly port: number;
}

/** One host for everybody, or one for each network. */
export type Advertise = ({ readonly host: string } | Pick<Advertised, 'hostFor' | 'hosts'>) & {
  /** Default: the bound one. */
  readonly port?: number;
};

export const advertised = (advertise: Advertise | undefined, bound: number): { readonly advertised?: Advertised } => {
  if (advertise === undefined) return {};
  const { port = bound } = advertise;
  if (!('host' in advertise)) return { advertised: { ...advertise, port } };
  const { host } = advertise;
  return { advertised: { hostFor: () => host, hosts: [host], port } };
};

/** What a transport tells the layer above. Nothing it is told may throw. */
export interface TransportReceiver {
  /** One whole message (a datagram, or a frame of a stream), not parsed yet. The bytes belong to the receiver. */
  received(bytes: Buffer, source: Source): void;
  /** A stream that cannot be cut into messages any more. What is sent to `source` within this call still leaves; then the transport closes the connection. */
  broken(error: SipParseError, source: Source): void;
  /**
   * The connection that served this hop went away, could not be made, or is not read any more; told for each address it
   * was known by.
   */
  lost(hop: Hop): void;
  /** A request that came this way has no final response of ours yet. */
  owes(source: Hop): boolean;
  /** A snapshot of the hops on which a registration, a dialog or a transaction rests: their connections stay. */
  inUse(): (hop: Hop) => boolean;
}

export interface SendOptions {
  /** Where a connection must be made first: how long it may take. Default: the limit `connectTime`. */
  readonly connectWithin?: Duration;
  /** It answers what came from there: a connection that takes no requests any more may still carry it. */
  readonly answers?: boolean;
}

/** A way to carry messages. UDP and TCP stand behind it today; TLS and WebSocket fit it as they are. */
export interface Transport {
  readonly facts: TransportFacts;
  /** Valid once `open` has settled. */
  readonly local: ListenAddress;
  /** Connections that are up or being made; 0 for a transport without connections. */
  readonly connections: number;
  /** Errors: `ADDRESS_IN_USE`, or what the system said. */
  open(receiver: TransportReceiver): Promise<void>;
  /** Calls `done` exactly once, never within this call; the error is of code `CONNECTION_LOST`. */
  send(bytes: Buffer, destination: Hop, done: (error?: KozpontError) => void, options?: SendOptions): void;
  /** Can be sent to without making a connection first: always, for a transport without connections. */
  reaches(hop: Hop): boolean;
  /** The far end of this connection is reached over it at `port` too (the `alias` of its Via; RFC 5923, §5). */
  alias?(source: Source, port: number): void;
  /** Idempotent; leaves no socket and no timer. */
  close(): Promise<void>;
}
