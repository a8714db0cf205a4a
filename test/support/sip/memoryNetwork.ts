import type { Clock, Duration } from '../../../src/base/clock.ts';
import { KozpontError } from '../../../src/base/errors.ts';
import type {
  Hop,
  ListenAddress,
  Transport,
  TransportReceiver,
} from '../../../src/embedded/sip/transport/transport.ts';
import { isReliable } from '../../../src/embedded/sip/transport/transportSet.ts';
import { seededRandom } from '../random.ts';

/** What happens to a packet on its way. The first rule that matches decides. */
export interface Rule {
  /** Of the first line (`INVITE sip:…`, `SIP/2.0 200 OK`) and the CSeq; default: every packet. */
  readonly match?: RegExp;
  readonly from?: string;
  /** Which of the packets that match, from 1; default: each of them. */
  readonly nth?: number;
  /** From 0 to 1; default: 1. */
  readonly chance?: number;
  readonly then: 'drop' | 'double' | 'corrupt' | { readonly delay: Duration };
}

export interface Packet {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  /** The first line and the CSeq method: `INVITE sip:b@… (1 INVITE)`. */
  readonly what: string;
  readonly bytes: Buffer;
  readonly fate: 'delivered' | 'dropped' | 'doubled' | 'corrupted' | 'delayed' | 'refused';
}

/** A network in memory and in virtual time. Addresses are `address:port`, for all protocols alike. */
export class MemoryNetwork {
  readonly trace: Packet[] = [];
  private readonly rules: { readonly rule: Rule; seen: number }[] = [];
  private readonly listeners = new Map<string, MemoryTransport>();
  private readonly random: () => number;

  constructor(
    readonly clock: Clock,
    options: { readonly seed?: number; readonly delay?: Duration; readonly rules?: readonly Rule[] } = {},
  ) {
    this.random = seededRandom(options.seed ?? 1);
    this.delay = options.delay ?? 1;
    for (const rule of options.rules ?? []) this.add(rule);
  }

  readonly delay: Duration;

  add(rule: Rule): void {
    this.rules.push({ rule, seen: 0 });
  }

  clearRules(): void {
    this.rules.length = 0;
  }

  transport(protocol: 'udp' | 'tcp', address: string, port = 5060): Transport {
    return new MemoryTransport(this, protocol, address, port);
  }

  /** Bytes of a stranger who has no stack. */
  inject(bytes: Buffer | string, from: Hop, to: Hop): void {
    const listener = this.listeners.get(key(to));
    const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    this.clock.after(this.delay, () => listener?.take(data, from));
  }

  /** Cuts what stands for the connections between two addresses, told to both ends. */
  cut(a: Hop, b: Hop): void {
    this.listeners.get(key(a))?.cut(b);
    this.listeners.get(key(b))?.cut(a);
  }

  /** What was sent, in order: `from>to what`. */
  sent(match: RegExp): readonly Packet[] {
    return this.trace.filter(packet => match.test(packet.what));
  }

  open(transport: MemoryTransport): void {
    this.listeners.set(key(transport.hop), transport);
  }

  shut(transport: MemoryTransport): void {
    this.listeners.delete(key(transport.hop));
  }

  listening(hop: Hop): boolean {
    return this.listeners.has(key(hop));
  }

  carry(bytes: Buffer, from: MemoryTransport, to: Hop): void {
    const what = describe(bytes);
    const fate = this.fateOf(what, from.hop, isReliable(to.protocol));
    const note = (told: Packet['fate']): void => {
      this.trace.push({
        at: this.clock.now(),
        from: place(from.hop),
        to: place(to),
        what,
        bytes,
        fate: told,
      });
    };
    const arrive = (data: Buffer, delay: Duration): void => {
      this.clock.after(delay, () => this.listeners.get(key(to))?.take(data, from.hop));
    };
    if (fate === undefined) {
      note('delivered');
      arrive(bytes, this.delay);
    } else if (fate === 'drop') {
      note('dropped');
    } else if (fate === 'double') {
      note('doubled');
      arrive(bytes, this.delay);
      arrive(bytes, this.delay);
    } else if (fate === 'corrupt') {
      note('corrupted');
      const damaged = Buffer.from(bytes);
      for (let i = 0; i < 4; i++) damaged[Math.floor(this.random() * damaged.length)] = Math.floor(this.random() * 256);
      arrive(damaged, this.delay);
    } else {
      note('delayed');
      arrive(bytes, this.delay + fate.delay);
    }
  }

  private fateOf(what: string, from: Hop, reliable: boolean): Rule['then'] | undefined {
    for (const entry of this.rules) {
      const { match, nth, chance, from: origin, then } = entry.rule;
      if (match !== undefined && !match.test(what)) continue;
      if (origin !== undefined && origin !== place(from)) continue;
      entry.seen++;
      if (nth !== undefined && entry.seen !== nth) continue;
      if (chance !== undefined && this.random() >= chance) continue;
      return reliable && typeof then === 'string' ? undefined : then;
    }
    return undefined;
  }
}

class MemoryTransport implements Transport {
  readonly facts;
  readonly hop: Hop;
  private receiver: TransportReceiver | undefined;
  private readonly peers = new Map<string, Hop>();

  constructor(
    private readonly network: MemoryNetwork,
    private readonly protocol: 'udp' | 'tcp',
    private readonly address: string,
    private readonly port: number,
  ) {
    this.facts = { protocol, reliable: protocol === 'tcp', secure: false };
    this.hop = { protocol, address, port };
  }

  get local(): ListenAddress {
    const { protocol, address, port } = this;
    return { ...this.facts, id: `${protocol}/${address}:${port}`, address, port };
  }

  get connections(): number {
    return this.peers.size;
  }

  async open(receiver: TransportReceiver): Promise<void> {
    this.receiver = receiver;
    this.network.open(this);
  }

  send(bytes: Buffer, destination: Hop, done: (error?: KozpontError) => void): void {
    const { clock, delay } = this.network;
    if (this.facts.reliable && !this.network.listening(destination)) {
      clock.after(delay, () =>
        done(new KozpontError('CONNECTION_LOST', `${place(destination)} refused the connection`)),
      );
      return;
    }
    if (this.facts.reliable) this.peers.set(place(destination), destination);
    this.network.carry(bytes, this, destination);
    clock.after(0, () => done());
  }

  reaches(hop: Hop): boolean {
    return !this.facts.reliable || this.peers.has(place(hop));
  }

  take(bytes: Buffer, from: Hop): void {
    if (this.facts.reliable) this.peers.set(place(from), from);
    const source = { ...from, listener: this.local.id, receivedAt: this.network.clock.now() };
    this.receiver?.received(bytes, source);
  }

  cut(from: Hop): void {
    if (this.peers.delete(place(from))) this.receiver?.lost(from);
  }

  async close(): Promise<void> {
    this.receiver = undefined;
    this.peers.clear();
    this.network.shut(this);
  }
}

const place = ({ address, port }: Hop): string => `${address}:${port}`;
const key = (hop: Hop): string => `${hop.protocol} ${place(hop)}`;

function describe(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  const cseq = /^CSeq:\s*(.*)$/im.exec(text)?.[1] ?? '';
  return `${text.slice(0, text.indexOf('\r\n'))} (${cseq})`;
}
