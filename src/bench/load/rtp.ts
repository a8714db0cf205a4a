import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Clock, Instant, Timer } from '../../base/clock.ts';
import { address } from '../office.ts';
import type { Delays } from './delays.ts';

const headerLength = 12;
const frameLength = 160;
const frame = 20;
const payloadTypes = { PCMA: 8, telephoneEvent: 101 } as const;
/** The first four bytes of a payload of ours, so that what the switchboard plays is told from it. */
const mark = 0x4b5a4254;
const digits = '0123456789*#';
/** Packets of a press, 20 ms apart; its end comes three times (RFC 4733, section 2.5.1). */
const pressPackets = 5;
const endPackets = 3;

/** Addresses are literal: nothing is to be looked up, and nothing put off for it. */
const literal = (
  text: string,
  _options: unknown,
  found: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void => found(null, text, 4);

/** What has become of the packets of all the streams of a run. */
export interface RtpTally {
  /** Packets that come meanwhile are left out. */
  paused: boolean;
  expected: number;
  lost: number;
  readonly delays: Delays;
}

/**
 * One party's RTP, in both directions: 50 packets a second, each with its number and the instant it was sent at in its
 * payload. Packets of ours that come back on the other side of a switchboard are counted there.
 */
export class Stream {
  /** When the first packet came, whoever made it. */
  firstHeard: Instant | undefined;
  readonly heardFirst: Promise<Instant>;
  /** Packets that came from another stream. */
  heard = 0;
  private settleFirst: (at: Instant) => void = () => {};
  private lowest = -1;
  private highest = -1;
  private number = 0;
  private timestamp = 0;
  private readonly packet = Buffer.alloc(headerLength + frameLength, 0xd5);
  private readonly press = Buffer.alloc(headerLength + 4);
  private pressLeft = 0;
  private pressed: ((at: Instant) => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly socket: Socket,
    private readonly tally: RtpTally,
    ssrc: number,
    readonly remotePort: number,
  ) {
    this.heardFirst = new Promise(resolve => {
      this.settleFirst = resolve;
    });
    for (const [packet, type] of [
      [this.packet, payloadTypes.PCMA],
      [this.press, payloadTypes.telephoneEvent],
    ] as const) {
      packet[0] = 0x80;
      packet[1] = type;
      packet.writeUInt32BE(ssrc, 8);
    }
    this.packet.writeUInt32BE(mark, headerLength);
  }

  /** Presses a key; `sent` is told the instant of its first packet. */
  pressKey(digit: string, sent: (at: Instant) => void): void {
    this.press[headerLength] = digits.indexOf(digit);
    this.press.writeUInt32BE(this.timestamp, 4);
    this.pressLeft = pressPackets + endPackets;
    this.pressed = sent;
  }

  /** The pacer's turn. */
  send(): void {
    this.timestamp = (this.timestamp + frameLength) >>> 0;
    this.number++;
    if (this.pressLeft > 0) {
      this.sendPress();
      return;
    }
    const { packet } = this;
    packet.writeUInt16BE(this.number & 0xffff, 2);
    packet.writeUInt32BE(this.timestamp, 4);
    packet.writeUInt32BE(this.number, headerLength + 4);
    packet.writeDoubleBE(this.clock.now(), headerLength + 8);
    this.socket.send(packet, this.remotePort, address);
  }

  receive(packet: Buffer): void {
    const now = this.clock.now();
    if (this.firstHeard === undefined) {
      this.firstHeard = now;
      this.settleFirst(now);
    }
    if (this.tally.paused || packet.length < headerLength + 16 || packet.readUInt32BE(headerLength) !== mark) return;
    const number = packet.readUInt32BE(headerLength + 4);
    if (this.lowest === -1) this.lowest = number;
    this.highest = Math.max(this.highest, number);
    this.heard++;
    this.tally.delays.add(now - packet.readDoubleBE(headerLength + 8));
  }

  /** Counts what came into the tally: no more of it is expected. */
  count(): void {
    if (this.lowest === -1) return;
    const expected = this.highest - this.lowest + 1;
    this.tally.expected += expected;
    this.tally.lost += expected - this.heard;
    this.lowest = -1;
  }

  private sendPress(): void {
    const { press } = this;
    const at = pressPackets + endPackets - this.pressLeft;
    const ended = at >= pressPackets;
    press[1] = payloadTypes.telephoneEvent | (at === 0 ? 0x80 : 0);
    press.writeUInt16BE(this.number & 0xffff, 2);
    press[headerLength + 1] = ended ? 0x8a : 0x0a;
    press.writeUInt16BE(Math.min(at + 1, pressPackets) * frameLength, headerLength + 2);
    this.pressLeft--;
    this.pressed?.(this.clock.now());
    this.pressed = undefined;
    this.socket.send(press, this.remotePort, address);
  }
}

export interface RtpSocket {
  readonly socket: Socket;
  readonly port: number;
}

/** Sockets that many streams share, and which are told apart by the port that their packets come from. */
export class StreamSockets {
  private readonly streams = new Map<number, Stream>();
  private next = 0;

  private constructor(private readonly sockets: readonly Socket[]) {
    for (const socket of sockets) socket.on('message', this.receive);
  }

  static async open(count: number): Promise<StreamSockets> {
    const sockets: Socket[] = [];
    for (let index = 0; index < count; index++) {
      const socket = createSocket({ type: 'udp4', lookup: literal, recvBufferSize: 1 << 20 });
      // Bound at once, as nothing is looked up: the event comes before `bind` returns.
      const listening = once(socket, 'listening');
      socket.bind(0, address);
      await listening;
      sockets.push(socket);
    }
    return new StreamSockets(sockets);
  }

  /** The next one in turn, and its port for the description. */
  take(): RtpSocket {
    const socket = this.sockets[this.next++ % this.sockets.length];
    if (socket === undefined) throw new Error('there are no sockets for RTP');
    return { socket, port: socket.address().port };
  }

  add(stream: Stream): void {
    this.streams.set(stream.remotePort, stream);
  }

  remove(stream: Stream): void {
    if (this.streams.get(stream.remotePort) === stream) this.streams.delete(stream.remotePort);
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
  }

  private readonly receive = (packet: Buffer, from: RemoteInfo): void => this.streams.get(from.port)?.receive(packet);
}

/** Sends every stream's packet each 20 ms, a twentieth of the streams in each millisecond. */
export class Pacing {
  private readonly slots: readonly Set<Stream>[] = Array.from({ length: frame }, () => new Set<Stream>());
  private readonly start: Instant;
  private turn = 0;
  private timer: Timer;
  /** Turns that came more than half a frame late: the load itself was not on time. */
  late = 0;

  constructor(private readonly clock: Clock) {
    this.start = clock.now();
    this.timer = this.arm();
  }

  add(stream: Stream): void {
    let least = this.slots[0] as Set<Stream>;
    for (const slot of this.slots) if (slot.size < least.size) least = slot;
    least.add(stream);
  }

  remove(stream: Stream): void {
    for (const slot of this.slots) slot.delete(stream);
  }

  close(): void {
    this.timer.cancel();
  }

  private arm(): Timer {
    return this.clock.after(1, () => {
      const until = Math.floor(this.clock.now() - this.start);
      if (until - this.turn > frame / 2) this.late++;
      for (; this.turn < until; this.turn++) {
        for (const stream of this.slots[this.turn % frame] as Set<Stream>) stream.send();
      }
      this.timer = this.arm();
    });
  }
}
