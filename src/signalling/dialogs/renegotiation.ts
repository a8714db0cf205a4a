/**
 * Offers and answers within a dialog (RFC 3261, §14; RFC 3264; RFC 3311): one exchange of them at a time, whoever
 * begins it.
 *
 * - `none`: no exchange is under way. Entered from: the beginning, the end of each exchange. Leaves to `ours` when a
 *   re-INVITE of ours waits, the last ACK has come and no retry is pending; to `theirs` by an offer, or a re-INVITE.
 * - `ours`: our re-INVITE has no final response yet. An offer of theirs is refused with 491. Leaves to `none`.
 * - `theirs`: the exchange thinks about their offer. Another one is refused with 500. Leaves to `none` by its answer, by
 *   its refusal, by its deadline.
 * - `over`: the dialog has ended; what waited has failed. Entered from: all. Final.
 *
 * Beside the state, `awaitedAck` is the 2xx of ours that was not acknowledged yet: until then no re-INVITE leaves
 * (§14.1), and where our 2xx made the offer, nothing else is negotiated.
 */
import type { Clock, Duration, Timer } from '../../base/clock.ts';
import { isKozpontError, KozpontError } from '../../base/errors.ts';
import type { OutgoingEvents, Sending } from '../connection/outgoing.ts';
import { description, header } from '../drachtio/message.ts';
import type { Responder } from '../drachtio/responder.ts';
import type { Acknowledge, SrfIncomingResponse, SrfRequest } from '../drachtio/srf.ts';
import { parseCSeq, parseRetryAfter } from '../text/grammar.ts';
import { retryDelay } from './glare.ts';
import { abilities, notAcceptable, unsupportedBody } from './headers.ts';
import { answerTimer, type SessionTimer, timerAccepted, timerKept } from './sessionTimer.ts';

export interface RenegotiationDialog {
  /** Something threw where nobody waits for it. */
  caught(error: unknown): void;
  readonly clock: Clock;
  /** RFC 3261, §14.1: who chose the Call-ID waits longer after a 491. */
  readonly callIdIsOurs: boolean;
  send(method: 'INVITE', headers: Record<string, string>, body: string, events: OutgoingEvents): Sending;
  offered(offer: string | undefined, source: string): Promise<string>;
  answerReceived(sdp: string, source: string): void;
  moved(source: string): void;
  /** The far end does not know the dialog any more, or does not answer (RFC 3261, §12.2.1.2; RFC 5057). */
  died(status: number, text: string): void;
}

interface Wanted {
  readonly offer: () => string;
  readonly headers: Record<string, string>;
  attempts: number;
  resolve(answer: string): void;
  reject(error: KozpontError): void;
}

/** A 2xx of ours that has no ACK yet. */
export interface AwaitedAck {
  /** Of the CSeq, which is the INVITE's. */
  readonly sequence: number;
  /** Our 2xx made the offer: the ACK brings the answer. */
  readonly answerExpected: boolean;
  acknowledged(sdp: string | undefined, source: string): void;
}

export interface RenegotiationStart {
  /** What we said last. */
  readonly localSdp: string;
  readonly timer: SessionTimer | undefined;
  /** As the answering side: of the 2xx that began the dialog. */
  readonly awaitedAck: AwaitedAck | undefined;
}

const mostAttempts = 5;
const answerWithin = 10_000;
const longestRetryAfter = 10;

export class Renegotiation {
  private state: 'none' | 'ours' | 'theirs' | 'over' = 'none';
  private readonly wanted: Wanted[] = [];
  private retry: Timer | undefined;
  private refuseTheirs: (() => void) | undefined;
  private timer: SessionTimer | undefined;
  /** The description that we sent last. */
  private local: string;
  private awaitedAck: AwaitedAck | undefined;

  constructor(
    private readonly dialog: RenegotiationDialog,
    start: RenegotiationStart,
  ) {
    this.local = start.localSdp;
    this.timer = start.timer;
    this.awaitedAck = start.awaitedAck;
  }

  /** No 2xx of ours waits for its ACK. */
  get acknowledged(): boolean {
    return this.awaitedAck === undefined;
  }

  /** What was agreed on last. */
  get agreed(): Pick<RenegotiationStart, 'localSdp' | 'timer'> {
    return { localSdp: this.local, timer: this.timer };
  }

  /** The header fields that keep the session timer as it is, for an UPDATE. */
  get timerFields(): Record<string, string> {
    return timerKept(this.timer);
  }

  /** A re-INVITE of ours, when its turn comes; without an offer it repeats what we said last. */
  reinvite(offer: string | undefined, headers: Record<string, string> = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.state === 'over') return reject(ended());
      this.wanted.push({ offer: () => offer ?? this.local, headers, attempts: 0, resolve, reject });
      this.advance();
    });
  }

  /** Their re-INVITE, or their UPDATE with an offer. */
  request(request: SrfRequest, respond: Responder): void {
    const invite = request.method === 'INVITE';
    const found = description(request);
    if (found.kind === 'unsupported') return respond(415, { headers: unsupportedBody() });
    const timer = answerTimer(request, this.timer);
    if (timer.kind === 'tooShort') return respond(422, { headers: timer.headers });
    if (!invite && found.kind === 'none') {
      this.timer = timer.timer ?? this.timer;
      respond(200, { headers: { ...abilities, ...timer.headers } });
      this.dialog.moved(request.source_address);
      return;
    }
    if (this.state === 'ours' || this.awaitedAck?.answerExpected === true) return respond(491);
    if (this.state === 'theirs')
      return respond(500, { headers: { 'Retry-After': String(1 + Math.floor(Math.random() * 9)) } });
    if (this.state === 'over') return respond(481);
    this.state = 'theirs';
    let responded = false;
    const once: Responder = (...parts) => {
      if (responded) return;
      responded = true;
      deadline.cancel();
      this.refuseTheirs = undefined;
      if (this.state === 'theirs') this.state = 'none';
      respond(...parts);
      this.advance();
    };
    const deadline = this.dialog.clock.after(answerWithin, () => once(500));
    this.refuseTheirs = () => once(487);
    // The server has answered 487 already; what the exchange answers now has nobody to read it.
    if (invite) request.on('cancel', () => once(487));
    const offer = found.kind === 'sdp' ? found.sdp : undefined;
    const answering = this.dialog.offered(offer, request.source_address).then(
      sdp => {
        if (responded) return;
        this.local = sdp;
        this.timer = timer.timer ?? this.timer;
        if (invite) this.awaitAck(request, offer === undefined);
        once(200, { headers: { ...abilities, ...timer.headers, 'Content-Type': 'application/sdp' }, body: sdp });
      },
      (error: unknown) =>
        once(488, isKozpontError(error) ? { headers: notAcceptable(error.warning, error.message) } : {}),
    );
    answering.catch(error => this.dialog.caught(error));
  }

  acknowledge(ack: SrfRequest): void {
    const awaited = this.awaitedAck;
    const cseq = parseCSeq(header(ack, 'cseq') ?? '');
    if (awaited === undefined || !cseq.ok || cseq.value.sequence !== awaited.sequence) return;
    this.awaitedAck = undefined;
    const found = description(ack);
    awaited.acknowledged(found.kind === 'sdp' ? found.sdp : undefined, ack.source_address);
    this.advance();
  }

  /** The dialog has ended. */
  end(): void {
    if (this.state === 'over') return;
    this.refuseTheirs?.();
    this.state = 'over';
    this.awaitedAck = undefined;
    this.retry?.cancel();
    for (const one of this.wanted.splice(0)) one.reject(ended());
  }

  private awaitAck(request: SrfRequest, answerExpected: boolean): void {
    const cseq = parseCSeq(header(request, 'cseq') ?? '');
    if (!cseq.ok) return;
    this.awaitedAck = {
      sequence: cseq.value.sequence,
      answerExpected,
      acknowledged: (sdp, source) => {
        if (answerExpected && sdp !== undefined) this.dialog.answerReceived(sdp, source);
      },
    };
  }

  private advance(): void {
    const next = this.wanted[0];
    if (next === undefined || this.state !== 'none' || this.awaitedAck !== undefined || this.retry !== undefined)
      return;
    this.state = 'ours';
    next.attempts += 1;
    const offer = next.offer();
    const headers = { ...abilities, ...timerKept(this.timer), ...next.headers, 'Content-Type': 'application/sdp' };
    this.dialog.send('INVITE', headers, offer, {
      provisional: (_, acknowledge) => acknowledge(),
      final: (response, acknowledge) => this.answered(next, offer, response, acknowledge),
      failed: error => {
        this.settle(next, () => next.reject(error));
        // The server has no such dialog: the far end's BYE, or its own, has not reached us.
        if (error.code === 'REQUEST_FAILED') this.dialog.died(481, 'the dialog is gone');
        else if (error.code === 'DEADLINE_PASSED') this.dialog.died(408, 'no answer to a re-INVITE');
      },
    });
  }

  private answered(next: Wanted, offer: string, response: SrfIncomingResponse, acknowledge: Acknowledge): void {
    const { status } = response;
    if (status < 300) {
      acknowledge();
      const found = description(response);
      this.local = offer;
      this.timer = timerAccepted(response) ?? this.timer;
      this.settle(next, () => {
        if (found.kind === 'sdp') next.resolve(found.sdp);
        else next.reject(new KozpontError('INVALID_SDP', 'the answer to a re-INVITE has no description'));
      });
      return;
    }
    const delay = this.retryAfter(response);
    if (delay !== undefined && next.attempts < mostAttempts && this.state === 'ours') {
      this.state = 'none';
      this.retry = this.dialog.clock.after(delay, () => {
        this.retry = undefined;
        this.advance();
      });
      return;
    }
    this.settle(next, () =>
      next.reject(new KozpontError('REQUEST_FAILED', `the re-INVITE was refused: ${status} ${response.reason}`)),
    );
    if (status === 481 || status === 408) this.dialog.died(status, response.reason);
  }

  /** 491 is glare (RFC 3261, §14.1); 500 with Retry-After says that theirs came first (§14.2). */
  private retryAfter(response: SrfIncomingResponse): Duration | undefined {
    if (response.status === 491) return retryDelay(this.dialog.callIdIsOurs, Math.random());
    const after = parseRetryAfter(header(response, 'retry-after') ?? '');
    if (response.status !== 500 || !after.ok || after.value.seconds > longestRetryAfter) return undefined;
    return after.value.seconds * 1000;
  }

  private settle(one: Wanted, outcome: () => void): void {
    const at = this.wanted.indexOf(one);
    if (at >= 0) this.wanted.splice(at, 1);
    if (this.state === 'ours') this.state = 'none';
    if (at >= 0) outcome();
    this.advance();
  }
}

const ended = (): KozpontError => new KozpontError('DISPOSED', 'the dialog has ended');
