/**
 * How a transferor is told how its transfer goes: the implicit subscription of a REFER (RFC 3515, §2.4.4).
 *
 * - `quiet`: nothing is on its way. Entered from: the beginning, `telling`. Leaves to `telling` by `tell`.
 * - `telling`: a NOTIFY has no response yet; what comes meanwhile waits, and only the last of it is told. Entered from:
 *   `quiet`. Leaves to `quiet`; to `over` after the final one, or where the transferor does not listen any more.
 * - `over`. Entered from: all. Final.
 */
import type { OutgoingEvents } from '../connection/outgoing.ts';
import { reasonPhrase } from '../text/grammar.ts';

export interface SubscriptionDialog {
  readonly confirmed: boolean;
  request(method: string, headers: Record<string, string>, body: string | undefined, events: OutgoingEvents): unknown;
}

interface Notice {
  readonly status: number;
  readonly text: string;
}

/** Longer than any transfer may take. Seconds. */
const lifetime = 300;

export class ReferSubscription {
  private state: 'quiet' | 'telling' | 'over' = 'quiet';
  private waiting: Notice | undefined;
  private told: number | undefined;

  constructor(
    private readonly dialog: SubscriptionDialog,
    /** `refer`, with the CSeq of the REFER as its id after the first of a dialog. */
    private readonly event: string,
  ) {}

  /** Never fails: the transferor may have left. */
  tell(status: number, text: string): void {
    if (this.state === 'over' || (this.waiting ?? { status: this.told ?? 0 }).status >= 200) return;
    if (status < 200 && status === this.told && this.waiting === undefined) return;
    this.waiting = { status, text };
    if (this.state === 'quiet') this.next();
  }

  private next(): void {
    const notice = this.waiting;
    this.waiting = undefined;
    if (notice === undefined || !this.dialog.confirmed) {
      this.state = this.dialog.confirmed ? 'quiet' : 'over';
      return;
    }
    this.state = 'telling';
    this.told = notice.status;
    const final = notice.status >= 200;
    const headers = {
      Event: this.event,
      'Subscription-State': final ? 'terminated;reason=noresource' : `active;expires=${lifetime}`,
      'Content-Type': 'message/sipfrag;version=2.0',
    };
    const text = notice.text.replace(/[^\x20-\x7e]/g, '').slice(0, 100) || reasonPhrase(notice.status);
    this.dialog.request('NOTIFY', headers, `SIP/2.0 ${notice.status} ${text}\r\n`, {
      final: response => {
        if (final || response.status >= 300) this.state = 'over';
        else this.next();
      },
      failed: () => {
        this.state = 'over';
      },
    });
  }
}
