import type { Duration, Instant } from '../base/clock.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import {
  type Call,
  guards,
  type Hearing,
  type Leg,
  type LegId,
  musicOnHold,
  newLeg,
  type Phase,
  type ReturnedTransfer,
  type Timer,
  type Who,
} from './call.ts';
import type { Effect, Shown, TimerChange } from './effect.ts';
import { isBusy, type Shared } from './shared.ts';
import type { Termination } from './termination.ts';
import { longestTrail, type TrailEntry, type TransferEvent } from './trail.ts';

export interface StepResult {
  readonly call: Call;
  readonly effects: readonly Effect[];
  readonly timers: readonly TimerChange[];
}

/** How a leg is let go of that was not answered. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
}

const unavailable: Refusal = { status: 480, text: 'Temporarily Unavailable' };

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The call in the making. */
interface Draft extends Writable<Omit<Call, 'legs' | 'timers' | 'trail'>> {
  legs: Record<LegId, Leg>;
  timers: Record<string, Timer>;
  trail: TrailEntry[];
}

/**
 * One step in the making: the call as it was, and what has been decided so far. The call that came in is never
 * changed; every helper here keeps data and effects in agreement, so that no phase can do one without the other.
 *
 * Whatever is written to is copied first, once in a step: the call, its legs, its timers and its trail, each when it
 * comes to it. A leg, a timer and an entry of the trail are never written to, but put in the place of another one.
 */
export class Turn {
  private draft: Draft | undefined;
  private readonly effects: Effect[] = [];
  /** The last one of each timer. */
  private readonly timerChanges: TimerChange[] = [];
  /** Routes taken in this step: a dialplan that only routes in a circle is noticed. */
  hops = 0;

  constructor(
    /** The call as it was before this step. */
    readonly before: Call,
    readonly plan: Dialplan,
    readonly now: Instant,
    readonly shared: Shared,
  ) {}

  /** As far as it is decided: it goes on changing until the step is finished. */
  get call(): Call {
    return this.draft ?? this.before;
  }

  finish(): StepResult {
    return { call: this.call, effects: this.effects, timers: this.timerChanges };
  }

  set<Key extends 'language' | 'answeredAt' | 'adriftSince' | 'queuedSince' | 'served' | 'returns'>(
    key: Key,
    value: Call[Key],
  ): void {
    (this.written as Pick<Writable<Call>, Key>)[key] = value;
  }

  private get written(): Draft {
    this.draft ??= { ...this.before } as Draft;
    return this.draft;
  }

  private get writtenLegs(): Draft['legs'] {
    const call = this.written;
    if (call.legs === this.before.legs) call.legs = { ...call.legs };
    return call.legs;
  }

  private get writtenTimers(): Draft['timers'] {
    const call = this.written;
    if (call.timers === this.before.timers) call.timers = { ...call.timers };
    return call.timers;
  }

  private get writtenTrail(): TrailEntry[] {
    const call = this.written;
    if (call.trail === this.before.trail) call.trail = [...call.trail];
    return call.trail;
  }

  effect(effect: Effect): void {
    this.effects.push(effect);
  }

  /** Leaves the phase, with its timers, for another one. */
  enter(phase: Phase): void {
    this.leaveQueue();
    this.clearTimersOf('phase');
    this.written.phase = phase;
  }

  /** Whatever takes a call out of its queue: the queue keeps no entry for it, and no agent reserved. */
  private leaveQueue(): void {
    const { phase } = this.call;
    if (phase.kind !== 'queued') return;
    const { queue, offer } = phase;
    this.effect({ kind: 'leaveQueue', queue });
    if (offer !== undefined) {
      this.effect({ kind: 'concludeOffer', queue, extension: offer.extension, outcome: 'withdrawn' });
    }
  }

  /** Changes the phase within itself: its timers stay. */
  stay(phase: Phase): void {
    this.written.phase = phase;
  }

  setTimer(name: string, after: Duration, reason: string, scope: Timer['scope'] = 'phase'): void {
    const at = this.now + after;
    this.writtenTimers[name] = { at, reason, scope };
    this.changeTimer({ kind: 'set', name, at, after, reason });
  }

  clearTimer(name: string): void {
    if (this.call.timers[name] === undefined) return;
    this.consumeTimer(name);
    this.changeTimer({ kind: 'clear', name });
  }

  private clearTimersOf(scope: Timer['scope']): void {
    const { timers } = this.call;
    const rest: Record<string, Timer> = {};
    let cleared = false;
    for (const [name, timer] of Object.entries(timers)) {
      if (timer.scope === scope) {
        this.changeTimer({ kind: 'clear', name });
        cleared = true;
      } else rest[name] = timer;
    }
    if (cleared) this.written.timers = rest;
  }

  private changeTimer(change: TimerChange): void {
    const before = this.timerChanges.findIndex(({ name }) => name === change.name);
    if (before < 0) this.timerChanges.push(change);
    else this.timerChanges[before] = change;
  }

  /** The timer has fired: it is armed no longer. */
  consumeTimer(name: string): void {
    this.written.timers = without(this.call.timers, name);
  }

  /** Nothing outside of the call knows its timers any more. */
  rearm(): void {
    for (const [name, { at, reason }] of Object.entries(this.call.timers)) {
      this.changeTimer({ kind: 'set', name, at, after: Math.max(0, at - this.now), reason });
    }
  }

  note(entry: TrailEntry): void {
    if (this.call.trail.length < longestTrail) this.writtenTrail.push(entry);
  }

  notify(event: TransferEvent): void {
    this.note({ time: this.now, kind: 'event', event });
    this.effect({ kind: 'notify', event });
  }

  // Legs

  leg(id: LegId): Leg | undefined {
    return this.call.legs[id];
  }

  /** A leg of which the phase says that it is there. */
  known(id: LegId): Leg {
    const leg = this.leg(id);
    if (leg === undefined) throw new Error(`call ${this.call.id}: no leg ${id} in phase ${this.call.phase.kind}`);
    return leg;
  }

  setLeg(leg: Leg): void {
    this.writtenLegs[leg.id] = leg;
  }

  changeLeg(id: LegId, change: Partial<Omit<Leg, 'id' | 'who'>>): void {
    const leg = this.known(id);
    const { state = leg.state, held = leg.held, away = leg.away, hears = leg.hears, early = leg.early } = change;
    this.setLeg({ id, who: leg.who, state, held, away, hears, early });
  }

  /**
   * A transfer of this leg came to nothing, or was refused: it may hang up without knowing, or because some phones do
   * (R0). Each leg is asked for itself: in a conversation both may have tried.
   */
  mayHangUp(id: LegId, returned: ReturnedTransfer): void {
    this.written.returned = { ...this.call.returned, [id]: returned };
    this.setTimer(`returned:${id}`, guards.returned, 'the transferor has stayed', 'call');
  }

  /** The transferor knows, and stays. */
  hasStayed(id: LegId): void {
    if (this.call.returned[id] === undefined) return;
    this.written.returned = without(this.call.returned, id);
    this.clearTimer(`returned:${id}`);
  }

  /** The leg is there no longer; whoever was bridged with it hears nothing until the phase says what. */
  forget(id: LegId): void {
    const leg = this.leg(id);
    if (leg === undefined) return;
    if (leg.hears.kind === 'party') this.part(id, leg.hears.leg);
    this.clearTimer(`leave:${id}`);
    this.clearTimer(`resume:${id}`);
    this.hasStayed(id);
    this.written.legs = without(this.call.legs, id);
  }

  nextLegId(): LegId {
    return `leg${this.written.nextLeg++}`;
  }

  /** Whether an extension is in as many calls as it may be: not to be rung. The record says so. */
  isBusy(extension: string): boolean {
    if (!isBusy(this.plan, this.call, this.shared, extension)) return false;
    this.note({ time: this.now, kind: 'busy', number: extension });
    return true;
  }

  /** Rings an extension's phones. */
  dial(extension: string, shown: Shown): LegId {
    const id = this.nextLegId();
    const who: Who = { number: extension, display: this.plan.extensions[extension]?.name, extension };
    this.setLeg(newLeg(id, who, 'dialing'));
    this.note({ time: this.now, kind: 'rung', leg: id, number: extension });
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
    if (leg.hears.kind === 'party') this.part(id, leg.hears.leg);
    this.changeLeg(id, { state: 'cancelling' });
    this.effect({ kind: 'cancel', leg: id });
  }

  hangUp(id: LegId, refusal: Refusal = unavailable): void {
    const leg = this.leg(id);
    if (leg === undefined) return;
    this.forget(id);
    this.note({ time: this.now, kind: 'left', leg: id, number: leg.who.number, by: 'local' });
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
    return this.written.nextPlay++;
  }

  hear(id: LegId, hearing: Exclude<Hearing, { kind: 'party' }>): void {
    const leg = this.known(id);
    if (sameHearing(leg.hears, hearing)) return;
    if (leg.hears.kind === 'party') this.part(id, leg.hears.leg);
    const before = this.known(id).hears.kind;
    this.changeLeg(id, { hears: hearing });
    if (leg.away) return;
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
    this.bridge(this.known(a), this.known(b));
  }

  /** The target sends sound before it answers: the party hears it in place of ringback. */
  hearEarly(party: LegId, target: LegId): void {
    const { state, held, early } = this.known(party);
    if (held || (state !== 'answered' && state !== 'offered')) return;
    if (state === 'offered' && early !== true) {
      this.changeLeg(party, { early: true });
      this.effect({ kind: 'earlyMedia', leg: party });
    }
    this.join(party, target);
  }

  /** Whether it can be given something to hear. */
  listens(id: LegId): boolean {
    const { state, early } = this.known(id);
    return state !== 'offered' || early === true;
  }

  /** Whoever is there waits with music for the one whose media is away. */
  private bridge(a: Leg, b: Leg): void {
    const there = [a, b].filter(({ away }) => !away);
    if (there.length === 2) this.effect({ kind: 'bridge', legs: [a.id, b.id] });
    else for (const { id } of there) this.effect({ kind: 'play', leg: id, hearing: musicOnHold });
  }

  private part(a: LegId, b: LegId): void {
    const [first, second] = [this.leg(a), this.leg(b)];
    for (const leg of [first, second]) if (leg !== undefined) this.changeLeg(leg.id, { hears: { kind: 'nothing' } });
    if (first?.away !== true && second?.away !== true) this.effect({ kind: 'unbridge', legs: [a, b] });
    else
      for (const leg of [first, second]) {
        if (leg?.away === false) this.effect({ kind: 'stopPlaying', leg: leg.id });
      }
  }

  /** The media server of a leg has failed: it is taken to another one. */
  mediaLost(id: LegId): void {
    const leg = this.known(id);
    if (leg.away) return;
    this.changeLeg(id, { away: true });
    this.note({ time: this.now, kind: 'mediaLost', leg: id });
    const other = leg.hears.kind === 'party' ? this.leg(leg.hears.leg) : undefined;
    if (other === undefined) return;
    // What one sends that has not answered still goes to the server that has failed.
    if (leg.state === 'ringing') this.hear(other.id, { kind: 'ringback' });
    else if (!other.away) this.effect({ kind: 'play', leg: other.id, hearing: musicOnHold });
  }

  /** It is there again, and hears nothing yet. */
  mediaRestored(id: LegId): void {
    const leg = this.known(id);
    if (!leg.away) return;
    this.changeLeg(id, { away: false });
    this.note({ time: this.now, kind: 'mediaRestored', leg: id });
    const { hears } = leg;
    if (hears.kind === 'party') this.bridge(this.known(id), this.known(hears.leg));
    else if (hears.kind !== 'nothing') this.effect({ kind: 'play', leg: id, hearing: hears });
  }

  /** Hangs up whoever is left, and ends the call. */
  end(termination: Termination, refusal?: Refusal): void {
    if (this.call.phase.kind === 'ended') return;
    this.leaveQueue();
    for (const id of Object.keys(this.call.legs)) this.hangUp(id, refusal);
    this.clearTimersOf('phase');
    this.clearTimersOf('call');
    this.written.phase = { kind: 'ended', termination };
    this.effect({ kind: 'finish', termination });
  }
}

/** All but one. Not by `delete`, after which an object is slow for as long as it lives. */
function without<T>(things: Readonly<Record<string, T>>, name: string): Record<string, T> {
  const rest: Record<string, T> = {};
  for (const [other, thing] of Object.entries(things)) if (other !== name) rest[other] = thing;
  return rest;
}

function sameHearing(a: Hearing, b: Hearing): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'prompts' || a.kind === 'tone') return false;
  return a.kind !== 'music' || a.name === (b as typeof a).name;
}
