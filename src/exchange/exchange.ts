import type { Clock, Duration } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { FaultLog, type Faults } from '../base/faults.ts';
import { randomId } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import { LogBudget } from '../base/logBudget.ts';
import { own } from '../base/own.ts';
import type { Phase, Who } from '../call/call.ts';
import { whereDialled } from '../call/flow/whereDialled.ts';
import { recordOf } from '../call/record.ts';
import { partsIn } from '../call/shared.ts';
import type { Arrival } from '../call/step.ts';
import { nearMatch } from '../dialplan/nearMatch.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import type { MediaServer } from '../media/port.ts';
import type { CallSource, IncomingCall, LegEvents, Signalling, SignallingEvents } from '../signalling/port.ts';
import { Admission, type AdmissionLimits, type Refusal } from './admission/admission.ts';
import { RefusalLog } from './admission/refusalLog.ts';
import { Hands } from './hands.ts';
import { type House, LiveCall, type QueueEffect } from './liveCall.ts';
import type { LiveLeg } from './liveLeg.ts';
import { Occupancy, Parts } from './occupancy.ts';
import type { Census, Journal, KeptOverrides, Records, SavedCall, Sounds, Watcher } from './ports.ts';
import { Queues } from './queues.ts';
import { eachLegOnce, isSavedCall, snapshotsIn } from './savedLegs.ts';

export interface ExchangeOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Who hears of what nobody waits for; default: the log. */
  readonly faults?: Faults;
  /** The dialplan for new calls. */
  readonly plan: () => Dialplan;
  readonly media: MediaServer;
  readonly sounds: Sounds;
  readonly records: Records;
  readonly limits: AdmissionLimits;
  /** Whether the process keeps up no longer: new calls are refused then. Absent: it always does. */
  readonly overloaded?: () => boolean;
  /** Left out: what is set by hand ends with the run. */
  readonly overrides?: KeptOverrides;
  readonly watchers?: readonly Watcher[];
  /** Absent: calls do not outlive the process. */
  readonly journal?: Journal;
}

/** The live calls of the house: takes them in, lets them meet, and sees them out. */
export class Exchange implements SignallingEvents {
  private readonly calls = new Map<string, LiveCall>();
  private readonly occupancy = new Occupancy();
  private readonly parts = new Parts();
  private readonly queues: Queues;
  private readonly admission: Admission;
  private readonly refusals: RefusalLog;
  private readonly unknownNumbers: LogBudget;
  private readonly hands: Hands;
  private signalling: Signalling | undefined;
  private house: House | undefined;
  private served: Served;
  /** Calls that were ended because their time was over. */
  private cut = 0;
  /** Whom to tell when the last call has ended. */
  private readonly whenIdle = new Set<() => void>();

  constructor(private readonly options: ExchangeOptions) {
    this.admission = new Admission(options.clock, options.limits, options.overloaded ?? (() => false));
    this.refusals = new RefusalLog(options.clock, options.log);
    this.unknownNumbers = new LogBudget(options.clock);
    this.hands = new Hands(options.log, options.overrides);
    this.hands.planChanged(options.plan(), options.clock.now());
    this.served = { queues: options.plan().queues };
    this.queues = new Queues(
      options.clock,
      options.log,
      () => this.served,
      (callId, queue, extension) => this.offer(callId, queue, extension),
    );
  }

  /** Signalling needs the exchange for its events, and the exchange signalling: once, before the first call. */
  connect(signalling: Signalling): void {
    this.signalling = signalling;
    this.house = this.houseWith(signalling);
    this.lookAtAgents();
  }

  /**
   * `plan` gives another dialplan now. New calls are of it; those in progress stay on the one with which they began. The
   * queues go on with its agents. A queue that it no longer has is served by its agents of before, as long as a call
   * of a version that has it is up: nobody who waits is forgotten.
   */
  planChanged(): void {
    const plan = this.options.plan();
    this.hands.planChanged(plan, this.options.clock.now());
    this.serve();
    this.signalling?.extensionsChanged();
    this.lookAtAgents();
  }

  /** The queues of the dialplan of now, and of those versions of which calls are up. */
  private serve(): void {
    const older = [...new Set([...this.calls.values()].map(({ plan }) => plan))];
    const all = [...older, this.options.plan()].flatMap(({ queues }) => Object.entries(queues));
    this.served = { queues: Object.fromEntries(all) };
    this.queues.post({ kind: 'rulesChanged' });
  }

  /** How many calls are up on each version of the dialplan, by `Dialplan.version`. */
  callsByVersion(): Readonly<Record<string, number>> {
    const counts = new Map<string, number>();
    for (const { plan } of this.calls.values()) counts.set(plan.version, (counts.get(plan.version) ?? 0) + 1);
    return Object.fromEntries(counts);
  }

  get callsNow(): number {
    return this.calls.size;
  }

  callOffered(source: CallSource): number | undefined {
    const refusal = this.admission.refuseUnseen(source);
    if (refusal === undefined) return undefined;
    this.refused(refusal, { source });
    return refusal.retryAfter;
  }

  callNotAdmitted(address: string): void {
    this.admission.charge(address);
  }

  callArrived(incoming: IncomingCall): LegEvents {
    const who = this.callerOf(incoming);
    // It takes part in a call that is there already: no limit for new ones counts.
    if (incoming.replaces !== undefined) return this.replacement(incoming, incoming.replaces, who);
    const refusal = this.options.media.ready ? this.admission.refuse(this.calls.size, who.extension) : noMedia;
    if (refusal !== undefined) {
      this.refused(refusal, { sipCallId: incoming.sipCallId });
      incoming.leg.hangUp({ status: 503, text: 'Service Unavailable', retryAfter: refusal.retryAfter });
      return deaf;
    }
    const { via: origin, dialled } = incoming;
    this.lookForNumber(incoming);
    const live = this.newCall({ id: randomId(), origin, from: who, dialled });
    if (live === undefined) {
      incoming.leg.hangUp({ status: 500, text: 'Server Internal Error' });
      return deaf;
    }
    const { id } = live;
    this.options.log.info({ call: id, sipCallId: incoming.sipCallId, from: who.number, to: dialled, origin }, 'call');
    this.calls.set(id, live);
    this.parts.set(id, [...partsIn(live.call)]);
    for (const watcher of this.options.watchers ?? []) watcher.callBegan?.(id, origin);
    return live.start(incoming).events();
  }

  /**
   * Goes on with the calls of a process that has died, on the dialplan of now. Before the first call arrives. Who takes
   * part in one of them is known to all before a queue looks for somebody free. One that cannot be gone on with does not
   * keep the others.
   */
  restore(saved: readonly SavedCall[]): void {
    const { house } = this;
    if (house === undefined) throw new Error('the exchange is not connected to signalling');
    const lives = saved.flatMap(one => {
      try {
        if (!isSavedCall(one)) throw new Error('it is no call');
        const live = LiveCall.saved(house, this.options.plan(), one);
        this.calls.set(live.id, live);
        this.parts.set(live.id, [...partsIn(live.call)]);
        return [{ live, one }];
      } catch (error) {
        this.notRestored(one, error);
        return [];
      }
    });
    const once = eachLegOnce(lives.map(({ one }) => one));
    for (const [index, { live }] of lives.entries()) {
      const { legs = {} } = once[index] ?? {};
      const { call, id } = live;
      this.options.log.warn({ call: id, legs: Object.keys(legs), phase: call.phase.kind }, 'a call is restored');
      for (const watcher of this.options.watchers ?? []) watcher.callBegan?.(id, call.origin);
      live.restore(legs);
    }
  }

  /** Its far ends are told, as far as they are known: nobody stays in a call that is nowhere. */
  private notRestored(one: unknown, error: unknown): void {
    const { call } = (one ?? {}) as Partial<SavedCall>;
    this.options.log.error({ call: call?.id, error: messageOf(error) }, 'a call cannot be restored');
    for (const snapshot of snapshotsIn(one)) {
      try {
        this.signalling?.adopt(snapshot, deaf).hangUp({ status: 503, text: 'Service Unavailable', cause: 41 });
      } catch (failure) {
        this.options.log.error({ call: call?.id, error: messageOf(failure) }, 'a leg of it cannot be ended');
      }
    }
    if (typeof call?.id === 'string') this.options.journal?.ended(call.id);
  }

  reachableChanged(extension: string): void {
    this.agentChanged(extension);
  }

  connectionChanged(connected: boolean): void {
    if (connected) this.options.log.info('the SIP server is connected');
    else this.options.log.error({ calls: this.calls.size }, 'the SIP server is lost');
  }

  get draining(): boolean {
    return this.admission.draining;
  }

  census(): Census {
    const calls: { [phase in Phase['kind']]?: number } = {};
    for (const { call } of this.calls.values()) calls[call.phase.kind] = (calls[call.phase.kind] ?? 0) + 1;
    return { calls, ...this.queues.census(Object.keys(this.served.queues)) };
  }

  /**
   * No new calls; those in progress may finish. Ends when the last one has, or after `limit` milliseconds, when the
   * rest are ended: gives how many those were. Asked again, with less patience, both end together.
   */
  async drain(limit: Duration): Promise<number> {
    this.admission.draining = true;
    this.signalling?.drain();
    if (this.calls.size > 0) {
      this.options.log.info({ calls: this.calls.size, limit }, 'draining');
      await new Promise<void>(resolve => {
        const over = (): void => {
          timer.cancel();
          this.whenIdle.delete(over);
          resolve();
        };
        const timer = this.options.clock.after(limit, over);
        this.whenIdle.add(over);
      });
    }
    const left = [...this.calls.values()];
    this.cut += left.length;
    for (const live of left) live.post({ kind: 'stopRequested', reason: 'the server stops' });
    this.queues.close();
    return this.cut;
  }

  /** A trunk brings a number that the dialplan does not have: most often it is one of ours in another form. */
  private lookForNumber({ via, dialled, sipCallId }: IncomingCall): void {
    const plan = this.options.plan();
    if (via.kind !== 'trunk' || whereDialled(plan, dialled, 'trunk', via.name) !== undefined) return;
    const leftOut = this.unknownNumbers.spend();
    if (leftOut === undefined) return;
    const nearly = nearMatch(plan, dialled);
    const what = { sipCallId, trunk: via.name, dialled, leftOut, ...(nearly === undefined ? {} : { nearly }) };
    this.options.log.warn(what, 'a trunk brings a number that the dialplan does not have');
  }

  private refused({ reason }: Refusal, example: Readonly<Record<string, unknown>>): void {
    this.refusals.refused(reason, example);
    for (const watcher of this.options.watchers ?? []) watcher.callRefused?.(reason);
  }

  private callerOf({ via, from }: IncomingCall): Who {
    if (via.kind === 'trunk') return { ...from, extension: undefined };
    const { number } = via;
    return { number, display: own(this.options.plan().extensions, number)?.name ?? from.display, extension: number };
  }

  private replacement(incoming: IncomingCall, replaces: NonNullable<IncomingCall['replaces']>, who: Who): LegEvents {
    const named = this.whose(replaces);
    const live = named === undefined ? undefined : this.calls.get(named.owner.id);
    if (named === undefined || live === undefined) {
      incoming.leg.hangUp({ status: 481, text: 'Call Does Not Exist' });
      return deaf;
    }
    if (who.extension === undefined) {
      incoming.leg.hangUp({ status: 403, text: 'Only an extension may take over a call' });
      return deaf;
    }
    return live.replace(named, incoming, who).events();
  }

  private newCall(arrival: Arrival): LiveCall | undefined {
    if (this.house === undefined) throw new Error('the exchange is not connected to signalling');
    try {
      return LiveCall.arriving(this.house, this.options.plan(), arrival);
    } catch (error) {
      this.options.log.error({ ...arrival, error: messageOf(error) }, 'the dialplan cannot take a call');
      return undefined;
    }
  }

  private houseWith(signalling: Signalling): House {
    const { clock, log, media, sounds, faults = new FaultLog(clock, log) } = this.options;
    return {
      clock,
      log,
      faults,
      media,
      sounds,
      signalling,
      whose: dialog => this.whose(dialog),
      call: id => this.calls.get(id),
      sharedWith: callId => ({
        overrides: this.hands.overrides,
        callsElsewhere: extension => this.parts.elsewhere(callId, extension),
      }),
      legsChanged: ({ id, call }) => this.parts.set(id, [...partsIn(call)]),
      calendarSet: (live, { calendar, override }) => {
        const { state = 'timetable', until } = override ?? {};
        const how = {
          by: live.call.from.number,
          to: state,
          until: until === undefined ? null : new Date(until).toISOString(),
        };
        log.info({ call: live.id, calendar, ...how }, 'a calendar is set by hand');
        this.hands.set(calendar, override);
      },
      tookPart: extension => {
        if (this.occupancy.tookPart(extension)) this.agentChanged(extension);
      },
      leftOff: extension => {
        if (this.occupancy.leftOff(extension)) this.agentChanged(extension);
      },
      effectFailed: what => {
        for (const watcher of this.options.watchers ?? []) watcher.effectFailed?.(what);
      },
      queueEffect: (live, effect) => this.queueEffect(live, effect),
      changed: live => this.options.journal?.changed(live.id, () => live.saved()),
      notified: (live, { event }) => {
        log.info({ call: live.id, ...event }, 'transfer');
        for (const watcher of this.options.watchers ?? []) watcher.transferEvent?.(live.id, event);
      },
      finished: (live, { termination }) => this.finished(live, termination),
    };
  }

  private whose(dialog: IncomingCall['leg'] | NonNullable<IncomingCall['replaces']>): LiveLeg | undefined {
    for (const live of this.calls.values()) {
      for (const leg of live.owned()) if (leg.is(dialog)) return leg;
    }
    return undefined;
  }

  private lookAtAgents(): void {
    const agents = Object.values(this.served.queues).flatMap(queue => queue.agents);
    for (const agent of new Set(agents)) this.agentChanged(agent);
  }

  private agentChanged(extension: string): void {
    if (!Object.values(this.served.queues).some(({ agents }) => agents.includes(extension))) return;
    const fixed = own(this.options.plan().extensions, extension)?.contact !== undefined;
    this.queues.post({
      kind: 'agentChanged',
      agent: extension,
      reachable: fixed || this.signalling?.reachable(extension) === true,
      occupied: this.occupancy.occupied(extension),
    });
  }

  private offer(callId: string, queue: string, extension: string): boolean {
    const live = this.calls.get(callId);
    live?.post({ kind: 'agentOffered', queue, extension });
    return live !== undefined;
  }

  private queueEffect(live: LiveCall, effect: QueueEffect): void {
    const { queue } = effect;
    switch (effect.kind) {
      case 'joinQueue':
        return this.queues.post({
          kind: 'callQueued',
          queue,
          callId: live.id,
          since: effect.since,
          front: effect.front,
        });
      case 'leaveQueue':
        return this.queues.post({ kind: 'callLeft', queue, callId: live.id });
      case 'concludeOffer': {
        const outcome =
          effect.outcome === 'answered' || effect.outcome === 'withdrawn' ? effect.outcome : ('notTaken' as const);
        return this.queues.post({ kind: 'offerConcluded', callId: live.id, agent: effect.extension, outcome });
      }
    }
  }

  private finished(live: LiveCall, termination: Parameters<typeof recordOf>[2]): void {
    this.calls.delete(live.id);
    this.parts.set(live.id, []);
    // It may have been the last one of an older version, and with it the last that could wait in a queue of that one.
    if (live.plan !== this.options.plan()) this.serve();
    this.options.journal?.ended(live.id);
    const record = recordOf(live.call, live.plan.version, termination, this.options.clock.now(), live.elsewhere);
    this.options.records.write(record);
    for (const watcher of this.options.watchers ?? []) watcher.callEnded?.(record);
    if (this.calls.size === 0) for (const over of [...this.whenIdle]) over();
  }
}

/** The queues that have agents now: those of the dialplan, and those of older ones that calls in progress may wait in. */
type Served = Pick<Dialplan, 'queues'>;

/** Not to be let in: whoever was would be a ghost. Media servers are looked for all the time. */
const noMedia: Refusal = { reason: 'noMedia', retryAfter: 5 };

/** For a call that was refused: nobody listens to what becomes of it. */
const deaf: LegEvents = {
  ringing() {},
  answered() {},
  failed() {},
  ended() {},
  offered: () => Promise.reject(new Error('the call was refused')),
  answerReceived() {},
  moved() {},
  digit() {},
  transferRequested: request => request.refuse(481, 'Call Does Not Exist'),
};
