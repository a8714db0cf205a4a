/** Who may ask for transfers on a leg, and what became of the ones before. */

import type { LegSurroundings } from '../dialogs/surroundings.ts';
import type { Responder } from '../drachtio/responder.ts';
import type { SrfRequest } from '../drachtio/srf.ts';
import type { IncomingCall, TransferRequest } from '../port.ts';
import { cleanText } from '../text/clean.ts';
import { readRefer } from './refer.ts';
import type { SubscriptionDialog } from './subscription.ts';

export class TransferDesk {
  private requests = 0;
  /** Those that the exchange has not decided about. */
  private readonly undecided = new Set<TransferRequest>();

  constructor(
    private readonly around: Pick<LegSurroundings, 'clock' | 'index' | 'log' | 'phoneOptions'>,
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
    const transfer = readRefer(this.around, {
      request,
      respond,
      dialog,
      first: this.requests === 1,
      notify: this.around.phoneOptions(this.party.number).transferNotify,
      decided: () => void (transfer !== undefined && this.undecided.delete(transfer)),
    });
    if (transfer !== undefined) this.undecided.add(transfer);
    return transfer;
  }

  /** The leg has ended, and the exchange knows. */
  close(): void {
    for (const transfer of this.undecided) transfer.refuse(481, 'Call Does Not Exist');
  }
}
