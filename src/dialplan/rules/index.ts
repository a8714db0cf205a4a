import { ambiguousDigits } from './ambiguousDigits.ts';
import { callerRules } from './callerRules.ts';
import { danglingDestination } from './danglingDestination.ts';
import { dateTwice } from './dateTwice.ts';
import { dayTwice } from './dayTwice.ts';
import { duplicateLanguage } from './duplicateLanguage.ts';
import { duplicateNumber } from './duplicateNumber.ts';
import { endlessLoop } from './endlessLoop.ts';
import { endlessRetry } from './endlessRetry.ts';
import { featureCodes } from './featureCodes.ts';
import { lastMinute } from './lastMinute.ts';
import { members } from './members.ts';
import { menuBack } from './menuBack.ts';
import { menuWithoutChoice } from './menuWithoutChoice.ts';
import { mixedNumbers } from './mixedNumbers.ts';
import { neverChanges } from './neverChanges.ts';
import { noNumbers } from './noNumbers.ts';
import { numberForm } from './numberForm.ts';
import { overlappingHours } from './overlappingHours.ts';
import { overrideCodes } from './overrideCodes.ts';
import { promptLanguages } from './promptLanguages.ts';
import type { Rule } from './rule.ts';
import { spelledAlike } from './spelledAlike.ts';
import { transferTimes } from './transferTimes.ts';
import { unknownCalendar } from './unknownCalendar.ts';
import { unknownLanguage } from './unknownLanguage.ts';
import { unknownPrompt } from './unknownPrompt.ts';
import { unreachable } from './unreachable.ts';
import { unused } from './unused.ts';

/** One mistake a rule; their order means nothing, as findings are put in the order of the file. */
export const rules: readonly Rule[] = [
  ambiguousDigits,
  callerRules,
  danglingDestination,
  dateTwice,
  dayTwice,
  duplicateLanguage,
  duplicateNumber,
  endlessLoop,
  endlessRetry,
  featureCodes,
  lastMinute,
  members,
  menuBack,
  menuWithoutChoice,
  mixedNumbers,
  neverChanges,
  noNumbers,
  numberForm,
  overlappingHours,
  overrideCodes,
  promptLanguages,
  spelledAlike,
  transferTimes,
  unknownCalendar,
  unknownLanguage,
  unknownPrompt,
  unreachable,
  unused,
];
