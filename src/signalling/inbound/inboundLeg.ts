/**
 * A call to us.
 *
 * - `open`: no final response has left. Entered from: the beginning. Leaves to `answering` by `answer`; to `over` by
 *   CANCEL, by `hangUp`, by the loss of the connection.
 * - `answering`: the 2xx is with the server, which has not confirmed it. Entered from: `open`. Leaves to `answered`; to
 *   `over` where it could not be sent any more (the CANCEL was there first), and by `hangUp`.
 * - `answered`: the dialog is confirmed by our 2xx, whether or not its ACK has come. Entered from: `answering`. Leaves
 *   to `over` by the end of the dialog, by `hangUp`.
 * - `over`: the last event was posted. Final; a 2xx that is confirmed now is followed by BYE.
 */
import type { Timer } from '../../base/clock.ts';
import { KozpontError } from '../../base/errors.ts';
import { Dialog, type DialogEvents, nobody } from '../dialogs/dialog.ts';
import { abilities, contactHost, identityFields, notAcceptable, reasonField } from '../dialogs/headers.ts';
import type { DialogName } from '../dialogs/legIndex.ts';
import { LegMailbox } from '../dialogs/legMailbox.ts';
import type { SessionTimer } from '../dialogs/sessionTimer.ts';
import type { LegSurroundings } from '../dialogs/surroundings.ts';
import { toExchange } from '../dialogs/toExchange.ts';
import { header } from '../drachtio/message.ts';
import type { Responder, SentResponse } from '../drachtio/responder.ts';
import type { SrfRequest } from '../drachtio/srf.ts';
import type { HangUp, InboundLeg, IncomingCall, LegEnd, LegEvents, LegSnapshot, Party } from '../port.ts';
import { parseNameAddr, tagOf } from '../text/grammar.ts';
import { hasToken } from '../text/list.ts';
import { TransferDesk } from '../transfer/transferDesk.ts';

/** What was found out about the INVITE before there was a leg. */
export interface InboundInvite {
  readonly request: SrfRequest;
  readonly respond: Responder;
  readonly callId: string;
  readonly sequence: number;
  readonly callerTag: string;
  readonly offer: string | undefined;
  readonly via: IncomingCall['via'];
  /** What the 2xx says about the session timer. */
  readonly timer: { readonly timer: SessionTimer | undefined; readonly headers: Record<string, string> };
}

interface Answering {
  /** The server says nothing. */
  readonly deadline: Timer;
  resolve(answer: string | undefined): void;
  reject(error: KozpontError): void;
}

/** The server answers from its own memory. */
const confirmWithin = 5_000;

export class SipInboundLeg implements InboundLeg {
  readonly sipCallId: string;
  private state: 'open' | 'answering' | 'answered' | 'over' = 'open';
  private events: LegEvents | undefined;
  private readonly mailbox: LegMailbox;
  private readonly transfers: TransferDesk;
  private dialog: Dialog | undefined;
  private name: DialogName | undefined;
  private answering: Answering | undefined;
  private identity: Party | undefined;
  private readonly unindex: (() => void)[] = [];

  constructor(
    private readonly around: LegSurroundings,
    private readonly invite: InboundInvite,
  ) {
    this.sipCallId = invite.callId;
    this.mailbox = new LegMailbox(error => around.log.error({ err: error }, 'an event of a leg could not be handled'));
    this.transfers = new TransferDesk(around, invite.via);
    around.legs.add(this);
  }

  /** Before the first event is delivered, which is not within the turn in which the leg was made. */
  listen(events: LegEvents): void {
    this.events = events;
  }

  ring(): void {
    this.provisional(180);
  }

  progress(sdp: string): void {
    this.provisional(183, sdp);
  }

  private provisional(status: 180 | 183, body?: string): void {
    if (this.state !== 'open') return;
    // RFC 3262, §3: only where the caller insists; the server then waits for the PRACK by itself.
    const reliable = hasToken(header(this.invite.request, 'require'), '100rel');
    const headers = {
      ...abilities,
      ...(reliable ? { Require: '100rel' } : {}),
      ...(body === undefined ? {} : { 'Content-Type': 'application/sdp' }),
    };
    this.invite.respond(status, body === undefined ? { headers } : { headers, body }, sent => {
      if (sent !== undefined && this.state === 'open') this.addName(sent, true);
    });
  }

  answer(sdp: string): Promise<string | undefined> {
    if (this.state !== 'open')
      return Promise.reject(new KozpontError('DISPOSED', 'the call is not to be answered any more'));
    return new Promise((resolve, reject) => {
      this.state = 'answering';
      const deadline = this.around.clock.after(confirmWithin, () => {
        const text = 'the SIP server did not confirm the answer';
        this.settled()?.reject(new KozpontError('DEADLINE_PASSED', text));
        this.finish({ by: 'network', status: 408, text });
      });
      this.answering = { deadline, resolve, reject };
      const headers = {
        ...abilities,
        ...this.invite.timer.headers,
        ...(this.identity === undefined ? {} : identityFields(this.identity)),
        'Content-Type': 'application/sdp',
      };
      this.invite.respond(200, { headers, body: sdp }, sent => this.confirmed(sdp, sent));
    });
  }

  hangUp(end: HangUp = {}): void {
    if (this.state === 'over') return;
    if (this.state === 'open') this.refuse(end);
    this.dialog?.hangUp(end);
    this.finish({ by: 'local', status: end.status, text: end.text ?? '' });
  }

  reinvite(offer: string): Promise<string> {
    if (this.dialog === undefined || this.state !== 'answered') {
      return Promise.reject(new KozpontError('DISPOSED', 'the leg is not connected'));
    }
    return this.dialog.reinvite(offer);
  }

  snapshot(): LegSnapshot | undefined {
    return this.name === undefined ? undefined : this.dialog?.snapshot(this.name, this.invite.via);
  }

  /** Before the answer it goes with the answer. */
  identify(party: Party): void {
    if (this.dialog === undefined) this.identity = party;
    else this.dialog.identify(party);
  }

  /** The caller gave up. The server has answered 200 to the CANCEL and 487 to the INVITE. */
  cancelled(): void {
    if (this.state === 'open') this.finish({ by: 'remote', status: 487, text: 'Request Terminated' });
  }

  /** The connection to the server is lost. */
  lost(): void {
    this.dialog?.lost();
    this.finish({ by: 'network', status: undefined, text: 'the connection to the SIP server is lost' });
  }

  private refuse(end: HangUp): void {
    const headers: Record<string, string> = {};
    if (end.retryAfter !== undefined) headers['Retry-After'] = String(Math.max(0, Math.round(end.retryAfter)));
    if (end.cause !== undefined) headers.Reason = reasonField('Q.850', end.cause, undefined);
    if (end.warning !== undefined) Object.assign(headers, notAcceptable(end.warning.code, end.warning.text));
    const status = end.status !== undefined && end.status >= 400 && end.status < 700 ? end.status : 480;
    this.invite.respond(status, end.text === undefined ? { headers } : { reason: end.text, headers });
  }

  /** In the turn in which drachtio-srf reads the confirmation: a BYE may stand right behind it. */
  private confirmed(sdp: string, sent: SentResponse | undefined): void {
    this.answering?.deadline.cancel();
    const dialogId = sent?.dialogId ?? '';
    if (sent === undefined || dialogId === '') {
      const text = 'the call could not be answered any more';
      this.settled()?.reject(new KozpontError('REQUEST_FAILED', text));
      this.finish({ by: 'remote', status: 487, text });
      return;
    }
    const wanted = this.state === 'answering';
    const { invite } = this;
    const dialog = new Dialog(
      this.around,
      {
        id: dialogId,
        callIdIsOurs: false,
        ourHost: contactHost(sent),
        peerAllows: header(invite.request, 'allow'),
        localSdp: sdp,
        timer: invite.timer.timer,
        awaitedAck: {
          sequence: invite.sequence,
          answerExpected: invite.offer === undefined,
          acknowledged: answer => this.acknowledged(answer),
        },
      },
      wanted ? this.dialogEvents() : nobody,
    );
    if (!wanted) {
      dialog.hangUp({});
      return;
    }
    this.state = 'answered';
    this.dialog = dialog;
    this.addName(sent, false);
    if (invite.offer !== undefined) this.settled()?.resolve(undefined);
  }

  private acknowledged(answer: string | undefined): void {
    const answering = this.settled();
    if (answer !== undefined) answering?.resolve(answer);
    else answering?.reject(new KozpontError('INVALID_SDP', 'the ACK brought no answer to our offer'));
  }

  /** What waited for the answer, to be told how it went. */
  private settled(): Answering | undefined {
    const { answering } = this;
    this.answering = undefined;
    answering?.deadline.cancel();
    return answering;
  }

  private dialogEvents(): DialogEvents {
    const { mailbox, transfers } = this;
    return toExchange({
      mailbox,
      transfers,
      listener: () => this.listening(),
      dialog: () => this.dialog,
      ended: end => this.finish(end),
    });
  }

  private listening(): LegEvents {
    if (this.events === undefined) throw new KozpontError('DISPOSED', 'nobody listens to the leg');
    return this.events;
  }

  private addName(sent: SentResponse, early: boolean): void {
    const to = parseNameAddr(header(sent, 'to') ?? '');
    const ourTag = to.ok ? tagOf(to.value) : undefined;
    if (ourTag === undefined) return;
    const name = { callId: this.invite.callId, ourTag, theirTag: this.invite.callerTag };
    this.name = name;
    this.unindex.push(this.around.index.add(name, { leg: this, early, initiatedByUs: false }));
  }

  private finish(end: LegEnd): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.settled()?.reject(new KozpontError('DISPOSED', 'the call has ended'));
    this.mailbox.finish(() => {
      this.events?.ended(end);
      this.transfers.close();
    });
    for (const forget of this.unindex.splice(0)) forget();
    this.around.legs.delete(this);
  }
}
