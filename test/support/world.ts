import { type Instant, type Timer, VirtualClock } from '../../src/base/clock.ts';
import { type Acd, type AcdStimulus, emptyAcd } from '../../src/call/acd/acd.ts';
import { stepAcd } from '../../src/call/acd/step.ts';
import type { Call, Origin, Who } from '../../src/call/call.ts';
import type { Effect } from '../../src/call/effect.ts';
import { begin, step } from '../../src/call/step.ts';
import type { Stimulus } from '../../src/call/stimulus.ts';
import type { StepResult } from '../../src/call/turn.ts';
import type { Dialplan } from '../../src/dialplan/plan.ts';

/** A phone of the world, as one leg of a call sees it. */
export interface Phone {
  readonly callId: string;
  leg: string;
  readonly extension: string | undefined;
  readonly direction: 'inbound' | 'outbound';
  state: 'offered' | 'dialed' | 'ringing' | 'answered' | 'cancelled' | 'gone';
  held: boolean;
}

export interface Observed {
  readonly callId: string;
  readonly stimulus: Stimulus | { readonly kind: 'begin' };
  readonly before: Call | undefined;
  readonly result: StepResult;
  readonly now: Instant;
}

/** How long every prompt and tone of the world is. */
const promptLength = 1_000;

/**
 * Calls, queues and phones in virtual time, without any I/O: effects of call control become changes of phones, and
 * phones are played by the test. `observe` sees every step.
 */
export class World {
  readonly clock = new VirtualClock();
  readonly calls = new Map<string, Call>();
  readonly phones: Phone[] = [];
  readonly transfers = new Map<
    string,
    { readonly callId: string; accepted: boolean; final: number | undefined; reports: number[] }
  >();
  readonly effects: { readonly callId: string; readonly effect: Effect }[] = [];
  acd: Acd = emptyAcd;
  private readonly timers = new Map<string, Timer>();
  private readonly waiting: { readonly callId: string; readonly stimulus: Stimulus }[] = [];
  private draining = false;
  private nextCall = 1;
  private readonly counts = new Map<string, number>();

  constructor(
    readonly plan: Dialplan,
    private readonly observe: (observed: Observed) => void = () => undefined,
  ) {
    for (const { agents } of Object.values(plan.queues)) for (const agent of agents) this.agent(agent);
  }

  arrive(dialled: string, from: Who, origin: Origin = { kind: 'trunk', name: 'pstn' }): string {
    const id = `call${this.nextCall++}`;
    this.phones.push({
      callId: id,
      leg: 'caller',
      extension: from.extension,
      direction: 'inbound',
      state: 'offered',
      held: false,
    });
    this.take(id, { kind: 'begin' }, undefined, begin(this.plan, { id, origin, from, dialled }, this.clock.now()));
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
    return this.alive(callId).find(phone => phone.extension === extension);
  }

  answer(phone: Phone): void {
    phone.state = 'answered';
    this.post(phone.callId, { kind: 'legAnswered', leg: phone.leg });
  }

  hangUp(phone: Phone): void {
    phone.state = 'gone';
    this.post(phone.callId, { kind: 'legEnded', leg: phone.leg, by: 'remote' });
  }

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

  private drain(): void {
    if (this.draining) return;
    this.draining = true;
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      const before = this.call(next.callId);
      this.take(next.callId, next.stimulus, before, step(this.plan, before, next.stimulus, this.clock.now()));
    }
    this.draining = false;
  }

  private take(callId: string, stimulus: Observed['stimulus'], before: Call | undefined, result: StepResult): void {
    this.calls.set(callId, result.call);
    this.occupy(before, result.call);
    for (const change of result.timers) {
      const key = `${callId} ${change.name}`;
      this.timers.get(key)?.cancel();
      this.timers.delete(key);
      if (change.kind === 'set') {
        this.timers.set(
          key,
          this.clock.at(change.at, () => this.post(callId, { kind: 'timerFired', name: change.name })),
        );
      }
    }
    for (const effect of result.effects) this.carryOut(callId, effect);
    this.observe({ callId, stimulus, before, result, now: this.clock.now() });
  }

  private carryOut(callId: string, effect: Effect): void {
    this.effects.push({ callId, effect });
    const phone = 'leg' in effect ? this.alive(callId).find(({ leg }) => leg === effect.leg) : undefined;
    switch (effect.kind) {
      case 'answer':
        if (phone !== undefined) phone.state = 'answered';
        return;
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
        if (phone !== undefined) phone.state = 'cancelled';
        return;
      case 'hangUp':
        if (phone !== undefined) phone.state = 'gone';
        return;
      case 'play': {
        const { hearing, leg } = effect;
        if (hearing.kind === 'prompts' || hearing.kind === 'tone') {
          const { playId } = hearing;
          this.clock.after(promptLength, () => this.post(callId, { kind: 'playFinished', leg, playId }));
        }
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
      case 'requestLeg':
        if (this.calls.has(effect.callId)) {
          this.waiting.push({
            callId: effect.callId,
            stimulus: {
              kind: 'legRequested',
              leg: effect.leg,
              by: callId,
              transferId: effect.transferId,
              as: effect.as,
            },
          });
        }
        return;
      case 'handOver': {
        const { what } = effect;
        const moved = what.kind === 'leg' ? this.alive(callId).find(({ leg }) => leg === what.leg.id) : undefined;
        if (moved !== undefined) {
          this.phones.splice(this.phones.indexOf(moved), 1, { ...moved, callId: effect.to, leg: effect.as });
        }
        this.waiting.push({ callId: effect.to, stimulus: { kind: 'handedOver', transferId: effect.transferId, what } });
        return;
      }
      case 'joinQueue':
        return this.stepAcd({
          kind: 'callQueued',
          queue: effect.queue,
          callId,
          since: effect.since,
          front: effect.front,
        });
      case 'leaveQueue':
        return this.stepAcd({ kind: 'callLeft', queue: effect.queue, callId });
      case 'concludeOffer':
        return this.stepAcd({
          kind: 'offerConcluded',
          callId,
          agent: effect.extension,
          outcome: effect.outcome === 'answered' || effect.outcome === 'withdrawn' ? effect.outcome : 'notTaken',
        });
      default:
        return;
    }
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

  private occupy(before: Call | undefined, after: Call): void {
    const legs = new Set([...Object.keys(before?.legs ?? {}), ...Object.keys(after.legs)]);
    for (const leg of legs) {
      const extension = (after.legs[leg] ?? before?.legs[leg])?.who.extension;
      const change = (after.legs[leg] === undefined ? 0 : 1) - (before?.legs[leg] === undefined ? 0 : 1);
      if (extension === undefined || change === 0) continue;
      this.counts.set(extension, (this.counts.get(extension) ?? 0) + change);
      this.agent(extension);
    }
  }

  private agent(extension: string): void {
    if (!Object.values(this.plan.queues).some(({ agents }) => agents.includes(extension))) return;
    const occupied = (this.counts.get(extension) ?? 0) > 0;
    this.stepAcd({ kind: 'agentChanged', agent: extension, reachable: true, occupied });
  }
}
