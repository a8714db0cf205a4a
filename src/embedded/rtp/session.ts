import type { RemoteInfo } from 'node:dgram';
import type { Clock, Instant } from '../../base/clock.ts';
import type { DigitWay, DirectionStats, EndpointStats } from '../../media/port.ts';
import { type AudioAgreement, type AudioCodec, sends, type TransportAddress } from '../../media/sdp/agreement.ts';
import { frameLength, silence, transcode } from './audio/g711.ts';
import type { Source } from './audio/playback.ts';
import type { Pacer } from './pace/pacer.ts';
import { frame } from './pace/wheel.ts';
import { RtcpChannel } from './rtcpChannel.ts';
import type { PortPair } from './socket/portPair.ts';
import { type Arrival, nearby } from './stream/arrivals.ts';
import { DigitSender } from './stream/digitSender.ts';
import { IncomingStream } from './stream/incoming.ts';
import { Keypad } from './stream/keypad.ts';
import { Latch } from './stream/latch.ts';
import { OutgoingStream } from './stream/outgoing.ts';
import { RtcpParty } from './stream/rtcpParty.ts';
import { Strangers } from './stream/strangers.ts';
import { headerLength, looksLikeRtcp, RtpView, sequenceStep } from './wire/rtpPacket.ts';
import { eventLength } from './wire/telephoneEvent.ts';

/** What all sessions of an engine share. */
export interface SessionContext {
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly counters: PacketCounters;
  /** A number from 0 to below 1. */
  readonly random: () => number;
}

/** Of all sessions, since the start. */
export interface PacketCounters {
  received: number;
  sent: number;
  /** From somebody who is not the far end of the call. */
  refused: number;
  /** Not RTP, or of a payload type that was not agreed on. */
  unusable: number;
  /** More than a far end has any reason to send. */
  excess: number;
}

export interface SessionEvents {
  digit(digit: string, way: DigitWay): void;
  /** Media comes steadily from an address that nothing explains, and is not heard: once. */
  elsewhere?(source: TransportAddress): void;
  /** A socket is of no use any more: the session is over. */
  broken(error: Error): void;
}

/** Whoever wants to know what is said and heard, in the law of the packet, from `start` to `end`. */
export interface AudioTap {
  heard(codec: AudioCodec, packet: Uint8Array, start: number, end: number, now: Instant): void;
  spoken(codec: AudioCodec, packet: Uint8Array, start: number, end: number, now: Instant): void;
}

/** What a payload type means, by number, so that one array look-up tells. */
const unknown = 0;
const event = 3;
const meaningOf = { PCMU: 1, PCMA: 2, telephoneEvent: event } as const;
const codecOf = { 1: 'PCMU', 2: 'PCMA' } as const;
type Meaning = 1 | 2 | 3;

/**
 * Packets between two turns of the housekeeping, which come every half second: ten times what a telephone sends. A far
 * end that floods its own call, or two that lead their media round in a circle through us, cost the others nothing.
 */
const mostPackets = 250;

/** A frame that comes this much after the one before it is in its rhythm; a later one begins a talkspurt. */
const rhythm = 1.5 * frame;

/**
 * One party's media: its two sockets, who the far end is, the stream that comes in and the stream that goes out. What
 * goes out comes from the other session of a bridge, packet by packet as they come in there, or from a source of our
 * own, frame by frame by the pacer; the source has precedence. Telephones of our own use it as well as endpoints.
 */
export class RtpSession {
  readonly outgoing: OutgoingStream;
  readonly incoming = new IncomingStream();
  tap: AudioTap | undefined;

  /** The session that hears what comes in here. */
  private listener: RtpSession | undefined;
  private readonly latch = new Latch();
  private readonly rtcp: RtcpChannel;
  private readonly keypad: Keypad;
  private readonly digits = new DigitSender();
  private readonly view = new RtpView();
  private readonly meanings = new Uint8Array(128);

  private agreement: AudioAgreement | undefined;
  private codec: AudioCodec = 'PCMA';
  private target: TransportAddress | undefined;
  private sending = false;
  private heardCodec: AudioCodec | null = null;
  private packetsOfTurn = 0;
  private closed = false;
  /** The last packet that stood nowhere near: a copy. */
  private stray: Buffer | undefined;
  private readonly strangers = new Strangers();

  private source: Source | undefined;
  private sourceOver: (() => void) | undefined;
  private lastFramePlayed = false;
  /** Patched in place for every frame. */
  private readonly frame = Buffer.alloc(headerLength + frameLength);
  private readonly eventFrame = Buffer.alloc(headerLength + eventLength);

  constructor(
    private readonly context: SessionContext,
    /** Another pair by `use`. */
    public ports: PortPair,
    private readonly events: SessionEvents,
    private readonly released: () => void,
  ) {
    const { random, clock } = context;
    const word = (): number => Math.floor(random() * 2 ** 32) | 0;
    this.outgoing = new OutgoingStream(word(), word() & 0xffff, word());
    const cname = Math.floor(random() * 2 ** 48).toString(36);
    this.rtcp = new RtcpChannel(new RtcpParty(this.outgoing, this.incoming, cname, random, clock.now()));
    this.keypad = new Keypad((digit, way) => this.events.digit(digit, way));
    this.listen();
  }

  /** The far end is told another address of ours from now on. */
  use(ports: PortPair): void {
    if (ports === this.ports || this.closed) return;
    this.ports.rtp.disconnect();
    for (const socket of [this.ports.rtp, this.ports.rtcp]) socket.listen(undefined);
    this.ports = ports;
    this.listen();
    this.follow();
  }

  /** Takes up what was agreed on; again after each re-negotiation. */
  agree(agreement: AudioAgreement, signallingAddress: string | undefined, admits?: (address: string) => boolean): void {
    this.agreement = agreement;
    this.codec = agreement.codec;
    this.meanings.fill(unknown);
    for (const [payloadType, what] of agreement.receives) this.meanings[payloadType] = meaningOf[what];
    this.keypad.agree(agreement.telephoneEvent !== undefined);
    this.latch.renegotiate(agreement.remote, signallingAddress, admits);
    this.rtcp.forget();
    this.follow();
  }

  private listen(): void {
    const { events, ports } = this;
    ports.rtp.listen({ packet: this.receive, broken: error => events.broken(error) });
    ports.rtcp.listen({
      packet: (packet, from) => this.receiveRtcp(packet, from),
      broken: error => events.broken(error),
    });
  }

  /** What comes in here is heard there from now on, and nowhere else; undefined: by nobody. */
  forwardTo(listener: RtpSession | undefined): void {
    this.listener = this.closed ? undefined : listener;
    listener?.outgoing.interrupt();
  }

  /** Keys are heard by their tones, too, as long as no telephone event comes. */
  listenToTones(): void {
    this.keypad.listenToTones();
  }

  /** Whether the far end can be told digits as events. */
  get takesEvents(): boolean {
    return this.agreement?.telephoneEvent !== undefined;
  }

  get playing(): boolean {
    return this.source !== undefined;
  }

  /** Plays `source` in place of what played before. `over` is called at its end, not when it is replaced or stopped. */
  play(source: Source, over: () => void): void {
    if (this.closed) return;
    this.source = source;
    this.sourceOver = over;
    this.lastFramePlayed = false;
    this.joinPacer();
  }

  stopPlaying(): void {
    this.source = undefined;
    this.sourceOver = undefined;
    if (!this.digits.busy) this.context.pacer.remove(this);
  }

  /** Sends digits as telephone events, in place of other sound, each held for `duration` milliseconds. */
  sendDigits(text: string, duration: number): void {
    if (this.closed) return;
    this.digits.queue(text, Math.round(duration / frame));
    this.joinPacer();
  }

  get sendingDigits(): boolean {
    return this.digits.busy;
  }

  stats(): EndpointStats {
    const { incoming, outgoing } = this;
    const remote = this.rtcp.party.remoteView;
    const received: DirectionStats = {
      packets: incoming.packets,
      bytes: incoming.bytes,
      lost: incoming.lost,
      jitter: incoming.jitter,
      codec: this.heardCodec,
    };
    const sent: DirectionStats = {
      packets: outgoing.packets,
      bytes: outgoing.octets,
      lost: remote.lost,
      jitter: remote.jitter,
      codec: outgoing.packets === 0 ? null : this.codec,
    };
    return { received, sent, roundTripTime: remote.roundTripTime };
  }

  /** Now and then: a far end that has fallen silent, a report that is due. */
  housekeep(now: Instant): void {
    this.packetsOfTurn = 0;
    if (this.latch.pause(now)) this.follow();
    this.sendRtcp(this.rtcp.party.due(now));
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.listener = undefined;
    this.stopPlaying();
    this.context.pacer.remove(this);
    this.sendRtcp(this.rtcp.party.goodbye(this.context.clock.now()));
    this.released();
  }

  private readonly receive = (packet: Buffer, from: RemoteInfo): void => {
    const { view } = this;
    const now = this.context.clock.now();
    if (!view.read(packet)) return this.receiveOther(packet, from);
    const meaning = this.meanings[view.payloadType] as typeof unknown | Meaning;
    if (meaning === unknown) {
      if (this.latch.isFarEnd(from.address, from.port, view, now)) this.passOver(now);
      return this.receiveOther(packet, from);
    }
    const verdict = this.latch.hear(from.address, from.port, view, now);
    if (verdict === 'refused') return this.refuse(from);
    if (verdict === 'moved') this.follow();
    if (this.exceeds()) return;
    this.context.counters.received++;
    const arrival = this.incoming.count(view, now, meaning !== event);
    if (arrival === 'stray') this.keepStray(packet, view, meaning, now);
    else if (this.stray === undefined) this.take(packet, view, meaning, arrival, now);
    else this.takeAfterStray(this.stray, packet, view, meaning, arrival, now);
  };

  /** Comfort noise, or what nobody agreed on: to the other side it never was in the stream. */
  private passOver(now: Instant): void {
    if (this.exceeds()) return;
    this.listener?.outgoing.omit(this.view, this.incoming.count(this.view, now, false));
  }

  private refuse({ address, port }: RemoteInfo): void {
    this.context.counters.refused++;
    const stranger = this.strangers.refused(address, port);
    if (stranger !== undefined) this.events.elsewhere?.(stranger);
  }

  private exceeds(): boolean {
    if (++this.packetsOfTurn <= mostPackets) return false;
    this.context.counters.excess++;
    return true;
  }

  /** Takes a packet at its place in the stream. */
  private take(packet: Buffer, view: RtpView, meaning: Meaning, arrival: Arrival, now: Instant): void {
    if (meaning === event) {
      const digit = this.keypad.hearEvent(packet, view, arrival, now);
      this.listener?.relay(packet, view, event, arrival, digit !== undefined, now);
      if (digit !== undefined) this.keypad.tell(digit, now);
      return;
    }
    const codec = codecOf[meaning];
    this.heardCodec = codec;
    this.tap?.heard(codec, packet, view.start, view.end, now);
    this.keypad.hearSound(codec, packet, view, arrival, this.incoming.step, now);
    this.listener?.relay(packet, view, meaning, arrival, false, now);
  }

  /** A digit is taken at once: no later packet need say it again. */
  private keepStray(packet: Buffer, view: RtpView, meaning: Meaning, now: Instant): void {
    this.stray = Buffer.from(packet);
    if (meaning !== event) return;
    const digit = this.keypad.hearEvent(packet, view, 'stray', now);
    if (digit !== undefined) this.keypad.tell(digit, now);
  }

  /** Where the far end counts anew, the stray was the first packet of its new count. */
  private takeAfterStray(
    stray: Buffer,
    packet: Buffer,
    view: RtpView,
    meaning: Meaning,
    arrival: Arrival,
    now: Instant,
  ): void {
    this.stray = undefined;
    const first = new RtpView();
    const step = first.read(stray) ? sequenceStep(first.sequence, view.sequence) : 0;
    const firstMeaning = this.meanings[first.payloadType] as typeof unknown | Meaning;
    const begins = arrival === 'restart' && step >= 0 && step <= nearby && firstMeaning !== unknown;
    if (begins) this.take(stray, first, firstMeaning, 'restart', now);
    this.take(packet, view, meaning, begins && step > 0 ? 'next' : arrival, now);
  }

  /** Sends what was received on the other side of a bridge, at once and in place. `begins`: a press begins with it. */
  private relay(
    packet: Buffer,
    view: RtpView,
    meaning: Meaning,
    arrival: Arrival,
    begins: boolean,
    now: Instant,
  ): void {
    if (this.source !== undefined || this.digits.busy) return;
    const { outgoing, agreement } = this;
    // What we sent here has come back by the other side: a circle (RFC 3550, §8.2).
    if (view.ssrc === outgoing.ssrc) return;
    if (!this.sending) {
      outgoing.interrupt();
      return;
    }
    let start: number;
    if (meaning === event) {
      const eventType = agreement?.telephoneEvent;
      if (eventType === undefined) {
        outgoing.omit(view, arrival);
        return;
      }
      start = outgoing.relayEvent(packet, view, arrival, eventType, begins, now);
    } else {
      if (meaning !== meaningOf[this.codec]) transcode(packet, view.start, view.end, this.codec);
      this.tap?.spoken(this.codec, packet, view.start, view.end, now);
      start = outgoing.relay(packet, view, arrival, agreement?.payloadType ?? 0, now);
    }
    if (start < 0) return;
    this.transmit(start === 0 && view.end === packet.length ? packet : packet.subarray(start, view.end));
  }

  /** The pacer's turn. */
  tick(now: Instant): void {
    if (this.digits.busy) this.tickDigit(now);
    else if (this.source !== undefined) this.tickSource(this.source, now);
    else this.context.pacer.remove(this);
  }

  /** The pacer is late: these frames are left out. */
  skip(frames: number): void {
    this.outgoing.skip(frames * frameLength);
  }

  private tickDigit(now: Instant): void {
    const { outgoing, eventFrame } = this;
    const what = this.digits.next(eventFrame, headerLength);
    const payloadType = this.agreement?.telephoneEvent;
    if (!this.sending || payloadType === undefined) return;
    if (what === 'first') outgoing.beginEvent(now);
    if (what === 'first' || what === 'further') {
      outgoing.event(eventFrame, what === 'first', payloadType, eventLength, frameLength, now);
      this.transmit(eventFrame);
    } else outgoing.skip(frameLength);
  }

  private tickSource(source: Source, now: Instant): void {
    const { frame, outgoing, codec } = this;
    const filled = this.lastFramePlayed ? 0 : source.fill(codec, frame, headerLength, frameLength);
    if (filled === 0) {
      const over = this.sourceOver;
      this.stopPlaying();
      over?.();
      return;
    }
    if (filled < frameLength) {
      frame.fill(silence[codec], headerLength + filled);
      this.lastFramePlayed = true;
    }
    if (!this.sending) {
      outgoing.interrupt();
      return;
    }
    outgoing.frame(frame, this.agreement?.payloadType ?? 0, frameLength, now);
    this.tap?.spoken(codec, frame, headerLength, headerLength + frameLength, now);
    this.transmit(frame);
  }

  /** The first frame goes at once, unless that would come before its time. */
  private joinPacer(): void {
    const now = this.context.clock.now();
    const { sentAt } = this.outgoing;
    if (now - sentAt > rhythm) this.outgoing.interrupt();
    this.context.pacer.add(this, Math.max(sentAt + frame, now));
  }

  private transmit(packet: Buffer): void {
    if (this.target === undefined) return;
    this.context.counters.sent++;
    this.ports.rtp.send(packet, this.target);
  }

  /** Our packets go where the latch says, and the socket is connected when it is sure. */
  private follow(): void {
    this.target = this.latch.target;
    const direction = this.agreement?.direction ?? 'inactive';
    this.sending = sends(direction) && this.target !== undefined;
    if (this.latch.closed && this.target !== undefined) this.ports.rtp.connect(this.target);
    else this.ports.rtp.disconnect();
  }

  /** What comes to RTP's port and is no sound: RTCP, where that was agreed to come here; all else is left alone. */
  private receiveOther(packet: Buffer, from: RemoteInfo): void {
    if (this.agreement?.rtcpMux === true && looksLikeRtcp(packet)) this.receiveRtcp(packet, from);
    else this.context.counters.unusable++;
  }

  private receiveRtcp(packet: Buffer, from: RemoteInfo): void {
    const verdict = this.rtcp.receive(packet, from, this.target, this.context.clock.now());
    if (verdict !== 'heard') this.context.counters[verdict]++;
  }

  private sendRtcp(packet: Buffer | undefined): void {
    if (packet !== undefined) this.rtcp.send(packet, this.ports, this.agreement, this.target);
  }
}
