/** What the parts of the server share. */
import type { Clock } from '../../../base/clock.ts';
import type { Faults } from '../../../base/faults.ts';
import type { Log } from '../../../base/log.ts';
import type { SipRequest } from '../../../sip/message.ts';
import type { SipStack } from '../../sip/stack.ts';
import type { TimerValues } from '../../sip/transactions/timerValues.ts';
import type { AcceptedInvites } from '../../sip/userAgent/inviteServer.ts';
import type { Application } from '../applications/connection.ts';
import type { Routes } from '../applications/routes.ts';
import type { CallRecords } from '../callRecords.ts';
import type { DialogTable } from '../dialogs/dialogTable.ts';
import type { Flows } from '../flows/flows.ts';
import type { EarlyNotifies } from '../incoming/earlyNotifies.ts';
import type { IncomingRequest } from '../incoming/incomingRequest.ts';
import type { MergedRequests } from '../incoming/mergedRequests.ts';
import type { OutgoingRequest } from '../outgoing/outgoingRequest.ts';
import type { Challenges } from '../proxy/challenges.ts';
import type { ProxiedDialogs } from '../proxy/proxiedDialogs.ts';
import type { ProxyContext } from '../proxy/proxyContext.ts';
import type { RequestHandlers } from '../routing/requestHandlers.ts';

export interface Core {
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: Faults;
  readonly stack: SipStack;
  /** Is this host and port one of ours? */
  readonly isLocal: (host: string, port?: number) => boolean;
  readonly timers: TimerValues;
  readonly routes: Routes;
  readonly dialogs: DialogTable;
  /** Connections that phones have registered over. */
  readonly flows: Flows;
  /** Requests of the network that wait for an application's final response, by transaction id. */
  readonly incoming: Map<string, IncomingRequest>;
  /** Requests of applications that wait for a final response of the network, by transaction id. */
  readonly outgoing: Map<string, OutgoingRequest>;
  /** Our 2xx to INVITE that wait for their ACK. */
  readonly accepted: AcceptedInvites;
  readonly merged: MergedRequests;
  readonly earlyNotifies: EarlyNotifies;
  readonly proxies: Set<ProxyContext>;
  /** The dialogs that run through us. */
  readonly proxiedDialogs: ProxiedDialogs;
  readonly challenges: Challenges;
  readonly records: CallRecords;
  /** Who decides about new requests in the applications' place. */
  readonly handlers: RequestHandlers;
  /** Connects to an application that listens. Settles once it has authenticated. Error: `CONNECTION_LOST`. */
  readonly reach: (host: string, port: number) => Promise<Application>;
  /** Which of the applications that want a method may have it: those with this tag; undefined: all. */
  readonly tagFor: (request: SipRequest) => string | undefined;
}

/** Whom an answer belongs to: the application, and its id of the command. */
export interface Asker {
  readonly application: Application;
  readonly commandId: string;
}
