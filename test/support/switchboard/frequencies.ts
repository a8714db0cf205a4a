/**
 * One frequency for each thing that can be heard: multiples of 50 Hz, which an ear tells apart by 20 ms of them, and
 * none next to the 425 Hz of the tones that the switchboard makes itself.
 */
export const everyFrequency: readonly number[] = Array.from({ length: 56 }, (_, index) => 600 + 50 * index);

/** Gives each name a frequency of its own, and the same one again. */
export class Frequencies {
  private readonly given = new Map<string, number>();

  of(name: string): number {
    const known = this.given.get(name);
    if (known !== undefined) return known;
    const next = everyFrequency[this.given.size];
    if (next === undefined) throw new Error('there are more things to be heard than frequencies');
    this.given.set(name, next);
    return next;
  }
}
