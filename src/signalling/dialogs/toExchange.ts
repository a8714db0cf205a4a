import type { LegEnd, LegEvents } from '../port.ts';
import type { SubscriptionDialog } from '../transfer/subscription.ts';
import type { TransferDesk } from '../transfer/transferDesk.ts';
import type { DialogEvents } from './dialog.ts';
import type { LegMailbox } from './legMailbox.ts';

export interface Towards {
  readonly mailbox: LegMailbox;
  readonly transfers: TransferDesk;
  /** Who listens to the leg, by the time that something is delivered. */
  listener(): LegEvents;
  dialog(): SubscriptionDialog | undefined;
  ended(end: LegEnd): void;
}

/** What happens within a dialog, on its way to the exchange: by the leg's mailbox, in order. */
export const toExchange = ({ mailbox, transfers, listener, dialog, ended }: Towards): DialogEvents => ({
  offered: (offer, source) => mailbox.ask(() => listener().offered(offer, source)),
  answerReceived: (sdp, source) => mailbox.post(() => listener().answerReceived(sdp, source)),
  moved: source => mailbox.post(() => listener().moved(source)),
  digit: digit => mailbox.post(() => listener().digit(digit)),
  referRequested: (request, respond) => {
    const within = dialog();
    const transfer = within === undefined ? undefined : transfers.read(within, request, respond);
    if (transfer !== undefined) mailbox.post(() => listener().transferRequested(transfer));
  },
  ended,
});
