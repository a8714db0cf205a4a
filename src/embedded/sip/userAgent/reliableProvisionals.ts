import type { Clock, Duration, Timer } from '../../../base/clock.ts';
import { parseCSeq } from '../../../sip/grammar/fields/cseq.ts';
import { parseInteger } from '../../../sip/grammar/fields/integer.ts';
import { parseRAck } from '../../../sip/grammar/fields/rack.ts';
import { header, headers, withAddedHeader, withHeader } from '../../../sip/grammar/headers.ts';
import type { SipRequest, SipResponse } from '../../../sip/message.ts';
import type { ServerTransaction } from '../stack.ts';
import { defaultTimers, type TimerValues } from '../transactions/timerValues.ts';

export interface ReliableProvisionalHandlers {
  /** The PRACK of the response with this number came; the core answers it with 200. */
  acknowledged?(prack: SipRequest, response: SipResponse): void;
  /** No PRACK within 64·T1: the core refuses the INVITE with 5xx (RFC 3262, §3). */
  unacknowledged(response: SipResponse): void;
}

/**
 * Provisional responses that arrive (RFC 3262, §3), for one INVITE. One is out at a time: it is repeated until its PRACK
 * comes, and the others wait behind it.
 */
export class ReliableProvisionals {
  private readonly timers: TimerValues;
  private readonly waiting: SipResponse[] = [];
  private outstanding: { readonly rseq: number; readonly response: SipResponse } | undefined;
  private rseq: number;
  private repeat: Timer | undefined;
  private end: Timer | undefined;

  /** `firstRseq`: to be chosen at random between 1 and 2^31 − 1. */
  constructor(
    private readonly clock: Clock,
    private readonly transaction: ServerTransaction,
    private readonly handlers: ReliableProvisionalHandlers,
    firstRseq: number,
    timers: Partial<TimerValues> = {},
  ) {
    this.rseq = firstRseq;
    this.timers = { ...defaultTimers, ...timers };
  }

  /** Responses without their PRACK, the waiting ones included. A 2xx must wait for those that carry SDP (§5). */
  get pending(): number {
    return this.waiting.length + (this.outstanding === undefined ? 0 : 1);
  }

  /** Adds `Require: 100rel` and RSeq. The response is a provisional one other than 100 with a To tag. */
  send(response: SipResponse): void {
    const required = headers(response, 'Require').some(tag => tag.toLowerCase() === '100rel');
    const marked = required ? response : withAddedHeader(response, 'Require', '100rel');
    if (this.outstanding === undefined) this.out(marked);
    else this.waiting.push(marked);
  }

  /** False: this PRACK acknowledges nothing that is out (481, §3). It is of the INVITE's dialog already. */
  acknowledge(prack: SipRequest): boolean {
    const rack = parseRAck(header(prack, 'RAck') ?? '');
    const { outstanding } = this;
    if (!rack.ok || outstanding === undefined || rack.value.rseq !== outstanding.rseq) return false;
    const cseq = parseCSeq(header(outstanding.response, 'CSeq') ?? '');
    if (!cseq.ok || cseq.value.sequence !== rack.value.sequence || cseq.value.method !== rack.value.method)
      return false;
    this.rest();
    this.handlers.acknowledged?.(prack, outstanding.response);
    const next = this.waiting.shift();
    if (next !== undefined) this.out(next);
    return true;
  }

  /** A final response goes out, or the INVITE is over: nothing is repeated or sent any more. */
  stop(): void {
    this.rest();
    this.waiting.length = 0;
  }

  private out(response: SipResponse): void {
    const rseq = this.rseq++;
    const numbered = withHeader(response, 'RSeq', String(rseq));
    if (!this.transaction.respond(numbered)) {
      this.stop();
      return;
    }
    this.outstanding = { rseq, response: numbered };
    this.end = this.clock.after(64 * this.timers.t1, () => {
      this.stop();
      this.handlers.unacknowledged(numbered);
    });
    this.repeatAfter(numbered, this.timers.t1);
  }

  private repeatAfter(response: SipResponse, pause: Duration): void {
    this.repeat = this.clock.after(pause, () => {
      if (this.transaction.respond(response)) this.repeatAfter(response, 2 * pause);
      else this.stop();
    });
  }

  private rest(): void {
    this.outstanding = undefined;
    this.repeat?.cancel();
    this.end?.cancel();
  }
}

/**
 * The client's side (RFC 3262, §4), for one early dialog: which reliable provisional responses are new.
 * `new`: to be told to the core and acknowledged by a PRACK; `drop`: a repeated one, or one that came too early;
 * `unreliable`: an ordinary provisional response.
 */
export class ReliableProvisionalOrder {
  private last: number | undefined;

  judge(response: SipResponse): 'new' | 'drop' | 'unreliable' {
    const value = header(response, 'RSeq');
    const required = headers(response, 'Require').some(tag => tag.toLowerCase() === '100rel');
    const rseq = parseInteger(value ?? '');
    if (response.status === 100 || !required || !rseq.ok) return 'unreliable';
    if (this.last !== undefined && rseq.value !== this.last + 1) return 'drop';
    this.last = rseq.value;
    return 'new';
  }
}
