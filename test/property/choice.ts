import fc from 'fast-check';
import type { Choice } from './schedules.ts';

/** Often at once, so that things fall into the same millisecond; sometimes past a deadline. */
export const choice: fc.Arbitrary<Choice> = fc.record({
  what: fc.nat(10_000),
  detail: fc.nat(1_000),
  wait: fc.oneof(fc.constant(0), fc.constant(0), fc.nat(3_000), fc.constantFrom(15_000, 20_000, 30_000)),
});
