/**
 * A dialog that a 2xx has confirmed (RFC 3261, §12), from our side: what comes within it, and what we send.
 *
 * - `confirmed`: it stands. Entered from: the beginning. Leaves to `leaving` when we hang up, or when the far end does
 *   not know the dialog any more; to `over` by a BYE of theirs, by the loss of the connection.
 * - `leaving`: for its owner it has ended; a BYE waits for the ACK of our 2xx (§15: not before it), or for its response.
 *   Entered from: `confirmed`. Leaves to `over` by the response, by a BYE of theirs, by a deadline.
 * - `over`: the server's messages for it come here no more. Entered from: both. Final.
 */
import type { Clock, Timer } from '../../base/clock.ts';
import { KozpontError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Connection } from '../connection/connection.ts';
import type { OutgoingEvents, Sending } from '../connection/outgoing.ts';
import { header, isOptional, mediaType } from '../drachtio/message.ts';
import type { Responder } from '../drachtio/responder.ts';
import type { SrfRequest } from '../drachtio/srf.ts';
import type { HangUp, LegEnd, LegSnapshot, Party } from '../port.ts';
import { cleanText } from '../text/clean.ts';
import { hasToken } from '../text/list.ts';
import { carriesDigits, digitTypes, readDigit } from './digits.ts';
import {
  abilities,
  allow,
  endFields,
  eventPackages,
  identityFields,
  unsupportedBody,
  unsupportedOptions,
} from './headers.ts';
import type { DialogName } from './legIndex.ts';
import { Renegotiation, type RenegotiationStart } from './renegotiation.ts';

export interface DialogEvents {
  offered(offer: string | undefined, source: string): Promise<string>;
  answerReceived(sdp: string, source: string): void;
  moved(source: string): void;
  digit(digit: string): void;
  referRequested(request: SrfRequest, respond: Responder): void;
  /** Once, unless we hang up first. */
  ended(end: LegEnd): void;
}

/** Of a dialog that is ended as soon as it begins. */
export const nobody: DialogEvents = {
  offered: () => Promise.reject(new KozpontError('DISPOSED', 'the leg has ended')),
  answerReceived: () => {},
  moved: () => {},
  digit: () => {},
  referRequested: (_, respond) => respond(481),
  ended: () => {},
};

export interface DialogStart extends RenegotiationStart {
  /** The server's. */
  readonly id: string;
  readonly callIdIsOurs: boolean;
  /** Of our Contact: `host:port`. */
  readonly ourHost: string;
  /** Where the far end is reached, where it has not said so: drachtio-server would send nothing within the dialog. */
  readonly target?: string;
  /** The far end's Allow. */
  readonly peerAllows: string | undefined;
}

export interface DialogSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly connection: Connection;
  /** Dialogs that are not over, for the end of everything. */
  readonly dialogs: Set<Dialog>;
}

/** Timer H of RFC 3261 is 32 s, and then the server ends the dialog by itself. */
const ackWithin = 36_000;

export class Dialog {
  private state: 'confirmed' | 'leaving' | 'over' = 'confirmed';
  private readonly renegotiation: Renegotiation;
  private readonly unregister: () => void;
  private updates: boolean;
  private pendingBye: { readonly headers: Record<string, string>; readonly timer: Timer } | undefined;
  private settled: (() => void) | undefined;
  /** Settles when it is over. */
  readonly done = new Promise<void>(resolve => {
    this.settled = resolve;
  });

  constructor(
    private readonly around: DialogSurroundings,
    private readonly start: DialogStart,
    private readonly events: DialogEvents,
  ) {
    this.updates = hasToken(start.peerAllows, 'update');
    this.renegotiation = new Renegotiation(
      {
        clock: around.clock,
        callIdIsOurs: start.callIdIsOurs,
        caught: error => around.connection.caught(error),
        send: (method, headers, body, outgoing) => this.request(method, headers, body, outgoing),
        offered: (offer, source) => this.events.offered(offer, source),
        answerReceived: (sdp, source) => this.events.answerReceived(sdp, source),
        moved: source => this.events.moved(source),
        died: (status, text) => this.died(status, text),
      },
      start,
    );
    this.unregister = around.connection.addDialog({
      id: start.id,
      handle: (request, respond) => this.handle(request, respond),
    });
    around.dialogs.add(this);
  }

  /** The server's. */
  get id(): string {
    return this.start.id;
  }

  get confirmed(): boolean {
    return this.state === 'confirmed';
  }

  /** As plain data; undefined where it is to go on no longer. */
  snapshot(name: DialogName, party: LegSnapshot['party']): LegSnapshot | undefined {
    if (this.state !== 'confirmed') return undefined;
    const { callId: sipCallId, ourTag, theirTag } = name;
    const { id: dialogId, callIdIsOurs, ourHost } = this.start;
    const peerAllows = this.updates ? 'UPDATE' : undefined;
    return {
      sipCallId,
      dialogId,
      callIdIsOurs,
      ourTag,
      theirTag,
      ourHost,
      peerAllows,
      ...this.renegotiation.agreed,
      party,
    };
  }

  /** Whether the far end still has it (RFC 5057: 481 and 408 say no). Of a dialog whose requests do not reach us. */
  probe(): void {
    this.request('OPTIONS', {}, undefined, {
      final: ({ status, reason }) => {
        if (status === 481 || status === 408) this.died(status, reason);
      },
      failed: error => {
        if (error.code === 'REQUEST_FAILED') this.died(481, 'the dialog is gone');
        else if (error.code === 'DEADLINE_PASSED') this.died(408, 'no answer to OPTIONS');
      },
    });
  }

  reinvite(offer: string): Promise<string> {
    return this.renegotiation.reinvite(offer);
  }

  /** RFC 5876: by UPDATE where the far end has it, which disturbs no description; else by re-INVITE. */
  identify(party: Party): void {
    if (this.state !== 'confirmed') return;
    const identity = identityFields(party, this.start.ourHost);
    if (!this.updates) {
      this.renegotiation.reinvite(undefined, identity).catch(() => {});
      return;
    }
    this.request('UPDATE', { ...abilities, ...this.renegotiation.timerFields, ...identity }, undefined, {
      final: ({ status, reason }) => {
        if (status === 405 || status === 501) {
          this.updates = false;
          this.identify(party);
        } else if (status === 481 || status === 408) this.died(status, reason);
      },
      failed: error => {
        if (error.code === 'REQUEST_FAILED') this.died(481, 'the dialog is gone');
      },
    });
  }

  /** A request of ours within the dialog. */
  request(method: string, headers: Record<string, string>, body: string | undefined, events: OutgoingEvents): Sending {
    const { id: dialogId, target } = this.start;
    return this.around.connection.request(
      {
        method,
        dialogId,
        headers,
        ...(target === undefined ? {} : { uri: target }),
        ...(body === undefined ? {} : { body }),
      },
      { updated: (request, respond) => this.handle(request, respond), ...events },
    );
  }

  /** Nothing of the dialog is told to its owner any more. */
  hangUp(end: HangUp): void {
    if (this.state !== 'confirmed') return;
    this.state = 'leaving';
    const headers = endFields(end);
    const mayLeave = this.renegotiation.acknowledged;
    if (mayLeave) {
      this.renegotiation.end();
      this.bye(headers);
      return;
    }
    this.pendingBye = { headers, timer: this.around.clock.after(ackWithin, () => this.sendPendingBye()) };
  }

  /** The connection to the server is lost: the server's side of the dialog is gone for us. */
  lost(): void {
    const told = this.state === 'confirmed';
    this.finish();
    if (told) this.events.ended({ by: 'network', status: undefined, text: 'the connection to the SIP server is lost' });
  }

  private handle(request: SrfRequest, respond: Responder): void {
    if (this.state === 'over') return request.method === 'ACK' ? undefined : respond(481);
    switch (request.method) {
      case 'ACK':
        return this.acknowledged(request);
      case 'BYE':
        return this.byeReceived(request, respond);
      case 'PRACK':
        // Of the 180 before our 2xx, which it has crossed.
        return respond(200);
    }
    if (this.state === 'leaving') return respond(481);
    const unsupported = unsupportedOptions(header(request, 'require'));
    if (unsupported !== undefined) return respond(420, { headers: unsupported });
    switch (request.method) {
      case 'INVITE':
      case 'UPDATE':
        return this.renegotiation.request(request, respond);
      case 'INFO':
        return this.info(request, respond);
      case 'REFER':
        return this.events.referRequested(request, respond);
      case 'OPTIONS':
        return respond(200, { headers: { ...abilities, Accept: 'application/sdp' } });
      case 'NOTIFY':
        // We have subscribed to nothing (RFC 6665, §4.1.3).
        return respond(481);
      case 'SUBSCRIBE':
        return respond(489, { headers: eventPackages });
      default:
        return respond(405, { headers: { Allow: allow } });
    }
  }

  private acknowledged(ack: SrfRequest): void {
    this.renegotiation.acknowledge(ack);
    if (this.pendingBye !== undefined && this.renegotiation.acknowledged) this.sendPendingBye();
  }

  private byeReceived(request: SrfRequest, respond: Responder): void {
    const told = this.state === 'confirmed';
    // Before the 200: a re-INVITE that we did not answer yet ends with the dialog (§15.1.2).
    this.finish();
    respond(200);
    if (!told) return;
    const reason = header(request, 'reason');
    this.events.ended({
      // What the server sends by itself is for an ACK or a refresh that did not come.
      by: request.source === 'application' ? 'network' : 'remote',
      status: undefined,
      text: reason === undefined ? '' : cleanText(reason, 200),
    });
  }

  private info(request: SrfRequest, respond: Responder): void {
    const type = mediaType(header(request, 'content-type'));
    if (type !== '' && !carriesDigits(type)) {
      return isOptional(request) ? respond(200) : respond(415, { headers: unsupportedBody(digitTypes) });
    }
    const read = readDigit(type, request.body ?? '');
    // RFC 6086 has no response of its own for a body that cannot be read: that is 400 (RFC 3261, §21.4.1).
    if (read.kind === 'unreadable') return respond(400, { reason: 'No Such Key' });
    respond(200);
    if (read.kind === 'digit') this.events.digit(read.digit);
  }

  private died(status: number, text: string): void {
    if (this.state !== 'confirmed') return;
    this.hangUp({ status, text });
    this.events.ended({ by: 'network', status, text: cleanText(text, 200) });
  }

  private sendPendingBye(): void {
    const pending = this.pendingBye;
    if (pending === undefined) return;
    this.pendingBye = undefined;
    pending.timer.cancel();
    this.renegotiation.end();
    this.bye(pending.headers);
  }

  /** Whatever the answer is, the dialog is over: no challenge to a BYE is ever answered (CVE-2021-41158 and its kin). */
  private bye(headers: Record<string, string>): void {
    this.request('BYE', headers, undefined, { final: () => this.finish(), failed: () => this.finish() });
  }

  private finish(): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.pendingBye?.timer.cancel();
    this.pendingBye = undefined;
    this.renegotiation.end();
    this.unregister();
    this.around.dialogs.delete(this);
    this.settled?.();
  }
}
