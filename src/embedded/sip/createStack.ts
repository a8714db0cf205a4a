import type { Duration } from '../../base/clock.ts';
import { KozpontError, messageOf } from '../../base/errors.ts';
import { FaultLog, guard } from '../../base/faults.ts';
import { defaultParseLimits } from '../../sip/grammar/limits.ts';
import { serializeMessage } from '../../sip/grammar/serializeMessage.ts';
import type { SipRequest, SipResponse } from '../../sip/message.ts';
import { ClientTransactions } from './stack/clientAttempt.ts';
import { ClientRequest, hopsOf, prepare, sentFrom } from './stack/clientRequest.ts';
import { type StackContext, transmitResponse } from './stack/context.ts';
import { Door } from './stack/door/door.ts';
import { KnownFlows } from './stack/door/knownFlows.ts';
import { Incoming } from './stack/incoming.ts';
import { LargeRequests } from './stack/largeRequests.ts';
import { openListeners } from './stack/openListeners.ts';
import { ProvenSources } from './stack/provenSources.ts';
import { ServerTransactions } from './stack/serverTransactions.ts';
import type {
  ClientHandlers,
  ClientTransaction,
  Hop,
  ListenAddress,
  LocalAddress,
  RequestOptions,
  ServerTransaction,
  SipStack,
  SipStackOptions,
  Source,
  StackCounts,
} from './stack.ts';
import { resolveTarget } from './targets/resolveTarget.ts';
import { systemResolver } from './targets/systemResolver.ts';
import { defaultTimers } from './transactions/timerValues.ts';
import { defaultLimits } from './transport/limits.ts';
import { SourceLimiter } from './transport/sourceLimiter.ts';
import { TransportSet, unserved } from './transport/transportSet.ts';

/** A stack that is open once its `listen` has settled. */
export const createSipStack = (options: SipStackOptions): SipStack => new Stack(options);

class Stack implements SipStack {
  private readonly context: StackContext;
  private readonly transports: TransportSet;
  private readonly clients = new ClientTransactions();
  private readonly servers: ServerTransactions;
  private readonly large: LargeRequests;
  private readonly incoming: Incoming;
  private readonly flows: KnownFlows;
  private readonly door: Door | undefined;
  private readonly requests = new Set<ClientRequest>();
  private readonly tally = { received: 0, sent: 0, malformed: 0, limited: 0, unasked: 0 };
  private closing: Promise<void> | undefined;

  constructor(private readonly options: SipStackOptions) {
    const { clock, log, core } = options;
    const limits = { ...defaultLimits, ...options.limits };
    const transports = new TransportSet(clock);
    const { tally } = this;
    const faults = options.faults ?? new FaultLog(clock, log);
    const trusted = remembering(options.trusted ?? (() => false));
    let handled: Buffer | undefined;
    this.transports = transports;
    this.context = {
      clock,
      log,
      core,
      timers: { ...defaultTimers, ...options.timers },
      resolver: options.resolver ?? systemResolver(clock),
      transports,
      proven: new ProvenSources(clock, trusted),
      doubtsSources: options.doubtsSources ?? false,
      tally,
      transmit: (bytes, hop, done, sendOptions) => {
        tally.sent++;
        transports.send(bytes, hop, error => void guard(faults, 'sip', () => done(error), bytes), sendOptions);
      },
      guarded: call => guard(faults, 'sip', call, handled),
      handling: (bytes, call) => {
        handled = bytes;
        guard(faults, 'sip', call, bytes);
        handled = undefined;
      },
      soon: call => queueMicrotask(() => void guard(faults, 'sip', call)),
    };
    this.large = new LargeRequests(clock, transports);
    this.servers = new ServerTransactions(this.context, {
      refuseMerged: options.refuseMerged ?? true,
      most: limits.serverTransactions,
      mostPerSource: limits.serverTransactionsPerSource,
      server: options.server,
    });
    this.incoming = new Incoming(
      this.context,
      { parsing: options.parsing ?? defaultParseLimits, abilities: options.abilities },
      new SourceLimiter(clock, limits),
      this.clients,
      this.servers,
    );
    this.flows = new KnownFlows(clock);
    if (options.doubtsSources !== true) return;
    const acquaintances = {
      call: (callId: string) => this.clients.inCall(callId) || core.knowsCall?.(callId) === true,
      calls: () => core.calls?.() ?? 0,
      flow: (flow: Hop) => this.flows.has(flow),
      address: trusted,
    };
    this.door = new Door(clock, limits.door, acquaintances, this.incoming);
    this.incoming.door = this.door;
  }

  get addresses(): readonly ListenAddress[] {
    return this.transports.addresses;
  }

  get counts(): StackCounts {
    return {
      ...this.tally,
      clientTransactions: this.clients.size,
      serverTransactions: this.servers.size,
      connections: this.transports.connections,
      waiting: this.door?.waiting ?? 0,
    };
  }

  async listen(): Promise<readonly ListenAddress[]> {
    this.assertOpen();
    await openListeners(this.options, this.transports, this.incoming);
    return this.addresses;
  }

  request(request: SipRequest, handlers: ClientHandlers, options: RequestOptions = {}): ClientTransaction {
    this.assertOpen();
    if (request.method === 'ACK' || request.method === 'CANCEL') {
      throw new KozpontError('INVALID_SIP', `${request.method} has no client transaction of its own`);
    }
    const sending = new ClientRequest(this.context, this.clients, this.large, request, handlers, options, over =>
      this.requests.delete(over),
    );
    this.requests.add(sending);
    sending.start();
    return sending;
  }

  async send(request: SipRequest, options: RequestOptions = {}): Promise<void> {
    this.assertOpen();
    const { target, otherwise, ...rest } = options;
    let failure: unknown;
    try {
      const found = hopsOf(this.context, request, target, otherwise);
      const hops = found instanceof Promise ? await found : found;
      for (const hop of hops) {
        failure = await this.sendTo(request, sentFrom(hop, options.local), options);
        if (failure === undefined) return;
      }
    } catch (error) {
      failure = error;
    }
    if (otherwise !== undefined) return this.send(request, { ...rest, target: otherwise });
    throw failure ?? new KozpontError('REQUEST_FAILED', 'the request has no next hop');
  }

  sendResponse(response: SipResponse, { request, source }: ServerTransaction): Promise<void> {
    this.assertOpen();
    return new Promise((resolve, reject) => {
      transmitResponse(this.context, { request, source }, response, serializeMessage(response), error =>
        error === undefined ? resolve() : reject(error),
      );
    });
  }

  async resolve(uri: string): Promise<readonly Hop[]> {
    const { transports } = this;
    return resolveTarget(uri, {
      resolver: this.context.resolver,
      serves: (protocol, family) => transports.serves(protocol, family),
      random: Math.random,
    });
  }

  reaches(hop: Hop): boolean {
    return this.transports.choose(hop)?.reaches(hop) === true;
  }

  remember(source: Source): void {
    this.transports.remember(source);
  }

  localFor(hop: Hop): LocalAddress {
    const transport = this.transports.choose(hop);
    if (transport === undefined) throw unserved(hop);
    return this.transports.localOf(transport, hop);
  }

  isLocal(host: string, port?: number): boolean {
    return this.transports.isLocal(host, port);
  }

  proven(source: Source): void {
    this.context.proven.add(source.address);
  }

  known(flow: Hop, duration: Duration): void {
    this.flows.add(flow, duration);
  }

  close(): Promise<void> {
    this.closing ??= (async () => {
      this.door?.close();
      for (const request of this.requests) request.dispose();
      this.requests.clear();
      this.clients.dispose();
      this.servers.dispose();
      await this.transports.close();
    })();
    return this.closing;
  }

  private assertOpen(): void {
    if (this.closing !== undefined) throw new KozpontError('DISPOSED', 'the SIP stack is closed');
  }

  /** The error, once it is known not to have left that way. */
  private sendTo(request: SipRequest, hop: Hop, options: RequestOptions): Promise<KozpontError | undefined> {
    const prepared = prepare(this.context, this.large, request, hop, options.finish);
    if (prepared === undefined) return Promise.resolve(unserved(hop));
    const { bytes, connectWithin } = prepared;
    return new Promise(resolve => {
      this.context.transmit(
        bytes,
        prepared.hop,
        error => {
          if (error === undefined || connectWithin === undefined) resolve(error);
          else {
            this.large.refused(hop);
            this.sendTo(request, hop, options).then(resolve, failure =>
              resolve(new KozpontError('CONNECTION_LOST', messageOf(failure))),
            );
          }
        },
        connectWithin === undefined ? undefined : { connectWithin },
      );
    });
  }
}

/** Answers for addresses, as they are asked for with each message. */
function remembering(trusted: (address: string) => boolean): (address: string) => boolean {
  const known = new Map<string, boolean>();
  return address => {
    const before = known.get(address);
    if (before !== undefined) return before;
    if (known.size >= 4_096) known.clear();
    const answer = trusted(address);
    known.set(address, answer);
    return answer;
  };
}
