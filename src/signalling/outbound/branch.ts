/** One INVITE to one phone: what comes of it, in the words of the fork. */
import type { Clock } from '../../base/clock.ts';
import type { KozpontError } from '../../base/errors.ts';
import type { Facing } from '../../base/facing.ts';
import type { Connection } from '../connection/connection.ts';
import type { OutgoingEvents, Sending } from '../connection/outgoing.ts';
import { contactHost } from '../dialogs/headers.ts';
import type { DialogName } from '../dialogs/legIndex.ts';
import { description, header } from '../drachtio/message.ts';
import type { SrfIncomingResponse } from '../drachtio/srf.ts';
import { parseNameAddr, tagOf } from '../text/grammar.ts';

/** A phone that has answered: what its BYE needs, if nothing else. */
export interface Answered {
  /** The server's. */
  readonly dialogId: string;
  readonly response: SrfIncomingResponse;
  /** Of our Contact. */
  readonly ourHost: string;
  /** What it was offered. */
  readonly offer: string;
  readonly facing: Facing;
  /** Where it is reached, where its answer does not say so. */
  readonly target?: string;
}

export interface Answer extends Answered {
  readonly name: DialogName;
  readonly sdp: string;
}

export interface BranchEvents {
  /** `name` where the response has begun an early dialog. */
  ringing(name: DialogName | undefined): void;
  /** It may send sound before it answers, by the description of this 180 or 183: the first one. */
  early(sdp: string, response: SrfIncomingResponse): void;
  answered(answer: Answer): void;
  /** It has answered, and no call can be made of that: it is to be released. Undefined where the server has no dialog. */
  unusable(answered: Answered | undefined, status: number, text: string): void;
  redirected(response: SrfIncomingResponse): void;
  refused(status: number, text: string): void;
}

export interface BranchRequest {
  readonly facing: Facing;
  readonly uri: string;
  readonly nextHop: string | undefined;
  readonly callId: string;
  readonly headers: Record<string, string>;
  readonly offer: string;
}

/** However long the exchange lets it ring: this is for an exchange that forgets. */
const ringsAtMost = 10 * 60_000;

export class Branch {
  private sending: Sending | undefined;
  private ourTag: string | undefined;
  private ourHost = '';
  private reliable = false;
  private cancelled = false;
  private longerInterval: string | undefined;
  private earlyTold = false;

  constructor(
    private readonly around: { readonly clock: Clock; readonly connection: Connection },
    private readonly request: BranchRequest,
    private readonly events: BranchEvents,
  ) {}

  invite(): void {
    const { uri, nextHop, headers, offer } = this.request;
    const interval = this.longerInterval;
    const timer: Record<string, string> =
      interval === undefined ? {} : { 'Session-Expires': interval, 'Min-SE': interval };
    this.sending = this.around.connection.request(
      { method: 'INVITE', uri, nextHop, headers: { ...headers, ...timer }, body: offer, within: ringsAtMost },
      this.outgoingEvents(),
    );
  }

  /** Before the INVITE has left, too: then the CANCEL follows it at once. */
  cancel(headers: Record<string, string>): void {
    this.cancelled = true;
    this.sending?.cancel(headers);
  }

  private outgoingEvents(): OutgoingEvents {
    return {
      sent: request => {
        const from = parseNameAddr(header(request, 'from') ?? '');
        this.ourTag = from.ok ? tagOf(from.value) : undefined;
        this.ourHost = contactHost(request);
      },
      provisional: (response, acknowledge) => {
        if (header(response, 'rseq') !== undefined) {
          this.reliable = true;
          acknowledge();
        }
        if (response.status !== 180 && response.status !== 183) return;
        const name = this.nameOf(response);
        this.events.ringing(name);
        this.early(response, name);
      },
      final: (response, acknowledge) => this.final(response, acknowledge),
      failed: error => this.events.refused(...statusOf(error)),
      // Our offer has no answer yet (RFC 3311, §5.2).
      updated: (request, respond) => respond(description(request).kind === 'none' ? 200 : 491),
    };
  }

  /** The first that is heard of: what another branch of a proxy further on sends is not mixed into it. */
  private early(response: SrfIncomingResponse, name: DialogName | undefined): void {
    const found = description(response);
    if (found.kind !== 'sdp' || name === undefined || this.earlyTold || this.cancelled) return;
    this.earlyTold = true;
    this.events.early(found.sdp, response);
  }

  private final(response: SrfIncomingResponse, acknowledge: () => void): void {
    const { status } = response;
    if (status >= 200 && status < 300) {
      acknowledge();
      const name = this.nameOf(response);
      const dialogId = response.stackDialogId ?? '';
      const found = description(response);
      const sdp = found.kind === 'sdp' ? found.sdp : undefined;
      const { offer, facing } = this.request;
      const answer = { dialogId, response, ourHost: this.ourHost, offer, facing };
      const contact = header(response, 'contact');
      if (name !== undefined && dialogId !== '' && contact !== undefined && sdp !== undefined) {
        this.events.answered({ ...answer, name, sdp });
        return;
      }
      const [refusal, missing] = sdp === undefined ? [488, 'Description'] : [500, 'Contact Or Tag'];
      const { nextHop, uri } = this.request;
      const released = { ...answer, ...(contact === undefined ? { target: nextHop ?? uri } : {}) };
      this.events.unusable(dialogId === '' ? undefined : released, refusal, `The Answer Has No ${missing}`);
      return;
    }
    // drachtio-server keeps a dialog that a reliable provisional began until it is told that nothing came of it.
    if (this.reliable) acknowledge();
    if (status === 422 && this.retriesLonger(response)) return;
    if (status >= 300 && status < 400) this.events.redirected(response);
    else this.events.refused(status, response.reason);
  }

  /** RFC 4028, §7.3: once more, with the interval that the phone accepts. */
  private retriesLonger(response: SrfIncomingResponse): boolean {
    const seconds = header(response, 'min-se')?.trim().split(';', 1)[0] ?? '';
    if (this.cancelled || this.longerInterval !== undefined || !/^\d{2,6}$/.test(seconds)) return false;
    this.longerInterval = seconds;
    this.invite();
    return true;
  }

  private nameOf(response: SrfIncomingResponse): DialogName | undefined {
    const to = parseNameAddr(header(response, 'to') ?? '');
    const theirTag = to.ok ? tagOf(to.value) : undefined;
    if (this.ourTag === undefined || theirTag === undefined) return undefined;
    return { callId: this.request.callId, ourTag: this.ourTag, theirTag };
  }
}

/** What a request without a response counts as (RFC 3261, §8.1.3.1). */
const statusOf = (error: KozpontError): [number, string] =>
  error.code === 'DEADLINE_PASSED' ? [408, 'Request Timeout'] : [503, 'Service Unavailable'];
