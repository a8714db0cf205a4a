import type { Instant } from '../../../base/clock.ts';
import type { RtpView } from '../wire/rtpPacket.ts';
import { digits, eventLength } from '../wire/telephoneEvent.ts';
import type { Arrival } from './arrivals.ts';

/** A packet of an event that is older than the current one by less than this is a late copy, not a new press. */
const lateCopy = 5 * 8000;
/** A pause within a press that is longer than this ends it, though its end was lost. */
const longestPause = 500;
/** The copies of an end come within this, one after the other. */
const copiesOfEnd = 100;
/** Where two durations differ by less, one segment of a long press carries on where the other ended. */
const segmentSlack = 480;

/** A sender that moves the timestamp with every packet sends one at least this often. Milliseconds. */
const sameTalk = 60;

/**
 * Makes presses out of the packets of telephone events (RFC 4733, §2.5.1). A press is told by its timestamp and
 * reported at its first packet, whichever that is: starts and ends may be lost, ends come three times, and copies come
 * late. Two things look like a new press and are none: the next segment of a press longer than 8 s (§2.5.1.3), and the
 * packets of senders that, against §2.5.1.2, move the timestamp with every packet. One looks like the same press and is
 * another: that of a sender whose timestamp stands still. Durations never decrease within a press.
 */
export class DigitRecogniser {
  private ssrc: number | undefined;
  private event = -1;
  private timestamp = 0;
  private duration = 0;
  private ended = true;
  private heardAt: Instant = 0;

  /** Gives the digit of a press that is recognised by this packet, whose payload the view tells. */
  hear(packet: Buffer, view: RtpView, arrival: Arrival, now: Instant): string | undefined {
    const { start, end, marker, timestamp, ssrc } = view;
    if (end - start < eventLength) return undefined;
    const event = packet[start] as number;
    const over = (packet[start + 1] as number) >= 128;
    const duration = packet.readUInt16BE(start + 2);
    const digit = digits[event];
    if (digit === undefined) return undefined;

    // The timestamps of a new source have nothing to do with those before.
    const known = this.event !== -1 && ssrc === this.ssrc;
    const inOrder = arrival === 'next' || arrival === 'first' || arrival === 'restart';
    const age = (timestamp - this.timestamp) | 0;
    let fresh = true;
    if (known && age === 0 && event === this.event) {
      fresh = inOrder && this.repeats(marker, over, duration, now);
      // A late copy of its start takes nothing back.
      if (!fresh && !inOrder) return undefined;
    } else if (known) {
      if (!inOrder && age <= 0 && age > -lateCopy) return undefined;
      fresh = !this.carriesOn(event, age, marker, duration, over, now);
    }
    if (fresh) this.ended = false;
    this.ssrc = ssrc;
    this.event = event;
    this.timestamp = timestamp;
    this.duration = duration;
    this.ended ||= over;
    this.heardAt = now;
    return fresh ? digit : undefined;
  }

  /** A new press with the timestamp of the one before. */
  private repeats(marker: boolean, over: boolean, duration: number, now: Instant): boolean {
    const pause = now - this.heardAt;
    if (duration < this.duration) return marker || (this.ended && !over) || pause > copiesOfEnd;
    return marker && this.ended && pause > copiesOfEnd;
  }

  private carriesOn(
    event: number,
    age: number,
    marker: boolean,
    duration: number,
    over: boolean,
    now: Instant,
  ): boolean {
    const pause = now - this.heardAt;
    if (event !== this.event || age <= 0 || pause > longestPause) return false;
    if (marker && (this.ended || duration <= this.duration || pause > sameTalk)) return false;
    const nextSegment = this.duration >= 0xffff - segmentSlack && Math.abs(age - this.duration) <= segmentSlack;
    if (nextSegment) return !this.ended;
    // A timestamp that moves with the packets has not left the clock.
    if (age > (pause + copiesOfEnd) * 8) return false;
    const sameEnd = over && duration === this.duration;
    return this.ended ? sameEnd && pause <= copiesOfEnd : sameEnd || duration > this.duration;
  }
}
