import { showDuration } from '../../base/yaml/duration.ts';
import { finding } from '../catalogue.ts';
import type { Rule } from './rule.ts';

export const transferTimes: Rule = {
  codes: ['TRANSFER_TIMES'],
  *check({ draft, at }) {
    const ringFor = draft.transfer?.ringFor;
    const recall = draft.transfer?.recall;
    if (ringFor === undefined || recall?.ringFor === undefined || recall.maxTotal === undefined) return;
    const needed = ringFor + recall.ringFor;
    if (recall.maxReturns === 0 || recall.maxTotal >= needed) return;
    const message = `recall.maxTotal (${showDuration(recall.maxTotal)}) is over before the first recall is (${showDuration(needed)})`;
    yield finding('TRANSFER_TIMES', at(['transfer', 'recall', 'maxTotal']), message);
  },
};
