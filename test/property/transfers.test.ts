import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choice } from './choice.ts';
import { play, scenes } from './schedules.ts';

const schedules = 3_000;

/** Everything that a transfer can come to, and every phase of a call. */
const everything = [
  ...['announcing', 'menu', 'ringing', 'queued', 'talking', 'keying', 'consulting', 'transferring', 'adopting'],
  ...['recalling', 'ended', 'transferStarted', 'transferRinging', 'transferFailed', 'transferCompleted'],
  ...['replacementArrived', 'handedOver', 'agentOffered', 'stopRequested', 'lost by network', 'lost by media'],
  ...['mediaLost', 'mediaRestored', 'restored', 'legEarlyMedia'],
  ...['beep', 'told who is back', 'legAnswered, not resumed before', 'legFailed, not resumed before'],
  ...['legResumed', 'transferRequested', 'replacementArrived', 'legRequested'].map(
    kind => `${kind} by who holds, not resumed before`,
  ),
  ...['transferAbandoned', 'recallStarted', 'recallAnswered', 'recallFailed'],
  ...['calendar open', 'calendar closed', 'calendar by its timetable', 'went by hand', 'busy with other calls'],
];

test(`the promises R0 to R10 hold under ${schedules} random schedules`, () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(fc.constantFrom(...scenes), fc.array(choice, { maxLength: 60 }), (scene, choices) =>
      play(scene, choices, seen),
    ),
    { numRuns: schedules },
  );
  for (const what of everything) expect(seen.get(what) ?? 0, `schedules never came to: ${what}`).toBeGreaterThan(0);
}, 120_000);
