/**
 * Whether the far end of a connection still lives (RFC 5626, §3.5.1, in the direction that it leaves open): it is pinged
 * while something rests on the connection. Many do not answer; they are not asked again, and the keep-alive of TCP has to
 * do, which bytes of ours without an acknowledgement would only delay.
 *
 * - `asking`: it is not known whether it answers. Leaves to `answers` by a pong, to `silent` after two pings without one.
 * - `answers`: pings are answered. Leaves to `dead` after two without a pong, or anything else, from the far end.
 * - `silent`: no pings any more. Final.
 * - `dead`: the connection is to be closed. Final.
 */
import type { Duration, Instant } from '../../../../base/clock.ts';

/** NATs that forget a TCP connection sooner than this are rare (RFC 5382 asks for two hours). */
const pingEvery: Duration = 60_000;
/** RFC 5626, §4.4.1. */
const pongWithin: Duration = 10_000;
const mostMissed = 2;

export class KeepAlive {
  private state: 'asking' | 'answers' | 'silent' | 'dead' = 'asking';
  private pingedAt: Instant | undefined;
  private missed = 0;

  constructor(private lastHeard: Instant) {}

  /** Bytes came. */
  heard(now: Instant): void {
    this.lastHeard = now;
  }

  /** `alone`: nothing else came with it. What may be half a ping of the far end proves nothing. */
  pong(alone: boolean): void {
    if (this.pingedAt === undefined) return;
    this.pingedAt = undefined;
    this.missed = 0;
    if (alone && this.state === 'asking') this.state = 'answers';
  }

  /** Called now and then, while something rests on the connection. */
  look(now: Instant): 'ping' | 'dead' | undefined {
    if (this.state === 'dead' || this.state === 'silent') return this.state === 'dead' ? 'dead' : undefined;
    if (this.pingedAt !== undefined) {
      if (now - this.pingedAt < pongWithin) return undefined;
      this.missed = this.state === 'answers' && this.lastHeard > this.pingedAt ? 0 : this.missed + 1;
      this.pingedAt = undefined;
      if (this.missed >= mostMissed) this.state = this.state === 'answers' ? 'dead' : 'silent';
      return this.look(now);
    }
    if (this.missed === 0 && now - this.lastHeard < pingEvery) return undefined;
    this.pingedAt = now;
    return 'ping';
  }
}
