import type { Duration, Instant } from '../base/clock.ts';
import type { Overrides } from '../dialplan/override.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import type { Call, Hearing, Leg, LegId, Phase, Timer, Who } from './call.ts';
import type { Effect, Shown, TimerChange } from './effect.ts';
import type { Termination } from './termination.ts';
import { longestTrail, type TrailEntry, type TransferEvent } from './trail.ts';

export interface StepResult {
  readonly call: Call;
  readonly effects: readonly Effect[];
  readonly timers: readonly TimerChange[];
}

type WithoutTime<T> = T extends { readonly time: Instant } ? Omit<T, 'time'> : never;
export type TrailNote = WithoutTime<TrailEntry>;

/** How a leg is let go of that was not answered. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
}

const unavailable: Refusal = { status: 480, text: 'Temporarily Unavailable' };

/**
 * One step in the making: the call as it was, and what has been decided so far. The call that came in is never
 * changed; every helper here keeps data and effects in agreement, so that no phase can do one without the other.
 */
export class Turn {
  private draft: Call;
  private readonly effects: Effect[] = [];
  private readonly timerChanges = new Map<string, TimerChange>();
  /** Routes taken in this step: a dialplan that only routes in a circle is noticed. */
  hops = 0;

  constructor(
    /** The call as it was before this step. */
    readonly before: Call,
    readonly plan: Dialplan,
    readonly now: Instant,
    /** What the calendars of the house are opened and closed by, besides their timetables. */
    readonly overrides: Overrides,
  ) {
    this.draft = before;
  }

  get call(): Call {
    return this.draft;
  }

  finish(): StepResult {
    return { call: this.draft, effects: this.effects, timers: [...this.timerChanges.values()] };
  }

  update(change: Partial<Call>): void {
    this.draft = { ...this.draft, ...change };
  }

  effect(effect: Effect): void {
    this.effects.push(effect);
  }

  /** Leaves the phase, with its timers, for another one. */
  enter(phase: Phase): void {
    this.leaveQueue();
    for (const [name, timer] of Object.entries(this.draft.timers)) {
      if (timer.scope === 'phase') this.clearTimer(name);
    }
    this.update({ phase });
  }

  /** Whatever takes a call out of its queue: the queue keeps no entry for it, and no agent reserved. */
  private leaveQueue(): void {
    const { phase } = this.draft;
    if (phase.kind !== 'queued') return;
    const { queue, offer } = phase;
    this.effect({ kind: 'leaveQueue', queue });
    if (offer !== undefined) {
      this.effect({ kind: 'concludeOffer', queue, extension: offer.extension, outcome: 'withdrawn' });
    }
  }

  /** Changes the phase within itself: its timers stay. */
  stay(phase: Phase): void {
    this.update({ phase });
  }

  setTimer(name: string, after: Duration, reason: string, scope: Timer['scope'] = 'phase'): void {
    const at = this.now + after;
    this.update({ timers: { ...this.draft.timers, [name]: { at, reason, scope } } });
    this.timerChanges.set(name, { kind: 'set', name, at, after, reason });
  }

  clearTimer(name: string): void {
    if (this.draft.timers[name] === undefined) return;
    const { [name]: _, ...timers } = this.draft.timers;
    this.update({ timers });
    this.timerChanges.set(name, { kind: 'clear', name });
  }

  /** The timer has fired: it is armed no longer. */
  consumeTimer(name: string): void {
    const { [name]: _, ...timers } = this.draft.timers;
    this.update({ timers });
  }

  note(entry: TrailNote): void {
    if (this.draft.trail.length >= longestTrail) return;
    this.update({ trail: [...this.draft.trail, { time: this.now, ...entry } as TrailEntry] });
  }

  notify(event: TransferEvent): void {
    this.note({ kind: 'event', event });
    this.effect({ kind: 'notify', event });
  }

  // Legs

  leg(id: LegId): Leg | undefined {
    return this.draft.legs[id];
  }

  /** A leg of which the phase says that it is there. */
  known(id: LegId): Leg {
    const leg = this.draft.legs[id];
    if (leg === undefined) throw new Error(`call ${this.draft.id}: no leg ${id} in phase ${this.draft.phase.kind}`);
    return leg;
  }

  setLeg(leg: Leg): void {
    this.update({ legs: { ...this.draft.legs, [leg.id]: leg } });
  }

  changeLeg(id: LegId, change: Partial<Omit<Leg, 'id'>>): void {
    this.setLeg({ ...this.known(id), ...change });
  }

  /** The leg is there no longer; whoever was bridged with it hears nothing until the phase says what. */
  forget(id: LegId): void {
    const leg = this.leg(id);
    if (leg === undefined) return;
    if (leg.hears.kind === 'party') this.part(id, leg.hears.leg);
    this.clearTimer(`leave:${id}`);
    const { [id]: _, ...legs } = this.draft.legs;
    this.update({ legs });
  }

  nextLegId(): LegId {
    const id = `leg${this.draft.nextLeg}`;
    this.update({ nextLeg: this.draft.nextLeg + 1 });
    return id;
  }

  /** Rings an extension's phones. */
  dial(extension: string, shown: Shown): LegId {
    const id = this.nextLegId();
    const who: Who = { number: extension, display: this.plan.extensions[extension]?.name, extension };
    this.setLeg({ id, who, state: 'dialing', held: false, hears: { kind: 'nothing' } });
    this.note({ kind: 'rung', leg: id, number: extension });
    this.effect({ kind: 'dial', leg: id, extension, shown });
    return id;
  }

  /** An inbound leg is answered before it can be given anything to hear. */
  answer(id: LegId): void {
    if (this.known(id).state !== 'offered') return;
    this.changeLeg(id, { state: 'answered' });
    this.effect({ kind: 'answer', leg: id });
  }

  /** Stops the ringing of a leg that was not answered; its end is heard of later. */
  cancel(id: LegId): void {
    const leg = this.leg(id);
    if (leg === undefined || leg.state === 'cancelling') return;
    if (leg.state === 'answered' || leg.state === 'leaving') {
      this.hangUp(id);
      return;
    }
    this.changeLeg(id, { state: 'cancelling' });
    this.effect({ kind: 'cancel', leg: id });
  }

  hangUp(id: LegId, refusal: Refusal = unavailable): void {
    const leg = this.leg(id);
    if (leg === undefined) return;
    this.forget(id);
    this.note({ kind: 'left', leg: id, number: leg.who.number, by: 'local' });
    // Nobody refuses whom they have spoken with: only a failure of ours is told to one who was answered.
    const ordinary = (leg.state === 'answered' || leg.state === 'leaving') && refusal.status < 500;
    const { status, text } = ordinary ? { status: undefined, text: 'Normal Clearing' } : refusal;
    this.effect({ kind: 'hangUp', leg: id, status, text });
  }

  /** Gives a leg away to another call: it is gone from here without being hung up, and hears nothing of ours. */
  surrender(id: LegId): Leg {
    this.hear(id, { kind: 'nothing' });
    const leg = this.known(id);
    this.forget(id);
    return leg;
  }

  /** Lets a phone hang up by itself for a while: some take a BYE between REFER and NOTIFY for an error. */
  release(id: LegId, within: Duration): void {
    const leg = this.leg(id);
    if (leg === undefined) return;
    if (leg.state !== 'answered') {
      this.hangUp(id);
      return;
    }
    this.hear(id, { kind: 'nothing' });
    this.changeLeg(id, { state: 'leaving' });
    this.setTimer(`leave:${id}`, within, 'the transferor may hang up by itself', 'call');
  }

  // What is heard

  nextPlayId(): number {
    const id = this.draft.nextPlay;
    this.update({ nextPlay: id + 1 });
    return id;
  }

  hear(id: LegId, hearing: Exclude<Hearing, { kind: 'party' }>): void {
    const leg = this.known(id);
    if (sameHearing(leg.hears, hearing)) return;
    if (leg.hears.kind === 'party') this.part(id, leg.hears.leg);
    const before = this.known(id).hears.kind;
    this.changeLeg(id, { hears: hearing });
    if (hearing.kind !== 'nothing') this.effect({ kind: 'play', leg: id, hearing });
    else if (before !== 'nothing') this.effect({ kind: 'stopPlaying', leg: id });
  }

  /** Two legs hear each other. */
  join(a: LegId, b: LegId): void {
    const [first, second] = [this.known(a), this.known(b)];
    if (first.hears.kind === 'party' && first.hears.leg === b) return;
    if (first.hears.kind === 'party') this.part(a, first.hears.leg);
    if (second.hears.kind === 'party') this.part(b, second.hears.leg);
    this.changeLeg(a, { hears: { kind: 'party', leg: b } });
    this.changeLeg(b, { hears: { kind: 'party', leg: a } });
    this.effect({ kind: 'bridge', legs: [a, b] });
  }

  private part(a: LegId, b: LegId): void {
    for (const id of [a, b]) {
      if (this.leg(id) !== undefined) this.changeLeg(id, { hears: { kind: 'nothing' } });
    }
    this.effect({ kind: 'unbridge', legs: [a, b] });
  }

  /** Hangs up whoever is left, and ends the call. */
  end(termination: Termination, refusal?: Refusal): void {
    if (this.draft.phase.kind === 'ended') return;
    this.leaveQueue();
    for (const id of Object.keys(this.draft.legs)) this.hangUp(id, refusal);
    for (const name of Object.keys(this.draft.timers)) this.clearTimer(name);
    this.update({ phase: { kind: 'ended', termination } });
    this.effect({ kind: 'finish', termination });
  }
}

function sameHearing(a: Hearing, b: Hearing): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'prompts' || a.kind === 'tone') return false;
  return a.kind !== 'music' || a.name === (b as typeof a).name;
}
