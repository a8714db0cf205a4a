import type { Clock, Duration, Instant, Timer } from '../../../../base/clock.ts';
import { networkOf } from '../../../../base/network.ts';
import type { DoorLimits, LaneLimits } from '../../transport/limits.ts';
import type { Hop, Source } from '../../transport/transport.ts';
import { FairQueue } from './fairQueue.ts';
import { peekCallId } from './peekCallId.ts';
import { TimeBudget } from './timeBudget.ts';

export interface DoorEvents {
  /** To be read now. True: it was given to the core, whose answer is still to come. */
  handle(bytes: Buffer, source: Source): boolean;
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
}

interface Waiting {
  readonly bytes: Buffer;
  readonly source: Source;
}

/** Those of one rank: the share of the time that they get, and who waits for it. */
interface Lane {
  readonly budget: TimeBudget;
  readonly queue: FairQueue<Waiting>;
}

/** Of a pool that the platform keeps for small buffers: a datagram has a store of its own, and many of them are work for the collector. */
const inPool = (bytes: Buffer): Buffer => (bytes.length > 2_048 ? bytes : Buffer.from(bytes));

const statusLine = Buffer.from('SIP/2.0 ');
const isResponse = (bytes: Buffer): boolean => bytes.subarray(0, statusLine.length).equals(statusLine);

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
  private timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly limits: DoorLimits,
    private readonly acquaintances: Acquaintances,
    private readonly events: DoorEvents,
  ) {
    const lane = ({ share, burst, waiting }: LaneLimits): Lane => ({
      budget: new TimeBudget(share, burst),
      queue: new FairQueue(waiting),
    });
    this.known = lane(limits.known);
    this.strangers = lane(limits.strangers);
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.known.queue.size + this.strangers.queue.size;
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
  }

  private enter(lane: Lane, key: string, bytes: Buffer, source: Source): void {
    if (lane.queue.size === 0 && lane.budget.has(this.clock.now())) {
      this.serve(lane, bytes, source);
      return;
    }
    const dropped = lane.queue.add(key, bytes.length, () => ({ bytes: inPool(bytes), source }));
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
    for (let now = this.clock.now(); lane.queue.size > 0 && lane.budget.has(now); now = this.clock.now()) {
      const next = lane.queue.take();
      if (next === undefined) return;
      if (this.isStale(next, now)) this.events.dropped(1, next.source);
      else this.serve(lane, next.bytes, next.source);
    }
  }

  private isStale({ source }: Waiting, now: Instant): boolean {
    return now - source.receivedAt > this.limits.longestWait;
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
