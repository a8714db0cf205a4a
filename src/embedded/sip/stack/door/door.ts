import type { Clock, Duration, Instant, Timer } from '../../../../base/clock.ts';
import { networkOf } from '../../../../base/network.ts';
import type { DoorLimits, LaneLimits } from '../../transport/limits.ts';
import { type Hop, keyOfHop, type Source } from '../../transport/transport.ts';
import { isReliable } from '../../transport/transportSet.ts';
import { FairQueue } from './fairQueue.ts';
import { peekCallId } from './peekCallId.ts';
import { TimeBudget } from './timeBudget.ts';

export interface DoorEvents {
  /** To be read now. True: it was given to the core, whose answer is still to come. */
  handle(bytes: Buffer, source: Source): boolean;
  /** It can still be answered: its connection, if it came by one, is there. */
  answerable(source: Source): boolean;
  /** A response to nothing. */
  unasked(source: Source): void;
  /** There was no room for so many messages, or they have waited for too long. */
  dropped(count: number, example: Source): void;
}

/** Who is known. */
export interface Acquaintances {
  call(callId: string): boolean;
  flow(source: Hop): boolean;
  address(address: string): boolean;
  /** How many calls are up. */
  calls(): number;
}

interface Waiting {
  readonly bytes: Buffer;
  readonly source: Source;
}

/** Those of one rank: the share of the time that they get, and who waits for it. */
interface Lane {
  readonly limits: LaneLimits;
  readonly budget: TimeBudget;
  readonly queue: FairQueue<Waiting>;
}

/** Of a pool that the platform keeps for small buffers: a datagram has a store of its own, and many of them are work for the collector. */
const inPool = (bytes: Buffer): Buffer => (bytes.length > 2_048 ? bytes : Buffer.from(bytes));

const statusLine = Buffer.from('SIP/2.0 ');
const isResponse = (bytes: Buffer): boolean => bytes.subarray(0, statusLine.length).equals(statusLine);

/** What comes by a connection is not sent again: it may wait so many times as long. */
const patience = 4;

/** A slice of time in which the process was given to others is not all theirs. */
const mostCharged: Duration = 5;

/**
 * Which message is read first, decided before it is parsed. Three ranks:
 *
 * - what belongs to a call that is up, or answers a request of ours, by its Call-ID: at once; any other response is
 *   dropped;
 * - what else comes from those who are known (registered phones, trunks), which begin new calls: at once while there is
 *   time of their share;
 * - strangers: likewise, of a smaller share.
 *
 * Where a share is used up its messages wait, in a line for each source, and are dropped where there are too many or they
 * have waited for too long: datagrams are repeated, and who sends in good order waits behind nobody but the sources that
 * are as many as they are. Time is counted as it passes, and a flat price is put on what the core takes up, since that
 * is done in other turns.
 */
export class Door {
  private readonly known: Lane;
  private readonly strangers: Lane;
  /** How many messages of a connection wait, by its far end. */
  private readonly ofConnection = new Map<string, number>();
  private timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly limits: DoorLimits,
    private readonly acquaintances: Acquaintances,
    private readonly events: DoorEvents,
  ) {
    const lane = (of: LaneLimits): Lane => ({
      limits: of,
      budget: new TimeBudget(of.burst),
      queue: new FairQueue(of.waiting, ({ source }) => this.count(source, -1)),
    });
    this.known = lane(limits.known);
    this.strangers = lane(limits.strangers);
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.known.queue.size + this.strangers.queue.size;
  }

  /** A message of this connection waits. */
  holds(connection: Hop): boolean {
    return this.ofConnection.has(keyOfHop(connection));
  }

  receive(bytes: Buffer, source: Source): void {
    const { acquaintances } = this;
    const callId = peekCallId(bytes);
    if (callId !== undefined && acquaintances.call(callId)) this.events.handle(bytes, source);
    else if (callId !== undefined && isResponse(bytes)) this.events.unasked(source);
    else if (acquaintances.address(source.address)) this.enter(this.known, source.address, bytes, source);
    else if (acquaintances.flow(source)) this.enter(this.known, `${source.address} ${source.port}`, bytes, source);
    else this.enter(this.strangers, networkOf(source.address), bytes, source);
  }

  close(): void {
    this.timer?.cancel();
    this.known.queue.clear();
    this.strangers.queue.clear();
    this.ofConnection.clear();
  }

  private enter(lane: Lane, key: string, bytes: Buffer, source: Source): void {
    if (lane.queue.size === 0 && this.hasTime(lane, this.clock.now())) {
      this.serve(lane, bytes, source);
      return;
    }
    const dropped = lane.queue.add(key, bytes.length, () => {
      this.count(source, 1);
      return { bytes: inPool(bytes), source };
    });
    if (dropped > 0) this.events.dropped(dropped, source);
    this.arm();
  }

  private serve({ budget }: Lane, bytes: Buffer, source: Source): void {
    const before = this.clock.now();
    const handedOn = this.events.handle(bytes, source);
    const took = Math.min(mostCharged, this.clock.now() - before);
    budget.spend(took + (handedOn ? this.limits.handedOn : 0));
  }

  private drain(lane: Lane): void {
    for (let now = this.clock.now(); lane.queue.size > 0 && this.hasTime(lane, now); now = this.clock.now()) {
      const next = lane.queue.take();
      if (next === undefined) return;
      if (this.isStale(next, now) || !this.events.answerable(next.source)) this.events.dropped(1, next.source);
      else this.serve(lane, next.bytes, next.source);
    }
  }

  /** The more calls are up, the less of the time there is for those who begin something. */
  private hasTime({ budget, limits: { share, shareAtRest } }: Lane, now: Instant): boolean {
    const busy = Math.min(1, this.acquaintances.calls() / this.limits.manyCalls);
    return budget.has(now, shareAtRest - (shareAtRest - share) * busy);
  }

  private count(source: Source, change: 1 | -1): void {
    if (!isReliable(source.protocol)) return;
    const key = keyOfHop(source);
    const left = (this.ofConnection.get(key) ?? 0) + change;
    if (left > 0) this.ofConnection.set(key, left);
    else this.ofConnection.delete(key);
  }

  private isStale({ source }: Waiting, now: Instant): boolean {
    const { longestWait } = this.limits;
    return now - source.receivedAt > (isReliable(source.protocol) ? patience * longestWait : longestWait);
  }

  private arm(): void {
    if (this.timer !== undefined) return;
    const waits = [this.known, this.strangers].filter(({ queue }) => queue.size > 0).map(({ budget }) => budget.wait);
    if (waits.length === 0) return;
    this.timer = this.clock.after(Math.max(1, Math.min(...waits)), () => {
      this.timer = undefined;
      this.drain(this.known);
      this.drain(this.strangers);
      this.arm();
    });
  }
}
