/**
 * As little of SIP as a load needs: what comes is from Kozpont, and is read by looking for what is wanted. UDP, on one
 * socket for everybody.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Clock, Instant, Timer } from '../../base/clock.ts';
import { address } from '../office.ts';

/** Of retransmissions (RFC 3261, section 17.1.1.2). */
const firstRetransmission = 500;
const longestWait = 4_000;

const allow = 'Allow: INVITE, ACK, BYE, CANCEL, NOTIFY, REFER\r\n';

/** The value of the first such field, or ''. */
export function field(message: string, name: string): string {
  const at = message.indexOf(`\r\n${name}: `);
  if (at < 0) return '';
  const from = at + name.length + 4;
  return message.slice(from, message.indexOf('\r\n', from));
}

const tagOf = (value: string): string => /;tag=([^;>\s]+)/.exec(value)?.[1] ?? '';
const uriIn = (value: string): string => /<([^<>]+)>/.exec(value)?.[1] ?? value;
const userIn = (value: string): string => /sips?:([^@>]+)@/.exec(value)?.[1] ?? '';
const rtpPortIn = (message: string): number => Number(/\r\nm=audio (\d+)/.exec(message)?.[1] ?? 0);

const describe = (port: number): string =>
  [
    'v=0',
    `o=- 1 1 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 8 101`,
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-15',
    'a=sendrecv',
    '',
  ].join('\r\n');

/** Something that happens once, and the instant of it. */
class Moment {
  at: Instant | undefined;
  readonly happened: Promise<Instant>;
  private settle: (at: Instant) => void = () => {};

  constructor() {
    this.happened = new Promise(resolve => {
      this.settle = resolve;
    });
  }

  happen(at: Instant): void {
    if (this.at !== undefined) return;
    this.at = at;
    this.settle(at);
  }
}

/** One dialog, seen from our end: a caller's or a phone's. */
export class SipCall {
  readonly began: Instant;
  /** The first 18x, or the final answer. */
  readonly progressed = new Moment();
  /** A caller: the final answer. A phone: the ACK for it. */
  readonly settled = new Moment();
  readonly cancelled = new Moment();
  /** The last re-INVITE was answered 200. */
  refreshed: Moment | undefined;
  /** The BYE, from whichever side, was answered. */
  readonly over = new Moment();
  status = 0;
  remoteRtpPort = 0;
  remoteTag = '';
  remoteTarget = '';
  sequence = 1;
  /** Of the INVITE that a phone has to answer. */
  invite = '';

  constructor(
    private readonly agent: SipAgent,
    readonly id: string,
    readonly local: string,
    readonly remote: string,
    readonly localTag: string,
  ) {
    this.began = agent.clock.now();
  }

  /** Of the other party, as the From or the To of the INVITE has it. */
  get remoteUser(): string {
    return userIn(this.remote);
  }

  get localUser(): string {
    return userIn(this.local);
  }

  ring(): void {
    this.agent.respond(this.invite, '180 Ringing', this.localTag);
  }

  answer(rtpPort: number): void {
    this.agent.accept(this, describe(rtpPort));
  }

  /** After a CANCEL: the INVITE ends. Returns the instant. */
  terminated(): Instant {
    const now = this.agent.clock.now();
    this.agent.respond(this.invite, '487 Request Terminated', this.localTag);
    return now;
  }

  hangUp(): void {
    this.agent.request(this, 'BYE');
  }

  /** A re-INVITE that changes nothing; resolves with its final answer. */
  refresh(rtpPort: number): Promise<Instant> {
    this.refreshed = new Moment();
    this.agent.request(this, 'INVITE', '', describe(rtpPort));
    return this.refreshed.happened;
  }

  refer(number: string): void {
    this.agent.request(this, 'REFER', `Refer-To: <sip:${number}@${address}:${this.agent.server}>\r\n`);
  }

  forget(): void {
    this.agent.forget(this);
  }
}

export class SipAgent {
  /** A call for one of our phones. */
  onInvite: (call: SipCall) => void = () => {};
  /** The port of Kozpont. */
  server = 0;
  private readonly calls = new Map<string, SipCall>();
  private readonly pending = new Map<string, Timer>();
  private counter = 0;
  /** Unlike those of every run before. */
  private readonly run: string;

  private constructor(
    readonly clock: Clock,
    private readonly socket: Socket,
  ) {
    this.run = Math.floor(clock.now()).toString(36);
    socket.on('message', (packet, from) => this.receive(packet.toString('latin1'), from));
  }

  static async open(clock: Clock): Promise<SipAgent> {
    const lookup = (
      text: string,
      _: unknown,
      found: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
    ): void => found(null, text, 4);
    const socket = createSocket({ type: 'udp4', lookup, recvBufferSize: 4 << 20 });
    // Bound at once, as nothing is looked up: the event comes before `bind` returns.
    const listening = once(socket, 'listening');
    socket.bind(0, address);
    await listening;
    return new SipAgent(clock, socket);
  }

  get port(): number {
    return this.socket.address().port;
  }

  /** Dialogs that nobody has forgotten. */
  get remaining(): number {
    return this.calls.size;
  }

  call(from: string, to: string, rtpPort: number): SipCall {
    const id = `${this.run}-${this.counter++}`;
    const call = new SipCall(this, id, `<sip:${from}@${address}>`, `<sip:${to}@${address}>`, `c${this.counter}`);
    call.remoteTarget = `sip:${to}@${address}:${this.server}`;
    this.calls.set(id, call);
    this.request(call, 'INVITE', '', describe(rtpPort));
    return call;
  }

  request(call: SipCall, method: string, fields = '', body = ''): void {
    if (method !== 'INVITE' || call.settled.at !== undefined) call.sequence++;
    const text = this.written(call, method, call.sequence, this.branch(), fields, body);
    this.send(text);
    this.retransmit(`${method}${call.id}`, firstRetransmission, () => this.send(text));
  }

  respond(request: string, status: string, tag: string, body = ''): void {
    const end = request.indexOf('\r\n\r\n');
    const vias = [...request.slice(0, end).matchAll(/\r\n(Via|Record-Route): [^\r]*/g)].map(([line]) => line).join('');
    const to = field(request, 'To');
    const toTagged = to.includes(';tag=') ? to : `${to};tag=${tag}`;
    const user = userIn(to);
    const content = body === '' ? '' : 'Content-Type: application/sdp\r\n';
    const text = `SIP/2.0 ${status}${vias}\r\nFrom: ${field(request, 'From')}\r\nTo: ${toTagged}\r\nCall-ID: ${field(request, 'Call-ID')}\r\nCSeq: ${field(request, 'CSeq')}\r\nContact: <sip:${user}@${address}:${this.port}>\r\n${allow}${content}Content-Length: ${body.length}\r\n\r\n${body}`;
    this.send(text);
  }

  /** Again and again until the ACK comes (RFC 3261, section 13.3.1.4). */
  accept(call: SipCall, body: string): void {
    const send = (): void => this.respond(call.invite, '200 OK', call.localTag, body);
    send();
    this.retransmit(`200${call.id}`, firstRetransmission, send);
  }

  forget(call: SipCall): void {
    this.calls.delete(call.id);
    for (const method of ['INVITE', '200', 'BYE', 'REFER']) this.heard(`${method}${call.id}`);
  }

  close(): void {
    for (const timer of this.pending.values()) timer.cancel();
    this.socket.close();
  }

  private branch(): string {
    return `z9hG4bK${this.run}${this.counter++}`;
  }

  private written(
    call: SipCall,
    method: string,
    sequence: number,
    branch: string,
    fields: string,
    body: string,
  ): string {
    const remoteTag = call.remoteTag === '' ? '' : `;tag=${call.remoteTag}`;
    const content = body === '' ? '' : 'Content-Type: application/sdp\r\n';
    return `${method} ${call.remoteTarget} SIP/2.0\r\nVia: SIP/2.0/UDP ${address}:${this.port};branch=${branch};rport\r\nMax-Forwards: 70\r\nFrom: ${call.local};tag=${call.localTag}\r\nTo: ${call.remote}${remoteTag}\r\nCall-ID: ${call.id}\r\nCSeq: ${sequence} ${method}\r\nContact: <sip:${call.localUser}@${address}:${this.port}>\r\n${allow}${fields}${content}Content-Length: ${body.length}\r\n\r\n${body}`;
  }

  private send(text: string): void {
    this.socket.send(Buffer.from(text, 'latin1'), this.server, address);
  }

  private retransmit(key: string, wait: number, again: () => void): void {
    this.pending.set(
      key,
      this.clock.after(wait, () => {
        again();
        this.retransmit(key, Math.min(wait * 2, longestWait), again);
      }),
    );
  }

  private heard(key: string): void {
    this.pending.get(key)?.cancel();
    this.pending.delete(key);
  }

  private receive(message: string, from: RemoteInfo): void {
    if (from.port !== this.server) return;
    if (message.startsWith('SIP/2.0 ')) this.receiveResponse(message);
    else this.receiveRequest(message);
  }

  private receiveResponse(message: string): void {
    const call = this.calls.get(field(message, 'Call-ID'));
    if (call === undefined) return;
    const status = Number(message.slice(8, 11));
    const method = field(message, 'CSeq').split(' ')[1] ?? '';
    this.heard(`${method}${call.id}`);
    if (method === 'BYE' && status >= 200) call.over.happen(this.clock.now());
    if (method !== 'INVITE' || status === 100) return;
    call.progressed.happen(this.clock.now());
    if (status < 200) return;
    call.remoteTag = tagOf(field(message, 'To'));
    // The ACK of a refusal belongs to the INVITE's own transaction (RFC 3261, section 17.1.1.3).
    let branch = /;branch=([^;\s]+)/.exec(field(message, 'Via'))?.[1] ?? '';
    if (status < 300) {
      call.remoteTarget = uriIn(field(message, 'Contact'));
      call.remoteRtpPort = rtpPortIn(message);
      branch = this.branch();
    }
    this.send(this.written(call, 'ACK', Number.parseInt(field(message, 'CSeq'), 10), branch, '', ''));
    if (call.settled.at !== undefined) {
      if (status < 300) call.refreshed?.happen(this.clock.now());
      return;
    }
    call.status = status;
    call.settled.happen(this.clock.now());
  }

  private receiveRequest(message: string): void {
    const id = field(message, 'Call-ID');
    const known = this.calls.get(id);
    const method = message.slice(0, message.indexOf(' '));
    if (method === 'ACK') {
      this.heard(`200${id}`);
      known?.settled.happen(this.clock.now());
      return;
    }
    if (method === 'INVITE') {
      this.receiveInvite(message, id, known);
      return;
    }
    this.respond(message, known === undefined ? '481 Call Does Not Exist' : '200 OK', known?.localTag ?? 'none');
    if (known === undefined) return;
    if (method === 'CANCEL') known.cancelled.happen(this.clock.now());
    if (method === 'BYE') known.over.happen(this.clock.now());
  }

  private receiveInvite(message: string, id: string, known: SipCall | undefined): void {
    // A repeated one. A re-INVITE is not among what these calls meet.
    if (known !== undefined) return;
    const remote = field(message, 'From');
    const call = new SipCall(this, id, field(message, 'To'), remote.replace(/;tag=.*/, ''), `p${this.counter++}`);
    call.invite = message;
    call.remoteTag = tagOf(remote);
    call.remoteTarget = uriIn(field(message, 'Contact'));
    call.remoteRtpPort = rtpPortIn(message);
    this.calls.set(id, call);
    this.onInvite(call);
  }
}
