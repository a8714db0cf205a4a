import type { Clock, Instant } from '../../base/clock.ts';

export interface TimelineOptions {
  readonly clock: Clock;
  readonly colours: boolean;
  /** As many characters as the longest name. */
  readonly width: number;
  print(line: string): void;
}

/** `does`: someone acts; `hears`: what a phone makes of the packets that come; `tells`: what Kozpont says about it. */
export type EntryKind = 'does' | 'hears' | 'sees' | 'tells';

const sign: Readonly<Record<EntryKind, string>> = { does: '●', hears: '♪', sees: '▣', tells: '·' };
const colour: Readonly<Record<EntryKind, string>> = { does: '1', hears: '36', sees: '33', tells: '2' };

/** One line for each thing that happens, when it happens. */
export class Timeline {
  private origin: Instant | undefined;

  constructor(private readonly options: TimelineOptions) {}

  /** Sets the clock of the story to zero. */
  begin(): void {
    this.origin = this.options.clock.now();
  }

  /** Milliseconds since the beginning. */
  get elapsed(): number {
    return this.origin === undefined ? 0 : this.options.clock.now() - this.origin;
  }

  entry(kind: EntryKind, who: string, what: string): void {
    const { width, print } = this.options;
    const seconds = (this.elapsed / 1000).toFixed(2).padStart(6);
    print(this.painted(kind, `${seconds} s  ${sign[kind]} ${who.padEnd(width)}  ${what}`));
  }

  private painted(kind: EntryKind, line: string): string {
    return this.options.colours ? `\u001b[${colour[kind]}m${line}\u001b[0m` : line;
  }
}
