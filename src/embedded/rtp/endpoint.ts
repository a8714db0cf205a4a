import { randomInt } from 'node:crypto';
import type { Clock, Duration, Instant } from '../../base/clock.ts';
import { disposed } from '../../base/disposed.ts';
import { KozpontError, messageOf } from '../../base/errors.ts';
import type { Facing } from '../../base/facing.ts';
import { randomId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type {
  DigitWay,
  EndpointOptions,
  EndpointStats,
  MediaEndpoint,
  PlayOptions,
  PlayOutcome,
  Recording,
  Sound,
} from '../../media/port.ts';
import type { AudioAgreement, LocalAudio, TransportAddress } from '../../media/sdp/agreement.ts';
import type { SessionDescription } from '../../media/sdp/description.ts';
import { acceptAnswer, answerOffer, type LocalLine, offerAudio } from '../../media/sdp/negotiate.ts';
import { LocalDescription } from '../../media/sdp/write.ts';
import { Playback } from './audio/playback.ts';
import type { SoundLibrary } from './audio/soundLibrary.ts';
import type { ToneGenerator } from './audio/tones.ts';
import { type Part, silent, whole } from './audio/track.ts';
import { Recorder } from './recorder.ts';
import type { RtpSession } from './session.ts';
import type { Face } from './socket/face.ts';

export interface EndpointContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly sounds: SoundLibrary;
  readonly tones: ToneGenerator;
  /** At once, unless it has names in the place of addresses. Error: `INVALID_SDP`. */
  readonly read: (sdp: string, signalling: string | undefined) => SessionDescription | Promise<SessionDescription>;
  /** From where else than described the media of a far end may come that signals from an address. */
  readonly mediaFrom: (signalling: string) => ((address: string) => boolean) | undefined;
  readonly faceFor: (facing: Facing, described?: string) => Face;
  /** Error: `MEDIA_UNAVAILABLE`, and it stays where it is. */
  readonly move: (session: RtpSession, address: string) => Promise<void>;
}

/** Where the far end's audio is, by its description. */
export const describedIn = (description: SessionDescription | undefined): string | undefined =>
  description?.media.find(({ kind, port }) => kind === 'audio' && port > 0)?.address;

/** A tone that the other party of a bridge has just sent comes back as an echo within this time. */
const echo: Duration = 1500;

const showAddress = ({ address, port }: TransportAddress): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** One party of a call: a session, what was agreed on for it, and what it is made to hear. */
export class EmbeddedEndpoint implements MediaEndpoint {
  readonly id = randomId();
  readonly server = 'embedded';

  private readonly log: Log;
  private readonly description: LocalDescription;
  private text = '';
  private lines: readonly LocalLine[] = [];
  /** Whether the last offer was ours. */
  private offering = false;
  private agreement: AudioAgreement | undefined;
  private signallingAddress: string | undefined;
  private partner: EmbeddedEndpoint | undefined;
  /** Settles the `play` that is under way. */
  private settlePlay: ((outcome: PlayOutcome) => void) | undefined;
  private recorder: Recorder | undefined;
  private recording = false;
  private ended: Promise<void> | undefined;
  /** The last key, and when. */
  private pressed = '';
  private pressedAt: Instant = Number.NEGATIVE_INFINITY;

  /** Error: `INVALID_SDP`, where there is an offer and it cannot be answered. `left` is called once, at the end. */
  constructor(
    private readonly context: EndpointContext,
    private readonly options: EndpointOptions,
    private readonly session: RtpSession,
    private local: LocalAudio,
    /** Where its sockets are bound. */
    private bind: string,
    offer: SessionDescription | undefined,
    private readonly left: () => void,
  ) {
    this.log = context.log.child({ call: options.callId, leg: options.legId });
    this.signallingAddress = options.signallingAddress;
    this.description = new LocalDescription(String(randomInt(2 ** 47)), local.address);
    session.listenToTones();
    if (offer === undefined) this.writeOffer();
    else this.writeAnswer(offer);
  }

  get localSdp(): string {
    return this.text;
  }

  get remoteHold(): boolean {
    return this.agreement?.remoteHold ?? false;
  }

  sdpFor(facing: Facing): string {
    const { told } = this.context.faceFor(facing);
    return told === this.local.address ? this.text : this.description.writtenAt(told, this.lines);
  }

  async accept(answer: string, signallingAddress?: string, facing?: Facing): Promise<void> {
    this.mustBeOpen();
    if (!this.offering) throw new KozpontError('INVALID_SDP', 'there is no offer of ours that this could answer');
    const read = this.context.read(answer, signallingAddress ?? this.signallingAddress);
    const description = read instanceof Promise ? await read : read;
    this.mustBeOpen();
    // As it was offered to this one.
    const face = facing === undefined ? undefined : this.context.faceFor(facing);
    const local = face === undefined ? this.local : { ...this.local, address: face.told };
    const agreement = acceptAnswer(description, this.lines, local);
    if (face !== undefined) await this.turnTo(face);
    this.signallingAddress = signallingAddress ?? this.signallingAddress;
    this.agree(agreement);
  }

  async answer(offer: string, signallingAddress?: string, facing?: Facing): Promise<string> {
    this.mustBeOpen();
    const read = this.context.read(offer, signallingAddress ?? this.signallingAddress);
    const description = read instanceof Promise ? await read : read;
    this.mustBeOpen();
    if (facing !== undefined) {
      const face = this.context.faceFor(facing, describedIn(description));
      answerOffer(description, { ...this.local, address: face.told }, this.agreement);
      await this.turnTo(face);
    }
    this.writeAnswer(description, signallingAddress);
    return this.text;
  }

  async offer(): Promise<string> {
    this.mustBeOpen();
    this.writeOffer();
    return this.text;
  }

  async play(sounds: readonly Sound[], options: PlayOptions = {}): Promise<PlayOutcome> {
    this.mustBeOpen();
    this.stopSound();
    return new Promise(resolve => {
      const settle = (outcome: PlayOutcome): void => {
        if (this.settlePlay === settle) this.settlePlay = undefined;
        resolve(outcome);
      };
      this.settlePlay = settle;
      const parts = this.partsAtHand(sounds);
      if (parts !== undefined) this.begin(parts, options, settle);
      else void this.loadAndBegin(sounds, options, settle);
    });
  }

  async stop(): Promise<void> {
    this.mustBeOpen();
    this.stopSound();
  }

  async bridge(other: MediaEndpoint): Promise<void> {
    this.mustBeOpen();
    if (!(other instanceof EmbeddedEndpoint) || other === this) {
      throw new KozpontError('MEDIA_UNAVAILABLE', 'an endpoint is bridged to another one of the same media server');
    }
    other.mustBeOpen();
    this.part();
    other.part();
    this.stopSound();
    other.stopSound();
    this.partner = other;
    other.partner = this;
    this.session.forwardTo(other.session);
    other.session.forwardTo(this.session);
  }

  async unbridge(): Promise<void> {
    this.mustBeOpen();
    this.part();
  }

  async record(path: string): Promise<Recording> {
    this.mustBeOpen();
    if (this.recording) throw new KozpontError('RECORDING_FAILED', 'the endpoint is being recorded already');
    this.recording = true;
    try {
      const recorder = await Recorder.start(this.context.clock, path, error => this.recordingEnded(error));
      this.recorder = recorder;
    } catch (error) {
      this.recording = false;
      throw error;
    }
    if (this.ended !== undefined) {
      await this.recorder.stop().catch(() => {});
      this.mustBeOpen();
    }
    this.session.tap = this.recorder;
    return this.recorder;
  }

  async stats(): Promise<EndpointStats> {
    this.mustBeOpen();
    return this.session.stats();
  }

  destroy(): Promise<void> {
    this.ended ??= this.end();
    return this.ended;
  }

  /** The end that nobody asked for. */
  die(error: KozpontError): void {
    if (this.ended !== undefined) return;
    this.log.warn({ error: error.message }, 'a media endpoint died');
    this.destroy().catch(error => this.log.error({ err: error }, 'a media endpoint could not be ended'));
    this.tell(() => this.options.events.gone(error));
  }

  /**
   * A key of the far end. The other party of a bridge gets the packets themselves; where it takes no events, it hears the
   * tones, made by us unless they are in the sound.
   */
  digit(digit: string, way: DigitWay): void {
    const { partner } = this;
    const now = this.context.clock.now();
    if (way === 'tone' && partner?.pressed === digit && now - partner.pressedAt < echo) return;
    this.pressed = digit;
    this.pressedAt = now;
    if (way === 'event' && partner !== undefined && !partner.session.takesEvents && !partner.session.playing) {
      partner.session.play(new Playback([this.context.tones.digit(digit)], false), () => {});
    }
    this.tell(() => this.options.events.digit(digit, way));
  }

  /** What is sent from there is not heard: said once, as nothing else tells why the far end is silent. */
  elsewhere(source: TransportAddress): void {
    const described = this.agreement?.remote;
    this.log.warn(
      {
        source: showAddress(source),
        described: described === undefined ? null : showAddress(described),
        signalling: this.signallingAddress ?? null,
      },
      'media from another address than described is not heard; for a trunk, mediaFrom admits it',
    );
    this.tell(() => this.options.events.elsewhere?.(showAddress(source)));
  }

  private async end(): Promise<void> {
    this.stopSound();
    this.part();
    this.session.close();
    this.left();
    // What went wrong with it is in the log, and told to whoever stops the recording.
    await this.recorder?.stop().catch(() => {});
  }

  private mustBeOpen(): void {
    if (this.ended !== undefined) throw disposed(`the media endpoint of leg ${this.options.legId}`);
  }

  /** The far end reaches us at another address than before: its media go on from there. */
  private async turnTo({ bind, told }: Face): Promise<void> {
    if (bind !== this.bind) {
      await this.context.move(this.session, bind);
      this.bind = bind;
      this.mustBeOpen();
    }
    if (told === this.local.address) return;
    this.local = { ...this.local, address: told };
    this.description.moveTo(told);
    this.text = this.description.write(this.lines);
  }

  private writeAnswer(offer: SessionDescription, signallingAddress?: string): void {
    const { agreement, lines } = answerOffer(offer, this.local, this.agreement);
    this.signallingAddress = signallingAddress ?? this.signallingAddress;
    this.write(lines);
    this.offering = false;
    this.agree(agreement);
  }

  /** What was agreed on stands first, so that an answer changes nothing without need; numbers once given stay (RFC 3264, §8.3.2). */
  private writeOffer(): void {
    const { local, agreement } = this;
    const known: LocalAudio =
      agreement === undefined
        ? local
        : {
            ...local,
            codecs: [agreement.codec, ...local.codecs.filter(codec => codec !== agreement.codec)],
            telephoneEvent: agreement.telephoneEvent ?? local.telephoneEvent,
          };
    this.write(offerAudio(known, this.lines));
    this.offering = true;
  }

  private write(lines: readonly LocalLine[]): void {
    this.lines = lines;
    this.text = this.description.write(lines);
  }

  private agree(agreement: AudioAgreement): void {
    this.agreement = agreement;
    const { signallingAddress } = this;
    const admits = signallingAddress === undefined ? undefined : this.context.mediaFrom(signallingAddress);
    this.session.agree(agreement, signallingAddress, admits);
  }

  /** Undefined: a file has to be read first. */
  private partsAtHand(sounds: readonly Sound[]): Part[] | undefined {
    const parts: Part[] = [];
    for (const sound of sounds) {
      const part = this.partAtHand(sound);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return parts;
  }

  private partAtHand(sound: Sound): Part | undefined {
    if (sound.kind === 'tone') return this.context.tones.tone(sound.tone);
    if (sound.kind === 'silence') return silent(sound.duration);
    const track = this.context.sounds.get(sound.path);
    return track === undefined ? undefined : whole(track);
  }

  private async loadAndBegin(
    sounds: readonly Sound[],
    options: PlayOptions,
    settle: (outcome: PlayOutcome) => void,
  ): Promise<void> {
    try {
      const parts = await Promise.all(
        sounds.map(async sound =>
          sound.kind === 'file' ? whole(await this.context.sounds.load(sound.path)) : (this.partAtHand(sound) as Part),
        ),
      );
      if (this.settlePlay === settle) this.begin(parts, options, settle);
    } catch (error) {
      this.log.warn({ error: messageOf(error) }, 'a sound cannot be played');
      settle('failed');
    }
  }

  private begin(parts: readonly Part[], options: PlayOptions, settle: (outcome: PlayOutcome) => void): void {
    this.session.play(new Playback(parts, options.loop === true), () => settle('completed'));
  }

  private stopSound(): void {
    this.session.stopPlaying();
    this.settlePlay?.('stopped');
  }

  private part(): void {
    const { partner } = this;
    if (partner === undefined) return;
    this.partner = undefined;
    partner.partner = undefined;
    this.session.forwardTo(undefined);
    partner.session.forwardTo(undefined);
  }

  private recordingEnded(error: KozpontError | undefined): void {
    this.session.tap = undefined;
    this.recording = false;
    if (error !== undefined) this.log.warn({ error: error.message }, 'a recording failed');
  }

  /** What a listener throws is its own affair: packets go on. */
  private tell(event: () => void): void {
    try {
      event();
    } catch (error) {
      this.log.error({ error: messageOf(error) }, 'an event of a media endpoint was not handled');
    }
  }
}
