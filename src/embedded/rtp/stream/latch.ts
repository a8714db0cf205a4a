import { assertNever } from '../../../base/assertNever.ts';
import type { Duration, Instant } from '../../../base/clock.ts';
import type { TransportAddress } from '../../../media/sdp/agreement.ts';
import { isRoutable } from '../wire/address.ts';
import { sequenceStep } from '../wire/rtpPacket.ts';

/**
 * Symmetric RTP (RFC 4961) that a stranger cannot hijack: which source of packets is the far end, and so where ours go.
 *
 * The description says where the far end is; NAT says otherwise. The rules:
 *
 * 1. A valid packet from the described address and port settles it at once.
 * 2. Another port of the described address, or any port of the address that the signalling comes from, is believed
 *    after 2 packets in a row. Any routable address is believed after 5 in a row where the description names an
 *    unroutable one (the mark of NAT) and the signalling's address is not known.
 *    So is an address that the settings of its trunk name, after 2.
 * 3. Nobody else is ever believed, whatever is sent.
 * 4. A source believed by rule 2 is on probation for a second, and so is, from its first packet on, the one from before
 *    a re-negotiation that changed nothing: until then the described address may take over, and anybody else as by
 *    rule 2 when the source pauses. It may be a last packet that was still on its way.
 * 5. A settled source is kept until a re-negotiation. Should it fall silent for 2 s, then one that goes on with the
 *    very same SSRC (32 random bits that a stranger off the path does not know) where the sequence numbers would be by
 *    now is believed after 5 in a row: a new NAT binding, or a phone that changed networks.
 *
 * A packet of anybody who is not (yet) believed is not heard.
 */
export type LatchState =
  /** Nobody is believed. Entered at the start, by `renegotiate`, and when a source on probation falls silent. Leaves to `settled` (rule 1), `candidate` (rule 2) or `probation` (the source from before). */
  | { readonly kind: 'waiting' }
  /** A source that sends as rule 2 wants it, not yet often enough. Leaves to `probation`, to `settled` (rule 1), or to another `candidate` when it pauses. What we send goes where it went before. */
  | { readonly kind: 'candidate'; readonly source: Source; readonly needed: number }
  /** Believed by rule 2 or from before. Leaves to `settled` after a second of packets or for the described address, to `candidate` for another source when it pauses, to `waiting` when it falls silent. */
  | { readonly kind: 'probation'; readonly source: Source; readonly needed: number }
  /** The far end, beyond doubt. Leaves to `silent` (rule 5), to `waiting` by `renegotiate`. */
  | { readonly kind: 'settled'; readonly source: Source }
  /** The far end was here and sends no more; what we send still goes there. Leaves to `settled` when it, or its heir by rule 5, sends. */
  | { readonly kind: 'silent'; readonly source: Source; readonly heir: Source | undefined };

interface Source extends TransportAddress {
  ssrc: number;
  sequence: number;
  /** Packets in a row. */
  run: number;
  heardAt: Instant;
}

/** `refused`: not to be heard. `moved`: to be heard, and our packets go to `target` from now on. */
export type Verdict = 'refused' | 'heard' | 'moved';

export interface LatchPacket {
  readonly ssrc: number;
  readonly sequence: number;
}

const nearRun = 2;
const farRun = 5;
const probationPackets = 50;
const candidatePause: Duration = 100;
const probationPause: Duration = 200;
const silence: Duration = 2000;

export class Latch {
  private current: LatchState = { kind: 'waiting' };
  private described: TransportAddress | undefined;
  private signalling: string | undefined;
  private previous: TransportAddress | undefined;
  private admits: ((address: string) => boolean) | undefined;

  get state(): LatchState {
    return this.current;
  }

  /** Where our packets go: to the far end as heard, else as described; undefined: nowhere. */
  get target(): TransportAddress | undefined {
    const state = this.current;
    if (state.kind === 'probation' || state.kind === 'settled' || state.kind === 'silent') return state.source;
    return this.previous ?? this.described;
  }

  /** Nobody but `target` is to be listened to: the socket may be connected to it. */
  get closed(): boolean {
    return this.current.kind === 'settled';
  }

  /**
   * What was agreed on. An unchanged description leaves our packets on their way until another source is believed; a
   * changed one sends them to the new address at once. Undefined (hold without an address) changes nothing. `admits`: by
   * rule 2, besides.
   */
  renegotiate(
    described: TransportAddress | undefined,
    signalling: string | undefined,
    admits?: (address: string) => boolean,
  ): void {
    this.admits = admits;
    this.signalling = signalling ?? this.signalling;
    if (described === undefined) return;
    const before = this.described;
    const same = before !== undefined && before.address === described.address && before.port === described.port;
    this.previous = same ? this.target : undefined;
    this.described = described;
    this.current = { kind: 'waiting' };
  }

  /** Judges a valid RTP packet. The one that comes most, from the settled source, is judged in two comparisons. */
  hear(address: string, port: number, packet: LatchPacket, now: Instant): Verdict {
    const state = this.current;
    if (state.kind === 'settled') {
      if (!isFrom(state.source, address, port)) return 'refused';
      note(state.source, packet, now);
      return 'heard';
    }
    return this.hearUnsettled(state, address, port, packet, now);
  }

  /** A packet that says nothing (its payload type was not agreed on) shows nobody new, but keeps the far end alive. */
  isFarEnd(address: string, port: number, packet: LatchPacket, now: Instant): boolean {
    const state = this.current;
    if (state.kind !== 'settled' && state.kind !== 'probation') return false;
    if (!isFrom(state.source, address, port) || packet.ssrc !== state.source.ssrc) return false;
    note(state.source, packet, now);
    return true;
  }

  /** The housekeeping's turn; true where the socket has to listen to everybody again. */
  pause(now: Instant): boolean {
    const state = this.current;
    if (state.kind === 'settled' && now - state.source.heardAt > silence) {
      this.current = { kind: 'silent', source: state.source, heir: undefined };
      return true;
    }
    if (state.kind === 'probation' && now - state.source.heardAt > silence) this.current = { kind: 'waiting' };
    return false;
  }

  private hearUnsettled(
    state: Exclude<LatchState, { kind: 'settled' }>,
    address: string,
    port: number,
    packet: LatchPacket,
    now: Instant,
  ): Verdict {
    switch (state.kind) {
      case 'waiting':
        if (isFrom(this.described, address, port)) return this.settle(address, port, packet, now);
        if (isFrom(this.previous, address, port)) return this.trust(newSource(address, port, packet, now));
        return this.consider(address, port, packet, now);
      case 'candidate':
        if (isFrom(this.described, address, port)) return this.settle(address, port, packet, now);
        if (isFrom(this.previous, address, port)) return this.trust(newSource(address, port, packet, now));
        if (isFrom(state.source, address, port)) return this.encourage(state, packet, now);
        if (now - state.source.heardAt < candidatePause) return 'refused';
        return this.consider(address, port, packet, now);
      case 'probation':
        if (isFrom(state.source, address, port)) return this.prove(state, packet, now);
        if (isFrom(this.described, address, port)) return this.settle(address, port, packet, now);
        if (now - state.source.heardAt < probationPause) return 'refused';
        return this.consider(address, port, packet, now);
      case 'silent':
        if (isFrom(state.source, address, port)) return this.settle(address, port, packet, now);
        return this.inherit(state, address, port, packet, now);
      default:
        return assertNever(state);
    }
  }

  private settle(address: string, port: number, packet: LatchPacket, now: Instant): Verdict {
    this.current = { kind: 'settled', source: newSource(address, port, packet, now) };
    return 'moved';
  }

  private consider(address: string, port: number, packet: LatchPacket, now: Instant): Verdict {
    const needed = this.runNeeded(address);
    if (needed === undefined) return 'refused';
    this.current = { kind: 'candidate', source: newSource(address, port, packet, now), needed };
    return 'refused';
  }

  /** How many packets in a row make a source believable (rule 2); undefined: none would (rule 3). */
  private runNeeded(address: string): number | undefined {
    if (this.described === undefined) return undefined;
    if (address === this.described.address || address === this.signalling) return nearRun;
    if (this.admits?.(address) === true) return nearRun;
    const natted = !isRoutable(this.described.address) && isRoutable(address);
    return natted && this.signalling === undefined ? farRun : undefined;
  }

  private encourage(state: LatchState & { kind: 'candidate' }, packet: LatchPacket, now: Instant): Verdict {
    extend(state.source, packet, now);
    return state.source.run < state.needed ? 'refused' : this.trust(state.source);
  }

  private trust(source: Source): Verdict {
    this.current = { kind: 'probation', source, needed: probationPackets };
    return 'moved';
  }

  private prove(state: LatchState & { kind: 'probation' }, packet: LatchPacket, now: Instant): Verdict {
    note(state.source, packet, now);
    if (state.needed > 1) {
      this.current = { ...state, needed: state.needed - 1 };
      return 'heard';
    }
    this.current = { kind: 'settled', source: state.source };
    return 'moved';
  }

  private inherit(
    state: LatchState & { kind: 'silent' },
    address: string,
    port: number,
    packet: LatchPacket,
    now: Instant,
  ): Verdict {
    const { source, heir } = state;
    if (packet.ssrc !== source.ssrc) return 'refused';
    if (heir !== undefined && isFrom(heir, address, port)) {
      extend(heir, packet, now);
      if (heir.run < farRun) return 'refused';
      this.current = { kind: 'settled', source: heir };
      return 'moved';
    }
    if (heir !== undefined && now - heir.heardAt < candidatePause) return 'refused';
    // At most a packet every 10 ms since, and some slack for a pause in its clock.
    const ahead = sequenceStep(source.sequence, packet.sequence);
    if (ahead <= 0 || ahead > (now - source.heardAt) / 10 + 100) return 'refused';
    this.current = { ...state, heir: newSource(address, port, packet, now) };
    return 'refused';
  }
}

const isFrom = (source: TransportAddress | undefined, address: string, port: number): boolean =>
  source !== undefined && source.port === port && source.address === address;

const newSource = (address: string, port: number, packet: LatchPacket, now: Instant): Source => ({
  address,
  port,
  ssrc: packet.ssrc,
  sequence: packet.sequence,
  run: 1,
  heardAt: now,
});

function note(source: Source, packet: LatchPacket, now: Instant): void {
  source.ssrc = packet.ssrc;
  source.sequence = packet.sequence;
  source.heardAt = now;
}

/** Counts a packet that follows the last one of the same stream; any other begins to count anew. */
function extend(source: Source, packet: LatchPacket, now: Instant): void {
  const step = sequenceStep(source.sequence, packet.sequence);
  const follows = packet.ssrc === source.ssrc && step === 1;
  source.run = follows ? source.run + 1 : 1;
  note(source, packet, now);
}
