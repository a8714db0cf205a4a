import { sampleRate } from './g711.ts';

/**
 * Tells which of the tones that it knows is heard, by Goertzel's algorithm over blocks of samples. Made for telephones
 * that prove by tone who hears whom: a tone counts when most of the block's energy is in it.
 */
export class ToneDetector {
  private readonly coefficients: readonly number[];
  private readonly block: Float64Array;
  private filled = 0;

  /** `blockLength`: 320 samples tell tones apart that are 50 Hz or more from each other. */
  constructor(
    private readonly frequencies: readonly number[],
    private readonly onBlock: (heard: readonly number[], level: number) => void,
    blockLength = 320,
  ) {
    this.coefficients = frequencies.map(frequency => 2 * Math.cos((2 * Math.PI * frequency) / sampleRate));
    this.block = new Float64Array(blockLength);
  }

  /** Samples from `start` to `end`, by way of the table of their law. */
  hear(bytes: Uint8Array, start: number, end: number, table: Int16Array): void {
    for (let at = start; at < end; at++) {
      this.block[this.filled++] = table[bytes[at] as number] as number;
      if (this.filled === this.block.length) this.judge();
    }
  }

  private judge(): void {
    this.filled = 0;
    const length = this.block.length;
    let energy = 0;
    for (const sample of this.block) energy += sample * sample;
    const level = Math.sqrt(energy / length);
    const heard =
      level < silentLevel ? [] : this.frequencies.filter((_, index) => this.share(index, energy) > toneShare);
    this.onBlock(heard, level);
  }

  /** How much of the energy of the block is in one frequency: 1 for a pure tone. */
  private share(index: number, energy: number): number {
    const coefficient = this.coefficients[index] as number;
    let before = 0;
    let last = 0;
    for (const sample of this.block) {
      const next = sample + coefficient * last - before;
      before = last;
      last = next;
    }
    const power = before * before + last * last - coefficient * before * last;
    return (2 * power) / (this.block.length * energy);
  }
}

/** Root mean square: some -50 dB of full scale. */
const silentLevel = 100;
/** Two tones of one strength have half each; a third one leaves each a third. */
const toneShare = 0.15;
