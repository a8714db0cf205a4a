import type { KozpontError } from '../../../base/errors.ts';
import { parseCSeq } from '../../../sip/grammar/fields/cseq.ts';
import { field, header } from '../../../sip/grammar/headers.ts';
import { serializeMessage } from '../../../sip/grammar/serializeMessage.ts';
import type { HeaderField, SipRequest, SipResponse } from '../../../sip/message.ts';
import { ClientTransactionRunner } from '../transactions/clientTransaction.ts';
import { clientKey } from '../transactions/matching.ts';
import { type Hop, keyOfHop, type Source } from '../transport/transport.ts';
import type { StackContext } from './context.ts';

export interface AttemptHandlers {
  deliver(response: SipResponse, source: Source): void;
  /** No final response will come; `end` follows. */
  fail(reason: 'timeout' | 'transport', error: KozpontError | undefined): void;
  end(): void;
}

/** A client transaction on the wire: a request on its way to one hop, with its ACK and its CANCEL. */
export interface Attempt {
  readonly request: SipRequest;
  readonly hop: Hop;
  readonly branch: string;
  start(): void;
  cancel(headers: readonly HeaderField[]): void;
  dispose(): void;
}

/** All client transactions that are alive, by their key, and those on a reliable transport by their hop too. */
export class ClientTransactions {
  private readonly byKey = new Map<string, ClientTransactionRunner>();
  private readonly byHop = new Map<string, Set<ClientTransactionRunner>>();
  /** How many there are of each Call-ID. */
  private readonly calls = new Map<string, number>();

  get size(): number {
    return this.byKey.size;
  }

  /** False: no transaction has sent what this responds to. */
  response(response: SipResponse, branch: string | undefined, source: Source): boolean {
    const cseq = parseCSeq(header(response, 'CSeq') ?? '');
    if (branch === undefined || !cseq.ok) return false;
    const runner = this.byKey.get(clientKey(branch, cseq.value.method));
    if (runner === undefined) return false;
    runner.response(response, source);
    return true;
  }

  /** The connection to this hop went away: what waits for an answer over it is told. */
  lost(hop: Hop): void {
    const waiting = this.byHop.get(keyOfHop(hop));
    if (waiting === undefined) return;
    for (const runner of [...waiting]) runner.transportFailed();
  }

  /** An answer is awaited over a connection to this hop. */
  awaits(hop: Hop): boolean {
    return this.byHop.has(keyOfHop(hop));
  }

  /** An answer with this Call-ID is awaited. */
  inCall(callId: string): boolean {
    return this.calls.has(callId);
  }

  add(key: string, hop: Hop, reliable: boolean, callId: string, runner: ClientTransactionRunner): void {
    this.byKey.set(key, runner);
    this.calls.set(callId, (this.calls.get(callId) ?? 0) + 1);
    if (!reliable) return;
    const known = this.byHop.get(keyOfHop(hop));
    if (known === undefined) this.byHop.set(keyOfHop(hop), new Set([runner]));
    else known.add(runner);
  }

  remove(key: string, hop: Hop, callId: string, runner: ClientTransactionRunner): void {
    if (!this.byKey.delete(key)) return;
    const left = (this.calls.get(callId) ?? 1) - 1;
    if (left > 0) this.calls.set(callId, left);
    else this.calls.delete(callId);
    const known = this.byHop.get(keyOfHop(hop));
    if (known === undefined) return;
    known.delete(runner);
    if (known.size === 0) this.byHop.delete(keyOfHop(hop));
  }

  dispose(): void {
    for (const runner of this.byKey.values()) runner.dispose();
    this.byKey.clear();
    this.byHop.clear();
    this.calls.clear();
  }
}

export function createAttempt(
  context: StackContext,
  transactions: ClientTransactions,
  sending: {
    readonly request: SipRequest;
    readonly bytes: Buffer;
    readonly hop: Hop;
    readonly branch: string;
    readonly reliable: boolean;
    readonly connectWithin: number | undefined;
  },
  handlers: AttemptHandlers,
): Attempt {
  const { request, bytes, hop, branch, reliable, connectWithin } = sending;
  const facts = { timers: context.timers, reliable };
  const sendOptions = connectWithin === undefined ? undefined : { connectWithin };
  const key = clientKey(branch, request.method);
  const callId = header(request, 'Call-ID') ?? '';
  let transportError: KozpontError | undefined;
  let cancelHeaders: readonly HeaderField[] = [];
  let ack: Buffer | undefined;

  const sendCancel = (): void => {
    const cancel = cancelOf(request, cancelHeaders);
    const cancelBytes = serializeMessage(cancel);
    const cancelKey = clientKey(branch, 'CANCEL');
    const ignored = (): void => {};
    const runner = new ClientTransactionRunner('CANCEL', context.clock, facts, {
      sendRequest: () => context.transmit(cancelBytes, hop, error => error !== undefined && runner.transportFailed()),
      sendCancel: ignored,
      sendAck: ignored,
      // Its answer says nothing about the INVITE, whose own final response follows (§9.1).
      deliver: ignored,
      fail: ignored,
      end: () => transactions.remove(cancelKey, hop, callId, runner),
    });
    transactions.add(cancelKey, hop, reliable, callId, runner);
    runner.start();
  };

  const runner = new ClientTransactionRunner(request.method, context.clock, facts, {
    sendRequest: () =>
      context.transmit(
        bytes,
        hop,
        error => {
          if (error === undefined) return;
          transportError = error;
          runner.transportFailed();
        },
        sendOptions,
      ),
    sendCancel,
    sendAck: response => {
      ack ??= serializeMessage(ackOf(request, response));
      context.transmit(ack, hop, error => error !== undefined && runner.transportFailed());
    },
    deliver: (response, source) => handlers.deliver(response, source),
    fail: reason => handlers.fail(reason, transportError),
    end: () => {
      transactions.remove(key, hop, callId, runner);
      handlers.end();
    },
  });

  return {
    request,
    hop,
    branch,
    start: () => {
      transactions.add(key, hop, reliable, callId, runner);
      runner.start();
    },
    cancel: headers => {
      cancelHeaders = headers;
      runner.cancel();
    },
    dispose: () => {
      transactions.remove(key, hop, callId, runner);
      runner.dispose();
    },
  };
}

const shared: ReadonlySet<string> = new Set(['From', 'To', 'Call-ID', 'Route']);

/** §9.1: what identifies the INVITE, its route, its topmost Via alone. */
function cancelOf(request: SipRequest, added: readonly HeaderField[]): SipRequest {
  return within(request, 'CANCEL', header(request, 'To') ?? '', added);
}

/** §17.1.1.3: the ACK of a refusal, on the INVITE's way, with the To of the response. */
function ackOf(request: SipRequest, response: SipResponse): SipRequest {
  return within(request, 'ACK', header(response, 'To') ?? header(request, 'To') ?? '', []);
}

const noBody = Buffer.alloc(0);

function within(request: SipRequest, method: string, to: string, added: readonly HeaderField[]): SipRequest {
  const cseq = parseCSeq(header(request, 'CSeq') ?? '');
  const headers: HeaderField[] = [
    field('Via', header(request, 'Via') ?? ''),
    field('Max-Forwards', '70'),
    field('CSeq', `${cseq.ok ? cseq.value.sequence : 0} ${method}`),
  ];
  for (const entry of request.headers) {
    if (entry.name === 'To') headers.push(field('To', to));
    else if (shared.has(entry.name)) headers.push(entry);
  }
  headers.push(...added);
  return { kind: 'request', method, uri: request.uri, headers, body: noBody };
}
