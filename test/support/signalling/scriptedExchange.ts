/** Stands where the exchange stands: notes what signalling tells, and lets the test decide. */
import type {
  CallSource,
  DialFailure,
  IncomingCall,
  LegEnd,
  LegEvents,
  SignallingEvents,
  TransferRequest,
} from '../../../src/signalling/port.ts';

type LegNote =
  | { readonly kind: 'ringing' }
  | { readonly kind: 'answered'; readonly sdp: string }
  | { readonly kind: 'failed'; readonly failure: DialFailure }
  | { readonly kind: 'ended'; readonly end: LegEnd }
  | { readonly kind: 'offered'; readonly offer: string | undefined }
  | { readonly kind: 'answerReceived'; readonly sdp: string }
  | { readonly kind: 'digit'; readonly digit: string }
  | { readonly kind: 'transfer'; readonly request: TransferRequest };

export type NoteOf<K extends LegNote['kind']> = Extract<LegNote, { kind: K }>;

const patience = 8_000;

class Waiter {
  private waiting: (() => void)[] = [];

  wake(): void {
    for (const one of this.waiting.splice(0)) one();
  }

  async until<T>(what: string, look: () => T | undefined, seen: () => string): Promise<T> {
    const deadline = Date.now() + patience;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`${what} did not happen; what did: ${seen()}`);
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, left);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
}

export class LegWatch implements LegEvents {
  readonly notes: LegNote[] = [];
  /** Where it refreshed its target from without an offer: no event of its own, most tests do not care. */
  readonly movedTo: string[] = [];
  private taken = 0;
  private readonly waiter = new Waiter();
  /** Signalling is not to call us while we call it. */
  inCall = false;
  onOffered: (offer: string | undefined) => Promise<string> = () => Promise.reject(new Error('not wanted'));
  onTransfer: (request: TransferRequest) => void = () => {};

  get kinds(): string[] {
    return this.notes.map(note => note.kind);
  }

  /** The next event, which is to be of that kind. */
  async next<K extends LegNote['kind']>(kind: K): Promise<NoteOf<K>> {
    const note = await this.waiter.until(
      `event ${this.taken + 1} (${kind})`,
      () => this.notes[this.taken],
      () => this.kinds.join(', '),
    );
    if (note.kind !== kind) throw new Error(`expected ${kind}, got ${this.kinds.join(', ')}`);
    this.taken += 1;
    return note as NoteOf<K>;
  }

  /** Events that were looked at otherwise. */
  skip(count: number): void {
    this.taken += count;
  }

  /** Calls signalling as the exchange would; no event may come within. */
  within<T>(call: () => T): T {
    this.inCall = true;
    try {
      return call();
    } finally {
      this.inCall = false;
    }
  }

  ringing(): void {
    this.note({ kind: 'ringing' });
  }

  answered(sdp: string): void {
    this.note({ kind: 'answered', sdp });
  }

  failed(failure: DialFailure): void {
    this.note({ kind: 'failed', failure });
  }

  ended(end: LegEnd): void {
    this.note({ kind: 'ended', end });
  }

  offered(offer: string | undefined): Promise<string> {
    this.note({ kind: 'offered', offer });
    return this.onOffered(offer);
  }

  answerReceived(sdp: string): void {
    this.note({ kind: 'answerReceived', sdp });
  }

  moved(source: string): void {
    this.movedTo.push(source);
  }

  digit(digit: string): void {
    this.note({ kind: 'digit', digit });
  }

  transferRequested(request: TransferRequest): void {
    this.note({ kind: 'transfer', request });
    this.onTransfer(request);
  }

  private note(note: LegNote): void {
    if (this.inCall) throw new Error(`${note.kind} came within a call of the exchange`);
    this.notes.push(note);
    this.waiter.wake();
  }
}

export interface Arrived {
  readonly call: IncomingCall;
  readonly watch: LegWatch;
}

export class ScriptedExchange implements SignallingEvents {
  readonly arrivals: Arrived[] = [];
  readonly reachability: (readonly [extension: string, reachable: boolean])[] = [];
  readonly connections: boolean[] = [];
  onArrival: (arrived: Arrived) => void = () => {};
  /** What was asked before a call was looked at, and where those came from that were not let in. */
  readonly offered: CallSource[] = [];
  readonly notAdmitted: string[] = [];
  /** Seconds: every new call is refused. */
  retryAfter: number | undefined;
  private taken = 0;
  private readonly waiter = new Waiter();

  async nextCall(): Promise<Arrived> {
    const arrived = await this.waiter.until(
      'a call',
      () => this.arrivals[this.taken],
      () => 'nothing',
    );
    this.taken += 1;
    return arrived;
  }

  untilConnected(connected: boolean): Promise<boolean> {
    return this.waiter.until(
      `connected: ${connected}`,
      () => (this.connections.at(-1) === connected ? true : undefined),
      () => this.connections.join(', '),
    );
  }

  callOffered(source: CallSource): number | undefined {
    this.offered.push(source);
    return this.retryAfter;
  }

  callNotAdmitted(address: string): void {
    this.notAdmitted.push(address);
  }

  callArrived(call: IncomingCall): LegEvents {
    const watch = new LegWatch();
    const arrived = { call, watch };
    this.arrivals.push(arrived);
    watch.within(() => this.onArrival(arrived));
    this.waiter.wake();
    return watch;
  }

  reachableChanged(extension: string, reachable: boolean): void {
    this.reachability.push([extension, reachable]);
    this.waiter.wake();
  }

  connectionChanged(connected: boolean): void {
    this.connections.push(connected);
    this.waiter.wake();
  }
}
