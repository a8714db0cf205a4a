/**
 * A leg whose dialog a process that has died had made. The server does not know whom the dialog belongs to now: what the
 * far end sends in it is answered 481 by the server, or comes to nobody. Our own requests go through, so that the far end
 * can be taken to another endpoint and hung up on, and can be asked whether it is still there.
 */
import type { Timer } from '../../base/clock.ts';
import type { HangUp, LegEnd, LegEvents, LegSnapshot, Party } from '../port.ts';
import { TransferDesk } from '../transfer/transferDesk.ts';
import { Dialog } from './dialog.ts';
import { LegMailbox } from './legMailbox.ts';
import type { SessionTimer } from './sessionTimer.ts';
import type { LegSurroundings } from './surroundings.ts';
import { toExchange } from './toExchange.ts';

const probeEvery = 2_000;

/** A refresh of theirs would be answered 481, which ends the session: with our first re-INVITE we ask to do it (RFC 4028, §7.4). */
const ours = (timer: SessionTimer | undefined): SessionTimer | undefined =>
  timer === undefined ? undefined : { ...timer, refresher: 'us' };

export class AdoptedLeg {
  readonly sipCallId: string;
  private readonly mailbox: LegMailbox;
  private readonly transfers: TransferDesk;
  private readonly dialog: Dialog;
  private readonly forgetName: () => void;
  private probing: Timer;
  private over = false;

  constructor(
    private readonly around: LegSurroundings,
    private readonly adopted: LegSnapshot,
    private readonly events: LegEvents,
  ) {
    const { sipCallId, dialogId: id, callIdIsOurs, ourTag, theirTag, ourHost, peerAllows, localSdp, timer } = adopted;
    this.sipCallId = sipCallId;
    this.mailbox = new LegMailbox(error => around.log.error({ err: error }, 'an event of a leg could not be handled'));
    this.transfers = new TransferDesk(around, adopted.party);
    const { mailbox, transfers } = this;
    this.dialog = new Dialog(
      around,
      { id, callIdIsOurs, ourHost, peerAllows, localSdp, timer: ours(timer), awaitedAck: undefined },
      toExchange({
        mailbox,
        transfers,
        listener: () => this.events,
        dialog: () => this.dialog,
        ended: end => this.finish(end),
      }),
    );
    around.legs.add(this);
    this.forgetName = around.index.add(
      { callId: sipCallId, ourTag, theirTag },
      { leg: this, early: false, initiatedByUs: callIdIsOurs },
    );
    this.probing = around.clock.after(probeEvery, () => this.probe());
  }

  hangUp(end: HangUp = {}): void {
    if (this.over) return;
    this.dialog.hangUp(end);
    this.finish({ by: 'local', status: end.status, text: end.text ?? '' });
  }

  reinvite(offer: string): Promise<string> {
    return this.dialog.reinvite(offer);
  }

  snapshot(): LegSnapshot | undefined {
    const { sipCallId: callId, ourTag, theirTag, party } = this.adopted;
    return this.dialog.snapshot({ callId, ourTag, theirTag }, party);
  }

  identify(party: Party): void {
    this.dialog.identify(party);
  }

  /** The connection to the server is lost. */
  lost(): void {
    this.dialog.lost();
  }

  private probe(): void {
    if (this.over) return;
    this.dialog.probe();
    this.probing = this.around.clock.after(probeEvery, () => this.probe());
  }

  private finish(end: LegEnd): void {
    if (this.over) return;
    this.over = true;
    this.probing.cancel();
    this.mailbox.finish(() => {
      this.events.ended(end);
      this.transfers.close();
    });
    this.forgetName();
    this.around.legs.delete(this);
  }
}
