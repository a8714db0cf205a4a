import { randomBytes } from 'node:crypto';
import type { ToneGenerator } from '../../embedded/rtp/audio/tones.ts';
import type { RtpEngine } from '../../embedded/rtp/rtpEngine.ts';
import type { AudioTap, RtpSession } from '../../embedded/rtp/session.ts';
import type { Direction, EndpointStats } from '../../media/port.ts';
import type { AudioAgreement, AudioCodec, LocalAudio } from '../../media/sdp/agreement.ts';
import { acceptAnswer, answerOffer, type LocalLine, offerAudio } from '../../media/sdp/negotiate.ts';
import { parseSdp } from '../../media/sdp/parse.ts';
import { LocalDescription } from '../../media/sdp/write.ts';
import { OwnTone } from './ownTone.ts';

export interface PhoneMediaOptions {
  readonly engine: RtpEngine;
  readonly tones: ToneGenerator;
  /** In our descriptions. */
  readonly address: string;
  readonly codecs: readonly AudioCodec[];
  /** What the phone says, in hertz; undefined: silence. */
  readonly tone: number | undefined;
  readonly ear: AudioTap;
  /** Of the server, by which media may come though it describes another one: it is the same machine. */
  readonly signallingAddress: string | undefined;
  digit(digit: string): void;
}

/** Milliseconds that a key is held. */
const keyPress = 100;
const telephoneEvent = 101;

/** The media of one call of a phone: what it describes, says and hears. */
export class PhoneMedia {
  /** As the last description of ours has it. */
  direction: Direction = 'sendrecv';
  private readonly description: LocalDescription;
  private readonly tone: OwnTone;
  private lines: readonly LocalLine[] = [];
  private agreement: AudioAgreement | undefined;
  private closed = false;

  /** Errors: `PORTS_EXHAUSTED`, `MEDIA_UNAVAILABLE`. */
  static async open(options: PhoneMediaOptions): Promise<PhoneMedia> {
    const session = await options.engine.openSession({ digit: digit => options.digit(digit), broken: () => {} });
    return new PhoneMedia(options, session);
  }

  private constructor(
    private readonly options: PhoneMediaOptions,
    private readonly session: RtpSession,
  ) {
    this.description = new LocalDescription(String(randomBytes(6).readUIntBE(0, 6)), options.address);
    this.tone = new OwnTone(options.tones, options.tone);
    session.tap = options.ear;
  }

  get port(): number {
    return this.session.ports.port;
  }

  /** What was agreed on last. */
  get agreed(): AudioAgreement | undefined {
    return this.agreement;
  }

  offer(direction = this.direction): string {
    this.direction = direction;
    this.lines = offerAudio(this.local(), this.lines);
    return this.description.write(this.lines);
  }

  /** Error: `INVALID_SDP`. */
  accept(answer: string): void {
    this.agree(acceptAnswer(parseSdp(answer), this.lines, this.local()));
  }

  /** Error: `INVALID_SDP`. */
  answer(offer: string): string {
    const { agreement, lines } = answerOffer(parseSdp(offer), this.local(), this.agreement);
    this.lines = lines;
    this.agree(agreement);
    return this.description.write(lines);
  }

  /** Telephone events, one after the other; resolves when the last of their packets has left. */
  async press(digits: string): Promise<void> {
    this.session.sendDigits(digits, keyPress);
    await this.tone.nextFrame();
  }

  stats(): EndpointStats {
    return this.session.stats();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.tone.end();
    this.session.close();
  }

  private local(): LocalAudio {
    const { address, codecs } = this.options;
    return { address, port: this.port, codecs, telephoneEvent, direction: this.direction };
  }

  private agree(agreement: AudioAgreement): void {
    if (this.closed) return;
    this.agreement = agreement;
    this.session.agree(agreement, this.options.signallingAddress);
    if (!this.session.playing) this.session.play(this.tone, () => {});
  }
}
