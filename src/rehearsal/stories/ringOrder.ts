import type { Party } from '../timeline/moment.ts';

/** What rings, by a stage: in virtual time, or on real telephones. */
export interface Rings {
  /** Every ringing so far, in its order. */
  readonly all: readonly { readonly who: Party }[];
  /** On how many telephones a party rings now. */
  ringingNow(who: Party): number;
}

/**
 * Which ringing a step of a story means. They are expected in their order, and each step means one that no step has told
 * of. What was over before a step that has passed is settled: nothing tells of it any more. What was over when the step
 * began may be told of, and need not.
 */
export class RingOrder {
  private readonly told = new Set<number>();
  /** What was over when the last step began, and when this one did. */
  private settled: ReadonlySet<number> = new Set();
  private over: ReadonlySet<number> = new Set();

  constructor(private readonly rings: Rings) {}

  /** Before each step. */
  begin(): void {
    this.settled = this.over;
    const { all } = this.rings;
    const over = new Set<number>();
    const later = new Map<Party, number>();
    for (let nth = all.length - 1; nth >= 0; nth--) {
      const { who } = all[nth] as { readonly who: Party };
      const count = (later.get(who) ?? 0) + 1;
      later.set(who, count);
      if (count > this.rings.ringingNow(who)) over.add(nth);
    }
    this.over = over;
  }

  /** The next ringing for a step that expects these to ring; undefined: there is none yet. */
  next(expected: ReadonlySet<Party>): number | undefined {
    for (const [nth, { who }] of this.rings.all.entries()) {
      if (this.told.has(nth) || this.settled.has(nth)) continue;
      if (!this.over.has(nth) || expected.has(who)) return nth;
    }
    return undefined;
  }

  tell(nth: number): void {
    this.told.add(nth);
  }

  /** A party does something on the telephone that rings: that it rings need not be told besides. */
  acted(who: Party): void {
    const nth = this.rings.all.findLastIndex(ring => ring.who === who);
    if (nth >= 0) this.tell(nth);
  }
}
