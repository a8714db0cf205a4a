import type { Transferor } from '../call.ts';
import type { Turn } from '../turn.ts';

/** Tells the transferor how the transfer goes (R2); one who used the keypad hears it. */
export function report(turn: Turn, { channel }: Transferor, transferId: string, status: number, text: string): void {
  if (channel === 'refer') turn.effect({ kind: 'reportTransfer', transferId, status, text });
}
