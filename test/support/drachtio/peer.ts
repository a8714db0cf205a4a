/** A SIP user agent of the tests: our stack on a socket of its own, moved by hand. */
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { randomId } from '../../../src/base/ids.ts';
import { silentLog } from '../../../src/base/log.ts';
import { createSipStack } from '../../../src/embedded/sip/createStack.ts';
import { confirmed, type Dialog, dialogOfRequest, dialogOfResponse } from '../../../src/embedded/sip/dialogs/dialog.ts';
import { ackWithin, type RequestContent, requestWithin } from '../../../src/embedded/sip/dialogs/requests.ts';
import { responseTo } from '../../../src/embedded/sip/responseTo.ts';
import type {
  ClientFailure,
  ClientTransaction,
  Listener,
  ServerTransaction,
  SipStack,
} from '../../../src/embedded/sip/stack.ts';
import { toTag } from '../../../src/embedded/sip/tags.ts';
import { field, header, headers } from '../../../src/sip/grammar/headers.ts';
import type { HeaderField, SipRequest, SipResponse } from '../../../src/sip/message.ts';
import { Queue } from './queue.ts';

export const sdp = (name: string): string =>
  [
    'v=0',
    `o=${name} 1 1 IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    'm=audio 40000 RTP/AVP 0',
    'a=sendrecv',
    '',
  ].join('\r\n');

const withSdp = (body: string | undefined): { body?: string; contentType?: string } =>
  body === undefined ? {} : { body, contentType: 'application/sdp' };

/** A request of the peer's, and what comes back. */
export class Asked {
  readonly responses = new Queue<SipResponse>();
  readonly failures = new Queue<ClientFailure>();
  transaction!: ClientTransaction;

  /** The next response with this status. */
  next(status: number): Promise<SipResponse> {
    return this.responses.next(response => response.status === status);
  }

  final(): Promise<SipResponse> {
    return this.responses.next(response => response.status >= 200);
  }
}

/** One call of the peer's, from its INVITE on. */
export class PeerCall {
  dialog: Dialog | undefined;
  constructor(
    private readonly peer: Peer,
    readonly invite: Asked,
  ) {}

  /** Waits for the 2xx, and acknowledges it. */
  async answered(content?: RequestContent): Promise<SipResponse> {
    const response = await this.accepted();
    this.ack(content);
    return response;
  }

  async accepted(): Promise<SipResponse> {
    const response = await this.invite.responses.next(({ status }) => status >= 200);
    if (response.status >= 300) throw new Error(`refused with ${response.status} ${response.reason}`);
    this.dialog =
      this.dialog === undefined
        ? dialogOfResponse(this.invite.transaction.request, response)
        : confirmed(this.dialog, response);
    return response;
  }

  /** Of the first INVITE, or of a further one. */
  ack(content?: RequestContent, invite = this.invite): void {
    if (this.dialog === undefined) throw new Error('no dialog');
    const { request, target } = ackWithin(this.dialog, invite.transaction.request, content);
    void this.peer.stack.send(request, { target });
  }

  /** The early dialog of a provisional response. */
  async early(status: number): Promise<SipResponse> {
    const response = await this.invite.next(status);
    this.dialog ??= dialogOfResponse(this.invite.transaction.request, response);
    return response;
  }

  request(method: string, content?: RequestContent): Asked {
    if (this.dialog === undefined) throw new Error('no dialog');
    const { dialog, request, target } = requestWithin(this.dialog, method, content);
    this.dialog = dialog;
    return this.peer.send(request, target);
  }

  async bye(): Promise<SipResponse> {
    return this.request('BYE').final();
  }
}

/** A call that came to the peer. */
export class PeerAnswer {
  dialog: Dialog | undefined;
  readonly tag = randomId(4);
  constructor(
    private readonly peer: Peer,
    readonly transaction: ServerTransaction,
  ) {}

  get request(): SipRequest {
    return this.transaction.request;
  }

  respond(status: number, options: AnswerOptions = {}): SipResponse {
    const response = this.prepare(status, options);
    this.transaction.respond(response);
    return response;
  }

  /** The response, and the dialog that it makes, before it is sent. */
  prepare(status: number, options: AnswerOptions = {}): SipResponse {
    const { body, headers = [], tag = this.tag } = options;
    const response = responseTo(this.request, status, {
      toTag: tag,
      headers: [...(status > 100 && status < 300 ? [field('Contact', `<${this.peer.uri}>`)] : []), ...headers],
      ...withSdp(body),
    });
    const dialog = dialogOfRequest(this.request, response);
    if (dialog !== undefined) {
      const before = this.dialog?.localTag === dialog.localTag ? this.dialog.localSequence : null;
      this.dialog = { ...dialog, localSequence: before };
    }
    return response;
  }

  async bye(): Promise<SipResponse> {
    return this.within('BYE').final();
  }

  within(method: string, content?: RequestContent): Asked {
    if (this.dialog === undefined) throw new Error('no dialog');
    const { dialog, request, target } = requestWithin(this.dialog, method, content);
    this.dialog = dialog;
    return this.peer.send(request, target);
  }
}

export interface AnswerOptions {
  readonly body?: string;
  readonly headers?: readonly HeaderField[];
  readonly tag?: string;
}

export interface PeerOptions {
  readonly protocol?: 'udp' | 'tcp';
  readonly clock?: Clock;
  readonly listener?: Listener;
}

export class Peer {
  readonly requests = new Queue<ServerTransaction>();
  readonly acks = new Queue<SipRequest>();

  private constructor(
    readonly stack: SipStack,
    readonly protocol: 'udp' | 'tcp',
  ) {}

  static async open(options: PeerOptions = {}): Promise<Peer> {
    const { protocol = 'udp', clock = systemClock } = options;
    const stack = createSipStack({
      clock,
      log: silentLog,
      listeners: [options.listener ?? { protocol, address: '127.0.0.1', port: 0 }],
      core: {
        request: transaction => peer.requests.push(transaction),
        ack: request => peer.acks.push(request),
      },
      refuseMerged: false,
    });
    const peer = new Peer(stack, protocol);
    await stack.listen();
    return peer;
  }

  get port(): number {
    return this.stack.addresses[0]?.port ?? 0;
  }

  get uri(): string {
    const address = this.stack.addresses[0]?.address ?? '';
    return `sip:peer@${address}:${this.port}${this.protocol === 'tcp' ? ';transport=tcp' : ''}`;
  }

  /** The next request with this method. */
  async next(method: string): Promise<PeerAnswer> {
    return new PeerAnswer(this, await this.requests.next(({ request }) => request.method === method));
  }

  send(request: SipRequest, target?: string): Asked {
    const asked = new Asked();
    asked.transaction = this.stack.request(
      request,
      {
        response: response => asked.responses.push(response),
        failed: failure => asked.failures.push(failure),
      },
      target === undefined ? {} : { target },
    );
    return asked;
  }

  /** A request outside of any dialog. */
  ask(method: string, to: { host: string; port: number }, options: AskOptions = {}): Asked {
    return this.send(this.compose(method, to, options));
  }

  invite(to: { host: string; port: number }, options: AskOptions = {}): PeerCall {
    return new PeerCall(this, this.ask('INVITE', to, { body: sdp('caller'), ...options }));
  }

  compose(method: string, to: { host: string; port: number }, options: AskOptions): SipRequest {
    const { user = 'kozpont', body, extra = [], callId = randomId(), sequence = 1, tag = randomId(4) } = options;
    const uri = `sip:${user}@${to.host}:${to.port}${this.protocol === 'tcp' ? ';transport=tcp' : ''}`;
    return {
      kind: 'request',
      method,
      uri: options.uri ?? uri,
      headers: [
        field('Max-Forwards', '70'),
        field('From', `"Peer" <sip:peer@example.com>;tag=${tag}`),
        field('To', `<${uri}>${options.toTag === undefined ? '' : `;tag=${options.toTag}`}`),
        field('Call-ID', callId),
        field('CSeq', `${sequence} ${method}`),
        field('Contact', `<${this.uri}>`),
        ...extra,
        ...(body === undefined || body === '' ? [] : [field('Content-Type', 'application/sdp')]),
      ],
      body: Buffer.from(body ?? ''),
    };
  }

  close(): Promise<void> {
    return this.stack.close();
  }
}

/** The number in a message's CSeq: what comes before the first one is the server's choice. */
export const sequenceOf = (message: SipRequest | SipResponse): number =>
  Number((header(message, 'CSeq') ?? '').split(' ')[0]);

export interface AskOptions {
  readonly user?: string;
  readonly uri?: string;
  readonly body?: string;
  readonly extra?: readonly HeaderField[];
  readonly callId?: string;
  readonly sequence?: number;
  readonly tag?: string;
  readonly toTag?: string;
}

export { field, header, headers, toTag };
