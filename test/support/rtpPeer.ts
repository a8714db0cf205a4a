/**
 * A far end for tests of media: a raw telephone that shares no code with the engine but the tone detector and the law
 * tables' library. It sends a tone of its own every 20 ms, tells which tones it hears, keeps what it got, and waits for
 * what is to come; it never sleeps.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import alawmulaw from 'alawmulaw';
import { ToneDetector } from '../../src/embedded/rtp/audio/goertzel.ts';

export type Law = 'PCMU' | 'PCMA';

/** Every tone that a test may use: far enough from each other and from 425 Hz, which is the engine's. */
export const testTones = [425, 500, 650, 800, 1000, 1250, 1500] as const;
export type TestTone = (typeof testTones)[number];

export interface ReceivedPacket {
  readonly bytes: Buffer;
  readonly from: RemoteInfo;
  readonly at: number;
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

export interface DescriptionOptions {
  readonly law?: Law | readonly Law[];
  readonly direction?: string;
  readonly address?: string;
  readonly port?: number;
  readonly telephoneEvent?: number | null;
  readonly version?: number;
  /** Further lines, after those of the audio stream. */
  readonly extra?: readonly string[];
  /** Lines before the audio stream. */
  readonly before?: readonly string[];
}

const laws = { PCMU: alawmulaw.mulaw, PCMA: alawmulaw.alaw } as const;
const payloadTypes: Record<Law, number> = { PCMU: 0, PCMA: 8 };
const tables: Record<Law, Int16Array> = {
  PCMU: Int16Array.from({ length: 256 }, (_, byte) => laws.PCMU.decodeSample(byte)),
  PCMA: Int16Array.from({ length: 256 }, (_, byte) => laws.PCMA.decodeSample(byte)),
};

export class RtpPeer {
  law: Law = 'PCMA';
  /** What it sends, in hertz; undefined: silence. */
  tone: number | undefined;
  /** The payload type that it sends events with. */
  telephoneEvent = 101;
  /** Where it sends to. */
  target: { address: string; port: number } | undefined;
  ssrc = Math.floor(Math.random() * 2 ** 32);
  sequence = Math.floor(Math.random() * 2 ** 16);
  timestamp = Math.floor(Math.random() * 2 ** 32);

  readonly received: ReceivedPacket[] = [];
  /** Digits that came as events, once for each timestamp. */
  digits = '';

  private readonly detector: ToneDetector;
  private readonly eventTimestamps = new Set<number>();
  /** The tones of the latest blocks of 40 ms, the last one last. */
  private blocks: (readonly number[])[] = [];
  private readonly waiting = new Set<{ holds: () => boolean; resolve: () => void }>();
  private timer: NodeJS.Timeout | undefined;
  /** Two tones in the place of its own. */
  private pair: readonly number[] | undefined;
  private phase = 0;
  private first = true;
  private readonly pressing: Buffer[] = [];
  private pressTimestamp = 0;

  private constructor(
    readonly socket: Socket,
    readonly rtcp: Socket,
    readonly address: string,
    knows: readonly number[],
  ) {
    this.detector = new ToneDetector(knows, heard => {
      this.blocks.push(heard);
      if (this.blocks.length > 1000) this.blocks = this.blocks.slice(-500);
    });
    socket.on('message', (bytes, from) => this.receive(bytes, from));
    for (const each of [socket, rtcp]) each.on('error', () => {});
  }

  /** `knows`: the tones that it can tell apart. */
  static async open(
    options: { tone?: number; law?: Law; address?: string; knows?: readonly number[] } = {},
  ): Promise<RtpPeer> {
    const address = options.address ?? '127.0.0.1';
    const socket = createSocket('udp4');
    const rtcp = createSocket('udp4');
    for (const each of [socket, rtcp]) {
      each.bind(0, address);
      await once(each, 'listening');
    }
    return RtpPeer.on(socket, rtcp, address, options);
  }

  /** On sockets that are open, wherever they are. */
  static on(
    socket: Socket,
    rtcp: Socket,
    address: string,
    options: { tone?: number; law?: Law; knows?: readonly number[] } = {},
  ): RtpPeer {
    const peer = new RtpPeer(socket, rtcp, address, options.knows ?? testTones);
    peer.tone = options.tone;
    if (options.law !== undefined) peer.law = options.law;
    return peer;
  }

  get port(): number {
    return this.socket.address().port;
  }

  get rtcpPort(): number {
    return this.rtcp.address().port;
  }

  /** A description of this telephone: an offer, or an answer. */
  describe(options: DescriptionOptions = {}): string {
    const offered = options.law === undefined ? [this.law] : [options.law].flat();
    const event = options.telephoneEvent === undefined ? this.telephoneEvent : options.telephoneEvent;
    const formats = [...offered.map(law => payloadTypes[law]), ...(event === null ? [] : [event])];
    const inNetwork = (address: string): string => `IN IP${address.includes(':') ? 6 : 4} ${address}`;
    return [
      'v=0',
      `o=peer 1 ${options.version ?? 1} ${inNetwork(this.address)}`,
      's=-',
      `c=${inNetwork(options.address ?? this.address)}`,
      't=0 0',
      ...(options.before ?? []),
      `m=audio ${options.port ?? this.port} RTP/AVP ${formats.join(' ')}`,
      ...offered.map(law => `a=rtpmap:${payloadTypes[law]} ${law}/8000`),
      ...(event === null ? [] : [`a=rtpmap:${event} telephone-event/8000`, `a=fmtp:${event} 0-16`]),
      `a=rtcp:${this.rtcpPort}`,
      `a=${options.direction ?? 'sendrecv'}`,
      ...(options.extra ?? []),
      '',
    ].join('\r\n');
  }

  /** Sends to where a description says, from now on: its tone, or silence. */
  talkTo(sdp: string): this {
    const address = /^c=IN IP[46] (\S+)/m.exec(sdp)?.[1];
    const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);
    const event = /^a=rtpmap:(\d+) telephone-event/m.exec(sdp)?.[1];
    if (address === undefined || !(port > 0)) throw new Error(`nowhere to send to in ${sdp}`);
    this.target = { address, port };
    if (event !== undefined) this.telephoneEvent = Number(event);
    this.timer ??= setInterval(() => this.sendFrame(), 20);
    this.sendFrame();
    return this;
  }

  /** Says nothing more, not even silence. */
  mute(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Resolves when `holds`, which is asked now and after each packet that comes. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise(resolve => this.waiting.add({ holds, resolve }));
  }

  /** Resolves when exactly these tones have been heard for `blocks` times 40 ms in a row, from now on. */
  hears(tones: number | readonly number[], blocks = 3): Promise<void> {
    const wanted = [tones].flat().join();
    this.blocks = [];
    return this.until(() => {
      const last = this.blocks.slice(-blocks);
      return last.length === blocks && last.every(block => block.join() === wanted);
    });
  }

  /** Sends a digit as RFC 4733 has it: `updates` packets, then the end three times. Resolves when the last has left. */
  async press(digits: string, updates = 2): Promise<void> {
    for (const digit of digits) {
      const event = '0123456789*#ABCD'.indexOf(digit);
      const packet = (end: boolean, duration: number): Buffer =>
        Buffer.from([event, end ? 0x8a : 0x0a, duration >> 8, duration & 255]);
      for (let update = 1; update <= updates; update++) this.pressing.push(packet(false, update * 160));
      for (let end = 0; end < 3; end++) this.pressing.push(packet(true, (updates + 1) * 160));
      const last = this.pressing.at(-1);
      await new Promise<void>(resolve => this.sent.set(last as Buffer, resolve));
    }
  }

  /** Sends the tones of keys in its sound, 100 ms each and as much silence after it. Resolves when the last has left. */
  async sing(digits: string): Promise<void> {
    for (const digit of digits) {
      const at = '123A456B789C*0#D'.indexOf(digit);
      this.pair = [[697, 770, 852, 941][at >> 2] ?? 0, [1209, 1336, 1477, 1633][at & 3] ?? 0];
      await new Promise(resolve => setTimeout(resolve, 100));
      this.pair = [];
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    this.pair = undefined;
  }

  private readonly sent = new Map<Buffer, () => void>();

  /** Sends bytes as they are. */
  raw(bytes: Buffer, to = this.target): void {
    if (to !== undefined) this.socket.send(bytes, to.port, to.address);
  }

  /** A packet with this peer's numbers, which go on. */
  packet(payloadType: number, payload: Buffer, marker = false, timestamp = this.timestamp): Buffer {
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = payloadType | (marker ? 128 : 0);
    header.writeUInt16BE(this.sequence, 2);
    header.writeUInt32BE(timestamp, 4);
    header.writeUInt32BE(this.ssrc, 8);
    this.sequence = (this.sequence + 1) & 0xffff;
    return Buffer.concat([header, payload]);
  }

  /** 20 ms of its tone. */
  frame(): Buffer {
    const payload = Buffer.alloc(160);
    for (let at = 0; at < 160; at++, this.phase++) {
      const tones = this.pair ?? (this.tone === undefined ? [] : [this.tone]);
      const sample = tones.reduce((sum, tone) => sum + 8000 * Math.sin((2 * Math.PI * tone * this.phase) / 8000), 0);
      payload[at] = laws[this.law].encodeSample(Math.round(sample)) & 255;
    }
    return payload;
  }

  async close(): Promise<void> {
    this.mute();
    for (const each of [this.socket, this.rtcp]) {
      const closed = once(each, 'close');
      each.close();
      await closed;
    }
  }

  private sendFrame(): void {
    const event = this.pressing.shift();
    if (event === undefined) {
      this.raw(this.packet(payloadTypes[this.law], this.frame(), this.first));
      this.first = false;
      this.timestamp = (this.timestamp + 160) >>> 0;
      return;
    }
    const begins = event.readUInt16BE(2) === 160;
    if (begins) this.pressTimestamp = this.timestamp;
    this.raw(this.packet(this.telephoneEvent, event, begins, this.pressTimestamp));
    this.timestamp = (this.timestamp + 160) >>> 0;
    this.sent.get(event)?.();
    this.sent.delete(event);
  }

  private receive(bytes: Buffer, from: RemoteInfo): void {
    if (bytes.length < 12) return;
    const packet: ReceivedPacket = {
      bytes,
      from,
      at: performance.now(),
      marker: (bytes[1] as number) > 127,
      payloadType: (bytes[1] as number) & 127,
      sequence: bytes.readUInt16BE(2),
      timestamp: bytes.readUInt32BE(4),
      ssrc: bytes.readUInt32BE(8),
      payload: bytes.subarray(12),
    };
    this.received.push(packet);
    const law = packet.payloadType === 0 ? 'PCMU' : packet.payloadType === 8 ? 'PCMA' : undefined;
    if (law !== undefined) this.detector.hear(packet.payload, 0, packet.payload.length, tables[law]);
    else if (packet.payload.length === 4 && !this.eventTimestamps.has(packet.timestamp)) {
      this.eventTimestamps.add(packet.timestamp);
      this.digits += '0123456789*#ABCD'[packet.payload[0] as number] ?? '?';
    }
    for (const each of this.waiting) {
      if (!each.holds()) continue;
      this.waiting.delete(each);
      each.resolve();
    }
  }
}

/** Whether packets are one stream as a receiver wants it: one SSRC, no gap, timestamps that only go forward. */
export function isOneStream(packets: readonly ReceivedPacket[]): boolean {
  return packets.every((packet, index) => {
    const before = packets[index - 1];
    if (before === undefined) return true;
    return (
      packet.ssrc === before.ssrc &&
      packet.sequence === ((before.sequence + 1) & 0xffff) &&
      ((packet.timestamp - before.timestamp) | 0) >= 0
    );
  });
}
