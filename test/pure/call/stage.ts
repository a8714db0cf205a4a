import { expect } from 'vitest';
import type { Phase } from '../../../src/call/call.ts';
import type { Effect } from '../../../src/call/effect.ts';
import type { TransferEvent } from '../../../src/call/trail.ts';
import type { Dialplan, Unanswered } from '../../../src/dialplan/plan.ts';
import { officePlan } from '../../support/plan.ts';
import { type Phone, World } from '../../support/world.ts';

/** A world with the words in which the tests of call control are written. */
export class Stage {
  readonly world: World;

  constructor(change: Partial<Dialplan> = {}) {
    this.world = new World(officePlan(change));
  }

  /** Anna calls from outside. */
  arrive(dialled = '+3612345678'): string {
    return this.world.arrive(dialled, { number: '+36301111111', display: 'Anna', extension: undefined });
  }

  /** A colleague dials from an extension. */
  dial(from: string, dialled: string): string {
    const who = { number: from, display: `Extension ${from}`, extension: from };
    return this.world.arrive(dialled, who, { kind: 'extension', number: from });
  }

  press(call: string, digits: string, leg = 'caller'): void {
    for (const digit of digits) this.world.post(call, { kind: 'digitPressed', leg, digit });
  }

  phone(call: string, extension: string): Phone {
    const phone = this.world.phone(call, extension);
    if (phone === undefined) throw new Error(`no phone of ${extension} in ${call}`);
    return phone;
  }

  fail(phone: Phone, reason: Unanswered | 'cancelled', status = 486): void {
    phone.state = 'gone';
    this.world.post(phone.callId, { kind: 'legFailed', leg: phone.leg, reason, status });
  }

  /** What a cancelled phone answers. */
  settle(phone: Phone): void {
    expect(phone.state).toBe('cancelled');
    this.fail(phone, 'cancelled', 487);
  }

  hold(phone: Phone, held = true): void {
    this.world.post(phone.callId, { kind: held ? 'legHeld' : 'legResumed', leg: phone.leg });
  }

  /** Anna and the operator at 10 are talking. */
  conversation(): { readonly call: string; readonly operator: Phone } {
    const call = this.arrive();
    this.press(call, '0');
    const operator = this.phone(call, '10');
    this.world.answer(operator);
    expect(this.phase(call).kind).toBe('talking');
    return { call, operator };
  }

  phase(call: string): Phase {
    return this.world.call(call).phase;
  }

  hears(call: string, leg = 'caller'): string {
    const hears = this.world.call(call).legs[leg]?.hears;
    if (hears === undefined) return 'gone';
    switch (hears.kind) {
      case 'prompts':
        return `${hears.language}: ${hears.names.join(', ')}`;
      case 'party':
        return this.world.call(call).legs[hears.leg]?.who.number ?? 'nobody';
      default:
        return hears.kind;
    }
  }

  effects<K extends Effect['kind']>(kind: K): Extract<Effect, { kind: K }>[] {
    return this.world.effects
      .map(({ effect }) => effect)
      .filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);
  }

  events(): readonly TransferEvent['kind'][] {
    return this.effects('notify').map(({ event }) => event.kind);
  }

  ended(call: string): string {
    const phase = this.phase(call);
    return phase.kind === 'ended' ? phase.termination.result : `still ${phase.kind}`;
  }

  later(milliseconds: number): void {
    this.world.clock.advance(milliseconds);
  }
}
