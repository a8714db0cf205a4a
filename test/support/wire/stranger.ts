/** Somebody with an address of their own on loopback, who sends bytes as they are and reads what comes back. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { systemClock } from '../../../src/base/clock.ts';
import { Waits } from '../../../src/phone/waits.ts';

export interface Server {
  readonly address: string;
  readonly port: number;
}

const patience = 8_000;
/** RFC 3261, §18.2.2: where responses go by the Via, whatever port the request came from; one message of RFC 4475 has 5050. */
const usualPorts = [5060, 5050];

/** Messages that came, each once: what is repeated is not new. */
class Inbox {
  readonly texts: string[] = [];
  private readonly seen = new Set<string>();
  private taken = 0;
  private readonly waits = new Waits(systemClock, patience);

  put(text: string): void {
    if (this.seen.has(text)) return;
    this.seen.add(text);
    this.texts.push(text);
    this.changed();
  }

  changed(): void {
    this.waits.changed();
  }

  /** The next final response, provisional ones left out. */
  final(who: string): Promise<string> {
    return this.until(`a final response to ${who}`, () => {
      while (this.taken < this.texts.length) {
        const text = this.texts[this.taken++] as string;
        if (statusOf(text) >= 200) return text;
      }
      return undefined;
    });
  }

  until<T>(what: string, look: () => T | undefined): Promise<T> {
    return this.waits.until(what, look, () => `there came ${this.texts.slice(-3).join('\n')}`);
  }

  close(): void {
    this.waits.close();
  }
}

/** 0: a request, or nothing that can be read. */
export const statusOf = (text: string): number => Number(/^SIP\/2\.0 (\d{3})/.exec(text)?.[1] ?? 0);
export const callIdOf = (text: string): string => /^(?:call-id|i)[ \t]*:\s*(\S+)/im.exec(text)?.[1] ?? '';

/** Loopback has 16 million addresses: this one is nobody else's. */
export const anyAddress = (): string =>
  `127.${77 + Math.floor(Math.random() * 100)}.${Math.floor(Math.random() * 256)}.${1 + Math.floor(Math.random() * 254)}`;

export class Stranger {
  private readonly inbox = new Inbox();
  private probes = 0;

  private constructor(
    readonly address: string,
    private readonly server: Server,
    private readonly sockets: readonly UdpSocket[],
  ) {
    for (const socket of sockets) socket.on('message', bytes => this.inbox.put(bytes.toString('latin1')));
  }

  /** `ports`: where datagrams are read; the first is the one that sends. */
  static async open(server: Server, address = anyAddress(), ports: readonly number[] = usualPorts): Promise<Stranger> {
    const sockets = ports.map(() => createSocket('udp4'));
    for (const [index, socket] of sockets.entries()) {
      socket.bind(ports[index], address);
      await once(socket, 'listening');
    }
    return new Stranger(address, server, sockets);
  }

  /** Everything that came, repetitions left out. */
  get received(): readonly string[] {
    return this.inbox.texts;
  }

  get port(): number {
    return this.sockets[0]?.address().port ?? 0;
  }

  /** What `look` finds, now or when something has come. */
  until<T>(what: string, look: () => T | undefined): Promise<T> {
    return this.inbox.until(what, look);
  }

  send(bytes: Uint8Array | string): Promise<void> {
    const { server } = this;
    return new Promise((resolve, reject) => {
      this.sockets[0]?.send(bytes, server.port, server.address, error => (error ? reject(error) : resolve()));
    });
  }

  final(): Promise<string> {
    return this.inbox.final(this.address);
  }

  /** A request that is always answered: what else there was to come has come before. */
  async probe(): Promise<void> {
    const callId = `probe-${++this.probes}`;
    await this.send(options(callId, 'UDP', `${this.address}:${this.port}`));
    const answer = await this.final();
    if (callIdOf(answer) !== callId || statusOf(answer) !== 200) throw new Error(`unexpected:\n${answer}`);
  }

  connect(): Promise<StrangeConnection> {
    return StrangeConnection.open(this.server, this.address);
  }

  async close(): Promise<void> {
    this.inbox.close();
    await Promise.all(this.sockets.map(socket => new Promise<void>(resolve => socket.close(resolve))));
  }
}

export class StrangeConnection {
  private readonly inbox = new Inbox();
  private buffer = '';
  private closed = false;

  private constructor(private readonly socket: Socket) {
    socket.on('data', data => this.take(data.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.inbox.changed();
    });
  }

  static async open(server: Server, localAddress: string): Promise<StrangeConnection> {
    const socket = connect({ host: server.address, port: server.port, localAddress, noDelay: true });
    await once(socket, 'connect');
    return new StrangeConnection(socket);
  }

  get isOpen(): boolean {
    return !this.closed;
  }

  get received(): readonly string[] {
    return this.inbox.texts;
  }

  send(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** Cut at every byte. */
  sendByteByByte(bytes: Uint8Array): void {
    for (const byte of bytes) this.socket.write(Uint8Array.of(byte));
  }

  /** Nothing more is sent; what comes is still read. */
  end(): void {
    this.socket.end();
  }

  final(): Promise<string> {
    return this.inbox.final('a connection');
  }

  /** The far end has closed it. */
  async isClosed(): Promise<void> {
    await this.inbox.until('the end of the connection', () => this.closed || undefined);
  }

  async close(): Promise<void> {
    this.inbox.close();
    if (this.closed) return;
    const closed = once(this.socket, 'close');
    this.socket.destroy();
    await closed;
  }

  private take(text: string): void {
    this.buffer += text;
    for (;;) {
      const end = this.buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/^content-length\s*:\s*(\d+)/im.exec(this.buffer.slice(0, end))?.[1] ?? 0);
      const whole = end + 4 + length;
      if (this.buffer.length < whole) return;
      const message = this.buffer.slice(0, whole);
      this.buffer = this.buffer.slice(whole);
      this.inbox.put(message);
    }
  }
}

export const options = (callId: string, transport: 'UDP' | 'TCP', host: string): string =>
  [
    'OPTIONS sip:kozpont@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/${transport} ${host};branch=z9hG4bK${callId}`,
    'Max-Forwards: 70',
    'From: <sip:stranger@example.com>;tag=a',
    'To: <sip:kozpont@example.com>',
    `Call-ID: ${callId}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
