import { randomInt } from 'node:crypto';
import type { Clock, Duration, Timer } from '../../base/clock.ts';
import { KozpontError, messageOf } from '../../base/errors.ts';
import { FaultLog, type Faults, guard } from '../../base/faults.ts';
import type { Log } from '../../base/log.ts';
import { Pacer } from './pace/pacer.ts';
import { RtpSession, type SessionContext, type SessionEvents } from './session.ts';
import { type OpenSocket, openSystemSocket } from './socket/mediaSocket.ts';
import { type PortLease, PortOpener } from './socket/portPair.ts';
import { PortPool, type PortRange } from './socket/portPool.ts';

export interface RtpEngineOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Who hears of what a packet makes throw; default: the log. */
  readonly faults?: Faults;
  /** The IP address that sockets are bound to: `0.0.0.0` for every one that the machine has. */
  readonly bind: string;
  /** Both included; a party takes two. */
  readonly ports: PortRange;
  /** How long a port is left alone after its call. */
  readonly rest: Duration;
  readonly openSocket?: OpenSocket;
  /** A number from 0 to below 1. */
  readonly random?: () => number;
}

export interface RtpMetrics {
  readonly sessions: number;
  /** Streams that are paced, because something is played to them. */
  readonly streams: number;
  readonly ports: { readonly free: number; readonly resting: number };
  readonly packets: {
    readonly received: number;
    readonly sent: number;
    /** From somebody who is not the far end of the call. */
    readonly refused: number;
    /** Not RTP, or of a payload type that was not agreed on. */
    readonly unusable: number;
    /** More than a far end has any reason to send. */
    readonly excess: number;
  };
  /** Turns of the pacer that came more than a frame late, and the frames that were left out for that. */
  readonly lateTicks: number;
  readonly skippedFrames: number;
}

/** How often the sessions look after themselves: reports, far ends that have fallen silent. */
const housekeeping: Duration = 500;

/** Unpredictable, as a stranger must not guess a port or an SSRC (RFC 3550, §5.1). */
const secureRandom = (): number => randomInt(2 ** 48 - 1) / 2 ** 48;

/** The sessions of a process: their ports, their rhythm, their housekeeping. */
export class RtpEngine {
  private readonly sessions = new Map<RtpSession, PortLease>();
  private readonly context: SessionContext & { readonly pacer: Pacer };
  private readonly pool: PortPool;
  private readonly opener: PortOpener;
  private readonly faults: Faults;
  private timer: Timer | undefined;
  private closed = false;

  constructor(private readonly options: RtpEngineOptions) {
    const { clock, log, random = secureRandom } = options;
    this.faults = options.faults ?? new FaultLog(clock, log);
    this.context = {
      clock,
      pacer: new Pacer(clock, error => this.faults.caught('rtp', error)),
      counters: { received: 0, sent: 0, refused: 0, unusable: 0, excess: 0 },
      random,
    };
    this.pool = new PortPool(options.ports, options.rest, below => Math.floor(random() * below));
    this.opener = new PortOpener(clock, options.openSocket ?? openSystemSocket, this.pool, this.faults);
  }

  /**
   * On the first of the addresses; the same ports are there on the others (`move`). Errors: `PORTS_EXHAUSTED`,
   * `MEDIA_UNAVAILABLE`. The session is given back by its `close`.
   */
  async openSession(events: SessionEvents, addresses = [this.options.bind]): Promise<RtpSession> {
    if (this.closed) throw new KozpontError('MEDIA_UNAVAILABLE', 'the media engine has ended');
    const lease = await this.opener.take(addresses);
    const [first] = lease.pairs.values();
    if (first === undefined) throw new KozpontError('MEDIA_UNAVAILABLE', 'a session needs an address');
    const session: RtpSession = new RtpSession(this.context, first, events, () => {
      this.sessions.delete(session);
      this.opener.giveBack(lease);
      if (this.sessions.size === 0) this.timer?.cancel();
    });
    this.sessions.set(session, lease);
    if (this.closed) {
      session.close();
      throw new KozpontError('MEDIA_UNAVAILABLE', 'the media engine has ended');
    }
    if (this.sessions.size === 1) this.keepHouse();
    return session;
  }

  /** The session goes on from this address, with the same ports. Error: `MEDIA_UNAVAILABLE`, and it stays where it is. */
  async move(session: RtpSession, address: string): Promise<void> {
    const lease = this.sessions.get(session);
    if (lease === undefined) return;
    try {
      const pair = await this.opener.add(lease, address);
      // Ended meanwhile: its ports are given back already.
      if (this.sessions.get(session) === lease) session.use(pair);
      else for (const socket of [pair.rtp, pair.rtcp]) socket.close();
    } catch (error) {
      const text = `cannot open ${address}:${lease.port}: ${messageOf(error)}`;
      throw new KozpontError('MEDIA_UNAVAILABLE', text);
    }
  }

  metrics(): RtpMetrics {
    const { pacer, counters } = this.context;
    return {
      sessions: this.sessions.size,
      streams: pacer.streams,
      ports: this.pool.count(this.options.clock.now()),
      packets: { ...counters },
      lateTicks: pacer.lateTicks,
      skippedFrames: pacer.skippedFrames,
    };
  }

  close(): void {
    this.closed = true;
    for (const session of [...this.sessions.keys()]) session.close();
  }

  private keepHouse(): void {
    this.timer = this.options.clock.after(housekeeping, () => {
      this.keepHouse();
      const now = this.options.clock.now();
      for (const session of this.sessions.keys()) guard(this.faults, 'rtp', () => session.housekeep(now));
    });
  }
}
