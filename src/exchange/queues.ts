import type { Clock, Duration, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { Mailbox } from '../base/mailbox.ts';
import { own } from '../base/own.ts';
import {
  type Acd,
  type AcdEffect,
  type AcdRules,
  type AcdStimulus,
  type AgentState,
  emptyAcd,
} from '../call/acd/acd.ts';
import { stepAcd } from '../call/acd/step.ts';
import type { Census } from './ports.ts';

/** Runs the queues: one mailbox for all of them, their timers, and the offers that come out. */
export class Queues {
  private acd: Acd = emptyAcd;
  private readonly timers = new Map<string, Timer>();
  private readonly mailbox: Mailbox<AcdStimulus>;

  constructor(
    private readonly clock: Clock,
    log: Log,
    /** The queues that are served now. */
    private readonly rules: () => AcdRules,
    /** False where the call is gone, so that the offer goes on to the next. */
    private readonly offer: (callId: string, queue: string, extension: string) => boolean,
  ) {
    this.mailbox = new Mailbox(
      stimulus => this.take(stimulus),
      (error, stimulus) => log.error({ stimulus: stimulus.kind, error: messageOf(error) }, 'the queues failed'),
    );
  }

  post(stimulus: AcdStimulus): void {
    this.mailbox.post(stimulus);
  }

  get state(): Acd {
    return this.acd;
  }

  /** `served`: the queues that have agents now; others are counted where somebody waits in them. */
  census(served: readonly string[]): Pick<Census, 'queues' | 'agents'> {
    const now = this.clock.now();
    const queues = new Map<string, { waiting: number; longest: Duration }>();
    for (const name of new Set([...served, ...Object.keys(this.acd.queues)])) {
      const entries = own(this.acd.queues, name) ?? [];
      if (entries.length === 0 && !served.includes(name)) continue;
      queues.set(name, { waiting: entries.length, longest: Math.max(0, ...entries.map(({ since }) => now - since)) });
    }
    const agents: { [state in AgentState['kind']]?: number } = {};
    for (const { state } of Object.values(this.acd.agents)) agents[state.kind] = (agents[state.kind] ?? 0) + 1;
    return { queues: Object.fromEntries(queues), agents };
  }

  close(): void {
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
  }

  private take(stimulus: AcdStimulus): void {
    const { acd, effects } = stepAcd(this.rules(), this.acd, stimulus, this.clock.now());
    this.acd = acd;
    for (const effect of effects) this.carryOut(effect);
  }

  private carryOut(effect: AcdEffect): void {
    if (effect.kind === 'offer') {
      const { callId, queue, agent } = effect;
      if (this.offer(callId, queue, agent)) return;
      this.post({ kind: 'offerConcluded', callId, agent, outcome: 'withdrawn' });
      this.post({ kind: 'callLeft', queue, callId });
      return;
    }
    this.timers.get(effect.agent)?.cancel();
    this.timers.set(
      effect.agent,
      this.clock.at(effect.until, () => {
        this.timers.delete(effect.agent);
        this.post({ kind: 'timerFired', agent: effect.agent });
      }),
    );
  }
}
