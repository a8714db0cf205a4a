import type { Duration, Instant } from '../../base/clock.ts';
import type { Position } from '../../base/position.ts';
import type { Call, LegId, Phase } from '../../call/call.ts';
import type { Effect } from '../../call/effect.ts';
import { type CallRecord, recordOf } from '../../call/record.ts';
import { callerLeg } from '../../call/step.ts';
import type { Termination } from '../../call/termination.ts';
import type { TrailEntry } from '../../call/trail.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import { textOf } from '../promptLengths.ts';
import type { Observed, Playable } from '../world/world.ts';
import { type Happening, type Moment, outsider, type Party } from './moment.ts';
import { showWall } from './wallClock.ts';

/** Turns the steps of call control into the moments of a timeline. */
export class Recorder {
  readonly moments: Moment[] = [];
  private place: Position | undefined;
  private observed: Observed | undefined;

  constructor(
    private readonly plan: Dialplan,
    private readonly startedAt: Instant,
    private readonly lengthOf: (playable: Playable) => Duration,
  ) {}

  readonly observe = (observed: Observed): void => {
    this.observed = observed;
    const { before, result } = observed;
    this.place = before === undefined ? undefined : placeOf(this.plan, before);
    this.tellStimulus(observed);
    for (const entry of newIn(before, result.call)) this.tellEntry(entry);
    this.place = placeOf(this.plan, result.call) ?? this.place;
    for (const effect of result.effects) if (effect.kind !== 'finish') this.tellEffect(effect);
    for (const change of result.timers) {
      if (change.kind !== 'set') continue;
      this.tell({ kind: 'timerSet', timer: change.name, after: change.after, reason: change.reason });
    }
    const { phase } = result.call;
    if (phase.kind === 'ended' && before?.phase.kind !== 'ended') {
      this.tellEnd(result.call, phase.termination, observed);
    }
  };

  /** The record is made for whoever asks for it: most rehearsals are about the way there. */
  private tellEnd(call: Call, termination: Termination, { callId, now }: Observed): void {
    const { version } = this.plan;
    let record: CallRecord | undefined;
    this.moments.push({
      at: now - this.startedAt,
      callId,
      place: this.place,
      kind: 'ended',
      termination,
      get record() {
        record ??= recordOf(call, version, termination, now);
        return record;
      },
    });
  }

  private tell(happening: Happening): void {
    if (this.observed === undefined) return;
    const { callId, now } = this.observed;
    this.moments.push({ at: now - this.startedAt, callId, place: this.place, ...happening });
  }

  private tellStimulus({ stimulus, before, result: { call } }: Observed): void {
    switch (stimulus.kind) {
      case 'begin':
        return this.tell({
          kind: 'called',
          by: partyOf(call.from.extension),
          from: call.from.number,
          to: call.dialled,
        });
      case 'digitPressed':
        return this.tell({ kind: 'pressed', who: this.who(stimulus.leg), digit: stimulus.digit });
      case 'transferRequested':
        return this.tell({ kind: 'asked', who: this.who(stimulus.leg), target: stimulus.target });
      case 'timerFired': {
        const timer = before?.timers[stimulus.name];
        if (timer !== undefined) this.tell({ kind: 'timerFired', timer: stimulus.name, reason: timer.reason });
        return;
      }
      default:
        return;
    }
  }

  private tellEntry(entry: TrailEntry): void {
    switch (entry.kind) {
      case 'entered':
        this.place = entry.position;
        return this.tell({ kind: 'entered', node: entry.node, language: entry.language });
      case 'pressed':
        return this.tell({ kind: 'understood', digits: entry.digits, meaning: entry.meaning });
      case 'busy':
        return this.tell({ kind: 'busy', who: entry.number });
      case 'noInput':
        return this.tell({ kind: 'noInput' });
      case 'answered':
        return this.tell({ kind: 'answered', who: this.who(entry.leg) });
      case 'failed':
        if (entry.reason === 'cancelled') return;
        return this.tell({ kind: 'failed', who: this.who(entry.leg), reason: entry.reason, status: entry.status });
      case 'left':
        return this.tellLeft(entry);
      case 'held':
      case 'resumed':
        return this.tell({ kind: entry.kind, who: this.who(entry.leg) });
      case 'calendarSet': {
        const { calendar, to, until } = entry;
        const { timezone } = this.plan.company;
        const wall = until === undefined ? undefined : showWall(until, timezone).slice(0, 'yyyy-mm-ddThh:mm'.length);
        return this.tell({ kind: 'calendarSet', who: this.who(callerLeg), calendar, to, until: wall });
      }
      case 'calendarOverridden':
        return this.tell({ kind: 'calendarOverridden', calendar: entry.calendar, state: entry.state });
      case 'event':
        return this.tell({ kind: 'transfer', event: entry.event });
      default:
        return;
    }
  }

  private tellLeft({ leg, by }: Extract<TrailEntry, { kind: 'left' }>): void {
    const state = this.observed?.before?.legs[leg]?.state;
    if (by === 'local' && state === 'cancelling') return;
    const who = this.who(leg);
    if (by === 'local' && (state === 'dialing' || state === 'ringing')) this.tell({ kind: 'stoppedRinging', who });
    else this.tell({ kind: 'left', who, by });
  }

  private tellEffect(effect: Exclude<Effect, { kind: 'finish' }>): void {
    switch (effect.kind) {
      case 'answer':
        return this.tell({ kind: 'connected', who: this.who(effect.leg) });
      case 'dial': {
        const { number, display, alert } = effect.shown;
        return this.tell({ kind: 'rung', who: effect.extension, shows: display ?? number, alert });
      }
      case 'cancel':
        return this.tell({ kind: 'stoppedRinging', who: this.who(effect.leg) });
      case 'play':
        return this.tellPlay(this.who(effect.leg), effect.hearing);
      case 'beep':
        return this.tell({ kind: 'sounded', who: this.who(effect.leg), sound: effect.tone });
      case 'identify': {
        const { number, display } = effect.who;
        return this.tell({ kind: 'shown', who: this.who(effect.leg), shows: display ?? number });
      }
      case 'bridge':
        return this.tell({ kind: 'joined', who: [this.who(effect.legs[0]), this.who(effect.legs[1])] });
      case 'joinQueue':
        return this.tell({ kind: 'queued', queue: effect.queue, front: effect.front });
      case 'leaveQueue':
        return this.tell({ kind: 'unqueued', queue: effect.queue });
      case 'refuseTransfer':
      case 'reportTransfer':
        return this.tell({
          kind: 'told',
          transferId: effect.transferId,
          status: effect.status,
          text: effect.text,
        });
      default:
        return;
    }
  }

  private tellPlay(who: Party, hearing: Extract<Effect, { kind: 'play' }>['hearing']): void {
    switch (hearing.kind) {
      case 'prompts': {
        const { language } = hearing;
        const prompts = hearing.names.map(name => ({ name, text: textOf(this.plan, name, language) }));
        return this.tell({ kind: 'heard', who, prompts, language, lasts: this.lengthOf(hearing) });
      }
      case 'tone':
        return this.tell({ kind: 'sounded', who, sound: hearing.tone });
      case 'music':
        return this.tell({ kind: 'sounded', who, sound: 'music', name: hearing.name });
      default:
        return this.tell({ kind: 'sounded', who, sound: hearing.kind });
    }
  }

  private who(leg: LegId): Party {
    const { before, result } = this.observed as Observed;
    return partyOf((result.call.legs[leg] ?? before?.legs[leg])?.who.extension ?? this.rungAs(leg));
  }

  /** A leg that came and went within one step is in the trail alone. */
  private rungAs(leg: LegId): string | undefined {
    const rung = this.observed?.result.call.trail.find(entry => entry.kind === 'rung' && entry.leg === leg);
    return rung?.kind === 'rung' ? rung.number : undefined;
  }
}

export const partyOf = (extension: string | undefined): Party => extension ?? outsider;

const newIn = (before: Call | undefined, after: Call): readonly TrailEntry[] =>
  before === undefined ? after.trail : before.trail === after.trail ? [] : after.trail.slice(before.trail.length);

/** Where in the dialplan a call stands: the node of its phase, or the rules by which it is transferred. */
export function placeOf(plan: Dialplan, { phase, trail }: Call): Position | undefined {
  return nodeOf(plan, phase) ?? latestPlace(trail);
}

function nodeOf({ menus, queues, extensions, groups, transfer }: Dialplan, phase: Phase): Position | undefined {
  switch (phase.kind) {
    case 'menu':
      return menus[phase.menu]?.at;
    case 'queued':
      return queues[phase.queue]?.at;
    case 'ringing':
      return phase.node.kind === 'extension' ? extensions[phase.node.number]?.at : groups[phase.node.name]?.at;
    case 'transferring':
    case 'consulting':
    case 'recalling':
      return transfer.at;
    default:
      return undefined;
  }
}

function latestPlace(trail: readonly TrailEntry[]): Position | undefined {
  for (let index = trail.length - 1; index >= 0; index--) {
    const entry = trail[index];
    if (entry?.kind === 'entered') return entry.position;
  }
  return undefined;
}
