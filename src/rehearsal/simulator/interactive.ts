import { parseDuration } from '../../base/yaml/duration.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import { Stage, type StageOptions } from '../stories/stage.ts';
import { type Moment, outsider, type Timeline } from '../timeline/moment.ts';
import { headOf, linesOf } from '../timeline/page.ts';
import { worthTelling } from '../timeline/show.ts';

export const interactiveHelp = `  (Enter)            let time go on to what happens next
  2, 101, *1 …       the caller presses these keys
  wait 5s            time passes
  101 answers        also: declines, is busy, is unreachable, hangs up
  hang up            the caller hangs up
  quit`;

/** What came of a line: the lines to print, and whether there is nothing more to ask. */
export interface Reply {
  readonly lines: readonly string[];
  readonly over: boolean;
}

/** A call that is played step by step, the next act asked for each time. */
export class Interactive {
  private readonly stage: Stage;
  private told = 0;

  constructor(
    private readonly plan: Dialplan,
    options: StageOptions,
  ) {
    this.stage = new Stage(plan, options);
  }

  /** The head of the page, and what happened at once. */
  begin(): Reply {
    const { lines, over } = this.tell();
    return { lines: [headOf(this.timeline()), '', ...lines], over };
  }

  /** What can be done now, in a few words. */
  question(): string {
    const { phase } = this.stage.call;
    const rings = Object.keys(this.plan.extensions).filter(number => this.stage.ringing(number) !== undefined);
    const what = phase.kind === 'menu' ? `menu ${phase.menu}, ${phase.stage}` : phase.kind;
    return `${what}${rings.length > 0 ? `; ${rings.join(', ')} ${rings.length === 1 ? 'rings' : 'ring'}` : ''} >`;
  }

  take(line: string): Reply {
    const text = line.trim().toLowerCase();
    if (text === 'quit') return { lines: [], over: true };
    if (text === 'help' || text === '?') return { lines: [interactiveHelp], over: false };
    const refusal = this.act(text);
    return refusal === undefined ? this.tell() : { lines: [refusal], over: this.stage.ended };
  }

  /** Undefined where it was done. */
  private act(text: string): string | undefined {
    if (text === '') return this.goOn();
    if (/^[0-9*#]+$/.test(text)) return this.press(text);
    const [first = '', ...rest] = text.split(/\s+/);
    if (first === 'wait') {
      const wait = parseDuration(rest.join(''));
      if (wait === undefined || wait > 86_400_000) return 'wait is followed by a time such as 5s';
      this.stage.world.clock.advance(wait);
      return undefined;
    }
    if (text === 'hang up') return this.hangUp(outsider);
    if (!Object.hasOwn(this.plan.extensions, first)) return `not understood:\n${interactiveHelp}`;
    return this.doesAt(first, rest.filter(word => word !== 'is').join(' '));
  }

  private doesAt(extension: string, does: string): string | undefined {
    const { world } = this.stage;
    if (does === 'hangs up') return this.hangUp(extension);
    const phone = this.stage.ringing(extension);
    if (phone === undefined) return `${extension} does not ring`;
    switch (does) {
      case 'answers':
        return void world.answer(phone);
      case 'declines':
        return void world.fail(phone, 'declined');
      case 'busy':
      case 'unreachable':
        return void world.fail(phone, does);
      default:
        return `not understood:\n${interactiveHelp}`;
    }
  }

  private press(keys: string): string | undefined {
    for (const digit of keys) {
      const phone = this.stage.connected(outsider);
      if (phone === undefined) return 'the caller is in no call any more';
      this.stage.world.press(phone, digit);
    }
    return undefined;
  }

  private hangUp(who: string): string | undefined {
    const phone = this.stage.connected(who);
    if (phone === undefined) return `${who} is in no call`;
    this.stage.world.hangUp(phone);
    return undefined;
  }

  private goOn(): undefined {
    const { clock } = this.stage.world;
    while (!this.stage.ended && !this.fresh().some(worthTelling) && clock.step());
    return undefined;
  }

  private tell(): Reply {
    return { lines: this.tellNew(), over: this.stage.ended };
  }

  private tellNew(): readonly string[] {
    const fresh = this.fresh();
    this.told = this.stage.moments.length;
    return linesOf(this.timeline(), fresh);
  }

  private fresh(): readonly Moment[] {
    return this.stage.moments.slice(this.told);
  }

  private timeline(): Timeline {
    const { startedAt, moments } = this.stage;
    return { startedAt, timezone: this.plan.company.timezone, moments };
  }
}
