import type { Duration } from '../../../base/clock.ts';

/** RFC 3261, appendix A, as amended by RFC 6026, §7.1 (timers L and M are 64·T1). Milliseconds. */
export interface TimerValues {
  /** The estimate of a round trip. */
  readonly t1: Duration;
  /** The longest pause between two retransmissions of a request other than INVITE, and of a response to INVITE. */
  readonly t2: Duration;
  /** How long a message stays in the network. */
  readonly t4: Duration;
  /** How long a server transaction keeps a refused INVITE's client silent on unreliable transports, at least 32 s. */
  readonly timerD: Duration;
  /** An INVITE that the core has not answered gets its 100 after this long (RFC 3261, §17.2.1). */
  readonly trying: Duration;
}

export const defaultTimers: TimerValues = { t1: 500, t2: 4000, t4: 5000, timerD: 32_000, trying: 200 };
