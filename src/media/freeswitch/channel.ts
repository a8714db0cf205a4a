/**
 * A channel of FreeSWITCH, as its events tell of it.
 *
 * - `moving`: on its way to one of the others. Entered from: the INVITE, `bridge`, `park`, the end of the other one.
 *   Leaves to `parked` by CHANNEL_PARK, to `bridged` by CHANNEL_BRIDGE, to `gone`.
 * - `parked`: takes commands. Entered from: `moving`. Leaves to `moving`, `gone`.
 * - `bridged`: exchanges media with the other one. Entered from: `moving`. Leaves to `moving`, `gone`.
 * - `gone`: final.
 *
 * FreeSWITCH carries out a change of these some 20 ms after it has said yes, and a second change meanwhile can overtake
 * the first: so each waits for the event of the one before.
 */
import type { Clock, Duration, Instant } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { disposed } from '../../base/disposed.ts';
import type { DigitWay } from '../port.ts';
import type { Encoded } from './encode.ts';
import type { Fields } from './eventSocket/frames.ts';

export interface ChannelEvents {
  digit(digit: string, way: DigitWay): void;
  parked(): void;
  /** An application of this id has ended, or one round of it. */
  executed(id: string, fields: Fields): void;
  /** What was laid over the sound (`uuid_displace`) has ended. */
  displaced(target: string): void;
}

export type ChannelState = 'moving' | 'parked' | 'bridged' | 'gone';

export class Channel {
  private current: ChannelState = 'moving';
  private changedAt: Instant = 0;
  private readonly waiting = new Set<{ readonly until: ChannelState; settle(gone: boolean): void }>();
  private events: ChannelEvents | undefined;
  /** Digits that came before anybody wanted to know. */
  private early: (readonly [string, DigitWay])[] = [];

  constructor(
    readonly id: Encoded,
    private readonly clock: Clock,
    private readonly within: Duration,
  ) {}

  get state(): ChannelState {
    return this.current;
  }

  /** When it came to its state. */
  get since(): Instant {
    return this.changedAt;
  }

  /** From now on, `events` is told. */
  tell(events: ChannelEvents): void {
    this.events = events;
    for (const [digit, way] of this.early.splice(0)) events.digit(digit, way);
  }

  /** Errors: `DISPOSED` when it goes, `DEADLINE_PASSED`. */
  until(state: 'parked' | 'bridged', within = this.within): Promise<void> {
    if (this.current === state) return Promise.resolve();
    if (this.current === 'gone') return Promise.reject(disposed(`the channel ${this.id}`));
    let entry: { readonly until: ChannelState; settle(gone: boolean): void } | undefined;
    const reached = new Promise<void>((resolve, reject) => {
      entry = {
        until: state,
        settle: gone => (gone ? reject(disposed(`the channel ${this.id}`)) : resolve()),
      };
      this.waiting.add(entry);
    });
    return withDeadline(this.clock, within, `channel ${this.id} becoming ${state}`, reached).finally(() => {
      if (entry !== undefined) this.waiting.delete(entry);
    });
  }

  /** Resolves when it is not on its way any more, or takes too long. */
  rest(): Promise<void> {
    if (this.current !== 'moving') return Promise.resolve();
    return Promise.any([this.until('parked'), this.until('bridged')]).catch(() => {});
  }

  /** A command was given that moves it. */
  move(): void {
    if (this.current !== 'gone') this.current = 'moving';
  }

  reach(state: ChannelState): void {
    if (this.current === 'gone') return;
    this.current = state;
    this.changedAt = this.clock.now();
    for (const waiting of [...this.waiting]) {
      if (state !== 'gone' && waiting.until !== state) continue;
      this.waiting.delete(waiting);
      waiting.settle(state === 'gone');
    }
  }

  take(name: string, fields: Fields): void {
    if (this.current === 'gone') return;
    switch (name) {
      case 'DTMF': {
        const digit = fields.get('DTMF-Digit')?.toUpperCase() ?? '';
        if (!/^[0-9*#A-D]$/.test(digit)) return;
        const way = fields.get('DTMF-Source') === 'INBAND_AUDIO' ? 'tone' : 'event';
        if (this.events === undefined) this.early.push([digit, way]);
        else this.events.digit(digit, way);
        return;
      }
      case 'CHANNEL_PARK':
        this.reach('parked');
        return this.events?.parked();
      case 'CHANNEL_EXECUTE_COMPLETE':
        return this.events?.executed(fields.get('Application-UUID') ?? '', fields);
      case 'MEDIA_BUG_STOP':
        if (fields.get('Media-Bug-Function') !== 'displace') return;
        return this.events?.displaced(fields.get('Media-Bug-Target') ?? '');
      default:
    }
  }
}
