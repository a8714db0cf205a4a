import { messageOf } from '../../base/errors.ts';
import type { Dialog } from '../../embedded/sip/dialogs/dialog.ts';
import { type AcceptedAnswer, type InviteClient, sendInvite } from '../../embedded/sip/userAgent/inviteClient.ts';
import { release } from '../../embedded/sip/userAgent/release.ts';
import { field, header } from '../../sip/grammar/headers.ts';
import type { HeaderField, SipRequest, SipResponse } from '../../sip/message.ts';
import type { PhoneMedia } from '../media/phoneMedia.ts';
import { authorized, authorizedAhead, mostAttempts, newRequest } from '../requests.ts';
import { ownHeaders, type PhoneSurroundings } from '../surroundings.ts';
import { type CallEnd, PhoneCall } from './call.ts';

export interface Placing {
  /** Without a description in the INVITE: the far end offers, our ACK answers (RFC 3261, §13.2.1). */
  readonly delayedOffer?: boolean;
  /** The dialog whose place this call is to take (RFC 3891). */
  readonly replaces?: string;
  readonly headers?: readonly HeaderField[];
}

/** A call that begins at once; what becomes of it is told by its state. */
export function placeCall(
  phone: PhoneSurroundings,
  to: string,
  placing: Placing,
  ended: (call: PhoneCall) => void,
): PhoneCall {
  const invite = newRequest(phone, 'INVITE', to, {
    headers: [
      ...ownHeaders(phone),
      ...(placing.replaces === undefined ? [] : [field('Replaces', placing.replaces)]),
      ...(placing.headers ?? []),
    ],
  });
  const placed = new PlacedCall(phone, invite, placing.delayedOffer === true, ended);
  void placed.start();
  return placed.call;
}

/** The INVITE of a call, its challenges, its forks and its end. */
class PlacedCall {
  readonly call: PhoneCall;
  private media: PhoneMedia | undefined;
  private client: InviteClient | undefined;
  private cancelled = false;
  private sequence = 1;
  private attempts = 0;

  constructor(
    private readonly phone: PhoneSurroundings,
    private readonly invite: SipRequest,
    private readonly delayedOffer: boolean,
    ended: (call: PhoneCall) => void,
  ) {
    this.call = new PhoneCall(
      phone,
      { direction: 'outgoing', invite, ended },
      { kind: 'calling', early: undefined, cancel: () => this.cancel() },
    );
  }

  async start(): Promise<void> {
    const { call, phone, invite } = this;
    try {
      this.media = await phone.openMedia(call.ear, digit => {
        call.digits += digit;
        phone.waits.changed();
      });
    } catch (error) {
      this.over('network', 503, messageOf(error));
      return;
    }
    call.media = this.media;
    if (this.cancelled) {
      this.over('us', 487, 'cancelled before it left');
      this.media.close();
      return;
    }
    const described = this.delayedOffer
      ? invite
      : {
          ...invite,
          headers: [...invite.headers, field('Content-Type', 'application/sdp')],
          body: Buffer.from(this.media.offer()),
        };
    this.send(authorizedAhead(described, phone.identity));
  }

  private send(request: SipRequest): void {
    const { phone } = this;
    this.attempts++;
    this.client = sendInvite(
      phone.stack,
      request,
      {
        provisional: (response, dialog) => this.provisional(response, dialog),
        accepted: answer => this.accepted(answer),
        refused: response => this.refused(request, response),
        failed: ({ status, error }) => this.over('network', status, error.message),
      },
      phone.server === undefined ? {} : { target: phone.server },
    );
  }

  private cancel(): void {
    this.cancelled = true;
    this.client?.cancel();
  }

  private provisional(response: SipResponse, dialog: Dialog | undefined): void {
    const { call, phone } = this;
    call.progress.push(response.status);
    if (call.state.kind === 'calling' && dialog !== undefined) call.keep(dialog);
    phone.waits.changed();
  }

  private accepted(answer: AcceptedAnswer): void {
    const { call, media, phone } = this;
    call.progress.push(answer.response.status);
    if (this.cancelled || call.state.kind !== 'calling' || media === undefined) {
      release(phone.stack, answer);
      if (answer.earlier === 0) this.over('us', 487, 'cancelled as it was answered');
      return;
    }
    try {
      const description = answer.response.body.toString();
      if (this.delayedOffer) {
        answer.acknowledge({ body: media.answer(description), contentType: 'application/sdp' });
      } else {
        answer.acknowledge();
        media.accept(description);
      }
    } catch (error) {
      release(phone.stack, answer);
      this.over('us', 488, messageOf(error));
      return;
    }
    call.become({ kind: 'talking', dialog: answer.dialog });
    call.learn(answer.response);
  }

  private refused(request: SipRequest, response: SipResponse): void {
    const { status, reason } = response;
    const challenged = status === 401 || status === 407;
    const credentials = challenged && this.attempts < mostAttempts && !this.cancelled;
    const answer = credentials ? this.phone.identity.answer(request, response) : undefined;
    if (answer !== undefined) {
      this.send(authorized(request, answer, ++this.sequence));
      return;
    }
    this.call.progress.push(status);
    this.over(this.cancelled ? 'us' : 'them', status, reason, header(response, 'Reason'));
  }

  private over(by: CallEnd['by'], status: number, text: string, reason?: string): void {
    this.call.become({ kind: 'ended', end: { by, status, text, reason } });
    this.media?.close();
  }
}
