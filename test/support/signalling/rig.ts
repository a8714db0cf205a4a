import { expect } from 'vitest';
import { systemClock, VirtualClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { createSignalling, type SignallingOptions, type SipSignalling } from '../../../src/signalling/signalling.ts';
import type { ServerUnderTest } from '../drachtio/server.ts';
import { Phone, PhoneDialog } from './phone.ts';
import { TcpRelay } from './relay.ts';
import { type Arrived, LegWatch, ScriptedExchange } from './scriptedExchange.ts';
import type { SipText } from './sipText.ts';

export interface RigOptions
  extends Partial<
    Pick<
      SignallingOptions,
      'registrar' | 'registrations' | 'routesTaken' | 'flowsTold' | 'phoneOptions' | 'ready' | 'numbering'
    >
  > {
  /** Time stands still, but for what the test moves. */
  readonly virtual?: boolean;
  /** Callers who are no extension come from this trunk. */
  readonly trunk?: string;
}

export const passwords: Readonly<Record<string, string>> = {
  '101': 'one-oh-one',
  '102': 'one-oh-two',
  '103': 'one-oh-three',
  '10': 'reception',
};
export const userOf = (extension: string) => ({ user: extension, password: passwords[extension] ?? '' });

/** Signalling on its server, with an exchange and phones that do as the test says. */
export class Rig {
  private readonly phones: Phone[] = [];
  private prober: Phone | undefined;

  private constructor(
    readonly server: ServerUnderTest,
    /** Between signalling and the server. */
    readonly relay: TcpRelay,
    readonly exchange: ScriptedExchange,
    readonly signalling: SipSignalling,
    readonly virtual: VirtualClock | undefined,
  ) {}

  static async open(server: ServerUnderTest, options: RigOptions = {}): Promise<Rig> {
    const relay = await TcpRelay.open(server.host, server.port);
    const virtual = options.virtual === true ? new VirtualClock(Date.now()) : undefined;
    const exchange = new ScriptedExchange();
    const signalling = await createSignalling(
      {
        clock: virtual ?? systemClock,
        log: silentLog,
        server: { host: '127.0.0.1', port: relay.port, secret: server.secret },
        realm: 'kozpont.test',
        extensionExists: extension => extension in passwords,
        credentials: extension => passwords[extension],
        trunkOf: () => options.trunk,
        phoneOptions: options.phoneOptions ?? (() => ({ transferNotify: 'progress' })),
        ...(options.numbering === undefined ? {} : { numbering: options.numbering }),
        ...(options.ready === undefined ? {} : { ready: options.ready }),
        ...(options.registrations === undefined ? {} : { registrations: options.registrations }),
        ...(options.routesTaken === undefined ? {} : { routesTaken: options.routesTaken }),
        ...(options.flowsTold === undefined ? {} : { flowsTold: options.flowsTold }),
        ...(options.registrar === undefined ? {} : { registrar: options.registrar }),
      },
      exchange,
    );
    return new Rig(server, relay, exchange, signalling, virtual);
  }

  /** Virtual time goes by, from timer to timer; after each, what it caused has gone to the server and back. */
  async pass(time: number): Promise<void> {
    const clock = this.virtual;
    if (clock === undefined) throw new Error('time passes by itself here');
    const until = clock.now() + time;
    for (let next = clock.next; next !== undefined && next <= until; next = clock.next) {
      clock.step();
      await this.roundTrip();
      await this.relay.untilPonged();
      await this.roundTrip();
    }
    clock.advance(until - clock.now());
  }

  /** What was sent before has arrived: the server hands over in order. */
  async roundTrip(): Promise<void> {
    this.prober ??= await this.phone('prober');
    this.prober.request('OPTIONS', `sip:${this.prober.target}`);
    await this.prober.next(200);
  }

  /** A phone of that user; what it has in `passwords` it is an extension by. */
  async phone(user: string, transport: 'udp' | 'tcp' = 'udp'): Promise<Phone> {
    const phone = await Phone.open(this.server[transport] ?? this.server.udp, user, transport);
    this.phones.push(phone);
    return phone;
  }

  /** A phone that is registered as an extension. */
  async registered(extension: string, transport: 'udp' | 'tcp' = 'udp'): Promise<Phone> {
    const phone = await this.phone(extension, transport);
    expect((await phone.register(userOf(extension))).startLine).toContain(' 200 ');
    return phone;
  }

  dial(extension: string, changes: Partial<Parameters<SipSignalling['dial']>[0]> = {}) {
    const watch = new LegWatch();
    const leg = watch.within(() =>
      this.signalling.dial(
        {
          callId: 'c1',
          target: { kind: 'extension', number: extension },
          from: { number: '+3612345678', display: 'Caller' },
          offer: ourSdp(),
          alert: 'external',
          reason: undefined,
          divert: 'allow',
          ...changes,
        },
        watch,
      ),
    );
    return { leg, watch };
  }

  /** A call from an extension that we have answered and that is acknowledged. */
  async answeredCall(extension: string, number = '10'): Promise<AnsweredCall> {
    const phone = await this.phone(extension);
    const invite = await phone.inviteAs(userOf(extension), number);
    const arrived = await this.exchange.nextCall();
    await arrived.call.leg.answer(ourSdp());
    const ok = await phone.next(200);
    const dialog = PhoneDialog.ofCaller(phone, invite, ok);
    dialog.ack();
    return { phone, invite, ok, dialog, ...arrived };
  }

  /** A call to a registered extension that it has answered. */
  async answeredDial(extension: string, fields: Record<string, string> = {}) {
    const phone = await this.registered(extension);
    const { leg, watch } = this.dial(extension);
    const invite = await phone.next('INVITE');
    phone.respond(invite, 200, fields, theirSdp());
    await phone.next('ACK');
    await watch.next('answered');
    return { phone, leg, watch, invite, dialog: PhoneDialog.ofCallee(phone, invite) };
  }

  private leftOnServer(): number {
    const left = this.server.stats();
    return left === undefined ? 0 : left.dialogs + left.incoming + left.outgoing;
  }

  /** Everything ends, and nothing is left. */
  async close(): Promise<void> {
    await this.signalling.close();
    expect(this.signalling.remaining).toBe(0);
    if (this.virtual !== undefined) expect(this.virtual.armed).toBe(0);
    await Promise.all(this.phones.map(phone => phone.close()));
    // The last answers, and the end of the connection, may still be on their way to the server.
    const deadline = Date.now() + 4_000;
    const left = () => ({ connections: this.relay.connections, onServer: this.leftOnServer() });
    while (left().connections + left().onServer > 0 && Date.now() < deadline) await nextTurn();
    expect(left()).toEqual({ connections: 0, onServer: 0 });
    await this.relay.close();
  }
}

const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

export interface AnsweredCall extends Arrived {
  readonly phone: Phone;
  readonly invite: SipText;
  readonly ok: SipText;
  readonly dialog: PhoneDialog;
}

export const ourSdp = (version = 1): string =>
  `v=0\r\no=kozpont 7 ${version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 30000 RTP/AVP 0\r\n`;
export const theirSdp = (version = 1): string =>
  `v=0\r\no=phone 9 ${version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n`;

export type OpenServer = () => Promise<ServerUnderTest>;
/** In what servers differ. */
export interface ServerTraits {
  /** drachtio-server drops a REFER outside of dialogs, whatever the application asked for. */
  readonly handsOverRefer: boolean;
}

/** Opens a rig that the suite closes after the test. */
export type OpenRig = (options?: RigOptions) => Promise<Rig>;
