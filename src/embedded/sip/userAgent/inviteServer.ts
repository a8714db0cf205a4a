import type { Clock, Duration, Timer } from '../../../base/clock.ts';
import { parseCSeq } from '../../../sip/grammar/fields/cseq.ts';
import { header } from '../../../sip/grammar/headers.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../../sip/message.ts';
import type { ServerTransaction } from '../stack.ts';
import { fromTag, toTag } from '../tags.ts';
import { defaultTimers, type TimerValues } from '../transactions/timerValues.ts';

export interface AcceptedInviteHandlers {
  /** The ACK, the first time that it comes. */
  acknowledged(ack: SipRequest): void;
  /** No ACK within 64·T1: the dialog stands, and the core should end it with BYE (RFC 3261, §13.3.1.4). */
  unacknowledged(): void;
}

/** `first`: told to the handlers; `repeated`: absorbed; `unknown`: it acknowledges none of our 2xx. */
export type AckOutcome = 'first' | 'repeated' | 'unknown';

/**
 * An INVITE that was accepted:
 * - `unacknowledged`: the 2xx is repeated, over every transport, T1 after the first, then at doubled pauses up to T2.
 *   Leaves to acknowledged with the ACK; forgotten after 64·T1.
 * - `acknowledged`: repeated ACKs are absorbed. Forgotten at the same moment.
 */
interface Accepted {
  readonly transaction: ServerTransaction;
  readonly response: SipResponse;
  readonly handlers: AcceptedInviteHandlers;
  state: 'unacknowledged' | 'acknowledged';
  repeat: Timer | undefined;
  end: Timer;
}

/** The 2xx to INVITE that a user agent has out, until their ACKs come (RFC 3261, §13.3.1.4). One for each user agent. */
export class AcceptedInvites {
  private readonly accepted = new Map<string, Accepted>();
  private readonly timers: TimerValues;

  constructor(
    private readonly clock: Clock,
    timers: Partial<TimerValues> = {},
  ) {
    this.timers = { ...defaultTimers, ...timers };
  }

  /** How many are remembered: 0 once 64·T1 have passed since the last one. */
  get size(): number {
    return this.accepted.size;
  }

  /** Sends the 2xx and takes care of it. False: the transaction takes no response any more, and nothing was sent. */
  accept(transaction: ServerTransaction, response: SipResponse, handlers: AcceptedInviteHandlers): boolean {
    if (!transaction.respond(response)) return false;
    const key = keyOf(response);
    this.forget(key);
    const entry: Accepted = {
      transaction,
      response,
      handlers,
      state: 'unacknowledged',
      repeat: undefined,
      end: this.clock.after(64 * this.timers.t1, () => {
        this.forget(key);
        if (entry.state === 'unacknowledged') handlers.unacknowledged();
      }),
    };
    this.accepted.set(key, entry);
    this.repeatAfter(entry, this.timers.t1);
    return true;
  }

  /** For each ACK that the stack hands to its core. */
  acknowledge(ack: SipRequest): AckOutcome {
    const entry = this.accepted.get(keyOf(ack));
    if (entry === undefined) return 'unknown';
    if (entry.state === 'acknowledged') return 'repeated';
    entry.state = 'acknowledged';
    entry.repeat?.cancel();
    entry.handlers.acknowledged(ack);
    return 'first';
  }

  /** The dialog of this 2xx ended before its ACK came (the far end sent BYE): it is not repeated any more, `unacknowledged` is not called. */
  abandon(response: SipResponse): void {
    this.forget(keyOf(response));
  }

  /** Forgets everything, without a word. */
  close(): void {
    for (const key of [...this.accepted.keys()]) this.forget(key);
  }

  private repeatAfter(entry: Accepted, pause: Duration): void {
    entry.repeat = this.clock.after(pause, () => {
      entry.transaction.respond(entry.response);
      this.repeatAfter(entry, Math.min(2 * pause, this.timers.t2));
    });
  }

  private forget(key: string): void {
    const entry = this.accepted.get(key);
    if (entry === undefined) return;
    this.accepted.delete(key);
    entry.repeat?.cancel();
    entry.end.cancel();
  }
}

/** A 2xx and its ACK have these in common: Call-ID, both tags, the INVITE's number. */
function keyOf(message: SipMessage): string {
  const cseq = parseCSeq(header(message, 'CSeq') ?? '');
  const sequence = cseq.ok ? cseq.value.sequence : '';
  return `${header(message, 'Call-ID')}\n${fromTag(message) ?? ''}\n${toTag(message) ?? ''}\n${sequence}`;
}
