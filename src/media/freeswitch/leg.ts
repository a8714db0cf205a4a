/** The SIP dialog with FreeSWITCH that a channel hangs on, as its user agent client. */
import type { Clock, Duration } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { KozpontError } from '../../base/errors.ts';
import type { Connection } from '../../signalling/connection/connection.ts';
import type { SrfIncomingResponse } from '../../signalling/drachtio/srf.ts';

export interface LegEvents {
  /** The Call-ID, before FreeSWITCH has answered: events of the channel may come from now on. */
  sent(callId: string): void;
  /** FreeSWITCH has ended the dialog. */
  ended(): void;
}

export interface Answered {
  readonly leg: Leg;
  readonly answer: string;
}

export interface InviteOptions {
  readonly clock: Clock;
  readonly uri: string;
  readonly offer: string;
  /** Whether FreeSWITCH may take media from elsewhere than the offer says. */
  readonly follows: boolean;
  readonly within: Duration;
}

/** Its value becomes the channel's `disable_rtp_auto_adjust` in FreeSWITCH's dialplan, before it answers. */
const settledHeader = 'X-Disable-Auto-Adjust';

export class Leg {
  private over = false;
  private readonly forget: () => void;

  private constructor(
    private readonly connection: Connection,
    private readonly dialogId: string,
    private readonly clock: Clock,
    private readonly within: Duration,
    events: LegEvents,
  ) {
    this.forget = connection.addDialog({
      id: dialogId,
      handle: (request, respond) => {
        if (request.method === 'BYE') {
          respond(200);
          this.finish();
          events.ended();
        } else respond(request.method === 'INVITE' || request.method === 'UPDATE' ? 488 : 200);
      },
    });
  }

  /** Errors: `MEDIA_UNAVAILABLE`, with the status; `CONNECTION_LOST`, `DEADLINE_PASSED`. */
  static invite(connection: Connection, options: InviteOptions, events: LegEvents): Promise<Answered> {
    const { clock, uri, offer, follows, within } = options;
    const headers = { ...sdpBody, [settledHeader]: String(!follows) };
    const answered = new Promise<Answered>((resolve, reject) => {
      connection.request(
        { method: 'INVITE', uri, headers, body: offer, within },
        {
          sent: request => events.sent(request.headers['call-id'] ?? ''),
          final(response, acknowledge) {
            if (response.status >= 300) return reject(refusal(response));
            acknowledge();
            const leg = new Leg(connection, response.stackDialogId ?? '', clock, within, events);
            resolve({ leg, answer: response.body ?? '' });
          },
          failed: reject,
        },
      );
    });
    // The connection takes an INVITE back that is late, and tells how that went; nobody waits for it.
    return withDeadline(clock, within, 'inviting FreeSWITCH', answered, ({ leg }) => void leg.bye().catch(() => {}));
  }

  /** A new description of the far end: gives FreeSWITCH's answer. Errors as of `invite`; the old one stays. */
  reinvite(offer: string): Promise<string> {
    const answered = new Promise<string>((resolve, reject) => {
      this.connection.request(
        { method: 'INVITE', dialogId: this.dialogId, headers: sdpBody, body: offer, within: this.within },
        {
          final(response, acknowledge) {
            if (response.status >= 300) return reject(refusal(response));
            acknowledge();
            resolve(response.body ?? '');
          },
          failed: reject,
        },
      );
    });
    return withDeadline(this.clock, this.within, 'telling FreeSWITCH of a new description', answered);
  }

  /** Ends the dialog, and the channel with it. Errors: as of `invite`; then the channel may still be there. */
  async bye(): Promise<void> {
    if (this.over) return;
    this.finish();
    await new Promise<void>((resolve, reject) => {
      this.connection.request(
        { method: 'BYE', dialogId: this.dialogId, within: this.within },
        {
          final: response => (response.status < 300 || response.status === 481 ? resolve() : reject(refusal(response))),
          failed: reject,
        },
      );
    });
  }

  private finish(): void {
    this.over = true;
    this.forget();
  }
}

const sdpBody = { 'Content-Type': 'application/sdp' };

const refusal = (response: SrfIncomingResponse): KozpontError =>
  new KozpontError('MEDIA_UNAVAILABLE', `FreeSWITCH answers ${response.status} ${response.reason}`);
