import type { Instant } from '../../../base/clock.ts';
import { frameLength } from '../audio/g711.ts';
import { headerLength, type RtpView, sequenceStep, writeHeader } from '../wire/rtpPacket.ts';
import type { Arrival } from './arrivals.ts';

/** What is sent late cannot be further behind. */
const furthestSequenceStep = 3000;
/** The clock of a relayed source may be this far from the wall's, in either direction. Milliseconds. */
const furthestTimeStep = 1000;
/** A pause between packets that is no more than jitter. Milliseconds. */
const jitter = 100;
const never = Number.NEGATIVE_INFINITY;

/**
 * The numbering of one stream that we send: one SSRC, sequence numbers without a gap of our making and timestamps that
 * follow the clock, whatever the sound comes from. Each change of source begins a talkspurt with the marker bit
 * (RFC 3551, §4.1); gaps and order of a relayed source stay what they were, so that the receiver sees the loss that
 * there is. A source whose numbers or timestamps begin anew, jump or stand still goes on as the same stream.
 */
export class OutgoingStream {
  packets = 0;
  /** Of payload. */
  octets = 0;
  /** When the last packet was sent; minus infinity: never. */
  sentAt: Instant = never;

  /** Where the numbers come from now: our own frames, a relayed source, or (after an interruption) the next packet. */
  private origin: 'none' | 'frames' | 'relay' = 'none';
  /** When `timestamp` was the time, and how much sound there is from then on. */
  private clockedAt: Instant = never;
  private span = 0;

  private heardSequence = 0;
  /** Of sound: that of an event is where it began. */
  private heardTimestamp = 0;
  private heardAt: Instant = never;
  /** How many steps of the source's counter were relayed since the talkspurt began: what is older than that comes too late. */
  private reach = 0;
  private sequenceShift = 0;
  private timestampShift = 0;
  /** Of the last event: the timestamp that it came with, and the one that it was sent with. */
  private heardEvent = 0;
  private eventShift = 0;
  private eventTimestamp: number | undefined;

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
    if (this.clockedAt === never) return this.timestamp;
    return (this.timestamp + Math.round((now - this.clockedAt) * 8)) | 0;
  }

  /** Frames that come too late to be sent: time goes on, numbers do not. */
  skip(samples: number): void {
    if (this.origin === 'frames') this.span += samples;
  }

  /** The header of a frame of our own, of `samples` samples. */
  frame(packet: Buffer, payloadType: number, samples: number, now: Instant): void {
    const marker = this.advance(now);
    this.clockedAt = now;
    this.span = samples;
    this.send(packet, marker, payloadType, samples, now);
  }

  /** Begins an event (RFC 4733, §2.5.1.2): all its packets carry the timestamp of its first. */
  beginEvent(now: Instant): void {
    this.advance(now);
    this.clockedAt = now;
    this.span = 0;
  }

  /** A packet of the event that has begun; `samples`: what it adds to the time that the event takes. */
  event(packet: Buffer, marker: boolean, payloadType: number, octets: number, samples: number, now: Instant): void {
    this.span += samples;
    this.send(packet, marker, payloadType, octets, now);
  }

  /**
   * Gives a received packet of sound our numbers, in place, the header right before its payload, and says where it begins
   * now; -1: it belongs to what was before the talkspurt, and is not to be sent. A `stray` is not brought here.
   */
  relay(packet: Buffer, view: RtpView, arrival: Arrival, payloadType: number, now: Instant): number {
    const samples = view.end - view.start;
    const step = this.place(view, arrival);
    if (step === undefined) return -1;
    let { marker } = view;
    if (this.origin !== 'relay') {
      this.join(view, now);
      marker = true;
    } else if (step > 0) marker = this.keepTime(view, now) || marker;
    const timestamp = (view.timestamp + this.timestampShift) | 0;
    if (step >= 0) {
      this.heardTimestamp = view.timestamp;
      this.heardAt = now;
      this.timestamp = timestamp;
      this.clockedAt = now;
      this.span = samples;
    }
    return this.pass(packet, view, marker, payloadType, timestamp, step, now);
  }

  /**
   * The same for a packet of a telephone event; `begins`: it is the first that was heard of a press. Each press gets a
   * timestamp of its own (RFC 4733, §2.5.1.2), though the source repeats that of the press before.
   */
  relayEvent(
    packet: Buffer,
    view: RtpView,
    arrival: Arrival,
    payloadType: number,
    begins: boolean,
    now: Instant,
  ): number {
    const step = this.place(view, arrival);
    if (step === undefined) return -1;
    let { marker } = view;
    const joins = this.origin !== 'relay';
    if (joins) {
      this.join(view, now);
      marker = true;
    }
    if (joins || begins || (step > 0 && view.timestamp !== this.heardEvent)) {
      const natural = (view.timestamp + this.timestampShift) | 0;
      const timestamp = this.believable(natural, now) ? natural : this.timeNow(now);
      if (timestamp !== natural) marker = true;
      this.heardEvent = view.timestamp;
      this.eventShift = (timestamp - view.timestamp) | 0;
      this.eventTimestamp = timestamp;
    }
    const timestamp = (view.timestamp + this.eventShift) | 0;
    if (step >= 0 && ((timestamp - this.timestamp) | 0) > 0) {
      this.timestamp = timestamp;
      this.clockedAt = now;
      this.span = frameLength;
    }
    return this.pass(packet, view, marker, payloadType, timestamp, step, now);
  }

  /** A packet of the relayed source that the receiver could not use: the numbers close over it. */
  omit(view: RtpView, arrival: Arrival): void {
    if (this.origin !== 'relay') return;
    if (arrival === 'first' || arrival === 'restart') this.interrupt();
    else if (arrival === 'next') {
      this.heardSequence = view.sequence;
      this.sequenceShift--;
      this.reach = 0;
    }
  }

  /** How far a packet is ahead of the last one; 0: a talkspurt begins with it; undefined: it comes too late. */
  private place(view: RtpView, arrival: Arrival): number | undefined {
    if (arrival === 'first' || arrival === 'restart') this.interrupt();
    if (this.origin === 'relay') {
      const step = sequenceStep(this.heardSequence, view.sequence);
      return step < -this.reach ? undefined : step;
    }
    // What is late, or a copy, belongs to what was before.
    return arrival === 'late' || arrival === 'copy' ? undefined : 0;
  }

  private join(view: RtpView, now: Instant): void {
    this.origin = 'none';
    this.advance(now);
    this.origin = 'relay';
    this.reach = 0;
    this.sequenceShift = this.sequence + 1 - view.sequence;
    this.timestampShift = (this.timestamp - view.timestamp) | 0;
    this.heardTimestamp = view.timestamp;
    this.heardAt = now;
    this.clockedAt = now;
    this.span = 0;
  }

  /** Where the source's clock has left the wall's, or stands still, ours goes on. True: a talkspurt begins. */
  private keepTime(view: RtpView, now: Instant): boolean {
    const step = (view.timestamp - this.heardTimestamp) | 0;
    const elapsed = now - this.heardAt;
    if (step > 0 && step <= (elapsed + furthestTimeStep) * 8) return false;
    const passed = elapsed <= jitter ? this.span : Math.round((now - this.clockedAt) * 8);
    this.timestampShift = (this.timestamp + Math.max(this.span, passed) - view.timestamp) | 0;
    return Math.abs(step) > furthestTimeStep * 8;
  }

  /** Whether a press may have begun then: after the one before, and about now. */
  private believable(timestamp: number, now: Instant): boolean {
    const { eventTimestamp } = this;
    if (eventTimestamp !== undefined && ((timestamp - eventTimestamp) | 0) <= 0) return false;
    const slack = furthestTimeStep * 8;
    return ((timestamp - this.timestamp) | 0) >= -slack && ((timestamp - this.timeNow(now)) | 0) <= slack;
  }

  private timeNow(now: Instant): number {
    return (this.timestamp + Math.max(this.span, Math.round((now - this.clockedAt) * 8))) | 0;
  }

  private pass(
    packet: Buffer,
    view: RtpView,
    marker: boolean,
    payloadType: number,
    timestamp: number,
    step: number,
    now: Instant,
  ): number {
    const sequence = (view.sequence + this.sequenceShift) & 0xffff;
    if (step >= 0) {
      this.reach = Math.min(this.reach + step, furthestSequenceStep);
      this.heardSequence = view.sequence;
      this.sequence = sequence;
      this.sentAt = now;
    }
    this.packets++;
    this.octets += view.end - view.start;
    const at = view.start - headerLength;
    writeHeader(packet, at, marker, payloadType, sequence, timestamp, this.ssrc);
    return at;
  }

  /** Moves the timestamp on to the next sound; true where a talkspurt begins. */
  private advance(now: Instant): boolean {
    if (this.origin === 'frames') {
      this.timestamp = (this.timestamp + this.span) | 0;
      return false;
    }
    if (this.clockedAt !== never) this.timestamp = this.timeNow(now);
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
