import type { Clock, Duration, Instant, Timer } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { isKozpontError, KozpontError, messageOf } from '../base/errors.ts';
import type { Facing } from '../base/facing.ts';
import { detach, type Faults } from '../base/faults.ts';
import type { Log } from '../base/log.ts';
import type { LegId, Who } from '../call/call.ts';
import type { Shown } from '../call/effect.ts';
import type { Stimulus } from '../call/stimulus.ts';
import type { DigitWay, MediaEndpoint, MediaServer, PlayOptions } from '../media/port.ts';
import type {
  DialRequest,
  HangUp,
  InboundLeg,
  IncomingCall,
  Leg,
  LegEvents,
  LegSnapshot,
  OutboundLeg,
  Signalling,
  TransferRequest,
} from '../signalling/port.ts';
import { Keypad } from './keypad.ts';
import { type AskedSounds, LegMedia, type LegMediaOwner } from './legMedia.ts';

/** What a leg needs of the call that it belongs to; another call may take the leg over. */
export interface LegOwner {
  readonly id: string;
  post(stimulus: Stimulus): void;
  transferRequested(leg: LiveLeg, request: TransferRequest): void;
  /** Media comes from where nobody expects it, and is not heard: for the record. */
  mediaElsewhere(leg: LiveLeg, source: string): void;
  /** What outlives the process has changed, and call control does not hear of it. */
  snapshotChanged(): void;
  /** The endpoint of another party: whoever is to talk with it is to be on the same media server. */
  besides(leg: LiveLeg): MediaEndpoint | undefined;
}

export interface LegSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: Faults;
  readonly media: MediaServer;
  readonly signalling: Signalling;
  /** An extension takes part in one more call, or in one less: told once each for every leg. */
  tookPart(extension: string): void;
  leftOff(extension: string): void;
  /** What was asked of signalling or media could not be done, for a reason of ours. */
  effectFailed(what: string): void;
}

/** How long a phone may take to answer the re-INVITE that takes it to another endpoint. Milliseconds. */
const reinviteDeadline = 10_000;
/** A leg whose media fails more often than this within a minute is given up. */
const mostMoves = 3;
const movesCount = 60_000;
/** How often a leg that has described early media is asked whether any has come. */
const soundLookedFor: Duration = 100;

/**
 * One party's dialog and endpoint, alive. What is asked of its media happens in the order in which it was asked. What
 * fails ends the leg, in signalling as in media, and the call hears of it once; but a media server that fails does not:
 * the leg gets an endpoint on another one, and its far end is told by re-INVITE.
 *
 * `standing` is what the far end knows of us: `offered`, nothing yet; `dialing`, our offer; `answered`, the description
 * that was agreed on.
 */
export class LiveLeg implements LegMediaOwner {
  id: LegId;
  owner: LegOwner;
  private standing: 'offered' | 'dialing' | 'answered' = 'offered';
  /** Before `dial` has reached signalling there is none. */
  private dialog: Leg | undefined;
  private readonly media: LegMedia;
  /** Of an INVITE to us. */
  private offer: string | undefined;
  /** Where the far end's signalling comes from. */
  private source: string | undefined;
  /** How signalling sees the far end, or each that may become it. */
  private facing: readonly Facing[] = [];
  private held = false;
  private over = false;
  /** The far end has answered, and the call does not know yet. */
  private answerUntold = false;
  /** The endpoint is a later one than the one that the far end knows of. */
  private stale = false;
  /** On the way to another endpoint. */
  private moving: Promise<MediaEndpoint> | undefined;
  /** Offers of the far end that wait for their turn, or for a move: they stand in the way of its re-INVITE. */
  private readonly offers = new Set<() => Promise<void>>();
  private readonly moves: Instant[] = [];
  private looking: Timer | undefined;
  private readonly keypad = new Keypad();

  constructor(
    private readonly around: LegSurroundings,
    owner: LegOwner,
    id: LegId,
    readonly who: Who,
  ) {
    this.owner = owner;
    this.id = id;
    this.media = new LegMedia(around, this);
    if (who.extension !== undefined) around.tookPart(who.extension);
  }

  /** What a process that has died knew of its far end. The media of then are given up. */
  adopt(snapshot: LegSnapshot, held: boolean): void {
    this.standing = 'answered';
    this.held = held;
    this.dialog = this.around.signalling.adopt(snapshot, this.events());
    // The call has ended before it came to this leg.
    if (this.over) return this.dialog.hangUp({ status: 503, text: 'Service Unavailable', cause: 41 });
    this.failed(new KozpontError('MEDIA_UNAVAILABLE', 'the process that had it has died'), 'restart');
  }

  /** What a process that has died knew of a far end that was on its way out: nobody else would tell it. */
  dismiss(snapshot: LegSnapshot): void {
    try {
      this.dialog ??= this.around.signalling.adopt(snapshot, this.events());
    } finally {
      this.hangUp({ cause: 16, text: 'Normal Clearing' });
    }
  }

  /** What outlives the process. */
  snapshot(): LegSnapshot | undefined {
    return this.over || this.standing !== 'answered' ? undefined : this.dialog?.snapshot();
  }

  // Signalling

  /** An INVITE came: its endpoint is made at once, so that a description that cannot be used is refused before anybody rings. */
  arrive(incoming: IncomingCall): void {
    this.dialog = incoming.leg;
    this.offer = incoming.offer;
    this.source = incoming.source;
    this.sees(incoming.facing);
    this.open(undefined);
  }

  /** An INVITE came that nothing will come of but a refusal: no endpoint is made for it. */
  refuse(incoming: IncomingCall): void {
    this.dialog = incoming.leg;
  }

  /** Not before its description has proved to be of use. */
  ring(): void {
    this.media.inOrder('ring', async () => this.inbound()?.ring());
  }

  /** An offer of ours, to an INVITE without one, cannot be made before the answer: then it only rings. */
  earlyMedia(): void {
    this.media.inOrder('earlyMedia', async endpoint => {
      if (this.offer !== undefined) this.inbound()?.progress(endpoint.localSdp);
    });
  }

  answer(): void {
    this.media.inOrder('answer', async endpoint => {
      const dialog = this.inbound();
      if (dialog === undefined) return;
      this.standing = 'answered';
      let answer: string | undefined;
      try {
        answer = await dialog.answer(endpoint.localSdp);
      } catch (error) {
        if (isKozpontError(error, 'INVALID_SDP')) throw error;
        // The caller gave up: the last event of the dialog is on its way.
        return;
      }
      this.owner.snapshotChanged();
      if (answer !== undefined) await this.media.within('accept', endpoint.accept(answer));
      this.noticeHold(endpoint);
    });
  }

  dial(target: DialRequest['target'], shown: Shown): void {
    this.facing = this.around.signalling.facing(target);
    this.open(undefined);
    this.media.inOrder('dial', async endpoint => {
      this.standing = 'dialing';
      this.dialog = this.around.signalling.dial(
        {
          callId: this.owner.id,
          target,
          from: { number: shown.number, display: shown.display },
          offer: endpoint.localSdp,
          offerFor: facing => endpoint.sdpFor?.(facing) ?? endpoint.localSdp,
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
      (this.dialog as OutboundLeg).cancel();
    }
  }

  hangUp(end: HangUp): void {
    if (this.over) return;
    this.letGo(end);
    this.leaveOff();
  }

  identify({ number, display }: Who, ours: boolean): void {
    if (!this.over) this.dialog?.identify({ number, display, ...(ours ? { ours } : {}) });
  }

  /** The events of the dialog, for whoever owns the leg when they come. */
  events(): LegEvents {
    return {
      ringing: () => this.post({ kind: 'legRinging', leg: this.id }),
      early: (sdp, source, facing) => this.early(sdp, source, facing),
      answered: (sdp, source, facing) => this.answered(sdp, source, facing),
      failed: ({ reason, status }) => {
        if (!this.over) this.end({ kind: 'legFailed', leg: this.id, reason, status });
      },
      ended: ({ by }) => {
        if (this.over) return;
        // Answered and hung up in one breath: the call hears of both, in their order.
        this.tellAnswered();
        this.end({ kind: 'legEnded', leg: this.id, by: by === 'network' ? 'network' : 'remote' });
      },
      offered: (offer, source) => this.offered(offer, source),
      answerReceived: (sdp, source) =>
        this.media.inOrder('accept', async endpoint => {
          await this.media.within('accept', endpoint.accept(sdp, source));
          this.noticeHold(endpoint);
        }),
      moved: source => {
        if (source !== this.source) this.sees({ remote: source });
        this.source = source;
      },
      digit: digit => this.pressed(digit, 'info'),
      // A phone may ask in the same breath in which it answers: the call hears of the answer first.
      transferRequested: request => {
        if (this.answerUntold) {
          detach(
            this.around.faults,
            this.media.next(async () => this.transferRequested(request)),
          );
        } else this.transferRequested(request);
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

  get endpoint(): MediaEndpoint | undefined {
    return this.media.present;
  }

  private inbound(): InboundLeg | undefined {
    return this.dialog !== undefined && 'answer' in this.dialog ? (this.dialog as InboundLeg) : undefined;
  }

  private answered(sdp: string, source: string, facing: Facing | undefined): void {
    this.answerUntold = true;
    this.standing = 'answered';
    this.source = source;
    this.sees(facing);
    this.media.inOrder('accept', async endpoint => {
      // It has answered the offer of an endpoint that is gone.
      if (this.stale) await this.bringAlong(endpoint);
      else await this.acceptFirst(endpoint, sdp, source, facing);
      this.tellAnswered();
    });
  }

  /** A description that cannot be used is none: the final one counts. */
  private early(sdp: string, source: string, facing: Facing | undefined): void {
    this.media.inOrder('early media', async endpoint => {
      if (this.stale || this.standing !== 'dialing') return;
      try {
        await this.media.within('accept', endpoint.accept(sdp, source, facing));
      } catch (error) {
        if (!isKozpontError(error, 'INVALID_SDP')) throw error;
        this.around.log.info({ leg: this.id, error: messageOf(error) }, 'early media of the far end cannot be used');
        return;
      }
      this.lookForSound(endpoint);
    });
  }

  /**
   * The description alone says nothing: there are phones that send one with their 180, and no sound. They would be silence
   * in place of ringback (RFC 3960, §3.2).
   */
  private lookForSound(endpoint: MediaEndpoint): void {
    const rings = (): boolean => this.standing === 'dialing' && this.media.is(endpoint);
    const look = async (): Promise<void> => {
      if (!rings()) return;
      const stats = await this.media.within('stats', endpoint.stats()).catch(() => undefined);
      if (stats === undefined || !rings()) return;
      if (stats.received.packets > 0) this.post({ kind: 'legEarlyMedia', leg: this.id });
      else this.looking = this.around.clock.after(soundLookedFor, () => detach(this.around.faults, look()));
    };
    detach(this.around.faults, look());
  }

  private async acceptFirst(
    endpoint: MediaEndpoint,
    sdp: string,
    source: string,
    facing: Facing | undefined,
  ): Promise<void> {
    try {
      await this.media.within('accept', endpoint.accept(sdp, source, facing));
    } catch (error) {
      if (!isKozpontError(error, 'INVALID_SDP')) throw error;
      if (!this.media.is(endpoint)) return;
      this.around.log.warn({ leg: this.id, error: messageOf(error) }, 'the answer of the far end cannot be used');
      const failed = { kind: 'legFailed', leg: this.id, reason: 'unreachable', status: 488 } as const;
      this.answerUntold = false;
      this.end(failed, { status: 488, text: 'Not Acceptable Here', cause: 88 });
      return;
    }
    this.tellAnswered();
    this.noticeHold(endpoint);
  }

  private tellAnswered(): void {
    if (!this.answerUntold) return;
    this.answerUntold = false;
    this.post({ kind: 'legAnswered', leg: this.id });
  }

  /** Undefined: nothing is known of it that was not known before. */
  private sees(facing: Facing | undefined): void {
    if (facing !== undefined) this.facing = [facing];
  }

  /** In the order of everything else: a re-INVITE may come before its endpoint has taken the answer to the INVITE. */
  private offered(offer: string | undefined, source: string | undefined): Promise<string> {
    const work = async (): Promise<string> => {
      const endpoint = (await this.moving?.catch(() => undefined)) ?? this.media.present;
      if (endpoint === undefined || this.over) throw new KozpontError('DISPOSED', 'the leg has ended');
      const elsewhere = source !== undefined && source !== this.source;
      const facing = elsewhere ? { remote: source } : undefined;
      const sdp = await this.media.within(
        'answer',
        offer === undefined ? endpoint.offer() : endpoint.answer(offer, source, facing),
      );
      this.source = source ?? this.source;
      this.sees(facing);
      if (offer !== undefined && this.media.is(endpoint)) this.stale = false;
      this.owner.snapshotChanged();
      this.noticeHold(endpoint);
      return sdp;
    };
    // An offer that cannot be used is refused, and the leg goes on as it was.
    return new Promise((resolve, reject) => {
      const begin = async (): Promise<void> => {
        if (this.offers.delete(begin)) await work().then(resolve, reject);
      };
      this.offers.add(begin);
      void (this.moving === undefined ? this.media.next(begin) : begin());
    });
  }

  private noticeHold(endpoint: MediaEndpoint): void {
    if (endpoint.remoteHold === this.held) return;
    this.held = endpoint.remoteHold;
    this.post({ kind: this.held ? 'legHeld' : 'legResumed', leg: this.id });
  }

  mediaElsewhere(source: string): void {
    this.owner.mediaElsewhere(this, source);
  }

  digit(digit: string, way: DigitWay = 'event'): void {
    this.pressed(digit, way);
  }

  private pressed(digit: string, way: DigitWay | 'info'): void {
    if (!this.keypad.pressed(digit, way, this.around.clock.now())) return;
    this.post({ kind: 'digitPressed', leg: this.id, digit });
  }

  private post(stimulus: Stimulus): void {
    if (!this.over) this.owner.post(stimulus);
  }

  // Media

  play(sounds: AskedSounds, options: PlayOptions, playId: number | undefined): void {
    this.media.play(sounds, options, () => {
      if (playId !== undefined) this.post({ kind: 'playFinished', leg: this.id, playId });
    });
  }

  stopPlaying(): void {
    this.media.stop();
  }

  bridge(other: LiveLeg): void {
    this.media.bridge(
      other.media,
      () => this.together(other),
      error => this.loser(other).lost(error, 'bridge'),
    );
  }

  unbridge(other: LiveLeg): void {
    this.media.unbridge(other.media, error => this.loser(other).lost(error, 'unbridge'));
  }

  /** Where the two cannot be joined, a caller from outside is not the one who is lost (R0). */
  private loser(other: LiveLeg): LiveLeg {
    return this.who.extension === undefined ? other : this;
  }

  // From one media server to another

  private open(avoid: string | undefined): Promise<MediaEndpoint> {
    return this.media.open({
      offer: this.standing === 'offered' ? this.offer : undefined,
      signallingAddress: this.source,
      facing: this.facing,
      beside: this.owner.besides(this),
      avoid,
    });
  }

  refused(error: unknown): void {
    this.lost(error, 'createEndpoint');
  }

  failed(error: unknown, what: string): void {
    if (this.over) return;
    if (isKozpontError(error, 'INVALID_SDP') || !this.mayMove()) return this.lost(error, what);
    this.around.log.warn({ leg: this.id, what, error: messageOf(error) }, 'the media of a leg is lost: it moves');
    const avoid = this.media.lose();
    this.stale = this.standing !== 'offered';
    this.post({ kind: 'mediaLost', leg: this.id });
    const moving = this.open(avoid);
    this.moving = moving;
    this.media.inOrder('reanchor', async endpoint => {
      try {
        if (this.standing === 'answered') await this.bringAlong(endpoint);
      } catch (failure) {
        if (this.media.is(endpoint)) this.lost(failure, 'reanchor');
        return;
      } finally {
        if (this.moving === moving) this.moving = undefined;
      }
      if (!this.media.is(endpoint)) return;
      this.tellAnswered();
      this.post({ kind: 'mediaRestored', leg: this.id });
    });
  }

  private mayMove(): boolean {
    const now = this.around.clock.now();
    while (this.moves[0] !== undefined && now - this.moves[0] > movesCount) this.moves.shift();
    return this.moves.push(now) <= mostMoves;
  }

  /** The far end is told where we are now. */
  private async bringAlong(endpoint: MediaEndpoint): Promise<void> {
    if (!this.stale || this.dialog === undefined) return;
    const asked = this.dialog.reinvite(endpoint.localSdp);
    const answer = await withDeadline(this.around.clock, reinviteDeadline, 'the re-INVITE to another endpoint', asked);
    this.owner.snapshotChanged();
    // Lost meanwhile, as well: the next one is not known to the far end.
    if (!this.media.is(endpoint)) return;
    // Not stale any more: the far end has made an offer itself meanwhile, and been answered.
    if (this.stale) await this.media.within('accept', endpoint.accept(answer, this.source));
    if (!this.media.is(endpoint)) return;
    this.stale = false;
    this.noticeHold(endpoint);
  }

  /** The two have been on two media servers: one of them moves. A phone of the house is nearer than a caller from outside. */
  private async together(other: LiveLeg): Promise<void> {
    const [mover, stays] = this.who.extension === undefined ? [other, this] : [this, other];
    await mover.moveTo(stays.media.present);
    const [moved, stayed] = [mover.media.present, stays.media.present];
    // There was no room beside the other one: that one comes along.
    if (moved !== undefined && stayed !== undefined && moved.server !== stayed.server) await stays.moveTo(moved);
  }

  /** Rejects where there is no room for it, and then it is where it was. A far end that does not come along is lost. */
  private async moveTo(beside: MediaEndpoint | undefined): Promise<void> {
    const moving = this.media.replace({
      offer: undefined,
      signallingAddress: this.source,
      facing: this.facing,
      beside,
      avoid: undefined,
    });
    this.moving = moving;
    for (const begin of [...this.offers]) void begin();
    try {
      const endpoint = await moving;
      this.stale = true;
      await this.bringAlong(endpoint).catch(error => this.media.is(endpoint) && this.lost(error, 'reanchor'));
    } finally {
      if (this.moving === moving) this.moving = undefined;
    }
  }

  // The end

  /** Something of ours failed: the far end is told, and the call goes on without this leg. */
  private lost(error: unknown, what: string): void {
    if (this.over) return;
    const theirs = isKozpontError(error, 'INVALID_SDP');
    const [status, text] = theirs ? [488, 'Not Acceptable Here'] : [503, 'Service Unavailable'];
    if (!theirs) this.around.effectFailed(what);
    this.around.log.warn({ leg: this.id, what, error: messageOf(error) }, 'a leg is lost');
    const end = theirs ? { status, text, cause: 88, ...warningOf(error) } : { status, text, cause: 41, retryAfter: 5 };
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
    this.looking?.cancel();
    this.dialog?.hangUp(end);
    this.media.destroy();
  }
}

const warningOf = ({ warning: code, message: text }: KozpontError): Pick<HangUp, 'warning'> =>
  code === undefined ? {} : { warning: { code, text } };
