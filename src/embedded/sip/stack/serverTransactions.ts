import { createHash } from 'node:crypto';
import { KozpontError } from '../../../base/errors.ts';
import { randomId } from '../../../base/ids.ts';
import { networkOf } from '../../../base/network.ts';
import { transactionBranch } from '../../../sip/grammar/fields/via.ts';
import { field, header } from '../../../sip/grammar/headers.ts';
import { serializeMessage } from '../../../sip/grammar/serializeMessage.ts';
import type { HeaderField, SipRequest, SipResponse } from '../../../sip/message.ts';
import { responseTo } from '../responseTo.ts';
import type { ServerObserver, ServerTransaction } from '../stack.ts';
import { toTag } from '../tags.ts';
import { type Identity, mergeKey, serverKey } from '../transactions/matching.ts';
import { ServerTransactionRunner } from '../transactions/serverTransaction.ts';
import { type Hop, keyOfHop, type Source } from '../transport/transport.ts';
import { isReliable } from '../transport/transportSet.ts';
import { LastBytes, type StackContext, transmitResponse } from './context.ts';

export interface ServerTransactionOptions {
  readonly refuseMerged: boolean;
  readonly most: number;
  readonly mostPerSource: number;
  readonly server: string | undefined;
}

/** A request as it came in: well formed, its topmost Via stamped. */
export interface Incoming extends Identity {
  readonly source: Source;
}

/** All server transactions that are alive, by their key; finds the one of each request, or makes it (RFC 3261, §17.2.3). */
export class ServerTransactions {
  private readonly byKey = new Map<string, LiveServerTransaction>();
  /** The transactions of requests outside of dialogs, for §8.2.2.2. */
  private readonly byOrigin = new Map<string, LiveServerTransaction>();
  /** By network. */
  private readonly perSource = new Map<string, number>();
  /** Those of requests that came over a connection, by the key of its far end. */
  private readonly byConnection = new Map<string, Set<LiveServerTransaction>>();
  private readonly secret = randomId(16);

  constructor(
    private readonly context: StackContext,
    private readonly options: ServerTransactionOptions,
  ) {}

  get size(): number {
    return this.byKey.size;
  }

  /** A request that came over this connection has no final response yet. */
  owes(source: Hop): boolean {
    for (const transaction of this.byConnection.get(keyOfHop(source)) ?? []) if (!transaction.settled) return true;
    return false;
  }

  /** True: it was given to the core, whose answer is still to come. */
  receive(incoming: Incoming): boolean {
    const { request, source } = incoming;
    const { method } = request;
    const key = serverKey(incoming, method);
    const known = this.byKey.get(key);
    if (method === 'ACK') {
      if (known?.takesAck(request)) known.acknowledge(request);
      else this.context.guarded(() => this.context.core.ack(request, source));
    } else if (known !== undefined) {
      known.repeated();
    } else if (this.full(source.address)) {
      this.answer(incoming, 503, [field('Retry-After', String(5 + Math.floor(Math.random() * 10)))]);
    } else if (method === 'CANCEL') {
      this.cancel(incoming, key);
    } else {
      return this.begin(incoming, key);
    }
    return false;
  }

  /** Answers without a transaction: a repeated request gets the same answer anew (§8.2.7). */
  answer(
    { request, source }: { request: SipRequest; source: Source },
    status: number,
    headers: readonly HeaderField[] = [],
    reason?: string,
  ): void {
    if (request.method === 'ACK') return;
    const response = responseTo(request, status, {
      headers: this.withServer(headers),
      toTag: this.statelessTag(request),
      ...(reason === undefined ? {} : { reason }),
    });
    transmitResponse(this.context, { request, source }, response, serializeMessage(response), error => {
      if (error !== undefined) this.context.log.debug({ status, error: error.message }, 'answer not sent');
    });
  }

  dispose(): void {
    for (const transaction of this.byKey.values()) transaction.dispose();
    this.byKey.clear();
    this.byOrigin.clear();
    this.perSource.clear();
    this.byConnection.clear();
  }

  /** The same for each repetition of a request (§8.2.7), and not to be guessed. */
  private statelessTag(request: SipRequest): string {
    const hash = createHash('sha256').update(this.secret);
    for (const name of ['Via', 'From', 'Call-ID', 'CSeq']) hash.update(`\n${header(request, name)}`);
    return hash.digest('hex').slice(0, 16);
  }

  private full(address: string): boolean {
    const { most, mostPerSource } = this.options;
    return this.byKey.size >= most || (this.perSource.get(networkOf(address)) ?? 0) >= mostPerSource;
  }

  private begin(incoming: Incoming, key: string): boolean {
    const { request } = incoming;
    const origin = toTag(request) === undefined ? mergeKey(request) : undefined;
    if (origin !== undefined && this.options.refuseMerged && this.byOrigin.has(origin)) {
      this.open(incoming, key, undefined).respond(this.response(request, 482));
      return false;
    }
    const transaction = this.open(incoming, key, origin);
    if (!this.context.guarded(() => this.context.core.request(transaction))) {
      transaction.respond(this.response(request, 500));
    }
    return !transaction.settled;
  }

  /** §9.2. The CANCEL is a transaction of its own. */
  private cancel(incoming: Incoming, key: string): void {
    const { request } = incoming;
    const invite = this.byKey.get(serverKey(incoming, 'INVITE'));
    const transaction = this.open(incoming, key, undefined);
    if (invite === undefined) {
      transaction.respond(this.response(request, 481));
      return;
    }
    // The To tag of both answers is to be the same (§9.2).
    transaction.respond(this.response(request, 200, invite.localTag));
    invite.cancelled(request);
  }

  private open(incoming: Incoming, key: string, origin: string | undefined): LiveServerTransaction {
    const { address } = incoming.source;
    const transaction = new LiveServerTransaction(this.context, incoming, key, {
      trying: () => this.response(incoming.request, 100),
      ended: () => {
        this.byKey.delete(key);
        this.countFor(address, -1);
        this.disconnect(transaction);
        if (origin !== undefined && this.byOrigin.get(origin) === transaction) this.byOrigin.delete(origin);
      },
    });
    this.byKey.set(key, transaction);
    this.countFor(address, 1);
    this.connect(transaction);
    if (origin !== undefined) this.byOrigin.set(origin, transaction);
    transaction.start();
    return transaction;
  }

  private connect(transaction: LiveServerTransaction): void {
    const { source } = transaction;
    if (!isReliable(source.protocol)) return;
    const known = this.byConnection.get(keyOfHop(source));
    if (known === undefined) this.byConnection.set(keyOfHop(source), new Set([transaction]));
    else known.add(transaction);
  }

  private disconnect(transaction: LiveServerTransaction): void {
    const known = this.byConnection.get(keyOfHop(transaction.source));
    known?.delete(transaction);
    if (known?.size === 0) this.byConnection.delete(keyOfHop(transaction.source));
  }

  private countFor(address: string, change: 1 | -1): void {
    const network = networkOf(address);
    const count = (this.perSource.get(network) ?? 0) + change;
    if (count > 0) this.perSource.set(network, count);
    else this.perSource.delete(network);
  }

  private response(request: SipRequest, status: number, tag?: string): SipResponse {
    return responseTo(request, status, {
      headers: this.withServer([]),
      ...(status > 100 ? { toTag: tag ?? randomId(8) } : {}),
    });
  }

  private withServer(headers: readonly HeaderField[]): readonly HeaderField[] {
    const { server } = this.options;
    return server === undefined ? headers : [...headers, field('Server', server)];
  }
}

const isDoubted = ({ doubtsSources, proven }: StackContext, { address }: Source): boolean =>
  doubtsSources && !proven.has(address);

interface Owner {
  trying(): SipResponse;
  ended(): void;
}

class LiveServerTransaction implements ServerTransaction {
  readonly id: string;
  readonly request: SipRequest;
  readonly source: Source;
  status = 0;
  /** The To tag of our last response that had one. */
  localTag: string | undefined;
  private readonly hasBranch: boolean;
  private readonly runner: ServerTransactionRunner;
  private readonly bytes = new LastBytes<SipResponse>();
  private observer: ServerObserver | undefined;
  /** What is to be told to the next observer. */
  private untold: ((observer: ServerObserver) => void)[] = [];
  private transportError: KozpontError | undefined;
  /** Of a refusal that waits for its ACK. */
  private settle: ((acknowledged: boolean) => void) | undefined;
  private cutOff = false;

  constructor(
    private readonly context: StackContext,
    incoming: Incoming,
    key: string,
    owner: Owner,
  ) {
    this.id = key;
    this.request = incoming.request;
    this.source = incoming.source;
    const reliable = isReliable(incoming.source.protocol);
    this.hasBranch = transactionBranch(incoming.via) !== undefined;
    this.runner = new ServerTransactionRunner(
      this.request.method,
      context.clock,
      {
        timers: context.timers,
        reliable,
        get unproven() {
          return !reliable && isDoubted(context, incoming.source);
        },
      },
      {
        send: response => this.send(response),
        trying: () => owner.trying(),
        deliverAck: ack => {
          if (this.status < 300) context.guarded(() => context.core.ack(ack, this.source));
          else this.tell(observer => observer.acknowledged?.(ack));
        },
        fail: reason => {
          const error =
            reason === 'transport' && this.transportError !== undefined
              ? this.transportError
              : new KozpontError(
                  'DEADLINE_PASSED',
                  reason === 'unanswered' ? 'the core gave no answer' : `no ACK came for the ${this.status}`,
                );
          this.tell(observer => observer.failed?.(error));
        },
        end: () => {
          this.refusalSettled(false);
          owner.ended();
          this.tell(observer => observer.ended?.());
        },
      },
    );
  }

  get settled(): boolean {
    return this.status >= 200 || this.cutOff;
  }

  start(): void {
    this.runner.request();
  }

  respond(response: SipResponse): boolean {
    return this.runner.respond(response);
  }

  observe(observer: ServerObserver): void {
    this.observer = observer;
    if (this.untold.length === 0) return;
    this.context.soon(() => {
      const untold = this.untold;
      this.untold = [];
      for (const word of untold) this.context.guarded(() => word(observer));
    });
  }

  repeated(): void {
    this.runner.request();
  }

  /** A transaction of RFC 2543 takes the ACK whose To tag is that of our response (§17.2.3). */
  takesAck(ack: SipRequest): boolean {
    return this.hasBranch || this.localTag === undefined || toTag(ack) === this.localTag;
  }

  acknowledge(ack: SipRequest): void {
    // Our tag has reached whoever sent the INVITE.
    if (this.localTag !== undefined && toTag(ack) === this.localTag) {
      this.refusalSettled(true);
      this.context.proven.add(this.source.address);
    }
    this.runner.ack(ack);
  }

  cancelled(cancel: SipRequest): void {
    if (this.settled) return;
    this.tell(observer => observer.cancelled?.(cancel));
  }

  dispose(): void {
    this.cutOff = true;
    this.runner.dispose();
  }

  private send(response: SipResponse): void {
    this.status = response.status;
    this.localTag = toTag(response) ?? this.localTag;
    if (this.status >= 300 && this.request.method === 'INVITE' && !isReliable(this.source.protocol)) {
      this.settle ??= this.context.proven.refused(this.source.address);
    }
    transmitResponse(this.context, this, response, this.bytes.of(response), error => {
      if (error === undefined) return;
      this.transportError = error;
      this.runner.transportFailed();
    });
  }

  private refusalSettled(acknowledged: boolean): void {
    this.settle?.(acknowledged);
    this.settle = undefined;
  }

  private tell(word: (observer: ServerObserver) => void): void {
    const { observer } = this;
    if (observer === undefined) this.untold.push(word);
    else this.context.guarded(() => word(observer));
  }
}
