/** One party of a call: a channel of FreeSWITCH, the SIP dialog that it hangs on, and what was agreed on for it. */
import { randomInt } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Clock, Duration } from '../../base/clock.ts';
import { disposed } from '../../base/disposed.ts';
import { isKozpontError, KozpontError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type {
  EndpointOptions,
  EndpointStats,
  MediaEndpoint,
  PlayOptions,
  PlayOutcome,
  Recording,
  Sound,
} from '../port.ts';
import type { AudioAgreement, LocalAudio, TransportAddress } from '../sdp/agreement.ts';
import type { SessionDescription } from '../sdp/description.ts';
import { acceptAnswer, answerOffer, type LocalLine, offerAudio } from '../sdp/negotiate.ts';
import type { ResolveHost } from '../sdp/resolve.ts';
import { LocalDescription } from '../sdp/write.ts';
import type { Channel } from './channel.ts';
import { text } from './encode.ts';
import type { EventSocket } from './eventSocket/eventSocket.ts';
import { KeypadTones } from './keypadTones.ts';
import type { Leg } from './leg.ts';
import { type MediaFrom, mayBeElsewhere } from './nat.ts';
import { Player } from './player.ts';
import { FileRecording } from './recording.ts';
import { addressIn, type RemoteDescription, resolved } from './remoteSdp.ts';
import type { PathMap } from './sounds.ts';
import { statsIn } from './stats.ts';

export interface EndpointContext {
  readonly clock: Clock;
  readonly log: Log;
  /** The name of the media server. */
  readonly server: string;
  readonly socket: EventSocket;
  readonly paths: PathMap;
  readonly local: Omit<LocalAudio, keyof TransportAddress>;
  readonly mediaFrom: MediaFrom | undefined;
  readonly resolveHost: ResolveHost | undefined;
  /** For what has to be waited for. */
  readonly within: Duration;
  /** Called once, when it has ended. */
  left(endpoint: FreeswitchEndpoint): void;
  /** Called once, when nothing more of its channel is of interest. */
  forget(): void;
}

/** A channel whose bridge has ended parks by itself, some frames later. */
const parksWithin: Duration = 300;

/** From the event to the bridge. */
const bridgeTakes: Duration = 100;

interface End {
  /** FreeSWITCH has not said that it ended the channel. */
  readonly channelMayLive: boolean;
  /** After what is under way. */
  readonly gently: boolean;
}

/** What the INVITE has brought. */
export interface Established {
  readonly leg: Leg;
  readonly channel: Channel;
  readonly at: TransportAddress;
  readonly remote: RemoteDescription;
  readonly offer: SessionDescription | undefined;
}

export class FreeswitchEndpoint implements MediaEndpoint {
  readonly id: string;
  readonly server: string;

  private readonly log: Log;
  private readonly player: Player;
  private readonly tones: KeypadTones;
  private readonly description: LocalDescription;
  private local: LocalAudio;
  private words = '';
  private lines: readonly LocalLine[] = [];
  /** Whether the last offer was ours. */
  private offering = false;
  private agreement: AudioAgreement | undefined;
  private signallingAddress: string | undefined;
  /** It has moved there in the call. */
  private movedTo: string | undefined;
  private follows: boolean;
  private partner: FreeswitchEndpoint | undefined;
  private recording: FileRecording | undefined;
  private ended: Promise<void> | undefined;
  /** What is under way: changes of bridges, and of descriptions, each in its order. Neither rejects. */
  private bridging: Promise<void> = Promise.resolve();
  private negotiating: Promise<void> = Promise.resolve();

  /** Error: `INVALID_SDP`, where there is an offer and it cannot be answered. */
  constructor(
    private readonly context: EndpointContext,
    private readonly options: EndpointOptions,
    private readonly established: Established,
  ) {
    const { at, channel, offer } = established;
    this.id = channel.id;
    this.server = context.server;
    this.log = context.log.child({ call: options.callId, leg: options.legId });
    this.local = { ...context.local, ...at };
    this.signallingAddress = options.signallingAddress;
    this.description = new LocalDescription(String(randomInt(2 ** 47)), at.address);
    this.player = new Player({
      clock: context.clock,
      log: this.log,
      socket: context.socket,
      channel,
      paths: context.paths,
      settled: () => this.bridging,
    });
    this.tones = new KeypadTones(context.socket, channel, this.log);
    if (offer === undefined) this.writeOffer();
    else this.write(answerOffer(offer, this.local), false);
    this.listen();
    this.follows = mayBeElsewhere(this.agreement?.remote?.address, options.signallingAddress, context.mediaFrom);
    channel.tell({
      digit: (digit, way) => this.tell(() => options.events.digit(digit, way)),
      parked: () => this.tones.apply(),
      executed: (id, fields) => this.player.executed(id, fields),
      displaced: target => this.player.displaced(target),
    });
  }

  get localSdp(): string {
    return this.words;
  }

  get remoteHold(): boolean {
    return this.agreement?.remoteHold ?? false;
  }

  async accept(answer: string, signallingAddress?: string): Promise<void> {
    await this.negotiate(async () => {
      if (!this.offering) throw new KozpontError('INVALID_SDP', 'there is no offer of ours that this could answer');
      const agreement = acceptAnswer(await this.read(answer, signallingAddress), this.lines, this.local);
      this.sees(signallingAddress);
      await this.inform(agreement);
      this.agreement = agreement;
      this.listen();
    });
  }

  async answer(offer: string, signallingAddress?: string): Promise<string> {
    await this.negotiate(async () => {
      const description = await this.read(offer, signallingAddress);
      const { agreement } = answerOffer(description, this.local, this.agreement);
      this.sees(signallingAddress);
      await this.inform(agreement);
      this.write(answerOffer(description, this.local, this.agreement), false);
      this.listen();
    });
    return this.words;
  }

  async offer(): Promise<string> {
    await this.negotiate(async () => this.writeOffer());
    return this.words;
  }

  async play(sounds: readonly Sound[], options: PlayOptions = {}): Promise<PlayOutcome> {
    this.mustBeOpen();
    return this.player.play(sounds, options.loop === true);
  }

  async stop(): Promise<void> {
    this.mustBeOpen();
    this.player.stop();
  }

  async bridge(other: MediaEndpoint): Promise<void> {
    this.mustBeOpen();
    if (!(other instanceof FreeswitchEndpoint) || other === this || other.context.socket !== this.context.socket) {
      throw new KozpontError('MEDIA_UNAVAILABLE', 'an endpoint is bridged to another one of the same media server');
    }
    other.mustBeOpen();
    const before = Promise.allSettled([this.part(), other.part()]);
    this.player.stop();
    other.player.stop();
    this.partner = other;
    other.partner = this;
    await this.together(other, async () => {
      await before;
      await this.join(other);
    });
  }

  async unbridge(): Promise<void> {
    this.mustBeOpen();
    await this.part();
  }

  async record(path: string): Promise<Recording> {
    this.mustBeOpen();
    if (this.recording !== undefined) {
      throw new KozpontError('RECORDING_FAILED', 'the endpoint is being recorded already');
    }
    const { socket, paths } = this.context;
    const recording = new FileRecording(socket, this.established.channel.id, path, paths, this.log, () => {
      if (this.recording === recording) this.recording = undefined;
    });
    this.recording = recording;
    await this.alive(recording.start());
    return recording;
  }

  async stats(): Promise<EndpointStats> {
    this.mustBeOpen();
    const { socket } = this.context;
    const { id } = this.established.channel;
    const answer = await this.alive(socket.api(text`json {"command":"mediaStats","data":{"uuid":"${id}"}}`));
    return statsIn(answer, this.agreement?.codec ?? null);
  }

  destroy(): Promise<void> {
    this.ended ??= this.end({ channelMayLive: true, gently: true });
    return this.ended;
  }

  /** The end that nobody asked for. `channelMayLive`: FreeSWITCH has not said that it ended it. */
  die(error: KozpontError, channelMayLive = false): void {
    if (this.ended !== undefined) return;
    this.log.warn({ error: error.message }, 'a media endpoint died');
    this.ended = this.end({ channelMayLive, gently: false });
    this.tell(() => this.options.events.gone(error));
  }

  private async end({ channelMayLive, gently }: End): Promise<void> {
    const { channel, leg } = this.established;
    const { partner } = this;
    this.player.end();
    this.partner = undefined;
    if (partner !== undefined) partner.partner = undefined;
    this.context.left(this);
    const recorded = this.recording?.stop().catch(() => {});
    if (gently) await this.bridgeStands();
    if (partner !== undefined) {
      // FreeSWITCH parks it by itself.
      if (partner.established.channel.state === 'bridged') partner.established.channel.move();
      partner.bridging = partner.bridging.then(() => partner.recover());
    }
    channel.reach('gone');
    this.context.forget();
    if (!channelMayLive) return;
    await recorded;
    try {
      await leg.bye();
    } catch (error) {
      this.log.warn({ error: messageOf(error) }, 'FreeSWITCH takes no BYE: the channel is ended without one');
      await this.context.socket.api(text`uuid_kill ${channel.id}`).catch(() => {});
    }
  }

  /**
   * FreeSWITCH hangs up a channel whose partner goes while the two are being bridged: nobody is to be lost by that. It says
   * that they are bridged a moment before they are.
   */
  private async bridgeStands(): Promise<void> {
    await this.bridging;
    const { channel } = this.established;
    if (channel.state !== 'bridged') return;
    const { clock } = this.context;
    const wait = channel.since + bridgeTakes - clock.now();
    if (wait > 0) await new Promise<void>(resolve => clock.after(wait, resolve));
  }

  private read(sdp: string, signallingAddress: string | undefined): Promise<SessionDescription> {
    const { resolveHost, clock } = this.context;
    return resolved(sdp, resolveHost, clock, signallingAddress ?? this.signallingAddress);
  }

  /** A far end that takes no telephone events sends its keys as tones. */
  private listen(): void {
    if (this.agreement !== undefined) this.tones.want(this.agreement.telephoneEvent === undefined);
  }

  private mustBeOpen(): void {
    if (this.ended !== undefined) throw this.gone();
  }

  private gone(): KozpontError {
    return disposed(`the media endpoint of leg ${this.options.legId}`);
  }

  /** What FreeSWITCH does, unless the endpoint ends meanwhile. */
  private async alive<T>(work: Promise<T>): Promise<T> {
    try {
      const value = await work;
      this.mustBeOpen();
      return value;
    } catch (error) {
      this.mustBeOpen();
      throw error;
    }
  }

  private negotiate(work: () => Promise<void>): Promise<void> {
    if (this.ended !== undefined) return Promise.reject(this.gone());
    const done = this.negotiating.then(() => {
      this.mustBeOpen();
      return this.alive(work());
    });
    this.negotiating = done.catch(() => {});
    return done;
  }

  private sees(signallingAddress: string | undefined): void {
    const before = this.signallingAddress;
    if (signallingAddress === undefined || signallingAddress === before) return;
    if (before !== undefined) this.movedTo = signallingAddress;
    this.signallingAddress = signallingAddress;
  }

  /**
   * A far end that moves behind another NAT describes the same address as before. FreeSWITCH looks for it anew where it is
   * told another one: that of its signalling, by which it would be found behind the first one, too.
   */
  private asSeen(agreement: AudioAgreement): AudioAgreement {
    const { movedTo } = this;
    const { remote } = agreement;
    if (movedTo === undefined || remote === undefined || isIPv6(movedTo) !== isIPv6(remote.address)) return agreement;
    return { ...agreement, remote: { ...remote, address: movedTo } };
  }

  /** Tells FreeSWITCH what was agreed on, where that is news. */
  private async inform(agreement: AudioAgreement): Promise<void> {
    const { leg, remote } = this.established;
    const offer = remote.write(this.asSeen(agreement));
    if (offer === undefined) return;
    const follows = mayBeElsewhere(agreement.remote?.address, this.signallingAddress, this.context.mediaFrom);
    try {
      if (follows !== this.follows) await this.follow(follows);
      this.local = { ...this.local, ...addressIn(await leg.reinvite(offer)) };
    } catch (error) {
      remote.forget();
      throw isKozpontError(error, 'INVALID_SDP')
        ? new KozpontError('MEDIA_UNAVAILABLE', `FreeSWITCH answers what cannot be read: ${error.message}`)
        : error;
    }
  }

  /** Whether media from elsewhere than described is taken; of effect at the next re-INVITE. */
  private async follow(follows: boolean): Promise<void> {
    const { id } = this.established.channel;
    const value = follows ? text`false` : text`true`;
    await this.context.socket.api(text`uuid_setvar ${id} disable_rtp_auto_adjust ${value}`);
    this.follows = follows;
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
    this.write({ lines: offerAudio(known, this.lines), agreement }, true);
  }

  private write(
    written: { readonly lines: readonly LocalLine[]; readonly agreement: AudioAgreement | undefined },
    offering: boolean,
  ): void {
    this.lines = written.lines;
    this.words = this.description.write(written.lines);
    this.agreement = written.agreement;
    this.offering = offering;
  }

  /** One change of bridges after the other, on both sides. */
  private together(other: FreeswitchEndpoint, work: () => Promise<void>): Promise<void> {
    const done = Promise.all([this.bridging, other.bridging]).then(() => this.alive(work()));
    const settled = done.catch(() => {});
    this.bridging = settled;
    other.bridging = settled;
    return done;
  }

  private async join(other: FreeswitchEndpoint): Promise<void> {
    const { channel: ours } = this.established;
    const { channel: theirs } = other.established;
    other.mustBeOpen();
    // A play that FreeSWITCH has not begun yet would be played on the way into the bridge, and keep the two from it.
    await Promise.all([ours.until('parked'), theirs.until('parked'), this.player.silent(), other.player.silent()]);
    // Something else was asked for meanwhile.
    if (this.partner !== other) return;
    ours.move();
    theirs.move();
    const { socket } = this.context;
    try {
      const reply = await socket.api(text`uuid_bridge ${ours.id} ${theirs.id}`);
      if (!reply.startsWith('+OK')) {
        for (const channel of [ours, theirs]) channel.reach('parked');
        throw new KozpontError('MEDIA_UNAVAILABLE', `FreeSWITCH bridges nothing: ${reply.trim()}`);
      }
      await Promise.all([ours.until('bridged'), theirs.until('bridged')]);
    } catch (error) {
      await Promise.all([this.recover(), other.recover()]);
      throw error;
    }
  }

  /**
   * Gets a channel back to its place whose bridge came to nothing, because the other party went on the way: most park by
   * themselves, some wait for the other one for ever. One that is parked already must not be told to park.
   */
  private async recover(): Promise<void> {
    const { channel } = this.established;
    if (channel.state !== 'moving') return;
    try {
      await channel.until('parked', parksWithin);
    } catch {
      if (channel.state !== 'moving') return;
      await this.context.socket.api(text`uuid_park ${channel.id}`).catch(() => {});
      await channel.until('parked').catch(() => {});
    }
  }

  /** Resolves when both stand alone. */
  private part(): Promise<void> {
    const { partner } = this;
    if (partner === undefined) return this.bridging;
    this.partner = undefined;
    partner.partner = undefined;
    return this.together(partner, async () => {
      const { channel: ours } = this.established;
      const { channel: theirs } = partner.established;
      if (ours.state !== 'bridged' || theirs.state !== 'bridged') return;
      ours.move();
      theirs.move();
      // The other one parks by itself (`park_after_bridge`).
      await this.context.socket.api(text`uuid_park ${ours.id}`);
      await Promise.all([ours.until('parked'), theirs.until('parked').catch(() => {})]);
    });
  }

  /** What a listener throws is its own affair. */
  private tell(event: () => void): void {
    try {
      event();
    } catch (error) {
      this.log.error({ error: messageOf(error) }, 'an event of a media endpoint was not handled');
    }
  }
}
