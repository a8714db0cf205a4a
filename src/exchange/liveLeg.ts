import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { isKozpontError, KozpontError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { LegId, Who } from '../call/call.ts';
import type { Shown } from '../call/effect.ts';
import type { Stimulus } from '../call/stimulus.ts';
import type { MediaEndpoint, MediaServer, PlayOptions, Sound } from '../media/port.ts';
import type {
  DialRequest,
  HangUp,
  InboundLeg,
  IncomingCall,
  Leg,
  LegEvents,
  Signalling,
  TransferRequest,
} from '../signalling/port.ts';

/** What a leg needs of the call that it belongs to; another call may take the leg over. */
export interface LegOwner {
  readonly id: string;
  post(stimulus: Stimulus): void;
  transferRequested(leg: LiveLeg, request: TransferRequest): void;
}

export interface LegSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly media: MediaServer;
  readonly signalling: Signalling;
  /** An extension takes part in one more call, or in one less: told once each for every leg. */
  tookPart(extension: string): void;
  leftOff(extension: string): void;
  /** What was asked of signalling or media could not be done, for a reason of ours. */
  effectFailed(what: string): void;
}

/** How long the media server may take for one thing. Milliseconds. */
const mediaDeadline = 5_000;
const ringback: readonly Sound[] = [{ kind: 'tone', tone: 'ringback' }];
/** The same digit by RFC 4733 and by SIP INFO within this time is one press. */
const sameDigit = 400;

/**
 * One party's dialog and endpoint, alive. What is asked of its media happens in the order in which it was asked; what
 * fails ends the leg, in signalling as in media, and the call hears of it once.
 */
export class LiveLeg {
  id: LegId;
  owner: LegOwner;
  /** Before `dial` has reached signalling there is none. */
  private dialog: Leg | undefined;
  private endpoint: Promise<MediaEndpoint> | undefined;
  private media: MediaEndpoint | undefined;
  private tail: Promise<unknown> = Promise.resolve();
  private held = false;
  private over = false;
  /** The far end has answered, and the call does not know yet. */
  private answerUntold = false;
  /** Tells what plays now from what was asked for before. */
  private sound = 0;
  private lastDigit: { readonly digit: string; readonly source: string; readonly at: number } | undefined;

  constructor(
    private readonly around: LegSurroundings,
    owner: LegOwner,
    id: LegId,
    readonly who: Who,
  ) {
    this.owner = owner;
    this.id = id;
    if (who.extension !== undefined) around.tookPart(who.extension);
  }

  // Signalling

  /** An INVITE came: its endpoint is made at once, so that a description that cannot be used is refused before anybody rings. */
  arrive(incoming: IncomingCall): void {
    this.dialog = incoming.leg;
    this.createEndpoint(incoming.offer, incoming.source);
  }

  /** An INVITE came that nothing will come of but a refusal: no endpoint is made for it. */
  refuse(incoming: IncomingCall): void {
    this.dialog = incoming.leg;
  }

  /** Not before its description has proved to be of use. */
  ring(): void {
    this.inOrder('ring', async () => this.inbound()?.ring());
  }

  answer(): void {
    this.inOrder('answer', async endpoint => {
      const dialog = this.inbound();
      if (dialog === undefined) return;
      let answer: string | undefined;
      try {
        answer = await dialog.answer(endpoint.localSdp);
      } catch (error) {
        if (isKozpontError(error, 'INVALID_SDP')) throw error;
        // The caller gave up: the last event of the dialog is on its way.
        return;
      }
      if (answer !== undefined) await this.within('accept', endpoint.accept(answer));
      this.noticeHold(endpoint);
    });
  }

  dial(target: DialRequest['target'], shown: Shown): void {
    this.createEndpoint(undefined, undefined);
    this.inOrder('dial', async endpoint => {
      this.dialog = this.around.signalling.dial(
        {
          callId: this.owner.id,
          target,
          from: { number: shown.number, display: shown.display },
          offer: endpoint.localSdp,
          alert: shown.alert,
          reason: shown.reason,
          divert: shown.divert,
        },
        this.events(),
      );
    });
  }

  /** Before the answer. An INVITE that has not left yet never leaves (case 12: ghost ringing). */
  cancel(): void {
    if (this.over) return;
    if (this.dialog === undefined) {
      this.end({ kind: 'legFailed', leg: this.id, reason: 'cancelled', status: 487 });
    } else if ('cancel' in this.dialog) {
      (this.dialog as Leg & { cancel(): void }).cancel();
    }
  }

  hangUp(end: HangUp): void {
    if (this.over) return;
    this.letGo(end);
    this.leaveOff();
  }

  identify(who: Who): void {
    if (!this.over) this.dialog?.identify({ number: who.number, display: who.display });
  }

  /** The events of the dialog, for whoever owns the leg when they come. */
  events(): LegEvents {
    return {
      ringing: () => this.post({ kind: 'legRinging', leg: this.id }),
      answered: (sdp, source) => this.answered(sdp, source),
      failed: ({ reason, status }) => {
        if (!this.over) this.end({ kind: 'legFailed', leg: this.id, reason, status });
      },
      ended: ({ by }) => {
        if (this.over) return;
        // Answered and hung up in one breath: the call hears of both, in their order.
        this.tellAnswered();
        this.end({ kind: 'legEnded', leg: this.id, by: by === 'network' ? 'network' : 'remote' });
      },
      offered: offer => this.offered(offer),
      answerReceived: sdp =>
        this.inOrder('accept', async endpoint => {
          await this.within('accept', endpoint.accept(sdp));
          this.noticeHold(endpoint);
        }),
      digit: digit => this.digit(digit, 'info'),
      // A phone may ask in the same breath in which it answers: the call hears of the answer first.
      transferRequested: request => {
        if (this.answerUntold) this.tail = this.tail.then(() => this.transferRequested(request));
        else this.transferRequested(request);
      },
    };
  }

  private transferRequested(request: TransferRequest): void {
    if (this.over) request.refuse(481, 'Call Does Not Exist');
    else this.owner.transferRequested(this, request);
  }

  is(dialog: Leg): boolean {
    return this.dialog === dialog;
  }

  /** Nothing of it is alive any more. */
  get gone(): boolean {
    return this.over;
  }

  private inbound(): InboundLeg | undefined {
    return this.dialog !== undefined && 'answer' in this.dialog ? (this.dialog as InboundLeg) : undefined;
  }

  private answered(sdp: string, source: string): void {
    this.answerUntold = true;
    this.inOrder('accept', async endpoint => {
      try {
        await this.within('accept', endpoint.accept(sdp, source));
      } catch (error) {
        if (this.over) return;
        this.around.log.warn({ leg: this.id, error: messageOf(error) }, 'the answer of the far end cannot be used');
        const failed = { kind: 'legFailed', leg: this.id, reason: 'unreachable', status: 488 } as const;
        this.end(failed, { status: 488, text: 'Not Acceptable Here', cause: 88 });
        return;
      }
      this.tellAnswered();
      this.noticeHold(endpoint);
    });
  }

  private tellAnswered(): void {
    if (!this.answerUntold) return;
    this.answerUntold = false;
    this.post({ kind: 'legAnswered', leg: this.id });
  }

  /** In the order of everything else: a re-INVITE may come before its endpoint has taken the answer to the INVITE. */
  private offered(offer: string | undefined): Promise<string> {
    const outcome = this.tail.then(async () => {
      const endpoint = this.present;
      if (endpoint === undefined) throw new KozpontError('DISPOSED', 'the leg has ended');
      const sdp = await this.within('answer', offer === undefined ? endpoint.offer() : endpoint.answer(offer));
      this.noticeHold(endpoint);
      return sdp;
    });
    // An offer that cannot be used is refused, and the leg goes on as it was.
    this.tail = outcome.catch(() => undefined);
    return outcome;
  }

  private noticeHold(endpoint: MediaEndpoint): void {
    if (endpoint.remoteHold === this.held) return;
    this.held = endpoint.remoteHold;
    this.post({ kind: this.held ? 'legHeld' : 'legResumed', leg: this.id });
  }

  private digit(digit: string, source: 'rtp' | 'info'): void {
    const at = this.around.clock.now();
    const last = this.lastDigit;
    if (last !== undefined && last.source !== source && last.digit === digit && at - last.at < sameDigit) return;
    this.lastDigit = { digit, source, at };
    this.post({ kind: 'digitPressed', leg: this.id, digit });
  }

  private post(stimulus: Stimulus): void {
    if (!this.over) this.owner.post(stimulus);
  }

  // Media

  play(sounds: () => readonly Sound[], options: PlayOptions, playId: number | undefined): void {
    this.inOrder('play', async endpoint => {
      this.sound += 1;
      const { sound } = this;
      const failed = (error: unknown): void => {
        if (this.over) return;
        this.around.log.error({ leg: this.id, error: messageOf(error) }, 'a sound cannot be played');
        this.around.effectFailed('play');
        // Whoever waits is never left in silence: where there is no music, it rings.
        if (options.loop === true && sound === this.sound) endpoint.play(ringback, options).catch(() => undefined);
      };
      const finished = (): void => {
        if (playId !== undefined) this.post({ kind: 'playFinished', leg: this.id, playId });
      };
      try {
        // The end of the sound is not the end of its turn: what is asked next may interrupt it.
        endpoint
          .play(sounds(), options)
          .then(outcome => outcome === 'failed' && failed('one of the sounds could not be had'), failed)
          .then(finished);
      } catch (error) {
        failed(error);
        finished();
      }
    });
  }

  stopPlaying(): void {
    this.inOrder('stop', endpoint => {
      this.sound += 1;
      return this.within('stop', endpoint.stop());
    });
  }

  bridge(other: LiveLeg): void {
    this.withOther('bridge', other, () => {
      const [mine, theirs] = [this.present, other.present];
      this.sound += 1;
      other.sound += 1;
      return mine === undefined || theirs === undefined ? undefined : mine.bridge(theirs);
    });
  }

  /** Where one of the two has gone meanwhile, the other one still is to be free before anything else is asked of it. */
  unbridge(other: LiveLeg): void {
    this.withOther('unbridge', other, () => (this.present ?? other.present)?.unbridge());
  }

  private createEndpoint(offer: string | undefined, signallingAddress: string | undefined): void {
    const created = withDeadline(
      this.around.clock,
      mediaDeadline,
      'createEndpoint',
      this.around.media.createEndpoint({
        callId: this.owner.id,
        legId: this.id,
        ...(offer === undefined ? {} : { offer }),
        ...(signallingAddress === undefined ? {} : { signallingAddress }),
        events: {
          digit: digit => this.digit(digit, 'rtp'),
          gone: error => this.lost(error),
        },
      }),
      late => void late.destroy(),
    );
    this.endpoint = created.then(endpoint => {
      if (this.over) {
        void endpoint.destroy();
        throw new KozpontError('DISPOSED', 'the leg has ended');
      }
      this.media = endpoint;
      return endpoint;
    });
    this.tail = this.endpoint.catch(error => this.lost(error));
  }

  private get present(): MediaEndpoint | undefined {
    return this.over ? undefined : this.media;
  }

  /** One thing at a time: the next waits for this one, and what fails loses the leg. */
  private inOrder(what: string, work: (endpoint: MediaEndpoint) => Promise<void>): void {
    this.tail = this.tail.then(async () => {
      const endpoint = this.present;
      if (endpoint === undefined) return;
      try {
        await work(endpoint);
      } catch (error) {
        this.lost(error, what);
      }
    });
  }

  /** In the order of both legs. Where it fails, a caller from outside is not the one who is lost (R0). */
  private withOther(what: string, other: LiveLeg, work: () => Promise<void> | undefined): void {
    const both = Promise.all([this.tail, other.tail]).then(async () => {
      try {
        const working = work();
        if (working !== undefined) await this.within(what, working);
      } catch (error) {
        if (this.over || other.over) return;
        (this.who.extension === undefined ? other : this).lost(error, what);
      }
    });
    this.tail = both;
    other.tail = both;
  }

  private within<T>(what: string, work: Promise<T>): Promise<T> {
    return withDeadline(this.around.clock, mediaDeadline, what, work);
  }

  /** Something of ours failed: the far end is told, and the call goes on without this leg. */
  private lost(error: unknown, what = 'media'): void {
    if (this.over) return;
    const theirs = isKozpontError(error, 'INVALID_SDP');
    const [status, text] = theirs ? [488, 'Not Acceptable Here'] : [503, 'Service Unavailable'];
    if (!theirs) this.around.effectFailed(what);
    this.around.log.warn({ leg: this.id, what, error: messageOf(error) }, 'a leg is lost');
    const end = { status, text, cause: 41, ...(status === 503 ? { retryAfter: 5 } : {}) };
    this.end({ kind: 'legEnded', leg: this.id, by: 'media' }, end);
  }

  /** The extension is free again after its call has heard of it, which may ring it again (a recall) in the same turn. */
  private end(last: Stimulus, end?: HangUp): void {
    this.letGo(end);
    this.owner.post(last);
    this.leaveOff();
  }

  private leaveOff(): void {
    const { extension } = this.who;
    if (extension !== undefined) this.around.leftOff(extension);
  }

  /** Idempotent: the dialog ends, the endpoint is destroyed. */
  private letGo(end?: HangUp): void {
    if (this.over) return;
    this.over = true;
    this.dialog?.hangUp(end);
    this.endpoint?.then(
      endpoint => endpoint.destroy(),
      () => undefined,
    );
  }
}
