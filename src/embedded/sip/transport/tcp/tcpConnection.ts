import type { Socket } from 'node:net';
import type { Clock, Duration, Instant, Timer } from '../../../../base/clock.ts';
import { KozpontError, messageOf } from '../../../../base/errors.ts';
import type { SipParseError } from '../../../../sip/grammar/fault.ts';
import type { ParseLimits } from '../../../../sip/grammar/limits.ts';
import { StreamFramer } from '../../../../sip/grammar/streamFramer.ts';
import type { StackLimits } from '../limits.ts';
import type { Hop, SendOptions, Source } from '../transport.ts';
import { KeepAlive } from './keepAlive.ts';

/** Bytes that wait to be written, of all connections together. */
export interface Backlog {
  bytes: number;
}

export interface TcpConnectionEvents {
  /** Runs a handler of the socket; what it throws is noted, with the bytes that it handles. False: it threw. */
  guarded(run: () => void, bytes?: Buffer): boolean;
  /** So many bytes came: for how long nothing more is to be read. */
  took(bytes: number): Duration;
  message(bytes: Buffer, source: Source): void;
  broken(error: SipParseError, source: Source): void;
  /** A request that came over it has no final response yet. */
  owes(connection: TcpConnection): boolean;
  /** Nothing is read any more, or never will be. Once, before `closed`. */
  deaf(connection: TcpConnection): void;
  /** Once; nothing follows. */
  closed(connection: TcpConnection): void;
}

/**
 * - `connecting`: ours, not up yet; what is to be sent waits in `unsent`. Leaves to open, closed.
 * - `open`: up. Leaves to answering, ending, closed.
 * - `answering`: the stream is broken, or the far end has ended its half: nothing is read any more, and what it was owed
 *   before is still sent. Leaves to ending when that is done, or has taken too long; to closed.
 * - `ending`: what was written still leaves. Leaves to closed.
 * - `closed`: gone.
 */
type State = 'connecting' | 'open' | 'answering' | 'ending' | 'closed';

interface Unsent {
  readonly bytes: Buffer;
  readonly done: (error?: KozpontError) => void;
  readonly deadline: Timer | undefined;
}

/** RFC 5626, §3.5.1. */
const ping = Buffer.from('\r\n\r\n');
const pong = Buffer.from('\r\n');

/** One connection, of either direction. */
export class TcpConnection {
  private state: State;
  private readonly framer: StreamFramer;
  private readonly unsent = new Set<Unsent>();
  private readonly openedAt: Instant;
  private lastTraffic: Instant;
  private messageSince: Instant | undefined;
  private connectTimer: Timer | undefined;
  private answerTimer: Timer | undefined;
  private resting: Timer | undefined;
  private readonly keepAlive: KeepAlive;
  /** A whole message has come over it, or it was ours to make: it is no mere guest. */
  proven: boolean;

  constructor(
    private readonly socket: Socket,
    /** The far end's address and port: the hop it serves. */
    readonly remote: Hop & { readonly listener: string },
    direction: { readonly kind: 'incoming' } | { readonly kind: 'outgoing'; readonly connectTime: Duration },
    private readonly clock: Clock,
    private readonly limits: Pick<StackLimits, 'writeBacklog' | 'writeBacklogs' | 'crowdedBacklog' | 'answerTime'>,
    private readonly backlog: Backlog,
    parsing: ParseLimits,
    private readonly events: TcpConnectionEvents,
  ) {
    this.framer = new StreamFramer(parsing);
    this.state = direction.kind === 'incoming' ? 'open' : 'connecting';
    this.proven = direction.kind === 'outgoing';
    this.openedAt = clock.now();
    this.lastTraffic = this.openedAt;
    this.keepAlive = new KeepAlive(this.openedAt);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    if (direction.kind === 'outgoing') {
      socket.once('connect', () => events.guarded(() => this.connected()));
      this.connectTimer = clock.after(direction.connectTime, () => this.destroy('it takes too long to connect'));
    }
    socket.on('data', chunk => {
      this.restAfter(chunk);
      // Where the next message begins is not known any more.
      if (!events.guarded(() => this.read(chunk), chunk)) this.destroy('it cannot be read any more');
    });
    socket.on('end', () => events.guarded(() => this.farEndEnded()));
    socket.on('error', error => events.guarded(() => this.destroy(messageOf(error))));
    socket.on('close', () => events.guarded(() => this.destroy('the far end closed the connection')));
  }

  get usable(): boolean {
    return this.state === 'connecting' || this.state === 'open';
  }

  /** Whether answers to what came over it can be sent. */
  get answerable(): boolean {
    return this.state === 'open' || this.state === 'answering';
  }

  get connecting(): boolean {
    return this.state === 'connecting';
  }

  send(bytes: Buffer, done: (error?: KozpontError) => void, options?: SendOptions): void {
    if (this.state === 'connecting') {
      const entry: Unsent = {
        bytes,
        done,
        deadline:
          options?.connectWithin === undefined
            ? undefined
            : this.clock.after(options.connectWithin, () => {
                this.unsent.delete(entry);
                done(this.lost('it takes too long to connect'));
              }),
      };
      this.unsent.add(entry);
    } else if (this.answerable) {
      this.write(bytes, done);
      if (this.state === 'answering' && !this.events.owes(this)) this.end();
    } else {
      queueMicrotask(() => done(this.lost('the connection is closed')));
    }
  }

  /** What was sent still leaves; nothing more is read. */
  end(): void {
    if (this.state === 'closed') return;
    if (this.state === 'connecting') {
      this.destroy('the connection is not wanted any more');
      return;
    }
    if (this.state === 'ending') return;
    const heard = this.usable;
    this.state = 'ending';
    this.answerTimer?.cancel();
    this.lastTraffic = this.clock.now();
    this.socket.end();
    if (heard) this.events.deaf(this);
  }

  /** Closed on the spot; what has not been sent fails with `why`. */
  destroy(why: string): void {
    if (this.state === 'closed') return;
    const heard = this.usable;
    this.state = 'closed';
    this.connectTimer?.cancel();
    this.answerTimer?.cancel();
    this.resting?.cancel();
    this.socket.destroy();
    for (const entry of this.unsent) {
      entry.deadline?.cancel();
      entry.done(this.lost(why));
    }
    this.unsent.clear();
    if (heard) this.events.deaf(this);
    this.events.closed(this);
  }

  /**
   * Why it should be closed now, if it should: idle too long, or a message that takes too long to arrive. `inUse` is
   * asked where it matters: a connection that something rests on may be idle.
   */
  overdue(now: Instant, idle: Duration, messageTime: Duration, inUse: () => boolean): string | undefined {
    if (this.state === 'connecting' || this.state === 'answering') return undefined;
    if (this.state === 'ending')
      return now - this.lastTraffic > messageTime ? 'the far end does not close it' : undefined;
    if (this.messageSince !== undefined && now - this.messageSince > messageTime) return 'a message takes too long';
    if (!this.proven && now - this.openedAt > messageTime) return 'no message came';
    return now - this.lastTraffic > idle && !inUse() ? 'it is idle' : undefined;
  }

  /** Called now and then while something rests on it. Why it should be closed, if it should. */
  keep(now: Instant): string | undefined {
    if (this.state !== 'open' || this.framer.pending > 0) return undefined;
    const found = this.keepAlive.look(now);
    if (found === 'dead') return 'its pings are not answered any more';
    if (found === 'ping') {
      this.framer.expectPong();
      this.write(ping, () => {});
    }
    return undefined;
  }

  private connected(): void {
    if (this.state !== 'connecting') return;
    this.state = 'open';
    this.connectTimer?.cancel();
    for (const entry of this.unsent) {
      entry.deadline?.cancel();
      this.write(entry.bytes, entry.done);
    }
    this.unsent.clear();
  }

  private write(bytes: Buffer, done: (error?: KozpontError) => void): void {
    const { backlog, limits } = this;
    this.lastTraffic = this.clock.now();
    backlog.bytes += bytes.length;
    this.socket.write(bytes, error => {
      backlog.bytes -= bytes.length;
      done(error === null || error === undefined ? undefined : this.lost(messageOf(error)));
    });
    const most = backlog.bytes > limits.writeBacklogs ? limits.crowdedBacklog : limits.writeBacklog;
    if (this.socket.writableLength > most) {
      // Not within the call that sends: its caller would be told of the failure before it knows that it has sent.
      queueMicrotask(() => this.events.guarded(() => this.destroy('the far end does not read')));
    }
  }

  /** Who sends faster than we read waits. */
  private restAfter(chunk: Buffer): void {
    const time = this.events.took(chunk.length);
    if (time <= 0 || this.resting !== undefined || this.state === 'closed') return;
    this.socket.pause();
    this.resting = this.clock.after(time, () => {
      this.resting = undefined;
      this.socket.resume();
    });
  }

  private read(chunk: Buffer): void {
    if (this.state !== 'open') return;
    const now = this.clock.now();
    this.lastTraffic = now;
    this.keepAlive.heard(now);
    const source: Source = { ...this.remote, receivedAt: now };
    const frames = this.framer.feed(chunk);
    for (const frame of frames) {
      switch (frame.kind) {
        case 'message':
          this.proven = true;
          this.events.message(frame.bytes, source);
          break;
        case 'ping':
          this.write(pong, () => {});
          break;
        case 'pong':
          this.keepAlive.pong(chunk.length === pong.length);
          break;
        case 'broken':
          this.events.broken(frame.error, source);
          this.answerAndEnd();
          return;
      }
    }
    if (this.framer.pending === 0) this.messageSince = undefined;
    else if (this.messageSince === undefined || frames.length > 0) this.messageSince = now;
  }

  /** The far end sends nothing more: what it left unfinished is told, and what it is owed is still sent. */
  private farEndEnded(): void {
    if (this.state !== 'open') return;
    const unfinished = this.framer.finish();
    if (unfinished?.kind === 'broken') {
      this.events.broken(unfinished.error, { ...this.remote, receivedAt: this.clock.now() });
    }
    this.answerAndEnd();
  }

  private answerAndEnd(): void {
    if (this.state !== 'open') return;
    this.state = 'answering';
    this.events.deaf(this);
    if (this.events.owes(this)) this.answerTimer = this.clock.after(this.limits.answerTime, () => this.end());
    else this.end();
  }

  private lost(why: string): KozpontError {
    return new KozpontError('CONNECTION_LOST', `tcp ${this.remote.address}:${this.remote.port}: ${why}`);
  }
}
