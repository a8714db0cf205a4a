import type { Instant } from '../../base/clock.ts';
import type { Track } from '../../embedded/rtp/audio/track.ts';
import type { AudioCodec } from '../../media/sdp/agreement.ts';

/** A sound that a phone recognises when it is played to it: a prompt, music. */
export interface KnownSound {
  readonly name: string;
  readonly track: Track;
  /** It is played to its end, and not again and again: what comes after its last sample is another play. */
  readonly once?: boolean;
}

/** A sound that was played, as far as it was recognised. */
export interface Play {
  /** Those that it can be, by all that was heard of it: sounds that begin alike are told apart where they part. */
  readonly sounds: readonly KnownSound[];
  readonly from: Instant;
  /** When it was last heard. */
  readonly until: Instant;
  /** The sample of the sound with which it began; what is silent is not recognised. */
  readonly began: number;
}

/** So much of a frame is looked for: 10 ms. */
const needle = 80;
/** Samples that may be missing in the midst of a play: 400 ms of lost packets. */
const lost = 3200;

interface Candidate {
  readonly sound: KnownSound;
  /** The sample that comes next. */
  readonly next: number;
}

/**
 * Recognises known sounds by their very bytes: an engine that plays a file unmixed sends its samples as they are. Once
 * found, a sound is followed frame by frame, through its silences and over the seam of a loop.
 */
export class SoundFollower {
  /** In their order; the last one may go on. */
  readonly plays: Play[] = [];
  private candidates: readonly Candidate[] = [];
  /** Where those stood that were followed last. */
  private before: readonly Candidate[] = [];

  constructor(private readonly sounds: readonly KnownSound[]) {}

  /** Whether the last of the plays goes on. */
  get following(): boolean {
    return this.candidates.length > 0;
  }

  /** Goes on with what was found before, where this is its next frame. */
  follow(codec: AudioCodec, packet: Uint8Array, start: number, end: number, now: Instant): string | undefined {
    if (this.candidates.length === 0) return undefined;
    const fitting = this.candidates.filter(candidate => fits(candidate, codec, packet, start, end));
    if (fitting.length === 0) {
      this.before = this.candidates;
      this.candidates = [];
      return undefined;
    }
    this.candidates = fitting.map(({ sound, next }) => ({ sound, next: after(sound, next + end - start) }));
    const play = this.plays.at(-1);
    if (play !== undefined) {
      const sounds = fitting.length === play.sounds.length ? play.sounds : fitting.map(({ sound }) => sound);
      this.plays[this.plays.length - 1] = { ...play, sounds, until: now };
    }
    return fitting[0]?.sound.name;
  }

  /** Looks for it in every sound: not for each packet, but for what nothing else accounts for. */
  find(codec: AudioCodec, packet: Uint8Array, start: number, end: number, now: Instant): string | undefined {
    const wanted = packet.subarray(start, Math.min(start + needle, end));
    const found = this.sounds.flatMap((sound): Candidate[] => {
      const { buffer, byteOffset, byteLength } = sound.track.encoded[codec];
      const next = Buffer.from(buffer, byteOffset, byteLength).indexOf(wanted);
      return next === -1 ? [] : [{ sound, next }];
    });
    const fitting = found.filter(candidate => fits(candidate, codec, packet, start, end));
    if (fitting.length === 0) return undefined;
    const resumed = fitting.filter(({ sound, next }) => this.before.some(one => goesOn(one, sound, next)));
    this.candidates = resumed.length > 0 ? resumed : fitting;
    if (resumed.length === 0) {
      const began = Math.min(...fitting.map(({ next }) => next));
      this.plays.push({ sounds: fitting.map(({ sound }) => sound), from: now, until: now, began });
    }
    this.before = [];
    return this.follow(codec, packet, start, end, now);
  }
}

/** After packets that were lost, or a moment that another sound had. */
const goesOn = (before: Candidate, sound: KnownSound, next: number): boolean =>
  before.sound === sound && next >= before.next && next - before.next < lost;

const after = ({ once, track }: KnownSound, next: number): number => (once === true ? next : next % track.samples);

function fits({ sound, next }: Candidate, codec: AudioCodec, packet: Uint8Array, start: number, end: number): boolean {
  const { encoded, samples } = sound.track;
  const bytes = encoded[codec];
  if (sound.once === true && next >= samples) return false;
  for (let at = start, from = next; at < end; at++, from++) {
    if (from >= samples) {
      // What comes after the end of a sound that is played once is not its own.
      if (sound.once === true) return true;
      from = 0;
    }
    if (packet[at] !== bytes[from]) return false;
  }
  return true;
}
