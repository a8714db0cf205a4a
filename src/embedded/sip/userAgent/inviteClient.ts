import type { HeaderField, SipRequest, SipResponse } from '../../../sip/message.ts';
import { confirmed, type Dialog, dialogOfResponse } from '../dialogs/dialog.ts';
import { ackWithin, type RequestContent } from '../dialogs/requests.ts';
import type { ClientFailure, ClientTransaction, Hop, RequestOptions, SipStack, Source } from '../stack.ts';
import { toTag } from '../tags.ts';

/**
 * What the core of a user agent does with the answers to its INVITE (RFC 3261, §13.2.2): a dialog for each To tag, one
 * word to its user for each fork that accepts, and the ACK again for each 2xx that comes again (§13.2.2.4).
 */
export interface InviteClientHandlers {
  sent?(request: SipRequest, hop: Hop): void;
  /** `dialog`: the early dialog of this fork; absent for a 100 and for a response without a To tag. */
  provisional(response: SipResponse, dialog: Dialog | undefined, source: Source): void;
  /**
   * A fork has accepted: once for each. It must be acknowledged, now or later; a fork that is not wanted is acknowledged
   * and then sent BYE (`release.ts`).
   */
  accepted(answer: AcceptedAnswer): void;
  /** The one final response other than 2xx; its ACK has been sent. */
  refused(response: SipResponse, source: Source): void;
  failed(failure: ClientFailure): void;
  /** An ACK could not be sent. The far end repeats its 2xx, and the ACK is tried again then. */
  ackFailed?(error: unknown): void;
  /** No ACK of this fork could be sent, as often as its 2xx came: it will give up, if it has not gone. */
  unreachable?(answer: AcceptedAnswer): void;
  /** The last word: no further fork can accept, no ACK is repeated any more. */
  ended?(): void;
}

export interface AcceptedAnswer {
  readonly response: SipResponse;
  readonly dialog: Dialog;
  /** Forks that accepted before this one: 0 for the first. */
  readonly earlier: number;
  readonly source: Source;
  /** For requests within its dialog. */
  readonly way: Way;
  /** Sends the ACK, and again for each repeated 2xx. A second call replaces nothing: the first ACK stands. */
  acknowledge(content?: RequestContent): void;
}

/** Where requests within a dialog go, if not where the dialog says. */
export type Way = Pick<RequestOptions, 'target' | 'otherwise' | 'local'>;

export interface InviteOptions extends RequestOptions {
  /** Where the ACK of this 2xx goes, if not where its dialog says; `target`: that place. */
  way?(response: SipResponse, source: Source, target: string): Way;
}

export interface InviteClient {
  readonly transaction: ClientTransaction;
  cancel(headers?: readonly HeaderField[]): void;
}

/** Early dialogs of one INVITE; what rings beyond them begins none. */
const mostForks = 32;

interface Fork {
  dialog: Dialog;
  answer: AcceptedAnswer | undefined;
  way: Way;
  ack: SipRequest | undefined;
  /** An ACK has left. */
  acknowledged: boolean;
}

/**
 * Sends an INVITE that begins a dialog. A re-INVITE goes by `SipStack.request`: its dialog stands already, with the route
 * set on which `ackWithin` sends its ACK.
 */
export function sendInvite(
  stack: SipStack,
  request: SipRequest,
  handlers: InviteClientHandlers,
  { way, ...options }: InviteOptions = {},
): InviteClient {
  const forks = new Map<string, Fork>();
  let acceptedForks = 0;

  const sendAck = (fork: Fork): void => {
    if (fork.ack === undefined) return;
    stack.send(fork.ack, fork.way).then(
      () => {
        fork.acknowledged = true;
      },
      error => handlers.ackFailed?.(error),
    );
  };

  const provisional = (response: SipResponse, source: Source): void => {
    const tag = toTag(response);
    const fork = tag === undefined ? undefined : forks.get(tag);
    const may = fork !== undefined || forks.size < mostForks;
    const dialog = fork?.dialog ?? (may ? dialogOfResponse(transaction.request, response) : undefined);
    if (tag !== undefined && dialog !== undefined && fork === undefined) {
      forks.set(tag, { dialog, answer: undefined, way: {}, ack: undefined, acknowledged: false });
    }
    handlers.provisional(response, dialog, source);
  };

  const accepted = (response: SipResponse, source: Source): void => {
    const tag = toTag(response) ?? '';
    const known = forks.get(tag);
    if (known?.answer !== undefined) {
      sendAck(known);
      return;
    }
    const dialog =
      known === undefined ? dialogOfResponse(transaction.request, response) : confirmed(known.dialog, response);
    if (dialog === undefined) return;
    const { target } = ackWithin(dialog, transaction.request);
    const chosen: Way = { target, ...way?.(response, source, target) };
    const fork: Fork = { dialog, answer: undefined, way: chosen, ack: undefined, acknowledged: false };
    fork.answer = {
      response,
      dialog,
      source,
      way: chosen,
      earlier: acceptedForks++,
      acknowledge: content => {
        if (fork.ack !== undefined) return;
        fork.ack = ackWithin(dialog, transaction.request, content).request;
        sendAck(fork);
      },
    };
    forks.set(tag, fork);
    handlers.accepted(fork.answer);
  };

  const ended = (): void => {
    for (const { answer, ack, acknowledged } of forks.values()) {
      if (answer !== undefined && ack !== undefined && !acknowledged) handlers.unreachable?.(answer);
    }
    handlers.ended?.();
  };

  const transaction = stack.request(
    request,
    {
      sent: (sent, hop) => handlers.sent?.(sent, hop),
      response: (response, source) => {
        if (response.status < 200) provisional(response, source);
        else if (response.status < 300) accepted(response, source);
        else handlers.refused(response, source);
      },
      failed: failure => handlers.failed(failure),
      ended,
    },
    options,
  );
  return { transaction, cancel: headers => transaction.cancel(headers) };
}
