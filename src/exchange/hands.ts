import type { Instant } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { keptOverrides, noOverrides, type Override, type Overrides, withOverride } from '../dialplan/override.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import type { KeptOverrides } from './ports.ts';

/** The calendars that are opened or closed by hand: of the house, and of no version of the dialplan. */
export class Hands {
  private state: Overrides;

  constructor(
    private readonly log: Log,
    private readonly kept: KeptOverrides | undefined,
  ) {
    this.state = kept?.initial ?? noOverrides;
  }

  get overrides(): Overrides {
    return this.state;
  }

  set(calendar: string, override: Override | undefined): void {
    this.change(withOverride(this.state, calendar, override));
  }

  /** A calendar that is gone, or that nobody can give back any more, is forgotten, and so is what counts no longer. */
  planChanged(plan: Pick<Dialplan, 'calendars'>, now: Instant): void {
    const kept = keptOverrides(this.state, plan, now);
    const forgotten = Object.keys(this.state).filter(name => !Object.hasOwn(kept, name));
    if (forgotten.length === 0) return;
    this.log.info({ calendars: forgotten }, 'calendars go by their timetables again');
    this.change(kept);
  }

  private change(state: Overrides): void {
    this.state = state;
    this.kept?.keep(state);
  }
}
