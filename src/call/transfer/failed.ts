import type { Unanswered } from '../../dialplan/plan.ts';
import type { LegId, Transferor } from '../call.ts';
import { statusOf } from '../failure.ts';
import { connect } from '../talking.ts';
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
  if (transferor.leg !== undefined) {
    connect(turn, party, transferor.leg);
    return turn.mayHangUp(transferor.leg, { transferId, number, reason });
  }
  const operator = transferor.who.extension;
  if (operator === undefined) return fallback(turn, party);
  recall(turn, party, { operator, transferId, number, reason });
}
