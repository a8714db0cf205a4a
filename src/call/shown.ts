import { showNumber } from '../base/numbers/shown.ts';
import type { LegId, RecallReason, Who } from './call.ts';
import type { Shown } from './effect.ts';
import { statusOf, wordsOf } from './failure.ts';
import type { Turn } from './turn.ts';

/** The party, as the phone that is rung for it sees it: always the caller, never the one who transferred (case 9). */
export function ofCaller(turn: Turn, party: LegId, divert: Shown['divert'] = 'allow'): Shown {
  const { who } = turn.known(party);
  return {
    number: who.number,
    display: who.display,
    alert: who.extension === undefined ? 'external' : 'internal',
    reason: undefined,
    divert,
  };
}

/** R5: `R: no answer 101 – Anna Kiss`, with a ring of its own, and the same in the Reason header. */
export function ofRecall(turn: Turn, party: LegId, target: string, reason: RecallReason): Shown {
  const { number, display } = asReturned(turn, party, target, reason);
  return {
    number,
    display,
    alert: 'recall',
    reason: { cause: statusOf(reason).status, text: reasonText(target, reason) },
    divert: 'inhibit',
  };
}

/** The party, as an operator sees it to whom it comes back (R4, R5). */
export function asReturned(turn: Turn, party: LegId, target: string, reason: RecallReason): Who {
  const { who } = turn.known(party);
  const name = who.display ?? (who.number === '' ? 'anonymous' : showNumber(who.number));
  return { ...who, display: `R: ${reasonText(target, reason)} – ${name}` };
}

const reasonText = (target: string, reason: RecallReason): string =>
  target === '' ? wordsOf(reason) : `${wordsOf(reason)} ${target}`;
