/** Who may ask for transfers on a leg, and what became of the ones before. */

import type { Timer } from '../../base/clock.ts';
import type { LegSurroundings } from '../dialogs/surroundings.ts';
import { header } from '../drachtio/message.ts';
import type { Responder } from '../drachtio/responder.ts';
import type { SrfRequest } from '../drachtio/srf.ts';
import type { IncomingCall, TransferRequest } from '../port.ts';
import { cleanText } from '../text/clean.ts';
import { readRefer } from './refer.ts';
import type { SubscriptionDialog } from './subscription.ts';

/** A phone that is told that its transfer succeeded hangs up within this time, or it stays. Milliseconds. */
const hangsUpWithin = 4_000;

export class TransferDesk {
  private requests = 0;
  /** Until it is clear whether the phone hangs up. */
  private watching: Timer | undefined;
  /** Those that the exchange has not decided about. */
  private readonly undecided = new Set<TransferRequest>();

  constructor(
    private readonly around: Pick<LegSurroundings, 'clock' | 'index' | 'log' | 'phoneOptions' | 'transferHabits'>,
    private readonly party: IncomingCall['via'],
  ) {}

  /** Undefined where it was refused already. A trunk has nobody to move: its REFER would be a stranger's order. */
  read(dialog: SubscriptionDialog, request: SrfRequest, respond: Responder): TransferRequest | undefined {
    if (this.party.kind === 'trunk') {
      this.around.log.info({ trunk: cleanText(this.party.name, 64) }, 'a REFER of a trunk was refused');
      respond(403);
      return undefined;
    }
    this.requests += 1;
    const phone = `${this.party.number} ${cleanText(header(request, 'user-agent') ?? '', 64)}`;
    const { transferNotify } = this.around.phoneOptions(this.party.number);
    const transfer = readRefer(this.around, {
      request,
      respond,
      dialog,
      first: this.requests === 1,
      notify: transferNotify === 'auto' ? this.around.transferHabits.notifyOf(phone) : transferNotify,
      toldAtOnce: () => {
        this.watching?.cancel();
        this.watching = this.around.clock.after(hangsUpWithin, () => {
          if (dialog.confirmed) this.around.transferHabits.stayed(phone);
        });
      },
      decided: () => void (transfer !== undefined && this.undecided.delete(transfer)),
    });
    if (transfer !== undefined) this.undecided.add(transfer);
    return transfer;
  }

  /** The leg has ended, and the exchange knows. */
  close(): void {
    this.watching?.cancel();
    for (const transfer of this.undecided) transfer.refuse(481, 'Call Does Not Exist');
  }
}
