import type { Instant } from '../../../base/clock.ts';
import { type RtpView, sequenceStep, writeHeader } from '../wire/rtpPacket.ts';

/** A relayed source that jumps further than this, in packets or in milliseconds of sound, has begun anew. */
const furthestSequenceStep = 3000;
const furthestTimeStep = 1000;
const never = Number.NEGATIVE_INFINITY;

/**
 * The numbering of one stream that we send: one SSRC, sequence numbers without a gap of our making and timestamps that
 * follow the clock, whatever the sound comes from. Each change of source begins a talkspurt with the marker bit
 * (RFC 3551, §4.1); gaps and order of a relayed source stay what they were, so that the receiver sees the loss that
 * there is.
 */
export class OutgoingStream {
  packets = 0;
  /** Of payload. */
  octets = 0;
  /** When the last packet was sent; minus infinity: never. */
  sentAt: Instant = never;

  /** Where the numbers come from now: our own frames, a relayed source, or (after an interruption) the next packet. */
  private origin: 'none' | 'frames' | 'relay' = 'none';
  private span = 0;

  private heardSsrc = 0;
  private heardSequence = 0;
  private heardTimestamp = 0;
  private heardAt: Instant = 0;
  /** How many steps of the source's counter were relayed since the talkspurt began: what is older than that comes too late. */
  private reach = 0;
  private sequenceShift = 0;
  private timestampShift = 0;

  /** Signed 32 bits, 16 bits, signed 32 bits: random, and the numbers of the last packet sent. */
  constructor(
    readonly ssrc: number,
    private sequence: number,
    private timestamp: number,
  ) {}

  /** The next packet comes from elsewhere than the last one, or after a pause. */
  interrupt(): void {
    this.origin = 'none';
  }

  /** The timestamp that a sound would have now: for sender reports. */
  timestampAt(now: Instant): number {
    if (this.sentAt === never) return this.timestamp;
    return (this.timestamp + Math.round((now - this.sentAt) * 8)) | 0;
  }

  /** Frames that come too late to be sent: time goes on, numbers do not. */
  skip(samples: number): void {
    if (this.origin === 'frames') this.span += samples;
  }

  /** The header of a frame of our own, of `samples` samples. */
  frame(packet: Buffer, payloadType: number, samples: number, now: Instant): void {
    const marker = this.advance(now);
    this.span = samples;
    this.send(packet, marker, payloadType, samples, now);
  }

  /** Begins an event (RFC 4733, §2.5.1.2): all its packets carry the timestamp of its first. */
  beginEvent(now: Instant): void {
    this.advance(now);
    this.span = 0;
  }

  /** A packet of the event that has begun; `samples`: what it adds to the time that the event takes. */
  event(packet: Buffer, marker: boolean, payloadType: number, octets: number, samples: number, now: Instant): void {
    this.span += samples;
    this.send(packet, marker, payloadType, octets, now);
  }

  /**
   * Gives a received packet our numbers, in place, the header right before its payload, and says where it begins now;
   * -1: it belongs to what was before the talkspurt, and is not to be sent. `samples`: how much sound is in it.
   */
  relay(packet: Buffer, view: RtpView, payloadType: number, samples: number, now: Instant): number {
    let marker = view.marker;
    let step = sequenceStep(this.heardSequence, view.sequence);
    if (this.origin !== 'relay' || view.ssrc !== this.heardSsrc || Math.abs(step) > furthestSequenceStep) {
      this.origin = 'none';
      this.advance(now);
      this.origin = 'relay';
      this.heardSsrc = view.ssrc;
      this.reach = 0;
      this.sequenceShift = this.sequence + 1 - view.sequence;
      this.timestampShift = this.timestamp - view.timestamp;
      step = 0;
      marker = true;
    } else if (step < 0) {
      if (-step > this.reach) return -1;
    } else if (this.jumped(view.timestamp, now)) {
      this.origin = 'none';
      this.advance(now);
      this.origin = 'relay';
      this.timestampShift = this.timestamp - view.timestamp;
      marker = true;
    }
    const sequence = (view.sequence + this.sequenceShift) & 0xffff;
    const timestamp = (view.timestamp + this.timestampShift) | 0;
    if (step >= 0) {
      this.reach = Math.min(this.reach + step, furthestSequenceStep);
      this.heardSequence = view.sequence;
      this.heardTimestamp = view.timestamp;
      this.heardAt = now;
      this.sequence = sequence;
      this.timestamp = timestamp;
      this.span = samples;
      this.sentAt = now;
    }
    this.packets++;
    this.octets += view.end - view.start;
    const at = view.start - 12;
    writeHeader(packet, at, marker, payloadType, sequence, timestamp, this.ssrc);
    return at;
  }

  /** A packet of the relayed source that the receiver could not use: the numbers close over it. */
  omit(view: RtpView): void {
    if (this.origin !== 'relay' || view.ssrc !== this.heardSsrc) return;
    const step = sequenceStep(this.heardSequence, view.sequence);
    if (step <= 0 || step > furthestSequenceStep) return;
    this.heardSequence = view.sequence;
    this.sequenceShift--;
    this.reach = 0;
  }

  /** The source's clock has left the wall's: what it says is no longer how much time has passed. */
  private jumped(timestamp: number, now: Instant): boolean {
    const step = (timestamp - this.heardTimestamp) | 0;
    return step < -furthestTimeStep * 8 || step > (now - this.heardAt + furthestTimeStep) * 8;
  }

  /** Moves the timestamp on to the next sound; true where a talkspurt begins. */
  private advance(now: Instant): boolean {
    if (this.origin === 'frames') {
      this.timestamp = (this.timestamp + this.span) | 0;
      return false;
    }
    if (this.sentAt !== never) {
      this.timestamp = (this.timestamp + Math.max(this.span, Math.round((now - this.sentAt) * 8))) | 0;
    }
    this.origin = 'frames';
    return true;
  }

  private send(packet: Buffer, marker: boolean, payloadType: number, octets: number, now: Instant): void {
    this.sequence = (this.sequence + 1) & 0xffff;
    this.sentAt = now;
    this.packets++;
    this.octets += octets;
    writeHeader(packet, 0, marker, payloadType, this.sequence, this.timestamp, this.ssrc);
  }
}
