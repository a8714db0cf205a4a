import { VirtualClock } from '../../src/base/clock.ts';
import { emptyAcd } from '../../src/call/acd/acd.ts';
import type { Call } from '../../src/call/call.ts';
import type { Effect } from '../../src/call/effect.ts';
import type { Dialplan } from '../../src/dialplan/plan.ts';
import type { Phone } from '../../src/rehearsal/world/phone.ts';
import { type Observed, World as RehearsedWorld } from '../../src/rehearsal/world/world.ts';

export type { Phone } from '../../src/rehearsal/world/phone.ts';
export type { Observed } from '../../src/rehearsal/world/world.ts';

/** How long every prompt and tone of the world is. */
const promptLength = 1_000;

/** The world of the rehearsals, as the tests of call control use it: every effect is kept, and worse things happen. */
export class World extends RehearsedWorld {
  readonly effects: { readonly callId: string; readonly effect: Effect }[];
  private readonly unregistered: Set<string>;
  private nextReplacement = 1;

  constructor(plan: Dialplan, observe: (observed: Observed) => void = () => undefined) {
    const effects: { readonly callId: string; readonly effect: Effect }[] = [];
    const unregistered = new Set<string>();
    super(plan, {
      reachable: extension => !unregistered.has(extension),
      lengthOf: () => promptLength,
      observe(observed) {
        const { callId, result } = observed;
        for (const effect of result.effects) effects.push({ callId, effect });
        observe(observed);
      },
    });
    this.effects = effects;
    this.unregistered = unregistered;
  }

  /** The leg is lost with the network or the media server. */
  lose(phone: Phone, by: 'network' | 'media'): void {
    phone.state = 'gone';
    this.post(phone.callId, { kind: 'legEnded', leg: phone.leg, by });
  }

  /** The media server of the leg fails; the leg is on its way to another one. */
  strand(phone: Phone): void {
    this.post(phone.callId, { kind: 'mediaLost', leg: phone.leg });
  }

  bringBack(phone: Phone): void {
    this.post(phone.callId, { kind: 'mediaRestored', leg: phone.leg });
  }

  /** A phone of an extension takes the place of another one (INVITE with Replaces). */
  replace(phone: Phone, extension: string): void {
    const { callId } = phone;
    const leg = `by${this.nextReplacement++}`;
    this.phones.push({ callId, leg, extension, direction: 'inbound', state: 'offered', held: false });
    const who = { number: extension, display: undefined, extension };
    this.post(callId, { kind: 'replacementArrived', leg: phone.leg, by: leg, who });
  }

  /**
   * The process dies and another one goes on with what was written down, as the exchange does it (`LiveCall.restore`):
   * timers, queues and sounds are forgotten, and so is whoever was not answered; the media of the others are away.
   */
  restart(): void {
    // Whatever the old one would still have told is told to nobody.
    (this as { clock: VirtualClock }).clock = new VirtualClock(this.clock.now());
    this.timers.clear();
    this.acd = emptyAcd;
    const saved = JSON.parse(JSON.stringify([...this.calls.values()])) as Call[];
    for (const call of saved) {
      this.calls.set(call.id, call);
      this.timers.set(call.id, new Map());
    }
    for (const phone of this.alive()) {
      const answered = phone.state === 'answered' && this.call(phone.callId).legs[phone.leg]?.state === 'answered';
      if (!answered) phone.state = 'gone';
    }
    for (const agent of this.agents.values()) {
      agent.occupied = this.occupied(agent.extension);
      this.agentChanged(agent);
    }
    for (const { id, phase, legs } of saved) {
      if (phase.kind === 'ended') continue;
      const known = Object.values(legs).map(({ id: leg, state }) => ({ leg, state, phone: this.phoneOf(id, leg) }));
      this.post(id, { kind: 'restored' });
      for (const { leg, phone } of known) if (phone !== undefined) this.post(id, { kind: 'mediaLost', leg });
      for (const { leg, state, phone } of known) {
        if (phone !== undefined) continue;
        if (state === 'dialing' || state === 'ringing' || state === 'cancelling')
          this.post(id, { kind: 'legFailed', leg, reason: 'unreachable', status: 503 });
        else this.post(id, { kind: 'legEnded', leg, by: 'network' });
      }
    }
  }

  /** As the exchange does it: every transfer that is still open gets its final answer. */
  stop(callId: string): void {
    this.post(callId, { kind: 'stopRequested', reason: 'stopped' });
    for (const transfer of this.transfers.values()) if (transfer.callId === callId) transfer.final ??= 487;
  }

  register(extension: string, registered: boolean): void {
    if (registered) this.unregistered.delete(extension);
    else this.unregistered.add(extension);
    this.reachableChanged(extension);
  }
}
