import { assertNever } from '../base/assertNever.ts';
import type { Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { randomId } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import { Mailbox } from '../base/mailbox.ts';
import { own } from '../base/own.ts';
import type { Call, LegId } from '../call/call.ts';
import type { Effect, TimerChange } from '../call/effect.ts';
import type { MediaElsewhere } from '../call/record.ts';
import type { Shared } from '../call/shared.ts';
import { type Arrival, begin, callerLeg, step } from '../call/step.ts';
import type { HandOver, Stimulus } from '../call/stimulus.ts';
import type { StepResult } from '../call/turn.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import type { MediaEndpoint } from '../media/port.ts';
import type { IncomingCall, TransferRequest } from '../signalling/port.ts';
import { type LegOwner, type LegSurroundings, LiveLeg } from './liveLeg.ts';
import type { SavedCall, Sounds } from './ports.ts';
import { soundsOf } from './soundsOf.ts';
import { Transfers } from './transfers.ts';

/** What a live call needs of the house around it. */
export interface House extends LegSurroundings {
  readonly sounds: Sounds;
  /** The live leg of a dialog, whichever call owns it. */
  whose(dialog: IncomingCall['leg']): LiveLeg | undefined;
  call(id: string): LiveCall | undefined;
  /** What a call must know of the others. */
  sharedWith(callId: string): Shared;
  /** Other legs take part in it than before, or as something else. */
  legsChanged(live: LiveCall): void;
  calendarSet(live: LiveCall, effect: Extract<Effect, { kind: 'setCalendar' }>): void;
  queueEffect(live: LiveCall, effect: QueueEffect): void;
  /** It is another one than it was. */
  changed(live: LiveCall): void;
  notified(live: LiveCall, effect: Extract<Effect, { kind: 'notify' }>): void;
  finished(live: LiveCall, effect: Extract<Effect, { kind: 'finish' }>): void;
}

export type QueueEffect = Extract<Effect, { kind: 'joinQueue' | 'leaveQueue' | 'concludeOffer' }>;

interface Begin {
  readonly kind: 'begin';
}

/** What comes once, and what a call waits for: one that goes by without an answer leaves the call stuck. */
const decisive: ReadonlySet<string> = new Set([
  ...['begin', 'timerFired', 'playFinished', 'legAnswered', 'legFailed', 'legEnded', 'handedOver', 'restored'],
]);

/**
 * A call with everything of it that is alive. One stimulus at a time goes through call control; this is the one place
 * where its effects are carried out. The dialplan is the one with which the call began.
 */
export class LiveCall implements LegOwner {
  readonly id: string;
  private state: Call;
  private readonly legs = new Map<LegId, LiveLeg>();
  private readonly timers = new Map<string, Timer>();
  private readonly transfers = new Transfers();
  private readonly mailbox: Mailbox<Stimulus | Begin>;
  private readonly log: Log;
  private over = false;

  /** For the record: legs whose media came from where nobody expected it. */
  readonly elsewhere: MediaElsewhere[] = [];
  private readonly sounds: Pick<Sounds, 'prompt' | 'music'>;

  /** Throws where the dialplan cannot take the call: nothing of it is alive then. */
  static arriving(house: House, plan: Dialplan, arrival: Arrival): LiveCall {
    return new LiveCall(house, plan, begin(plan, arrival, house.clock.now(), house.sharedWith(arrival.id)));
  }

  /** A call of a process that has died, with whoever is still in it: `restore` follows. */
  static saved(house: House, plan: Dialplan, { call, legs }: SavedCall): LiveCall {
    const live = new LiveCall(house, plan, { call, effects: [], timers: [] });
    for (const { id, who, state } of Object.values(call.legs)) {
      if (state === 'answered' && own(legs, id) !== undefined) live.legs.set(id, live.newLeg(id, who));
    }
    return live;
  }

  private constructor(
    private readonly house: House,
    readonly plan: Dialplan,
    private readonly first: StepResult,
  ) {
    this.state = first.call;
    this.id = this.state.id;
    this.log = house.log.child({ call: this.id });
    this.sounds = house.sounds.of?.(plan) ?? house.sounds;
    this.mailbox = new Mailbox(
      stimulus => this.take(stimulus),
      (error, stimulus) => this.failed(error, stimulus),
    );
  }

  /** Takes the caller in. The leg is known before the first effect, so that a refusal reaches it, too. */
  start(incoming: IncomingCall): LiveLeg {
    const leg = this.newLeg(callerLeg, this.state.from);
    this.legs.set(callerLeg, leg);
    if (this.first.call.phase.kind === 'ended') leg.refuse(incoming);
    else leg.arrive(incoming);
    this.mailbox.post({ kind: 'begin' });
    return leg;
  }

  /**
   * Goes on with the legs that are still there; the others were lost with the process that had them. The former are told
   * first: what comes of the loss of the latter reaches them.
   */
  restore(snapshots: SavedCall['legs']): void {
    try {
      this.resume(snapshots);
    } catch (error) {
      this.log.error({ error: messageOf(error) }, 'a call cannot be restored: it ends');
      this.abandon('it could not be restored', snapshots);
    }
  }

  /** Ends a call that call control cannot end: whatever of it is alive, and the dialogs that are not taken up yet. */
  private abandon(reason: string, snapshots: SavedCall['legs']): void {
    if (this.over) return;
    const termination = { result: 'failed', reason, by: 'system' } as const;
    const { legs } = this.state;
    this.state = { ...this.state, phase: { kind: 'ended', termination }, legs: {}, timers: {} };
    for (const [id, snapshot] of Object.entries(snapshots)) {
      const who = own(legs, id)?.who ?? { number: '', display: undefined, extension: undefined };
      try {
        (this.legs.get(id) ?? this.newLeg(id, who)).dismiss(snapshot);
      } catch (error) {
        this.log.error({ leg: id, error: messageOf(error) }, 'a leg of it cannot be ended');
      }
    }
    this.finish({ kind: 'finish', termination });
  }

  private resume(snapshots: SavedCall['legs']): void {
    const { phase, legs } = this.state;
    if (phase.kind === 'ended') {
      // It was written down in its last moment.
      this.finish({ kind: 'finish', termination: phase.termination });
      return;
    }
    const known = Object.values(legs);
    const survivors = [...this.legs];
    this.post({ kind: 'restored' });
    for (const [id, leg] of survivors) {
      const snapshot = own(snapshots, id);
      if (snapshot !== undefined) leg.adopt(snapshot, own(legs, id)?.held === true);
    }
    const alive = new Set(survivors.map(([id]) => id));
    for (const { id, who, state } of known) {
      const snapshot = own(snapshots, id);
      if (alive.has(id)) continue;
      if (snapshot !== undefined) this.newLeg(id, who).dismiss(snapshot);
      if (state === 'dialing' || state === 'ringing' || state === 'cancelling') {
        this.post({ kind: 'legFailed', leg: id, reason: 'unreachable', status: 503 });
      } else {
        this.post({ kind: 'legEnded', leg: id, by: 'network' });
      }
    }
  }

  saved(): SavedCall {
    const legs = [...this.legs].flatMap(([id, leg]) => {
      const snapshot = leg.snapshot();
      return snapshot === undefined ? [] : [[id, snapshot] as const];
    });
    return { call: this.state, legs: Object.fromEntries(legs) };
  }

  get call(): Call {
    return this.state;
  }

  post(stimulus: Stimulus): void {
    this.log.debug({ stimulus }, 'stimulus');
    this.mailbox.post(stimulus);
  }

  mediaElsewhere({ id }: LiveLeg, from: string): void {
    if (!this.elsewhere.some(({ leg }) => leg === id)) this.elsewhere.push({ leg: id, from });
  }

  snapshotChanged(): void {
    if (!this.over) this.house.changed(this);
  }

  transferRequested(leg: LiveLeg, request: TransferRequest): void {
    if (request.replaces === 'unknown') {
      request.refuse(481, 'Call Does Not Exist');
      return;
    }
    const named =
      request.replaces === undefined ? undefined : this.house.whose(request.replaces as IncomingCall['leg']);
    if (request.replaces !== undefined && named === undefined) {
      request.refuse(481, 'Call Does Not Exist');
      return;
    }
    const transferId = randomId();
    this.transfers.add(transferId, request);
    this.post({
      kind: 'transferRequested',
      leg: leg.id,
      transferId,
      target: request.target,
      replaces: named === undefined ? undefined : { callId: named.owner.id, leg: named.id },
    });
  }

  /** INVITE with Replaces: a new leg of this call. */
  replace(named: LiveLeg, incoming: IncomingCall, who: Arrival['from']): LiveLeg {
    const leg = this.newLeg(`by${randomId(4)}`, who);
    this.legs.set(leg.id, leg);
    leg.arrive(incoming);
    this.post({ kind: 'replacementArrived', leg: named.id, by: leg.id, who });
    return leg;
  }

  /** A leg that comes over from another call; false where this call, or the leg, has ended meanwhile. */
  takeOver(leg: LiveLeg, as: LegId): boolean {
    if (this.over || leg.gone) return false;
    leg.owner = this;
    leg.id = as;
    this.legs.set(as, leg);
    return true;
  }

  besides(leg: LiveLeg): MediaEndpoint | undefined {
    for (const other of this.legs.values()) if (other !== leg && other.endpoint !== undefined) return other.endpoint;
    return undefined;
  }

  owned(): Iterable<LiveLeg> {
    return this.legs.values();
  }

  private newLeg(id: LegId, who: Arrival['from']): LiveLeg {
    return new LiveLeg({ ...this.house, log: this.log }, this, id, who);
  }

  private take(stimulus: Stimulus | Begin): void {
    const result =
      stimulus.kind === 'begin'
        ? this.first
        : step(this.plan, this.state, stimulus, this.house.clock.now(), this.house.sharedWith(this.id));
    const { legs } = this.state;
    this.state = result.call;
    if (this.state.legs !== legs) this.house.legsChanged(this);
    for (const change of result.timers) this.changeTimer(change);
    this.carryOutAll(result.effects);
    if (!this.over) this.house.changed(this);
  }

  private carryOutAll(effects: readonly Effect[]): void {
    for (const [index, effect] of effects.entries()) {
      try {
        this.carryOut(effect);
      } catch (error) {
        this.log.error({ effect: effect.kind, error: messageOf(error) }, 'an effect failed');
        this.house.effectFailed(effect.kind);
      }
      if (effect.kind === 'handOver') {
        // The other call first answers the REFER; only then is the transferor hung up on here.
        queueMicrotask(() => this.carryOutAll(effects.slice(index + 1)));
        return;
      }
    }
    for (const [id, leg] of this.legs) if (leg.gone) this.legs.delete(id);
  }

  /** An error of ours: the call is as it was before. Where it would wait for ever, it ends instead. */
  private failed(error: unknown, stimulus: Stimulus | Begin): void {
    this.log.error({ stimulus: stimulus.kind, error: messageOf(error) }, 'a stimulus failed');
    if (stimulus.kind === 'transferRequested') {
      const { transferId } = stimulus;
      this.carryOut({ kind: 'refuseTransfer', transferId, status: 500, text: 'Server Internal Error' });
    }
    if (stimulus.kind === 'stopRequested') this.abandon('an error of call control', {});
    if (decisive.has(stimulus.kind)) this.post({ kind: 'stopRequested', reason: 'an error of call control' });
  }

  private changeTimer(change: TimerChange): void {
    this.timers.get(change.name)?.cancel();
    this.timers.delete(change.name);
    if (change.kind === 'clear') return;
    const { name, at } = change;
    this.timers.set(
      name,
      this.house.clock.at(at, () => {
        this.timers.delete(name);
        this.post({ kind: 'timerFired', name });
      }),
    );
  }

  private carryOut(effect: Effect): void {
    this.log.debug({ effect }, 'effect');
    switch (effect.kind) {
      case 'ring':
        return this.legs.get(effect.leg)?.ring();
      case 'earlyMedia':
        return this.legs.get(effect.leg)?.earlyMedia();
      case 'answer':
        return this.legs.get(effect.leg)?.answer();
      case 'dial':
        return this.dial(effect);
      case 'cancel':
        return this.legs.get(effect.leg)?.cancel();
      case 'hangUp': {
        const leg = this.legs.get(effect.leg);
        this.legs.delete(effect.leg);
        const { status, text } = effect;
        return leg?.hangUp(status === undefined ? { cause: 16, text } : { status, text });
      }
      case 'play':
        return this.play(effect.leg, effect.hearing);
      case 'beep':
        return this.legs.get(effect.leg)?.play(() => [{ kind: 'tone', tone: effect.tone }], {}, undefined);
      case 'stopPlaying':
        return this.legs.get(effect.leg)?.stopPlaying();
      case 'bridge':
      case 'unbridge': {
        const [a, b] = effect.legs.map(id => this.legs.get(id));
        if (a !== undefined && b !== undefined) a[effect.kind](b);
        return;
      }
      case 'identify':
        return this.legs.get(effect.leg)?.identify(effect.who, effect.returned === true);
      case 'acceptTransfer':
        return this.transfers.accept(effect);
      case 'refuseTransfer':
        this.log.info({ status: effect.status, reason: effect.text }, 'a transfer was refused');
        return this.transfers.refuse(effect);
      case 'reportTransfer':
        return this.transfers.report(effect);
      case 'requestLeg':
        return this.requestLeg(effect);
      case 'handOver':
        return this.handOver(effect);
      case 'joinQueue':
      case 'leaveQueue':
      case 'concludeOffer':
        return this.house.queueEffect(this, effect);
      case 'setCalendar':
        return this.house.calendarSet(this, effect);
      case 'notify':
        return this.house.notified(this, effect);
      case 'finish':
        return this.finish(effect);
      default:
        return assertNever(effect);
    }
  }

  private dial({ leg: id, extension, shown }: Extract<Effect, { kind: 'dial' }>): void {
    const planned = own(this.plan.extensions, extension);
    const leg = this.newLeg(id, { number: extension, display: planned?.name, extension });
    this.legs.set(id, leg);
    const contact = planned?.contact;
    leg.dial(
      contact === undefined
        ? { kind: 'extension', number: extension }
        : { kind: 'contact', number: extension, uri: contact },
      shown,
    );
  }

  private play(id: LegId, hearing: Extract<Effect, { kind: 'play' }>['hearing']): void {
    const loop = hearing.kind === 'ringback' || hearing.kind === 'music' || hearing.kind === 'silence';
    const playId = 'playId' in hearing ? hearing.playId : undefined;
    this.legs.get(id)?.play(() => soundsOf(hearing, this.sounds), { loop }, playId);
  }

  private requestLeg({ callId, leg, transferId, as }: Extract<Effect, { kind: 'requestLeg' }>): void {
    const other = this.house.call(callId);
    if (other === undefined) this.post({ kind: 'handedOver', transferId, what: { kind: 'refused' } });
    else other.post({ kind: 'legRequested', leg, by: this.id, transferId, as });
  }

  private handOver({ to, transferId, what, as }: Extract<Effect, { kind: 'handOver' }>): void {
    const other = this.house.call(to);
    let given: HandOver = what;
    if (what.kind === 'leg') {
      const leg = this.legs.get(what.leg.id);
      this.legs.delete(what.leg.id);
      if (leg === undefined || other?.takeOver(leg, as) !== true) {
        leg?.hangUp({ status: 480, text: 'Temporarily Unavailable' });
        given = { kind: 'refused' };
      }
    }
    other?.post({ kind: 'handedOver', transferId, what: given });
  }

  /** Whatever is still alive ends with the call. */
  private finish(effect: Extract<Effect, { kind: 'finish' }>): void {
    this.over = true;
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
    for (const leg of this.legs.values()) leg.hangUp({ status: 480, text: 'Temporarily Unavailable' });
    this.legs.clear();
    this.transfers.close();
    this.house.finished(this, effect);
  }
}
