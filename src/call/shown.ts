import { showNumber } from '../base/numbers/shown.ts';
import type { LegId, RecallReason } from './call.ts';
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
  const { who } = turn.known(party);
  const words = target === '' ? wordsOf(reason) : `${wordsOf(reason)} ${target}`;
  return {
    number: who.number,
    display: `R: ${words} – ${who.display ?? (who.number === '' ? 'anonymous' : showNumber(who.number))}`,
    alert: 'recall',
    reason: { cause: statusOf(reason).status, text: words },
    divert: 'inhibit',
  };
}
