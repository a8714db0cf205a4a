/**
 * The SIP stack as its users see it (drachtiod, the phone): transports, transactions and target resolution behind one
 * object. What a dialog is, and what a user agent's core does with a 2xx, stand in `dialogs/` and `userAgent/`.
 *
 * No handler or observer is called from within the call that gave it: the first word of a transaction comes on a later
 * turn. `RequestOptions.finish` alone may be called at once.
 */
import type { Clock, Duration } from '../../base/clock.ts';
import type { KozpontError } from '../../base/errors.ts';
import type { Faults } from '../../base/faults.ts';
import type { Log } from '../../base/log.ts';
import type { ParseLimits } from '../../sip/grammar/limits.ts';
import type { Abilities } from '../../sip/grammar/verdict/judge.ts';
import type { HeaderField, SipRequest, SipResponse } from '../../sip/message.ts';
import type { TimerValues } from './transactions/timerValues.ts';
import type { StackLimits } from './transport/limits.ts';
import type { Advertise, Hop, ListenAddress, Protocol, Source, Transport } from './transport/transport.ts';

export type { Advertise, Hop, ListenAddress, Protocol, Source } from './transport/transport.ts';

export interface SipStackOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Who hears of what a handler throws; default: the log. */
  readonly faults?: Faults;
  readonly listeners: readonly Listener[];
  readonly core: SipCore;
  readonly timers?: Partial<TimerValues>;
  readonly limits?: Partial<StackLimits>;
  /** What a message may hold. */
  readonly parsing?: ParseLimits;
  /** What requests may ask for: others are refused before the core sees them (405, 416, 420, 415 …). Absent: the core decides. */
  readonly abilities?: Abilities;
  /**
   * A request that reached us twice on two ways is refused with 482 (RFC 3261, §8.2.2.2). Right for a user agent,
   * wrong for a proxy, through which a request may spiral. Default: true.
   */
  readonly refuseMerged?: boolean;
  /**
   * Datagrams of sources that have proven nothing (`proven`) may be forged: a 100 answers the third INVITE alone, and a
   * refusal is sent once for each time that the INVITE comes. And what belongs to calls comes before what known sources begin,
   * and that before strangers (`stack/door`). For a server that strangers can reach. Default: false.
   */
  readonly doubtsSources?: boolean;
  /** Addresses that are no strangers' from the beginning, and need no proof: trunks. Default: none. */
  readonly trusted?: (address: string) => boolean;
  /** The `Server` of the answers that the stack gives by itself; absent: none. */
  readonly server?: string;
  /** How host names are resolved; default: the system's resolver. */
  readonly resolver?: Resolver;
}

/** A place to listen at, or a transport of one's own (tests, TLS, WebSocket). */
export type Listener = ListenerOptions | Transport;

export interface ListenerOptions {
  readonly protocol: 'udp' | 'tcp';
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
  /** What Via and Contact are to say (behind a NAT, in a container). */
  readonly advertise?: Advertise;
}

/** RFC 3263 with what it needs of DNS. A name that does not exist gives an empty list; errors are thrown. */
export interface Resolver {
  addresses(host: string): Promise<readonly { readonly address: string; readonly family: 4 | 6 }[]>;
  services(name: string): Promise<readonly ServiceRecord[]>;
}

export interface ServiceRecord {
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** The transaction user: what the stack tells of incoming messages. What a handler throws is logged and answered 500. */
export interface SipCore {
  /** Is there a call, or a subscription, with this Call-ID? What belongs to one is read before anything else. */
  knowsCall?(callId: string): boolean;
  /** How many calls are up: the more, the less time there is for strangers. */
  calls?(): number;
  /**
   * A new request, whether or not it belongs to a dialog; never ACK, never CANCEL, never a retransmission. It is well
   * formed, and its topmost Via carries `received` and `rport` (RFC 3261, §18.2.1; RFC 3581).
   */
  request(transaction: ServerTransaction): void;
  /** An ACK that belongs to no transaction: of a 2xx, or a stray one. Responses without a transaction are dropped (RFC 6026). */
  ack(request: SipRequest, source: Source): void;
  /** The hops on which registrations and dialogs rest now: their connections stay however long they are idle. */
  flowsInUse?(): (hop: Hop) => boolean;
  /** The connection to this hop has gone. */
  flowLost?(hop: Hop): void;
}

export interface SipStack {
  /** Opens every listener, or none. Error: `ADDRESS_IN_USE`, with the address in its text. */
  listen(): Promise<readonly ListenAddress[]>;
  /** Empty before `listen` and after `close`. */
  readonly addresses: readonly ListenAddress[];

  /**
   * Sends `request` in a client transaction of its own: adds the topmost Via (a fresh branch, `rport`), finds the next
   * hop, repeats, and gives up. The request is complete but for the Via (RFC 3261, §8.1.1, or §16.6 for a proxy). ACK
   * and CANCEL do not go this way: see `send` and `ClientTransaction.cancel`. Errors, thrown: `DISPOSED`, `INVALID_SIP`.
   */
  request(request: SipRequest, handlers: ClientHandlers, options?: RequestOptions): ClientTransaction;

  /**
   * Sends a request outside of any transaction, with a topmost Via of its own: the ACK of a 2xx, an ACK that a proxy
   * passes on. Settles when it has left; errors: `CONNECTION_LOST`, `REQUEST_FAILED` (no target).
   */
  send(request: SipRequest, options?: RequestOptions): Promise<void>;

  /**
   * Sends a response the way of the request of a transaction that takes none any more (a proxy's late 2xx). Errors:
   * `CONNECTION_LOST`.
   */
  sendResponse(response: SipResponse, transaction: ServerTransaction): Promise<void>;

  /**
   * This source has said something that only our answers could tell it, or its credentials were accepted: it receives
   * what is sent to it. The stack itself finds out by responses to its requests and by the ACKs of its refusals.
   */
  proven(source: Source): void;

  /** For so many milliseconds what comes by this flow goes before what strangers send: a registered phone, a peer in a call. */
  known(flow: Hop, duration: Duration): void;

  /** The hops of a URI in their order of preference (RFC 3263). Error: `REQUEST_FAILED`, with the reason in its text. */
  resolve(uri: string): Promise<readonly Hop[]>;

  /** Whether something can be sent to `hop` without making a connection first: always, over UDP. */
  reaches(hop: Hop): boolean;

  /**
   * Requests to where this came from leave from the address of ours that it came to: a phone that has registered there may
   * hear nothing from another one. The last 20,000 are remembered.
   */
  remember(source: Source): void;

  /** How we are reached by what sits at `hop`: the host and port for a Contact, Record-Route or Via towards it. */
  localFor(hop: Hop): LocalAddress;

  /** Is this host and port (default: that of the protocol) one of ours? Tells a Route to us from another. */
  isLocal(host: string, port?: number): boolean;

  readonly counts: StackCounts;

  /** Ends every transaction without a word, closes every connection and socket; idempotent. */
  close(): Promise<void>;
}

export interface LocalAddress {
  readonly protocol: Protocol;
  /** An IP address, or the advertised host; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  readonly listener: string;
}

export interface RequestOptions {
  /** Where to send: a hop (the source of a REGISTER, an outbound proxy), or a URI to be resolved. Default: the topmost Route if it is a loose router's, else the Request-URI. */
  readonly target?: Hop | string;
  /** Where it goes if `target` has no address within 2 s, or cannot be sent to. */
  readonly otherwise?: Hop | string;
  /** The address of ours to send from, for hops that name none. */
  readonly local?: string;
  /**
   * Finishes the request once the next hop is known: the place to write a Contact. Called once for each attempt
   * (next hop, TCP that falls back to UDP), before the Via is added.
   */
  readonly finish?: (request: SipRequest, local: LocalAddress, hop: Hop) => SipRequest;
}

export interface ClientHandlers {
  /** It left, or is about to: as sent, Via included. Once for each attempt. */
  sent?(request: SipRequest, hop: Hop): void;
  /**
   * Provisional ones, then a final one: exactly one other than 2xx, whose ACK the transaction sends itself; or, for
   * INVITE, every 2xx that comes within 64·T1, repeated ones and those of other forks included (RFC 6026): the core
   * acknowledges each (`userAgent/inviteClient.ts` does).
   */
  response(response: SipResponse, source: Source): void;
  /** There will be no final response. The core treats it as `failure.status` (RFC 3261, §8.1.3.1). */
  failed(failure: ClientFailure): void;
  /** The very last word, whatever the outcome: nothing more comes, and the transaction is forgotten. */
  ended?(): void;
}

/**
 * - `timeout`: nobody answered in time (timer B or F; or 64·T1 after a CANCEL).
 * - `transport`: it could not be sent.
 * - `unresolved`: the target has no address, or no listener serves it.
 * - `cancelled`: it was cancelled before it left.
 */
export interface ClientFailure {
  readonly kind: 'timeout' | 'transport' | 'unresolved' | 'cancelled';
  readonly status: 408 | 503 | 487;
  readonly error: KozpontError;
}

export interface ClientTransaction {
  /** The branch of the current attempt. */
  readonly branch: string;
  /** As last sent, Via included; as given before that. */
  readonly request: SipRequest;
  /** Final response, failure or end. */
  readonly settled: boolean;
  /**
   * INVITE only (RFC 3261, §9.1). Goes out once a provisional response has come; a request that has not left never
   * will; after a final response it does nothing. `headers` (a `Reason`) are added to the CANCEL. The transaction goes
   * on: the final response (487, or a 200 that crossed the CANCEL) or a failure follows.
   */
  cancel(headers?: readonly HeaderField[]): void;
}

export interface ServerTransaction {
  /** Unique among the transactions that are alive. */
  readonly id: string;
  readonly request: SipRequest;
  readonly source: Source;
  /** The status of the last response that was sent, the stack's own 100 included; 0: none yet. */
  readonly status: number;
  /** A final response has been given, or the transaction was cut off. */
  readonly settled: boolean;
  /**
   * Sends it and keeps it for retransmissions. Provisional ones first, then one final one; a 2xx to INVITE may be given
   * again and again until its ACK comes (`userAgent/inviteServer.ts` does). False: the transaction takes no such
   * response any more, and nothing was sent.
   */
  respond(response: SipResponse): boolean;
  /** Replaces the observer. What happened before it was set is told to it at once, on a later turn. */
  observe(observer: ServerObserver): void;
}

export interface ServerObserver {
  /** INVITE only: a CANCEL came before our final response, and was answered 200. The core answers the INVITE with 487. */
  cancelled?(cancel: SipRequest): void;
  /** INVITE only: the ACK of our refusal came. */
  acknowledged?(ack: SipRequest): void;
  /**
   * A response could not be delivered (RFC 3261, §17.2.4: `CONNECTION_LOST`); or within 64·T1 no ACK of our refusal came,
   * or no answer of the core to a request other than INVITE (`DEADLINE_PASSED`).
   */
  failed?(error: KozpontError): void;
  /** The transaction is forgotten. */
  ended?(): void;
}

/** For metrics. */
export interface StackCounts {
  readonly clientTransactions: number;
  readonly serverTransactions: number;
  readonly connections: number;
  readonly received: number;
  readonly sent: number;
  readonly malformed: number;
  /** Dropped unread, because their source sent too much, or there was no time for strangers. */
  readonly limited: number;
  /** Responses that answered nothing that was still waiting, dropped. */
  readonly unasked: number;
  /** They wait until there is time for strangers. */
  readonly waiting: number;
}
