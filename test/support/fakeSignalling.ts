import type { Facing } from '../../src/base/facing.ts';
import type {
  DialRequest,
  HangUp,
  InboundLeg,
  IncomingCall,
  Leg,
  LegEvents,
  LegSnapshot,
  OutboundLeg,
  Party,
  Signalling,
  TransferRequest,
} from '../../src/signalling/port.ts';

/** Signalling whose far ends are played by the test. */
export class FakeSignalling implements Signalling {
  readonly dialed: FakeOutbound[] = [];
  readonly registered = new Set<string>();
  draining = false;

  dial(request: DialRequest, events: LegEvents): OutboundLeg {
    const leg = new FakeOutbound(request, events);
    this.dialed.push(leg);
    return leg;
  }

  /** What the exchange is told of the phones that a target has. */
  faces: readonly Facing[] = [];

  facing(): readonly Facing[] {
    return this.faces;
  }

  readonly adopted: FakeAdopted[] = [];

  adopt(snapshot: LegSnapshot, events: LegEvents): Leg {
    const leg = new FakeAdopted(snapshot, events);
    this.adopted.push(leg);
    return leg;
  }

  reachable(extension: string): boolean {
    return this.registered.has(extension);
  }

  extensionsChanged(): void {}

  drain(): void {
    this.draining = true;
  }

  async close(): Promise<void> {}

  /** The latest INVITE to an extension. */
  to(number: string): FakeOutbound {
    const leg = this.dialed.findLast(({ request }) => request.target.number === number);
    if (leg === undefined) throw new Error(`nobody has dialled ${number}`);
    return leg;
  }
}

abstract class FakeLeg {
  abstract readonly sipCallId: string;
  ended: HangUp | true | undefined;
  identified: Party | undefined;

  hangUp(end?: HangUp): void {
    this.ended ??= end ?? true;
  }

  /** The offers of our re-INVITEs, and what is answered to them. */
  readonly reinvites: string[] = [];
  reinvited: (offer: string) => Promise<string> = async offer => `answer to ${offer}`;

  reinvite(offer: string): Promise<string> {
    this.reinvites.push(offer);
    return this.reinvited(offer);
  }

  identify(party: Party): void {
    this.identified = party;
  }

  abstract snapshot(): LegSnapshot | undefined;
}

const snapshotOf = (sipCallId: string, party: LegSnapshot['party']): LegSnapshot => ({
  sipCallId,
  dialogId: `dialog of ${sipCallId}`,
  callIdIsOurs: false,
  ourTag: 'ours',
  theirTag: 'theirs',
  ourHost: '192.0.2.1:5060',
  peerAllows: undefined,
  localSdp: 'what was said last',
  timer: undefined,
  party,
});

let next = 0;

export class FakeInbound extends FakeLeg implements InboundLeg {
  readonly sipCallId = `in${next++}`;
  ringing = false;
  /** Of a 183. */
  progressed: string | undefined;
  answered: string | undefined;
  /** The answer that the ACK brings. */
  acknowledged: Promise<string | undefined> = Promise.resolve(undefined);

  ring(): void {
    this.ringing = true;
  }

  progress(sdp: string): void {
    this.progressed = sdp;
  }

  async answer(sdp: string): Promise<string | undefined> {
    this.answered = sdp;
    return this.acknowledged;
  }

  override snapshot(): LegSnapshot | undefined {
    return this.answered === undefined ? undefined : snapshotOf(this.sipCallId, { kind: 'trunk', name: 'pstn' });
  }

  arriving(change: Partial<IncomingCall> = {}): IncomingCall {
    return {
      leg: this,
      from: { number: '+36301111111', display: 'Anna' },
      via: { kind: 'trunk', name: 'pstn' },
      source: '192.0.2.7',
      dialled: '+3612345678',
      offer: 'an offer',
      replaces: undefined,
      sipCallId: this.sipCallId,
      ...change,
    };
  }
}

export class FakeOutbound extends FakeLeg implements OutboundLeg {
  readonly sipCallId = `out${next++}`;
  cancelled = false;

  constructor(
    readonly request: DialRequest,
    readonly events: LegEvents,
  ) {
    super();
  }

  cancel(): void {
    this.cancelled = true;
  }

  override snapshot(): LegSnapshot {
    return snapshotOf(this.sipCallId, { kind: 'extension', number: this.request.target.number });
  }
}

export class FakeAdopted extends FakeLeg {
  readonly sipCallId: string;

  constructor(
    readonly from: LegSnapshot,
    readonly events: LegEvents,
  ) {
    super();
    this.sipCallId = from.sipCallId;
  }

  override snapshot(): LegSnapshot {
    return this.from;
  }
}

/** A REFER, with what became of it. */
export function refer(
  target: string,
  replaces?: TransferRequest['replaces'],
): TransferRequest & { readonly reports: string[] } {
  const reports: string[] = [];
  return {
    target,
    replaces,
    reports,
    accept: () => void reports.push('accepted'),
    refuse: status => void reports.push(`refused ${status}`),
    progress: status => void reports.push(String(status)),
  };
}
