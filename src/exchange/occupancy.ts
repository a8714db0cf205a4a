/**
 * In how many legs each extension takes part: what makes an agent busy, whatever kind of call it is. A leg that goes
 * over from one call to another keeps its extension occupied all the way.
 */
export class Occupancy {
  private readonly legs = new Map<string, number>();

  occupied(extension: string): boolean {
    return this.legs.has(extension);
  }

  /** True: it was free before. */
  tookPart(extension: string): boolean {
    const count = this.legs.get(extension) ?? 0;
    this.legs.set(extension, count + 1);
    return count === 0;
  }

  /** True: it is free now. */
  leftOff(extension: string): boolean {
    const count = this.legs.get(extension) ?? 0;
    if (count > 1) this.legs.set(extension, count - 1);
    else this.legs.delete(extension);
    return count === 1;
  }
}

/** In how many calls each extension takes part other than by ringing (`partsIn`): what makes it busy. */
export class Parts {
  private readonly counts = new Map<string, number>();
  private readonly byCall = new Map<string, readonly string[]>();

  /** The call is another one than it was; without parts it is forgotten. */
  set(callId: string, parts: readonly string[]): void {
    for (const extension of this.byCall.get(callId) ?? []) this.count(extension, -1);
    for (const extension of parts) this.count(extension, 1);
    if (parts.length === 0) this.byCall.delete(callId);
    else this.byCall.set(callId, parts);
  }

  elsewhere(callId: string, extension: string): number {
    const here = (this.byCall.get(callId) ?? []).filter(part => part === extension).length;
    return (this.counts.get(extension) ?? 0) - here;
  }

  private count(extension: string, by: number): void {
    const count = (this.counts.get(extension) ?? 0) + by;
    if (count === 0) this.counts.delete(extension);
    else this.counts.set(extension, count);
  }
}
