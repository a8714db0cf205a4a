import { expect } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { type Log, silentLog } from '../../src/base/log.ts';
import type { CallRecord } from '../../src/call/record.ts';
import { noOverrides, type Overrides } from '../../src/dialplan/override.ts';
import type { Dialplan } from '../../src/dialplan/plan.ts';
import type { AdmissionLimits } from '../../src/exchange/admission/admission.ts';
import { Exchange } from '../../src/exchange/exchange.ts';
import type { Journal, Sounds, Watcher } from '../../src/exchange/ports.ts';
import type { MediaServer } from '../../src/media/port.ts';
import type { IncomingCall, LegEvents } from '../../src/signalling/port.ts';
import { FakeMedia } from './fakeMedia.ts';
import { FakeInbound, type FakeOutbound, FakeSignalling } from './fakeSignalling.ts';
import { officePlan } from './plan.ts';

/** How a far end hangs up. */
export const byFarEnd = { by: 'remote', status: undefined, text: '' } as const;

export interface Inbound {
  readonly leg: FakeInbound;
  readonly events: LegEvents;
}

/** An exchange in virtual time, on ports that remember. */
export class TestHouse {
  readonly clock: VirtualClock;
  readonly media = new FakeMedia();
  readonly signalling = new FakeSignalling();
  readonly records: CallRecord[] = [];
  readonly exchange: Exchange;
  private plan: Dialplan;
  /** What was kept of the calendars that are set by hand, each time. */
  readonly kept: Overrides[] = [];

  constructor({
    plan = officePlan(),
    limits = {},
    overloaded = () => false,
    watchers = [],
    media = this.media,
    journal,
    clock = new VirtualClock(),
    overrides = noOverrides,
    log = silentLog,
    sounds = { prompt: (name, language) => `${language}/${name}.wav`, music: name => `${name}.wav` },
  }: {
    sounds?: Sounds;
    journal?: Journal;
    clock?: VirtualClock;
    plan?: Dialplan;
    limits?: Partial<AdmissionLimits>;
    overloaded?: () => boolean;
    watchers?: readonly Watcher[];
    media?: MediaServer;
    overrides?: Overrides;
    log?: Log;
  } = {}) {
    this.plan = plan;
    this.clock = clock;
    this.exchange = new Exchange({
      clock: this.clock,
      log,
      plan: () => this.plan,
      media,
      sounds,
      records: { write: record => void this.records.push(record) },
      overrides: { initial: overrides, keep: state => void this.kept.push(state) },
      limits: { calls: 10, callsPerSecond: 10, callsPerSecondPerSource: 10, ...limits },
      overloaded,
      watchers,
      ...(journal === undefined ? {} : { journal }),
    });
    for (const extension of Object.keys(plan.extensions)) this.signalling.registered.add(extension);
    this.exchange.connect(this.signalling);
  }

  /** New calls are of another dialplan from now on. */
  swap(plan: Dialplan): void {
    this.plan = plan;
    this.exchange.planChanged();
  }

  /** Lets everything that waits for a promise alone go on. */
  async settle(): Promise<void> {
    for (let i = 0; i < 40; i++) await Promise.resolve();
  }

  async callIn(change: Partial<IncomingCall> = {}): Promise<Inbound> {
    const leg = new FakeInbound();
    const events = this.exchange.callArrived(leg.arriving(change));
    await this.settle();
    return { leg, events };
  }

  /** A colleague dials. */
  dial(from: string, dialled: string, change: Partial<IncomingCall> = {}): Promise<Inbound> {
    const via = { kind: 'extension', number: from } as const;
    return this.callIn({ via, from: { number: from, display: undefined }, dialled, ...change });
  }

  /** A caller and the operator who answers first, in conversation. */
  async conversation(extension = '10'): Promise<{ readonly caller: Inbound; readonly operator: FakeOutbound }> {
    const caller = await this.callIn();
    caller.events.digit('0');
    await this.settle();
    const operator = this.signalling.to(extension);
    operator.events.answered('an answer', '127.0.0.1');
    await this.settle();
    return { caller, operator };
  }

  /** Ends whatever is left; nothing may be alive afterwards. */
  async close(): Promise<void> {
    const drained = this.exchange.drain(0);
    this.clock.advance(0);
    await drained;
    await this.settle();
    for (const endpoint of this.media.all) expect(endpoint.destroyed, `endpoint ${endpoint.id} is left`).toBe(true);
    for (const leg of this.signalling.dialed) expect(leg.ended ?? leg.cancelled).toBeTruthy();
    expect(this.exchange.callsNow, 'calls are left').toBe(0);
    expect(this.clock.armed, 'timers are left').toBe(0);
  }
}
