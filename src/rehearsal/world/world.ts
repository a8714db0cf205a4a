import { type Duration, type Instant, type Timer, VirtualClock } from '../../base/clock.ts';
import { type Acd, type AcdStimulus, emptyAcd } from '../../call/acd/acd.ts';
import { stepAcd } from '../../call/acd/step.ts';
import type { Call, Hearing, Origin, Who } from '../../call/call.ts';
import type { Effect } from '../../call/effect.ts';
import { statusOf } from '../../call/failure.ts';
import { partsIn, type Shared } from '../../call/shared.ts';
import { begin, callerLeg, step } from '../../call/step.ts';
import type { Stimulus } from '../../call/stimulus.ts';
import type { StepResult } from '../../call/turn.ts';
import { noOverrides, type Overrides, withOverride } from '../../dialplan/override.ts';
import type { Dialplan, FailureReason } from '../../dialplan/plan.ts';
import type { Phone } from './phone.ts';

/** One step of call control, with all that went in and came out. */
export interface Observed {
  readonly callId: string;
  readonly stimulus: Stimulus | { readonly kind: 'begin' };
  readonly before: Call | undefined;
  readonly result: StepResult;
  readonly now: Instant;
}

/** A REFER, as the phone that sent it sees it. */
export interface TransferProgress {
  readonly callId: string;
  accepted: boolean;
  final: number | undefined;
  readonly reports: number[];
}

/** What is spoken or sounded, and comes to an end by itself. */
export type Playable = Extract<Hearing, { readonly kind: 'prompts' | 'tone' }>;

export interface WorldOptions {
  /** When the first call can come in. */
  readonly startsAt?: Instant;
  readonly lengthOf: (playable: Playable) => Duration;
  /** The calendars that are opened or closed by hand at the start; left out: none. */
  readonly overrides?: Overrides;
  /** Who talks in a call that is not played; left out: nobody. */
  readonly talksElsewhere?: (extension: string) => boolean;
  /** Whether a phone of the extension is registered; left out: always. */
  readonly reachable?: (extension: string) => boolean;
  /** Sees every step, after its effects were carried out. */
  readonly observe?: (observed: Observed) => void;
}

/**
 * Calls, queues and phones in virtual time, without any I/O, through the `step` of live calls: effects of call control
 * become changes of phones, and whoever rehearses plays the phones. A phone that breaks the order of the transfer
 * protocol (accepted twice, reported after the end) throws: the fault is in call control.
 */
export class World {
  readonly clock: VirtualClock;
  readonly calls = new Map<string, Call>();
  readonly phones: Phone[] = [];
  readonly transfers = new Map<string, TransferProgress>();
  acd: Acd = emptyAcd;
  overrides: Overrides;
  /** Of each call, by name. */
  protected readonly timers = new Map<string, Map<string, Timer>>();
  private readonly waiting: { readonly callId: string; readonly stimulus: Stimulus }[] = [];
  private draining = false;
  private nextCall = 1;
  /** Whether each agent is in a call, as far as the queues know. */
  protected readonly agents = new Map<string, { readonly extension: string; occupied: boolean }>();

  constructor(
    readonly plan: Dialplan,
    private readonly options: WorldOptions,
  ) {
    this.clock = new VirtualClock(options.startsAt);
    this.overrides = options.overrides ?? noOverrides;
    for (const { agents } of Object.values(plan.queues)) {
      for (const extension of agents) {
        const agent = { extension, occupied: this.occupied(extension) };
        this.agents.set(extension, agent);
        this.agentChanged(agent);
      }
    }
  }

  /** A call comes in; gives its id. */
  arrive(dialled: string, from: Who, origin: Origin = { kind: 'trunk', name: 'pstn' }): string {
    const id = `call${this.nextCall++}`;
    this.phones.push({
      callId: id,
      leg: callerLeg,
      extension: from.extension,
      direction: 'inbound',
      state: 'offered',
      held: false,
    });
    const arrival = { id, origin, from, dialled };
    this.take(id, { kind: 'begin' }, undefined, begin(this.plan, arrival, this.clock.now(), this.sharedWith(id)));
    this.drain();
    return id;
  }

  post(callId: string, stimulus: Stimulus): void {
    this.waiting.push({ callId, stimulus });
    this.drain();
  }

  call(id: string): Call {
    const call = this.calls.get(id);
    if (call === undefined) throw new Error(`no call ${id}`);
    return call;
  }

  /** Phones that are alive, of one call or of all. */
  alive(callId?: string): Phone[] {
    return this.phones.filter(phone => phone.state !== 'gone' && (callId === undefined || phone.callId === callId));
  }

  phone(callId: string, extension: string): Phone | undefined {
    return this.phones.find(
      phone => phone.state !== 'gone' && phone.callId === callId && phone.extension === extension,
    );
  }

  phoneOf(callId: string, leg: string): Phone | undefined {
    return this.phones.find(phone => phone.state !== 'gone' && phone.callId === callId && phone.leg === leg);
  }

  /** Takes part in a call, ringing included. A leg that goes over to another call is never without one. */
  occupied(extension: string): boolean {
    if (this.talksElsewhere(extension)) return true;
    for (const phone of this.phones) if (phone.extension === extension && phone.state !== 'gone') return true;
    return false;
  }

  private talksElsewhere(extension: string): boolean {
    return this.options.talksElsewhere?.(extension) ?? false;
  }

  private sharedWith(callId: string): Shared {
    return {
      overrides: this.overrides,
      callsElsewhere: extension => {
        let count = this.talksElsewhere(extension) ? 1 : 0;
        for (const other of this.calls.values()) {
          if (other.id === callId) continue;
          for (const part of partsIn(other)) if (part === extension) count += 1;
        }
        return count;
      },
    };
  }

  reachable(extension: string): boolean {
    return this.options.reachable?.(extension) ?? true;
  }

  /** The first phone of an extension has registered, or the last one is gone: `reachable` says another thing now. */
  reachableChanged(extension: string): void {
    const agent = this.agents.get(extension);
    if (agent !== undefined) this.agentChanged(agent);
    this.drain();
  }

  // What phones do

  ring(phone: Phone): void {
    phone.state = 'ringing';
    this.post(phone.callId, { kind: 'legRinging', leg: phone.leg });
  }

  answer(phone: Phone): void {
    phone.state = 'answered';
    this.post(phone.callId, { kind: 'legAnswered', leg: phone.leg });
  }

  /** The INVITE gets a final answer that is no 200; `cancelled` after our CANCEL. */
  fail(phone: Phone, reason: FailureReason | 'cancelled'): void {
    phone.state = 'gone';
    const status = reason === 'cancelled' ? 487 : statusOf(reason).status;
    this.post(phone.callId, { kind: 'legFailed', leg: phone.leg, reason, status });
  }

  press(phone: Phone, digit: string): void {
    this.post(phone.callId, { kind: 'digitPressed', leg: phone.leg, digit });
  }

  hold(phone: Phone, held: boolean): void {
    phone.held = held;
    this.post(phone.callId, { kind: held ? 'legHeld' : 'legResumed', leg: phone.leg });
  }

  hangUp(phone: Phone): void {
    phone.state = 'gone';
    this.post(phone.callId, { kind: 'legEnded', leg: phone.leg, by: 'remote' });
  }

  /** REFER, with Replaces where another leg of the same user is named; gives the id of the transfer. */
  refer(phone: Phone, target: string, replaces?: Phone): string {
    const transferId = `t${this.transfers.size + 1}`;
    this.transfers.set(transferId, { callId: phone.callId, accepted: false, final: undefined, reports: [] });
    this.post(phone.callId, {
      kind: 'transferRequested',
      leg: phone.leg,
      transferId,
      target,
      replaces: replaces === undefined ? undefined : { callId: replaces.callId, leg: replaces.leg },
    });
    return transferId;
  }

  // What comes of it

  private drain(): void {
    if (this.draining) return;
    this.draining = true;
    try {
      for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
        const before = this.call(next.callId);
        const result = step(this.plan, before, next.stimulus, this.clock.now(), this.sharedWith(next.callId));
        this.take(next.callId, next.stimulus, before, result);
      }
    } finally {
      this.draining = false;
    }
  }

  private take(callId: string, stimulus: Observed['stimulus'], before: Call | undefined, result: StepResult): void {
    this.calls.set(callId, result.call);
    const timers = this.timers.get(callId) ?? new Map<string, Timer>();
    if (before === undefined) this.timers.set(callId, timers);
    for (const change of result.timers) {
      const { name } = change;
      timers.get(name)?.cancel();
      if (change.kind === 'clear') timers.delete(name);
      else
        timers.set(
          name,
          this.clock.at(change.at, () => this.post(callId, { kind: 'timerFired', name })),
        );
    }
    for (const effect of result.effects) this.carryOut(callId, effect);
    for (const agent of this.agents.values()) {
      const occupied = this.occupied(agent.extension);
      if (occupied === agent.occupied) continue;
      agent.occupied = occupied;
      this.agentChanged(agent);
    }
    this.options.observe?.({ callId, stimulus, before, result, now: this.clock.now() });
  }

  private carryOut(callId: string, effect: Effect): void {
    switch (effect.kind) {
      case 'answer':
        return this.change(callId, effect.leg, 'answered');
      case 'dial':
        this.phones.push({
          callId,
          leg: effect.leg,
          extension: effect.extension,
          direction: 'outbound',
          state: 'dialed',
          held: false,
        });
        return;
      case 'cancel':
        return this.change(callId, effect.leg, 'cancelled');
      case 'hangUp':
        return this.change(callId, effect.leg, 'gone');
      case 'play': {
        const { hearing, leg } = effect;
        if (hearing.kind !== 'prompts' && hearing.kind !== 'tone') return;
        // One that was cut short is finished late, as with live media: call control knows by its number that it is old.
        const { playId } = hearing;
        this.clock.after(this.options.lengthOf(hearing), () =>
          this.post(callId, { kind: 'playFinished', leg, playId }),
        );
        return;
      }
      case 'acceptTransfer': {
        const transfer = this.transfers.get(effect.transferId);
        if (transfer === undefined || transfer.accepted || transfer.final !== undefined)
          throw new Error('accepted twice');
        transfer.accepted = true;
        return;
      }
      case 'refuseTransfer':
      case 'reportTransfer': {
        const transfer = this.transfers.get(effect.transferId);
        if (transfer === undefined || transfer.final !== undefined) throw new Error('reported after the end');
        if (transfer.accepted !== (effect.kind === 'reportTransfer')) throw new Error('reported out of order');
        transfer.reports.push(effect.status);
        if (effect.status >= 200) transfer.final = effect.status;
        return;
      }
      case 'requestLeg': {
        const { leg, transferId, as } = effect;
        if (!this.calls.has(effect.callId)) return;
        this.waiting.push({
          callId: effect.callId,
          stimulus: { kind: 'legRequested', leg, by: callId, transferId, as },
        });
        return;
      }
      case 'handOver': {
        const { what, transferId } = effect;
        const moved = what.kind === 'leg' ? this.phoneOf(callId, what.leg.id) : undefined;
        if (moved !== undefined) {
          this.phones.splice(this.phones.indexOf(moved), 1, { ...moved, callId: effect.to, leg: effect.as });
        }
        this.waiting.push({ callId: effect.to, stimulus: { kind: 'handedOver', transferId, what } });
        return;
      }
      case 'setCalendar':
        this.overrides = withOverride(this.overrides, effect.calendar, effect.override);
        return;
      case 'joinQueue': {
        const { queue, since, front } = effect;
        return this.stepAcd({ kind: 'callQueued', queue, callId, since, front });
      }
      case 'leaveQueue':
        return this.stepAcd({ kind: 'callLeft', queue: effect.queue, callId });
      case 'concludeOffer': {
        const { outcome } = effect;
        return this.stepAcd({
          kind: 'offerConcluded',
          callId,
          agent: effect.extension,
          outcome: outcome === 'answered' || outcome === 'withdrawn' ? outcome : 'notTaken',
        });
      }
      default:
        return;
    }
  }

  private change(callId: string, leg: string, state: Phone['state']): void {
    const phone = this.phoneOf(callId, leg);
    if (phone !== undefined) phone.state = state;
  }

  private stepAcd(stimulus: AcdStimulus): void {
    const { acd, effects } = stepAcd(this.plan, this.acd, stimulus, this.clock.now());
    this.acd = acd;
    for (const effect of effects) {
      if (effect.kind === 'offer') {
        const { callId, queue, agent } = effect;
        this.waiting.push({ callId, stimulus: { kind: 'agentOffered', queue, extension: agent } });
      } else {
        this.clock.at(effect.until, () => {
          this.stepAcd({ kind: 'timerFired', agent: effect.agent });
          this.drain();
        });
      }
    }
  }

  protected agentChanged({ extension, occupied }: { readonly extension: string; readonly occupied: boolean }): void {
    const reachable = this.reachable(extension);
    this.stepAcd({ kind: 'agentChanged', agent: extension, reachable, occupied });
  }
}
