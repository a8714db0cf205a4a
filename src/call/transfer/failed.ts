import type { Unanswered } from '../../dialplan/plan.ts';
import type { LegId, ReturnedTransfer, Transferor } from '../call.ts';
import { statusOf } from '../failure.ts';
import { asReturned } from '../shown.ts';
import { awaitResume, connect } from '../talking.ts';
import type { Turn } from '../turn.ts';
import { fallback, recall } from './recalling.ts';
import { report } from './report.ts';

export interface Failed {
  readonly party: LegId;
  readonly transferor: Transferor;
  readonly transferId: string;
  readonly number: string;
}

/** The target does not take the call: back to the operator, who is still there (R4), or is rung again (R5). */
export function targetFailed(turn: Turn, { party, transferor, transferId, number }: Failed, reason: Unanswered): void {
  const { status, text } = statusOf(reason);
  report(turn, transferor, transferId, status, text);
  turn.notify({ kind: 'transferFailed', transferId, target: number, reason, status });
  if (transferor.leg !== undefined) return rejoin(turn, party, transferor.leg, { transferId, number, reason });
  const operator = transferor.who.extension;
  if (operator === undefined) return fallback(turn, party);
  recall(turn, party, { operator, transferId, number, reason });
}

/**
 * R4: the two are joined again, and the operator hears and sees it: an operator whose phone stays on the line until the
 * NOTIFY would not notice. One who holds the party, and does not resume it, is rung (`recall`).
 */
export function rejoin(turn: Turn, party: LegId, operator: LegId, returned: ReturnedTransfer): void {
  connect(turn, party, operator);
  turn.mayHangUp(operator, returned);
  const { number, reason } = returned;
  turn.effect({ kind: 'identify', leg: operator, who: asReturned(turn, party, number, reason), returned: true });
  if (turn.known(operator).held) awaitResume(turn, operator);
  else if ([operator, party].every(leg => turn.known(leg).hears.kind === 'party' && !turn.known(leg).away)) {
    // Over a conversation alone: it would cut short the music that is heard in the place of one.
    turn.effect({ kind: 'beep', leg: operator, tone: 'returned' });
  }
}
