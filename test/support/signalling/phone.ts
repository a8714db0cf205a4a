/**
 * A phone that does what the test says, message by message, over a UDP socket or a TCP connection. Nothing is answered
 * or repeated by itself.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { randomId } from '../../../src/base/ids.ts';
import { authorization, type DigestUser, parseChallenge } from './digestClient.ts';
import {
  addressOf,
  fieldOf,
  fieldsOf,
  methodOf,
  parseSipText,
  type SipText,
  serializeSipText,
  statusOf,
  tagOf,
} from './sipText.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Fields {
  readonly [name: string]: string | readonly string[];
}

type Match = number | string | ((message: SipText) => boolean);

const patience = 8_000;

const inUri = (host: string): string => (host.includes(':') ? `[${host}]` : host);

export const offer = (port = 40_000, version = 1): string =>
  `v=0\r\no=- 1 ${version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`;

export class Phone {
  private readonly received: SipText[] = [];
  private readonly seen = new Set<string>();
  private waiting: (() => void)[] = [];
  /** Where datagrams came from. */
  readonly sources = new Set<string>();
  /** Everything that came, repetitions left out. */
  readonly log: SipText[] = [];

  private constructor(
    readonly server: Address,
    readonly user: string,
    readonly transport: 'udp' | 'tcp',
    private readonly socket: UdpSocket | Socket,
    readonly address: Address,
  ) {}

  static async open(
    server: Address,
    user: string,
    transport: 'udp' | 'tcp' = 'udp',
    localAddress = '127.0.0.1',
  ): Promise<Phone> {
    if (transport === 'udp') {
      const socket = createSocket('udp4');
      socket.bind(0, localAddress);
      await once(socket, 'listening');
      return Phone.on(socket, server, user, localAddress);
    }
    const socket = connect({ port: server.port, host: server.host, localAddress });
    await once(socket, 'connect');
    const phone = new Phone(server, user, transport, socket, { host: localAddress, port: socket.localPort ?? 0 });
    let buffer = '';
    socket.on('data', data => {
      buffer += data.toString();
      for (let text = wholeMessage(buffer); text !== undefined; text = wholeMessage(buffer)) {
        buffer = buffer.slice(text.length);
        phone.take(text);
      }
    });
    return phone;
  }

  /** On a socket that is open, wherever it is. */
  static on(socket: UdpSocket, server: Address, user: string, localAddress: string): Phone {
    const phone = new Phone(server, user, 'udp', socket, { host: localAddress, port: socket.address().port });
    socket.on('message', (data, from) => {
      phone.sources.add(from.address);
      phone.take(data.toString());
    });
    return phone;
  }

  /** Each phone has a user part of its own, as baresip does it: drachtio-server finds connections again by user and host. */
  get contact(): string {
    const transport = this.transport === 'tcp' ? ';transport=tcp' : '';
    return `<sip:${this.user}-${this.address.port}@${inUri(this.address.host)}:${this.address.port}${transport}>`;
  }

  get target(): string {
    return `${inUri(this.server.host)}:${this.server.port}`;
  }

  async close(): Promise<void> {
    if ('closed' in this.socket && this.socket.closed) return;
    if (this.socket instanceof Object && 'destroy' in this.socket) this.socket.destroy();
    else this.socket.close();
    await once(this.socket, 'close');
  }

  raw(text: string): void {
    if ('destroy' in this.socket) this.socket.write(text);
    else this.socket.send(text, this.server.port, this.server.host);
  }

  /** The next message that matches (a status, a method, a predicate); others stay for later. */
  async next(match: Match, what = String(match)): Promise<SipText> {
    const deadline = Date.now() + patience;
    for (;;) {
      const at = this.received.findIndex(message => matches(message, match));
      if (at >= 0) return this.received.splice(at, 1)[0] as SipText;
      const left = deadline - Date.now();
      if (left <= 0) {
        const got = this.log.map(message => `${message.startLine} (${fieldOf(message, 'CSeq')})`).join('\n');
        throw new Error(`${this.user} did not get ${what}; it got\n${got}`);
      }
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, left);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Whether such a message has come and was not taken. */
  has(match: Match): boolean {
    return this.received.some(message => matches(message, match));
  }

  /** A request outside of dialogs; gives it, so that it can be cancelled, acknowledged, sent again. */
  request(method: string, uri: string, fields: Fields = {}, body = ''): SipText {
    const usual: Fields = {
      Via: this.via(),
      'Max-Forwards': '70',
      From: `<sip:${this.user}@${this.target}>;tag=${randomId(4)}`,
      To: `<${uri}>`,
      'Call-ID': randomId(8),
      CSeq: `1 ${method}`,
      Contact: this.contact,
      'User-Agent': 'scripted',
      ...(body === '' ? {} : { 'Content-Type': 'application/sdp' }),
    };
    const message = serializeSipText(`${method} ${uri} SIP/2.0`, flatten({ ...usual, ...fields }), body);
    this.raw(message);
    return parseSipText(message);
  }

  invite(number: string, fields: Fields = {}, sdp = offer()): SipText {
    return this.request('INVITE', `sip:${number}@${this.target}`, fields, sdp);
  }

  /** The same request again with credentials, in a new transaction. */
  withCredentials(request: SipText, challenged: SipText, user: DigestUser, algorithm = 'SHA-256', count = 1): SipText {
    const challenge = fieldsOf(challenged, 'WWW-Authenticate')
      .map(parseChallenge)
      .find(one => one.algorithm === algorithm);
    if (challenge === undefined) throw new Error(`no ${algorithm} challenge`);
    const method = methodOf(request);
    const uri = request.startLine.split(' ')[1] ?? '';
    const [sequence = '1'] = fieldOf(request, 'CSeq').split(' ');
    const changed: Fields = {
      ...unflatten(request),
      Via: this.via(),
      CSeq: `${Number(sequence) + 1} ${method}`,
      Authorization: authorization(challenge, user, method, uri, count),
    };
    const text = serializeSipText(request.startLine, flatten(changed), request.body);
    this.raw(text);
    return parseSipText(text);
  }

  /** A registration with all that belongs to it; gives the final response. */
  async register(user: DigestUser, fields: Fields = {}): Promise<SipText> {
    const request = this.request('REGISTER', `sip:${this.target}`, {
      To: `<sip:${user.user}@${this.target}>`,
      Expires: '300',
      ...fields,
    });
    const challenged = await this.next(401);
    this.withCredentials(request, challenged, user);
    return this.next(message => statusOf(message) >= 200 && methodOf(message) === 'REGISTER', 'an answer to REGISTER');
  }

  /** An INVITE that proves who it is; gives what was sent at last. */
  async inviteAs(user: DigestUser, number: string, fields: Fields = {}, sdp = offer()): Promise<SipText> {
    const request = this.invite(number, fields, sdp);
    const challenged = await this.next(401);
    this.ackFailure(request, challenged);
    return this.withCredentials(request, challenged, user);
  }

  cancel(invite: SipText): void {
    const fields = ['Via', 'Max-Forwards', 'From', 'To', 'Call-ID'].map(name => [name, fieldOf(invite, name)] as const);
    const [sequence] = fieldOf(invite, 'CSeq').split(' ');
    const uri = invite.startLine.split(' ')[1];
    this.raw(serializeSipText(`CANCEL ${uri} SIP/2.0`, [...fields, ['CSeq', `${sequence} CANCEL`]]));
  }

  /** ACK of the same transaction (RFC 3261, §17.1.1.3). */
  ackFailure(invite: SipText, response: SipText): void {
    const fields = ['Via', 'Max-Forwards', 'From', 'Call-ID'].map(name => [name, fieldOf(invite, name)] as const);
    const [sequence] = fieldOf(invite, 'CSeq').split(' ');
    const uri = invite.startLine.split(' ')[1];
    const to = ['To', fieldOf(response, 'To')] as const;
    this.raw(serializeSipText(`ACK ${uri} SIP/2.0`, [...fields, to, ['CSeq', `${sequence} ACK`]]));
  }

  /** A response to what came. A dialog is begun by `tag`. */
  respond(request: SipText, status: number, fields: Fields = {}, body = '', tag = 'phone'): void {
    const copied = request.fields.filter(([name]) =>
      ['via', 'from', 'call-id', 'cseq', 'record-route'].includes(name.toLowerCase()),
    );
    const to = fieldOf(request, 'To');
    const own: Fields = {
      To: tagOf(to) === '' && status > 100 && tag !== '' ? `${to};tag=${tag}` : to,
      Contact: this.contact,
      ...(body === '' ? {} : { 'Content-Type': 'application/sdp' }),
      ...fields,
    };
    this.raw(serializeSipText(`SIP/2.0 ${status} Scripted`, [...copied, ...flatten(own)], body));
  }

  via(): string {
    const { host, port } = this.address;
    return `SIP/2.0/${this.transport.toUpperCase()} ${inUri(host)}:${port};rport;branch=z9hG4bK${randomId(8)}`;
  }

  private take(text: string): void {
    if (text.trim() === '') return;
    const message = parseSipText(text);
    const key = `${message.startLine}|${fieldOf(message, 'Via')}|${fieldOf(message, 'CSeq')}|${fieldOf(message, 'Call-ID')}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.log.push(message);
    this.received.push(message);
    for (const wake of this.waiting.splice(0)) wake();
  }
}

/** The phone's side of a dialog. */
export class PhoneDialog {
  private sequence: number;
  readonly ourTag: string;

  private constructor(
    private readonly phone: Phone,
    readonly callId: string,
    private readonly from: string,
    private readonly to: string,
    private readonly remoteTarget: string,
    sequence: number,
  ) {
    this.sequence = sequence;
    this.ourTag = tagOf(from);
  }

  /** The phone called. */
  static ofCaller(phone: Phone, invite: SipText, response: SipText): PhoneDialog {
    const [sequence = '1'] = fieldOf(invite, 'CSeq').split(' ');
    const target = addressOf(fieldOf(response, 'Contact'));
    return new PhoneDialog(
      phone,
      fieldOf(invite, 'Call-ID'),
      fieldOf(invite, 'From'),
      fieldOf(response, 'To'),
      target === '' ? (invite.startLine.split(' ')[1] ?? '') : target,
      Number(sequence),
    );
  }

  /** The phone was called, and answered with that tag. */
  static ofCallee(phone: Phone, invite: SipText, tag = 'phone'): PhoneDialog {
    return new PhoneDialog(
      phone,
      fieldOf(invite, 'Call-ID'),
      `${fieldOf(invite, 'To')};tag=${tag}`,
      fieldOf(invite, 'From'),
      addressOf(fieldOf(invite, 'Contact')),
      100,
    );
  }

  get theirTag(): string {
    return tagOf(this.to);
  }

  ack(body = '', sequence = this.sequence): void {
    this.send('ACK', {}, body, sequence);
  }

  send(method: string, fields: Fields = {}, body = '', sequence?: number): SipText {
    if (sequence === undefined) this.sequence += 1;
    return this.phone.request(
      method,
      this.remoteTarget,
      {
        From: this.from,
        To: this.to,
        'Call-ID': this.callId,
        CSeq: `${sequence ?? this.sequence} ${method}`,
        ...fields,
      },
      body,
    );
  }
}

const matches = (message: SipText, match: Match): boolean => {
  if (typeof match === 'function') return match(message);
  if (typeof match === 'number') return statusOf(message) === match;
  return statusOf(message) === 0 && methodOf(message) === match;
};

const flatten = (fields: Fields): [string, string][] =>
  Object.entries(fields).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as [string, string]] : value.map(one => [name, one] as [string, string]),
  );

const unflatten = (message: SipText): Fields =>
  Object.fromEntries(message.fields.filter(([name]) => name !== 'Content-Length'));

const wholeMessage = (buffer: string): string | undefined => {
  const end = buffer.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const length = Number(/content-length\s*:\s*(\d+)/i.exec(buffer.slice(0, end))?.[1] ?? 0);
  const whole = end + 4 + length;
  return buffer.length >= whole ? buffer.slice(0, whole) : undefined;
};
