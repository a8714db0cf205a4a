import fc from 'fast-check';

/** What every object answers to, and what is in its dictionaries before anything is put there. */
export const prototypeNames: readonly string[] = [
  ...Object.getOwnPropertyNames(Object.prototype),
  'prototype',
  'name',
  'length',
  'arguments',
  'caller',
];

/** How often a property is tried, and by which seed: printed, so that a run can be repeated. */
export function campaign(name: string, usual: number): { readonly numRuns: number } {
  const numRuns = Number(process.env.KOZPONT_FUZZ_RUNS ?? usual);
  console.info(`${name}: ${numRuns} runs, KOZPONT_SEED=${fc.readConfigureGlobal().seed}`);
  return { numRuns };
}
