/**
 * A new request whose handler has been asked.
 *
 * - `asking`: no decision yet. Entered from: the beginning. Leaves to `decided` with the decision; to `over` by a CANCEL.
 * - `decided`: it is carried out, which may take a connection to an application. Entered from `asking`. Leaves to `over`
 *   once somebody has the request, or it is refused, or by a CANCEL.
 * - `over`: somebody else answers it. Final.
 */
import { assertNever } from '../../../base/assertNever.ts';
import { messageOf } from '../../../base/errors.ts';
import { randomId } from '../../../base/ids.ts';
import { field } from '../../../sip/grammar/headers.ts';
import { responseTo } from '../../sip/responseTo.ts';
import type { ServerTransaction } from '../../sip/stack.ts';
import type { Application } from '../applications/connection.ts';
import type { Core } from '../core/core.ts';
import { startProxy } from '../proxy/proxyRequest.ts';
import type { Decision } from './decision.ts';

export interface UndecidedEvents {
  /** This application gets it. */
  give(application: Application): void;
  /** The transaction is over, without anybody who had it. */
  ended(): void;
}

/** What drachtio-server says where nobody is to be found. */
const nobody = 480;

export class Undecided {
  private state: 'asking' | 'decided' | 'over' = 'asking';

  constructor(
    private readonly core: Core,
    private readonly transaction: ServerTransaction,
    private readonly events: UndecidedEvents,
  ) {
    if (transaction.request.method === 'INVITE') transaction.respond(responseTo(transaction.request, 100));
    transaction.observe({
      cancelled: () => this.refuse(487),
      ended: () => {
        this.state = 'over';
        events.ended();
      },
    });
  }

  async ask(url: string): Promise<void> {
    const { core, transaction } = this;
    const decision = await core.handlers.ask(url, transaction.request, transaction.source);
    if (this.state !== 'asking') return;
    this.state = 'decided';
    if (decision.ok) {
      await this.carryOut(decision.value);
    } else {
      core.log.error({ url, reason: decision.error }, 'a request handler made no decision');
      this.refuse(url.startsWith('tcp://') ? nobody : 500);
    }
  }

  private async carryOut(decision: Decision): Promise<void> {
    const { core, transaction } = this;
    switch (decision.kind) {
      case 'reject':
        this.refuse(decision.status, decision.reason);
        return;
      case 'redirect':
        this.answer(302, undefined, decision.contacts);
        return;
      case 'proxy':
        this.state = 'over';
        startProxy(core, transaction, { ...decision, headers: [] }, { final: () => {}, done: () => {} });
        return;
      case 'tag':
        this.give(core.routes.next(transaction.request.method.toLowerCase(), decision.tag));
        return;
      case 'connect':
        await this.connect(decision.host, decision.port);
        return;
      default:
        assertNever(decision);
    }
  }

  private async connect(host: string, port: number): Promise<void> {
    try {
      this.give(await this.core.reach(host, port));
    } catch (error) {
      this.core.log.error({ host, port, reason: messageOf(error) }, 'an application cannot be reached');
      this.refuse(nobody);
    }
  }

  private give(application: Application | undefined): void {
    if (this.state !== 'decided') return;
    if (application === undefined) {
      this.refuse(nobody);
      return;
    }
    this.state = 'over';
    this.events.give(application);
  }

  private refuse(status: number, reason?: string): void {
    this.answer(status, reason, []);
  }

  private answer(status: number, reason: string | undefined, contacts: readonly string[]): void {
    if (this.state === 'over') return;
    this.state = 'over';
    const { transaction } = this;
    transaction.respond(
      responseTo(transaction.request, status, {
        toTag: randomId(),
        headers: contacts.map(contact => field('Contact', contact.includes('<') ? contact : `<${contact}>`)),
        ...(reason === undefined ? {} : { reason }),
      }),
    );
  }
}
