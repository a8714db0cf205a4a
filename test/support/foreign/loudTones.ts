/** Samples in a block: 20 ms, in which tones that are multiples of 50 Hz do not disturb each other. */
const block = 160;
/** Of an amplitude of 8000, which is what every tone here is sent with. */
const loud = 2_000;

/** Which of the tones (in hertz, ascending) sound in each whole block of linear PCM, 8 kHz, 16 bit (Goertzel). */
export function loudTones(pcm: Uint8Array, frequencies: readonly number[]): number[][] {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  const blocks: number[][] = [];
  for (let at = 0; at + 2 * block <= pcm.length; at += 2 * block) {
    blocks.push(frequencies.filter(frequency => amplitude(view, at, frequency) > loud).toSorted((a, b) => a - b));
  }
  return blocks;
}

function amplitude(view: DataView, at: number, frequency: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / 8000);
  let [last, beforeLast] = [0, 0];
  for (let index = 0; index < block; index++) {
    const next = view.getInt16(at + 2 * index, true) + coefficient * last - beforeLast;
    beforeLast = last;
    last = next;
  }
  return (2 * Math.sqrt(last ** 2 + beforeLast ** 2 - coefficient * last * beforeLast)) / block;
}
