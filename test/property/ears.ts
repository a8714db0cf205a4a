import { type Hearing, type Leg, type LegId, musicOnHold } from '../../src/call/call.ts';
import type { Effect } from '../../src/call/effect.ts';
import type { Observed } from '../support/world.ts';

const nothing = 'nothing';

/**
 * What the effects of call control make each leg hear, one after the other: it must be what the call believes, and no
 * effect may ask anything of a leg that is not there, or not answered.
 */
export class Ears {
  private readonly heard = new Map<string, string>();
  private readonly unanswered = new Set<string>();
  /** Legs whose media server has failed: nothing can be played to them. */
  private readonly away = new Set<string>();

  listen({ callId, stimulus, result: { call, effects } }: Observed): void {
    if (stimulus.kind === 'begin') this.add(callId, 'caller', false);
    if (stimulus.kind === 'replacementArrived') this.add(callId, stimulus.by, false);
    if (stimulus.kind === 'legEarlyMedia') this.unanswered.delete(key(callId, stimulus.leg));
    if (stimulus.kind === 'legAnswered') this.unanswered.delete(key(callId, stimulus.leg));
    if (stimulus.kind === 'mediaLost') this.lose(callId, stimulus.leg);
    if (stimulus.kind === 'mediaRestored') this.away.delete(key(callId, stimulus.leg));
    for (const effect of effects) this.take(callId, effect);
    if (stimulus.kind === 'legEnded' || stimulus.kind === 'legFailed') this.heard.delete(key(callId, stimulus.leg));
    for (const leg of Object.values(call.legs)) {
      const heard = this.heard.get(key(callId, leg.id));
      const due = this.due(callId, leg);
      if (heard !== due) throw new Error(`R10: ${leg.id} is to hear ${due} and hears ${heard} after ${stimulus.kind}`);
      if (leg.away !== this.away.has(key(callId, leg.id))) throw new Error(`${leg.id} is away for one of us alone`);
    }
    if (call.phase.kind !== 'ended') return;
    const left = [...this.heard.keys()].filter(leg => leg.startsWith(`${callId} `));
    if (left.length > 0) throw new Error(`R8: the call is over, and nobody has ended ${left.join(', ')}`);
  }

  private take(callId: string, effect: Effect): void {
    switch (effect.kind) {
      case 'dial':
        return this.add(callId, effect.leg, false);
      case 'earlyMedia':
      case 'answer':
        this.mustBeThere(callId, effect.leg, effect.kind);
        this.unanswered.delete(key(callId, effect.leg));
        return;
      case 'play':
        return this.hear(callId, effect.leg, show(effect.hearing), effect.kind);
      case 'stopPlaying':
        return this.hear(callId, effect.leg, nothing, effect.kind);
      case 'bridge': {
        const [a, b] = effect.legs;
        this.hear(callId, a, show({ kind: 'party', leg: b }), effect.kind);
        return this.hear(callId, b, show({ kind: 'party', leg: a }), effect.kind);
      }
      case 'unbridge':
        for (const leg of effect.legs) this.hear(callId, leg, nothing, effect.kind);
        return;
      case 'beep':
        this.mustBeThere(callId, effect.leg, effect.kind);
        if (!this.heard.get(key(callId, effect.leg))?.startsWith('party ')) throw new Error('a tone over nobody');
        return;
      case 'identify':
        this.mustBeThere(callId, effect.leg, effect.kind);
        if (this.unanswered.has(key(callId, effect.leg))) throw new Error(`identify for ${effect.leg}, not answered`);
        return;
      case 'hangUp':
        this.mustBeThere(callId, effect.leg, effect.kind);
        this.heard.delete(key(callId, effect.leg));
        return;
      case 'cancel':
        return this.mustBeThere(callId, effect.leg, effect.kind);
      case 'handOver': {
        const { what } = effect;
        if (what.kind !== 'leg') return;
        this.mustBeThere(callId, what.leg.id, effect.kind);
        if (this.heard.get(key(callId, what.leg.id)) !== nothing) throw new Error('handed over with what it hears');
        this.heard.delete(key(callId, what.leg.id));
        this.add(effect.to, effect.as, what.leg.state === 'answered');
        if (this.away.delete(key(callId, what.leg.id))) this.away.add(key(effect.to, effect.as));
        return;
      }
      default:
        return;
    }
  }

  /** What a leg hears by what the call believes: nothing while it is away, music while its partner is. */
  private due(callId: string, { away, hears }: Leg): string {
    if (away) return nothing;
    return hears.kind === 'party' && this.away.has(key(callId, hears.leg)) ? show(musicOnHold) : show(hears);
  }

  private lose(callId: string, leg: LegId): void {
    if (!this.heard.has(key(callId, leg))) return;
    this.away.add(key(callId, leg));
    this.heard.set(key(callId, leg), nothing);
  }

  private add(callId: string, leg: LegId, answered: boolean): void {
    if (this.heard.has(key(callId, leg))) throw new Error(`two legs ${leg} in ${callId}`);
    this.heard.set(key(callId, leg), nothing);
    if (!answered) this.unanswered.add(key(callId, leg));
  }

  private hear(callId: string, leg: LegId, what: string, asked: string): void {
    this.mustBeThere(callId, leg, asked);
    if (this.away.has(key(callId, leg))) throw new Error(`${asked} for ${leg}, which is away`);
    if (this.unanswered.has(key(callId, leg))) throw new Error(`${asked} for ${leg}, which is not answered`);
    this.heard.set(key(callId, leg), what);
  }

  private mustBeThere(callId: string, leg: LegId, asked: string): void {
    if (!this.heard.has(key(callId, leg))) throw new Error(`${asked} for ${leg}, which ${callId} does not have`);
  }
}

const key = (callId: string, leg: LegId): string => `${callId} ${leg}`;

function show(hearing: Hearing): string {
  switch (hearing.kind) {
    case 'party':
      return `party ${hearing.leg}`;
    case 'music':
      return `music ${hearing.name}`;
    case 'prompts':
    case 'tone':
      return `${hearing.kind} ${hearing.playId}`;
    default:
      return hearing.kind;
  }
}
