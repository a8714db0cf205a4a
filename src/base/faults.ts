/**
 * The last line of defence. Nothing that comes from outside should make anything throw; where it does all the same, it
 * costs that packet alone: what was thrown is logged with the bytes and counted, and the process goes on. Every handler
 * of a socket, a timer and an event is guarded where it is entered. What throws at the start still ends the process.
 */
import type { Clock } from './clock.ts';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';
import { LogBudget } from './logBudget.ts';

/** Where something from outside is entered. */
export const entrances = ['sip', 'rtp', 'application', 'drachtio', 'eventSocket', 'http', 'timer', 'task'] as const;
/**
 * - `sip`: a message, a connection, an answer of the resolver. `rtp`: a packet of RTP or RTCP.
 * - `application`: a frame of an application of drachtiod's. `drachtio`: a frame of the SIP server.
 * - `eventSocket`: what a FreeSWITCH says. `http`: a request of the API.
 * - `timer`: what was due. `task`: a promise that nobody waits for.
 */
export type Entrance = (typeof entrances)[number];

export type Bytes = Uint8Array | string;

export interface Faults {
  /** Something threw. `bytes`: what was being handled. */
  caught(entrance: Entrance, error: unknown, bytes?: Bytes): void;
}

/** Calls `run`; true: it returned. `bytes`: what it handles. */
export function guard(faults: Faults, entrance: Entrance, run: () => void, bytes?: Bytes): boolean {
  try {
    run();
    return true;
  } catch (error) {
    faults.caught(entrance, error, bytes);
    return false;
  }
}

/** For a promise that nobody waits for. */
export function detach(faults: Faults, task: Promise<unknown>): void {
  task.catch(error => faults.caught('task', error));
}

/** What a timer's callback throws, or the promise that it gives, ends nothing else. */
export const guardedClock = (clock: Clock, faults: Faults): Clock => {
  const guarded = (fire: () => unknown) => (): void => {
    guard(faults, 'timer', () => {
      const given = fire();
      if (given instanceof Promise) given.catch(error => faults.caught('timer', error));
    });
  };
  return {
    now: () => clock.now(),
    at: (at, fire) => clock.at(at, guarded(fire)),
    after: (delay, fire) => clock.after(delay, guarded(fire)),
  };
};

/** Counts and logs; a few lines a second for each entrance, whatever comes. */
export class FaultLog implements Faults {
  private readonly counted = new Map<Entrance, number>();
  private readonly budgets = new Map<Entrance, LogBudget>();

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Since the start, by entrance. */
  get counts(): ReadonlyMap<Entrance, number> {
    return this.counted;
  }

  caught(entrance: Entrance, error: unknown, bytes?: Bytes): void {
    this.counted.set(entrance, (this.counted.get(entrance) ?? 0) + 1);
    const budget = this.budgets.get(entrance) ?? new LogBudget(this.clock);
    this.budgets.set(entrance, budget);
    const suppressed = budget.spend();
    if (suppressed === undefined) return;
    const shown = bytes === undefined ? {} : { length: bytes.length, bytes: printable(bytes) };
    const facts = { entrance, ...shown, ...(suppressed > 0 ? { suppressed } : {}) };
    const text = 'a fault of ours was contained';
    try {
      this.log.error({ ...facts, err: error instanceof Error ? error : new Error(messageOf(error)) }, text);
    } catch {
      // What was thrown cannot even be shown.
      this.log.error(facts, text);
    }
  }
}

/** Bytes that are shown of what was being handled. */
const longest = 512;

/** Printable ASCII as it is; of the rest, `\r`, `\n` and `\xHH`. */
export function printable(bytes: Bytes): string {
  const head = typeof bytes === 'string' ? Buffer.from(bytes.slice(0, longest)) : bytes.subarray(0, longest);
  let text = '';
  for (const byte of head.subarray(0, longest)) {
    if (byte === 0x5c) text += '\\\\';
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else if (byte === 0x0d) text += '\\r';
    else if (byte === 0x0a) text += '\\n';
    else text += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}
