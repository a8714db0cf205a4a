/**
 * A telephone without a case: registers, calls, is called, transfers, says a tone of its own and tells what it hears.
 * For the demonstration, for tests and for stories; it waits for events and never sleeps, and leaves nothing behind.
 */
import { KozpontError } from '../base/errors.ts';
import { ToneGenerator } from '../embedded/rtp/audio/tones.ts';
import { RtpEngine } from '../embedded/rtp/rtpEngine.ts';
import { createSipStack } from '../embedded/sip/createStack.ts';
import { keyOf, keyOfMessage } from '../embedded/sip/dialogs/dialog.ts';
import { responseTo } from '../embedded/sip/responseTo.ts';
import type { Hop, SipCore, SipStack } from '../embedded/sip/stack.ts';
import { toTag } from '../embedded/sip/tags.ts';
import { AcceptedInvites } from '../embedded/sip/userAgent/inviteServer.ts';
import type { SipRequest } from '../sip/message.ts';
import type { PhoneCall } from './calls/call.ts';
import { takeCall } from './calls/incoming.ts';
import { type Placing, placeCall } from './calls/placing.ts';
import { acknowledged, received } from './calls/received.ts';
import { Identity } from './digest/digest.ts';
import { Ear } from './hearing/ear.ts';
import { PhoneMedia } from './media/phoneMedia.ts';
import { type PhoneOptions, type Policy, ringing } from './options.ts';
import { Registration } from './registration.ts';
import { newRequest, type Outcome, send } from './requests.ts';
import { stackTowards } from './serverOnly.ts';
import { allow, type PhoneSurroundings } from './surroundings.ts';
import { Waits } from './waits.ts';

export type { CallEnd, PhoneCall } from './calls/call.ts';
export { answering, busy, declining, type PhoneOptions, type Policy, ringing } from './options.ts';
export { replacesOf } from './verbs/replaces.ts';
export type { Transfer } from './verbs/transfer.ts';
export { refer } from './verbs/transfer.ts';

/** Below the ports that systems give out by themselves. */
const rtpPorts = { from: 10_000, to: 19_999 };

/** A phone that is switched on, and not registered. Error: `ADDRESS_IN_USE`. */
export async function createPhone(options: PhoneOptions): Promise<Phone> {
  const phone = new Phone(options);
  await phone.switchOn();
  return phone;
}

export class Phone {
  readonly registration: Registration;
  /** What it does with the next call that comes in. */
  policy: Policy;

  private readonly phone: PhoneSurroundings;
  private readonly stack: SipStack;
  private readonly engine: RtpEngine;
  private readonly waits: Waits;
  private readonly accepted: AcceptedInvites;
  private readonly alive = new Set<PhoneCall>();
  private readonly incoming: PhoneCall[] = [];
  /** Calls whose transfers are still told of, though they are over. */
  private readonly referring = new Set<PhoneCall>();
  private contact = '';
  private closing: Promise<void> | undefined;

  constructor(readonly options: PhoneOptions) {
    const { clock, log, transport = 'udp', address = '127.0.0.1', advertise } = options;
    const host = advertise ?? address;
    this.policy = options.policy ?? ringing;
    this.waits = new Waits(clock, options.patience ?? 10_000, options.onChange);
    this.accepted = new AcceptedInvites(clock, options.timers);
    this.engine = new RtpEngine({ clock, log, bind: address, ports: rtpPorts, rest: 0, random: Math.random });
    this.stack = createSipStack({
      clock,
      log,
      listeners: [
        {
          protocol: transport,
          address,
          port: 0,
          ...(advertise === undefined ? {} : { advertise: { host: advertise } }),
        },
      ],
      core: this.core(),
      abilities: { methods: allow.split(', '), loneVia: true },
      ...(options.timers === undefined ? {} : { timers: options.timers }),
    });
    const tones = new ToneGenerator();
    const server: Hop | undefined =
      options.server === undefined ? undefined : { protocol: transport, ...options.server };
    const domain = (): string => (server === undefined ? this.here(host) : `${server.address}:${server.port}`);
    const own = (): string => this.contact;
    const { waits, accepted, engine } = this;
    const stack = options.onlyServer === true ? stackTowards(this.stack, () => server) : this.stack;
    this.phone = {
      clock,
      log,
      stack,
      accepted,
      waits,
      server,
      user: options.user,
      identity: new Identity(options.user, options.password, options.digests ?? ['SHA-256', 'MD5']),
      get contact() {
        return own();
      },
      get aor() {
        return `sip:${options.user}@${domain()}`;
      },
      get nameAddr() {
        const display = options.display === undefined ? '' : `"${options.display.replace(/["\\]/g, '\\$&')}" `;
        return `${display}<${this.aor}>`;
      },
      addressOf: to => (to.startsWith('sip:') ? to : `sip:${to}@${domain()}`),
      listen: () =>
        new Ear({
          tones: options.knows ?? [],
          sounds: options.sounds ?? [],
          onChange: () => waits.changed(),
          ...(options.onHeard === undefined ? {} : { onHeard: options.onHeard }),
        }),
      openMedia: (ear, digit) =>
        PhoneMedia.open({
          engine,
          tones,
          address: host,
          codecs: options.codecs ?? ['PCMA', 'PCMU'],
          tone: options.tone,
          ear,
          signallingAddress: options.server?.address,
          digit,
        }),
    };
    this.registration = new Registration(this.phone);
  }

  /** Once, before all else; `createPhone` does it. */
  async switchOn(): Promise<void> {
    await this.stack.listen();
    const { user, transport = 'udp', address = '127.0.0.1', advertise } = this.options;
    const suffix = transport === 'udp' ? '' : `;transport=${transport}`;
    this.contact = `sip:${user}@${this.here(advertise ?? address)}${suffix}`;
  }

  /** Where it is called directly, without a server. */
  get uri(): string {
    return this.contact;
  }

  /** Those that are not over. */
  get calls(): readonly PhoneCall[] {
    return [...this.alive];
  }

  /** What is there besides the phone itself: all zero when it is idle. */
  get leftovers(): { readonly calls: number; readonly media: number; readonly waits: number } {
    return { calls: this.alive.size, media: this.engine.metrics().sessions, waits: this.waits.size };
  }

  register(expires?: number): Promise<void> {
    return this.registration.register(expires);
  }

  unregister(): Promise<void> {
    return this.registration.unregister();
  }

  /** `to`: a number of the server's, or a SIP URI. */
  call(to: string, placing: Placing = {}): PhoneCall {
    const call = placeCall(this.phone, to, placing, over => this.over(over));
    this.alive.add(call);
    return call;
  }

  /** The first call that came in and was not given out before. */
  rung(): Promise<PhoneCall> {
    return this.waits.until(
      `a call to ${this.options.user}`,
      () => this.incoming.shift(),
      () => `${this.alive.size} calls are up`,
    );
  }

  /** A request outside of any dialog: OPTIONS, MESSAGE. */
  ask(method: string, to: string): Promise<Outcome> {
    return send(this.stack, newRequest(this.phone, method, to), this.phone.server);
  }

  /** Ends every call, unregisters, and lets go of everything. */
  close(): Promise<void> {
    this.closing ??= (async () => {
      await Promise.all([...this.alive].map(call => call.hangUp().catch(() => {})));
      await this.registration.unregister();
      await this.vanish();
    })();
    return this.closing;
  }

  /** As if its plug were pulled: no further word to anybody. */
  async vanish(): Promise<void> {
    this.registration.stop();
    for (const call of [...this.alive]) {
      call.become({ kind: 'ended', end: { by: 'us', status: undefined, text: 'switched off', reason: undefined } });
    }
    this.waits.close();
    this.accepted.close();
    await this.stack.close();
    this.engine.close();
    if (this.alive.size > 0) throw new KozpontError('DISPOSED', 'calls have outlived their phone');
  }

  private here(host: string): string {
    return `${host}:${this.stack.addresses[0]?.port ?? 0}`;
  }

  private over(call: PhoneCall): void {
    this.alive.delete(call);
    if (call.transfers.length > 0) this.referring.add(call);
  }

  private core(): SipCore {
    return {
      request: transaction => {
        const { request } = transaction;
        const answer = (status: number): void => void transaction.respond(responseTo(request, status));
        if (toTag(request) !== undefined) {
          const call = this.whose(request);
          if (call === undefined) return answer(481);
          return received(call, transaction);
        }
        if (request.method === 'OPTIONS') return answer(200);
        if (request.method !== 'INVITE') return answer(481);
        const call = takeCall(this.phone, transaction, this.policy, over => this.over(over));
        if (call.state.kind !== 'ended') this.alive.add(call);
        this.incoming.push(call);
        this.options.onCall?.(call);
        this.waits.changed();
      },
      ack: request => {
        this.accepted.acknowledge(request);
        const call = this.whose(request);
        if (call !== undefined) acknowledged(call, request);
      },
    };
  }

  private whose(request: SipRequest): PhoneCall | undefined {
    const key = keyOfMessage(request);
    for (const call of this.alive) {
      if (call.state.kind === 'talking' && keyOf(call.state.dialog) === key) return call;
    }
    for (const call of this.referring) if (call.key === key) return call;
    return undefined;
  }
}
