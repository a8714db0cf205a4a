import type { Clock } from '../../base/clock.ts';
import type { Faults } from '../../base/faults.ts';
import type { Log } from '../../base/log.ts';
import type { Abilities } from '../../sip/grammar/verdict/verdict.ts';
import type { SipRequest } from '../../sip/message.ts';
import type { Hop, ListenAddress, Listener, Resolver, StackCounts } from '../sip/stack.ts';
import type { TimerValues } from '../sip/transactions/timerValues.ts';
import type { StackLimits } from '../sip/transport/limits.ts';
import type { AdminPortLimits } from './applications/adminPort.ts';
import type { RequestHandler } from './routing/requestHandlers.ts';

export interface DrachtiodOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Who hears of what a message or a frame makes throw; default: the log. */
  readonly faults?: Faults;
  /** Where SIP is spoken; at least one. */
  readonly contacts: readonly Listener[];
  readonly admin: {
    readonly host: string;
    /** 0: any free one. */
    readonly port: number;
    /** At least 8 characters, and none of the well-known ones. */
    readonly secret: string;
    readonly limits?: Partial<AdminPortLimits>;
  };
  readonly timers?: Partial<TimerValues>;
  readonly limits?: Partial<StackLimits>;
  readonly resolver?: Resolver;
  /** What is refused before any application sees it; default: nothing that can be read. */
  readonly abilities?: Abilities;
  /** Addresses that are no strangers' (trunks): what comes from there goes before what strangers send. Default: none. */
  readonly trusted?: (address: string) => boolean;
  /** Who decides about new requests in the applications' place; default: nobody, each application gets what it asks for. */
  readonly requestHandlers?: readonly RequestHandler[];
  /** Which of the applications that want a request's method may have it: those that gave themselves this tag. */
  readonly tagFor?: (request: SipRequest) => string | undefined;
  /** A connection has gone that a phone had registered over: requests to that hop get 430 from now on. */
  readonly flowLost?: (hop: Hop) => void;
}

export interface Drachtiod {
  readonly adminPort: number;
  /** As bound. */
  readonly contacts: readonly ListenAddress[];
  readonly stats: () => DrachtiodStats;
  /** Cuts off the applications, ends every transaction without a word, closes every port; leaves nothing. Idempotent. */
  close(): Promise<void>;
}

/** How much there is of everything that must come to an end; all but `stack` are 0 when nothing goes on. */
export interface DrachtiodStats {
  readonly applications: number;
  readonly dialogs: number;
  /** Requests of the network that wait for an application's final response. */
  readonly incoming: number;
  /** Requests of applications that wait for a final response of the network. */
  readonly outgoing: number;
  /** Our 2xx to INVITE, until 64·T1 after they were sent. */
  readonly accepted: number;
  readonly proxied: number;
  readonly stack: StackCounts;
}
