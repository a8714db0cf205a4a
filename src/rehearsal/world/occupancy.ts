import type { Call } from '../../call/call.ts';

/** How many legs each extension takes part in: what makes an agent busy. */
export class Occupancy {
  private readonly legs = new Map<string, number>();

  occupied(extension: string): boolean {
    return (this.legs.get(extension) ?? 0) > 0;
  }

  /** Compares a call before and after a step; calls `changed` for each extension whose number of legs is another. */
  stepped(before: Call | undefined, after: Call, changed: (extension: string) => void): void {
    const was = before?.legs ?? {};
    if (was === after.legs) return;
    for (const id in after.legs) {
      if (was[id] === undefined) this.count(after.legs[id]?.who.extension, 1, changed);
    }
    for (const id in was) {
      if (after.legs[id] === undefined) this.count(was[id]?.who.extension, -1, changed);
    }
  }

  private count(extension: string | undefined, by: number, changed: (extension: string) => void): void {
    if (extension === undefined) return;
    this.legs.set(extension, (this.legs.get(extension) ?? 0) + by);
    changed(extension);
  }
}
