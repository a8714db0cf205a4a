import type { Duration } from '../../../base/clock.ts';
import { withDeadline } from '../../../base/deadline.ts';
import { KozpontError, messageOf } from '../../../base/errors.ts';
import { parseNameAddr } from '../../../sip/grammar/fields/nameAddr.ts';
import { hasParam } from '../../../sip/grammar/fields/params.ts';
import { serializeUri } from '../../../sip/grammar/fields/uri.ts';
import { header } from '../../../sip/grammar/headers.ts';
import { serializeMessage } from '../../../sip/grammar/serializeMessage.ts';
import type { HeaderField, SipRequest, SipResponse } from '../../../sip/message.ts';
import type { ClientFailure, ClientHandlers, ClientTransaction, RequestOptions } from '../stack.ts';
import { resolveTarget } from '../targets/resolveTarget.ts';
import type { Hop, Source, Transport } from '../transport/transport.ts';
import { unserved } from '../transport/transportSet.ts';
import { type Attempt, type ClientTransactions, createAttempt } from './clientAttempt.ts';
import type { StackContext } from './context.ts';
import type { LargeRequests } from './largeRequests.ts';
import { newBranch, withOurVia } from './via.ts';

/** A request as it goes to one hop. */
export interface Prepared {
  readonly request: SipRequest;
  readonly bytes: Buffer;
  readonly hop: Hop;
  readonly branch: string;
  readonly transport: Transport;
  readonly connectWithin: number | undefined;
}

/** How long a name is looked up where there is another way. */
const patience: Duration = 2_000;

/**
 * The next hops of a request (RFC 3261, §8.1.2): what the options say; else the topmost Route where it is a loose
 * router's, else the Request-URI.
 */
export function hopsOf(
  context: StackContext,
  request: SipRequest,
  target: Hop | string | undefined,
  otherwise: Hop | string | undefined,
): readonly Hop[] | Promise<readonly Hop[]> {
  if (typeof target === 'object') return [target];
  const { clock, transports, resolver } = context;
  const found = resolveTarget(target ?? looseRoute(request) ?? request.uri, {
    resolver,
    serves: (protocol, family) => transports.serves(protocol, family),
    random: Math.random,
  });
  if (!(found instanceof Promise) || otherwise === undefined) return found;
  return withDeadline(clock, patience, 'the address of a next hop', found);
}

function looseRoute(request: SipRequest): string | undefined {
  const route = parseNameAddr(header(request, 'Route') ?? '');
  if (!route.ok || route.value.uri.kind !== 'sip') return undefined;
  return hasParam(route.value.uri.params, 'lr') ? serializeUri(route.value.uri) : undefined;
}

/** `hop`, sent to from an address of ours, unless it names one. */
export const sentFrom = (hop: Hop, local: string | undefined): Hop =>
  local === undefined || hop.local !== undefined ? hop : { ...hop, local };

/** The request for `hop`: finished, with our Via, over TCP where it is too large for UDP. Undefined: no listener serves the hop. */
export function prepare(
  context: StackContext,
  large: LargeRequests,
  given: SipRequest,
  hop: Hop,
  finish: RequestOptions['finish'],
): Prepared | undefined {
  const plain = prepareFor(context, given, hop, finish);
  if (plain === undefined || !large.wantsTcp(hop, plain.bytes.length)) return plain;
  return prepareFor(
    context,
    given,
    { protocol: 'tcp', address: hop.address, port: hop.port, ...(hop.local === undefined ? {} : { local: hop.local }) },
    finish,
    large.connectTime,
  );
}

function prepareFor(
  context: StackContext,
  given: SipRequest,
  hop: Hop,
  finish: RequestOptions['finish'],
  connectWithin?: number,
): Prepared | undefined {
  const transport = context.transports.choose(hop);
  if (transport === undefined) return undefined;
  const pinned = context.transports.pinned(transport, hop);
  const local = context.transports.localOf(transport, pinned);
  const branch = newBranch();
  const request = withOurVia(finish?.(given, local, pinned) ?? given, local, branch);
  return { request, bytes: serializeMessage(request), hop: pinned, branch, transport, connectWithin };
}

/**
 * A request on its way through its hops:
 * - `resolving`: its target is looked up. Leaves to trying; to itself for the other target; to over when it is
 *   cancelled, or has no target.
 * - `trying`: an attempt is on the wire. The next hop is tried where this one cannot be reached, does not answer, or
 *   says 503 (RFC 3263, §4.3), as long as nobody has cancelled. Leaves to settled, over; to resolving for the other
 *   target, where none of the first one's hops could be sent to.
 * - `settled`: the core has its final response or failure; further 2xx and repeated refusals may come. Leaves to over.
 * - `over`: the last word has been said.
 */
type State = 'resolving' | 'trying' | 'settled' | 'over';

export class ClientRequest implements ClientTransaction {
  private state: State = 'resolving';
  private attempt: Attempt | undefined;
  private hops: Hop[] = [];
  private cancelled = false;
  private answered = false;
  private otherwise: Hop | string | undefined;
  private readonly attempts = new Set<Attempt>();

  constructor(
    private readonly context: StackContext,
    private readonly transactions: ClientTransactions,
    private readonly large: LargeRequests,
    private readonly given: SipRequest,
    private readonly handlers: ClientHandlers,
    private readonly options: RequestOptions,
    private readonly onOver: (request: ClientRequest) => void,
  ) {
    this.otherwise = options.otherwise;
  }

  get branch(): string {
    return this.attempt?.branch ?? '';
  }

  get request(): SipRequest {
    return this.attempt?.request ?? this.given;
  }

  get settled(): boolean {
    return this.state === 'settled' || this.state === 'over';
  }

  start(): void {
    this.seek(this.options.target);
  }

  cancel(headers: readonly HeaderField[] = []): void {
    if (this.given.method !== 'INVITE' || this.settled || this.cancelled) return;
    this.cancelled = true;
    if (this.state === 'trying') this.attempt?.cancel(headers);
    else {
      this.context.soon(() =>
        this.giveUp('cancelled', new KozpontError('REQUEST_FAILED', 'it was cancelled before it left')),
      );
    }
  }

  /** Cut off, without a word. */
  dispose(): void {
    this.state = 'over';
    for (const attempt of this.attempts) attempt.dispose();
    this.attempts.clear();
  }

  private seek(target: Hop | string | undefined): void {
    try {
      const hops = hopsOf(this.context, this.given, target, this.otherwise);
      if (hops instanceof Promise) {
        hops.then(
          found => this.context.guarded(() => this.tryAll(found)),
          error => this.context.guarded(() => this.unreached('unresolved', error)),
        );
      } else {
        this.tryAll(hops);
      }
    } catch (error) {
      this.context.soon(() => this.unreached('unresolved', error));
    }
  }

  /** No hop is left: the other target's are next, unless something may have arrived. */
  private unreached(kind: ClientFailure['kind'], error: unknown): void {
    const { otherwise } = this;
    if (otherwise === undefined || kind === 'timeout' || this.cancelled || this.settled) {
      this.giveUp(kind, error);
      return;
    }
    this.otherwise = undefined;
    this.state = 'resolving';
    this.seek(otherwise);
  }

  private tryAll(hops: readonly Hop[]): void {
    if (this.state !== 'resolving' || this.cancelled) return;
    this.state = 'trying';
    this.hops = hops.map(hop => sentFrom(hop, this.options.local));
    this.tryNext('unresolved', undefined);
  }

  /** `kind` and `error`: what is told if there is no further hop. */
  private tryNext(kind: ClientFailure['kind'], error: unknown): void {
    const hop = this.hops.shift();
    if (hop === undefined) {
      this.context.soon(() => this.unreached(kind, error));
      return;
    }
    let prepared: Prepared | undefined;
    try {
      prepared = prepare(this.context, this.large, this.given, hop, this.options.finish);
    } catch (failure) {
      // It cannot be written down, so no other hop would take it either.
      this.context.soon(() => this.giveUp('transport', failure));
      return;
    }
    if (prepared === undefined) this.tryNext('unresolved', unserved(hop));
    else this.send(prepared, hop);
  }

  private send(prepared: Prepared, wanted: Hop): void {
    const { request, hop, transport } = prepared;
    let failure: { readonly reason: 'timeout' | 'transport'; readonly error: unknown } | undefined;
    const attempt = createAttempt(
      this.context,
      this.transactions,
      { ...prepared, reliable: transport.facts.reliable },
      {
        deliver: (response, source) => this.deliver(attempt, response, source),
        fail: (reason, error) => {
          failure = { reason, error };
        },
        end: () => {
          this.attempts.delete(attempt);
          if (failure === undefined) {
            if (attempt === this.attempt) this.over();
          } else {
            if (prepared.connectWithin !== undefined && failure.reason === 'transport') {
              this.large.refused(wanted);
              this.hops.unshift(wanted);
            }
            this.attemptFailed(attempt, failure.reason, failure.error);
          }
        },
      },
    );
    this.attempt = attempt;
    this.attempts.add(attempt);
    attempt.start();
    const { sent } = this.handlers;
    if (sent !== undefined) {
      this.context.soon(() => {
        if (this.state !== 'over') this.context.guarded(() => sent.call(this.handlers, request, hop));
      });
    }
  }

  private deliver(attempt: Attempt, response: SipResponse, source: Source): void {
    if (attempt !== this.attempt || this.state === 'over') return;
    if (response.status === 503 && this.hops.length > 0 && !this.cancelled) {
      this.tryNext('transport', undefined);
      return;
    }
    this.answered = true;
    if (response.status >= 200) this.state = 'settled';
    this.context.guarded(() => this.handlers.response(response, source));
  }

  private attemptFailed(attempt: Attempt, reason: 'timeout' | 'transport', error: unknown): void {
    if (attempt !== this.attempt || this.settled) return;
    if (this.cancelled || this.answered) this.giveUp(reason, error);
    else this.tryNext(reason, error);
  }

  private giveUp(kind: ClientFailure['kind'], error: unknown): void {
    if (this.settled) return;
    this.state = 'settled';
    this.context.guarded(() => this.handlers.failed(failureOf(kind, error)));
    this.over();
  }

  private over(): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.onOver(this);
    this.context.guarded(() => this.handlers.ended?.());
  }
}

const statuses = { timeout: 408, transport: 503, unresolved: 503, cancelled: 487 } as const;

const defaultTexts = {
  timeout: 'nobody answered in time',
  transport: 'it could not be sent',
  unresolved: 'it has no next hop',
  cancelled: 'it was cancelled',
} as const;

const failureOf = (kind: ClientFailure['kind'], error: unknown): ClientFailure => ({
  kind,
  status: statuses[kind],
  error:
    error instanceof KozpontError
      ? error
      : new KozpontError('REQUEST_FAILED', error === undefined ? defaultTexts[kind] : messageOf(error)),
});
