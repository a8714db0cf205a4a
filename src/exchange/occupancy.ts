import type { Call } from '../call/call.ts';

/** How many legs each extension takes part in: what makes an agent busy, whatever kind of call it is. */
export class Occupancy {
  private readonly legs = new Map<string, number>();

  occupied(extension: string): boolean {
    return this.legs.has(extension);
  }

  /** Compares a call before and after a step; gives the extensions that became occupied or free. */
  stepped(before: Call | undefined, after: Call): readonly string[] {
    const changed = new Set<string>();
    const was = before?.legs ?? {};
    if (was === after.legs) return [];
    for (const leg of Object.values(after.legs)) {
      const { extension } = leg.who;
      if (extension === undefined || was[leg.id] !== undefined) continue;
      const count = this.legs.get(extension) ?? 0;
      this.legs.set(extension, count + 1);
      if (count === 0) changed.add(extension);
    }
    for (const leg of Object.values(was)) {
      const { extension } = leg.who;
      if (extension === undefined || after.legs[leg.id] !== undefined) continue;
      const count = this.legs.get(extension) ?? 0;
      if (count > 1) this.legs.set(extension, count - 1);
      else {
        this.legs.delete(extension);
        if (!changed.delete(extension)) changed.add(extension);
      }
    }
    return [...changed];
  }
}
