import type { Duration, Instant } from '../../base/clock.ts';
import { linear } from '../../embedded/rtp/audio/g711.ts';
import { ToneDetector } from '../../embedded/rtp/audio/goertzel.ts';
import type { AudioTap } from '../../embedded/rtp/session.ts';
import type { AudioCodec } from '../../media/sdp/agreement.ts';
import { CadenceDetector, isCadence, progressTone } from './cadence.ts';
import { type Heard, type Hearing, nothing, ofTones, silence, unknownSound } from './hearing.ts';
import { type KnownSound, type Play, SoundFollower } from './knownSounds.ts';

/** Samples a block, as many as in a packet: 20 ms, which tells tones apart that are whole multiples of 50 Hz. */
const blockLength = 160;
/** A thing counts as heard, and what was before it as over, after so many blocks in a row: 60 ms. */
const certain = 3;
/** No packet for so long is a gap. */
const longestPause: Duration = 200;
/** What the first burst of a call progress tone is until its length is known. */
const undecided = ofTones([progressTone]);
/** Root mean square, some -50 dB of full scale: below it there is silence. */
const audible = 100;

export interface EarOptions {
  /** The tones of others, in hertz: multiples of 50, not next to 425. */
  readonly tones: readonly number[];
  readonly sounds: readonly KnownSound[];
  readonly onChange: () => void;
  /** Something else is heard than before, for certain; `since` when. */
  readonly onHeard?: (what: Hearing, since: Instant) => void;
}

/** Listens to what a party sends: makes out of packets what a person would say to have heard, and when. */
export class Ear implements AudioTap {
  /** What was heard, in its order; the last one goes on. */
  readonly timeline: Heard[] = [];
  /** When the last packet came. */
  lastPacket: Instant | undefined;
  firstPacket: Instant | undefined;
  packets = 0;

  private readonly detector: ToneDetector;
  private readonly cadence = new CadenceDetector();
  private readonly follower: SoundFollower;
  private tones: readonly number[] = [];
  private level = 0;
  /** Blocks in a row of what is heard now. */
  private run = 0;
  /** What is heard but not yet for long enough to count. */
  private candidate: { readonly what: Hearing; blocks: number; readonly from: Instant } | undefined;

  constructor(private readonly options: EarOptions) {
    this.follower = new SoundFollower(options.sounds);
    this.detector = new ToneDetector(
      [progressTone, ...options.tones],
      (heard, level) => {
        this.tones = heard;
        this.level = level;
      },
      blockLength,
    );
  }

  /** For so many packets in a row, up to the last one. */
  heardFor(what: Hearing, blocks: number): boolean {
    return this.now === what && this.run >= blocks && this.candidate === undefined;
  }

  /** What is heard now, as far as it is certain. */
  get now(): Hearing {
    return this.timeline.at(-1)?.what ?? nothing;
  }

  /** The timeline in one line, for errors. */
  get story(): string {
    if (this.timeline.length === 0) return 'nothing was heard';
    const parts = this.timeline.slice(-12).map(({ what, from, until }) => `${what} ${Math.round(until - from)} ms`);
    return `heard: ${parts.join(', ')}`;
  }

  /** The known sounds that were heard, in their order, each from its beginning on: as exactly as packets can tell. */
  get plays(): readonly Play[] {
    return this.follower.plays;
  }

  /** Whether the last of the plays goes on. */
  get following(): boolean {
    return this.follower.following;
  }

  /** Everything that was heard since an instant. */
  since(instant: Instant): readonly Hearing[] {
    return this.timeline.filter(({ until }) => until > instant).map(({ what }) => what);
  }

  heard(codec: AudioCodec, packet: Uint8Array, start: number, end: number, now: Instant): void {
    if (this.lastPacket !== undefined && now - this.lastPacket > longestPause) this.gap(this.lastPacket, now);
    this.firstPacket ??= now;
    this.lastPacket = now;
    this.packets++;
    const followed = this.follower.follow(codec, packet, start, end, now);
    this.detector.hear(packet, start, end, linear[codec]);
    this.block(followed ?? this.judge(codec, packet, start, end, now), now);
    this.options.onChange();
  }

  spoken(): void {}

  private judge(codec: AudioCodec, packet: Uint8Array, start: number, end: number, now: Instant): Hearing {
    const { tones, level } = this;
    const progress = tones.length === 1 && tones[0] === progressTone;
    const quiet = level < audible;
    const cadence = this.cadence.hear(progress ? 'tone' : quiet ? 'silence' : 'other', now);
    if (cadence !== undefined) return cadence;
    if (quiet) return silence;
    const heard = ofTones(tones);
    // A steady tone is looked for no more; the first blocks of a voice may look like one.
    if (tones.length > 0 && heard === this.now) return heard;
    const found = this.follower.find(codec, packet, start, end, now);
    return found ?? (tones.length > 0 ? heard : unknownSound);
  }

  private block(what: Hearing, now: Instant): void {
    const current = this.timeline.at(-1);
    if (current?.what === what || (current?.what === undecided && isCadence(what))) {
      this.candidate = undefined;
      this.run++;
      this.timeline[this.timeline.length - 1] = { ...current, what, until: now };
      if (current.what !== what) this.options.onHeard?.(what, current.from);
      return;
    }
    if (this.candidate?.what !== what) this.candidate = { what, blocks: 0, from: now };
    if (++this.candidate.blocks < certain) return;
    this.timeline.push({ what, from: this.candidate.from, until: now });
    this.run = this.candidate.blocks;
    if (what !== undecided) this.options.onHeard?.(what, this.candidate.from);
    this.candidate = undefined;
  }

  private gap(from: Instant, until: Instant): void {
    this.candidate = undefined;
    this.run = 0;
    this.timeline.push({ what: nothing, from, until });
  }
}
