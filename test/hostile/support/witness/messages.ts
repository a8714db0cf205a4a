/** What a test and its witness say to each other. */

export interface WitnessSettings {
  readonly server: { readonly address: string; readonly port: number };
  /** A trunk of the switchboard. */
  readonly callerAddress: string;
  readonly number: string;
  readonly extension: string;
  readonly password: string;
}

export interface Commands {
  /** Registers the callee, and puts the call up: both hear each other. */
  open(settings: WitnessSettings): Promise<void>;
  /** The sound since the last mark, and a new mark. */
  mark(): Promise<Window>;
  /** Both hear each other now: fails where one does not. */
  hear(): Promise<void>;
  /** BYE by the caller: its final status, when the callee has been released as well. */
  hangUp(): Promise<ByeOutcome>;
  close(): Promise<void>;
}

export interface ByeOutcome {
  readonly status: number;
  /** Milliseconds from the BYE to its response. */
  readonly answeredAfter: number;
}

/** What one party heard in a span of time. */
export interface PartySound {
  readonly packets: number;
  /** Milliseconds: the longest time without a packet, the edges of the span included. */
  readonly longestGap: number;
  /** By sequence numbers (RFC 3550, A.3). */
  readonly lost: number;
}

export interface Window {
  /** Milliseconds. */
  readonly length: number;
  readonly caller: PartySound;
  readonly callee: PartySound;
  /** Milliseconds by which the witness itself was late at most: of a gap, so much may be the machine's. */
  readonly ownLateness: number;
}

export type CommandName = keyof Commands;
export type Request = { readonly id: number; readonly name: CommandName; readonly argument: unknown };
export type Reply = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };
