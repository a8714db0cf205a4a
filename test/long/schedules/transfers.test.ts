import fc from 'fast-check';
import { test } from 'vitest';
import { choice } from '../../property/choice.ts';
import { play, scenes } from '../../property/schedules.ts';

const schedules = Number(process.env.KOZPONT_SCHEDULES ?? 300_000);

test(`the promises R0 to R10 hold under ${schedules} random schedules`, () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(fc.constantFrom(...scenes), fc.array(choice, { maxLength: 80 }), (scene, choices) =>
      play(scene, choices, seen),
    ),
    { numRuns: schedules },
  );
  console.info(`${schedules} schedules came to`, Object.fromEntries(seen));
});
