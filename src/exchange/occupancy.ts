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
