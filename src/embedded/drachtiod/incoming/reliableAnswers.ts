/**
 * The application's reliable provisional responses to one INVITE (RFC 3262): each of them is told to it as sent when it
 * goes out, with the RSeq that it got, which may be later than it asked for it.
 */
import { randomInt } from 'node:crypto';
import type { SipRequest, SipResponse } from '../../../sip/message.ts';
import type { ServerTransaction } from '../../sip/stack.ts';
import { ReliableProvisionals } from '../../sip/userAgent/reliableProvisionals.ts';
import type { Core } from '../core/core.ts';

export interface ReliableAnswersHandlers {
  /** It has gone out for the first time. */
  sent(commandId: string, response: SipResponse): void;
  /** No PRACK within 64·T1. */
  unacknowledged(): void;
}

export class ReliableAnswers {
  private readonly provisionals: ReliableProvisionals;
  /** Who asked for the responses that have not gone out yet, in their order. */
  private readonly askers: string[] = [];
  private lastSent: SipResponse | undefined;

  constructor(
    core: Core,
    transaction: ServerTransaction,
    private readonly handlers: ReliableAnswersHandlers,
  ) {
    const observed: ServerTransaction = {
      id: transaction.id,
      request: transaction.request,
      source: transaction.source,
      get status() {
        return transaction.status;
      },
      get settled() {
        return transaction.settled;
      },
      observe: observer => transaction.observe(observer),
      respond: response => this.goesOut(transaction, response),
    };
    this.provisionals = new ReliableProvisionals(
      core.clock,
      observed,
      { unacknowledged: () => handlers.unacknowledged() },
      randomInt(1, 2 ** 31 - 1),
      core.timers,
    );
  }

  get pending(): number {
    return this.provisionals.pending;
  }

  send(commandId: string, response: SipResponse): void {
    this.askers.push(commandId);
    this.provisionals.send(response);
  }

  /** False: this PRACK acknowledges nothing that is out. */
  acknowledge(prack: SipRequest): boolean {
    return this.provisionals.acknowledge(prack);
  }

  /** Returns those who asked for what will not go out any more. */
  stop(): readonly string[] {
    this.provisionals.stop();
    return this.askers.splice(0);
  }

  private goesOut(transaction: ServerTransaction, response: SipResponse): boolean {
    if (!transaction.respond(response)) return false;
    if (response === this.lastSent) return true;
    this.lastSent = response;
    const asker = this.askers.shift();
    if (asker !== undefined) this.handlers.sent(asker, response);
    return true;
  }
}
