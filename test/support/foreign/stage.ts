import { systemClock } from '../../../src/base/clock.ts';
import { withDeadline } from '../../../src/base/deadline.ts';
import { messageOf } from '../../../src/base/errors.ts';
import { progressTone } from '../../../src/phone/hearing/cadence.ts';
import { RtpPeer } from '../rtpPeer.ts';
import { everyFrequency } from '../switchboard/frequencies.ts';
import { inOffice, type Office, type OfficeOptions, passwordOf } from '../switchboard/office.ts';
import { Baresip, type BaresipOptions } from './baresip.ts';
import { Sipp, type SippOptions } from './sipp.ts';

export type Transport = 'udp' | 'tcp';

/** Where foreign callers are: behind the trunk of the office. */
const trunk = '127.0.0.2';
const house = '127.0.0.1';

/** An office, and programs that nobody here wrote around it. */
export class Stage {
  private readonly leaving: (() => Promise<void>)[] = [];
  private readonly telling: (() => Promise<string>)[] = [];

  constructor(
    readonly office: Office,
    readonly transport: Transport,
  ) {}

  /** Where the switchboard is, by way of this stage's transport. */
  get server(): { readonly address: string; readonly port: number } {
    const { kozpont } = this.office;
    const listener = kozpont.listening.find(({ transport }) => transport === this.transport);
    if (listener === undefined) throw new Error(`nobody listens to ${this.transport}`);
    return { address: house, port: listener.port };
  }

  /** An extension's phone, registered. */
  async baresip(user: string, options: Partial<BaresipOptions> = {}): Promise<Baresip> {
    const phone = await Baresip.start({
      user,
      password: passwordOf(user),
      registrar: this.server,
      transport: this.transport,
      tone: this.office.tone(user),
      knows: [progressTone, ...everyFrequency],
      ...options,
    });
    this.leaving.push(() => phone.stop());
    this.telling.push(async () => phone.trace.slice(-3_000));
    await phone.registered();
    return phone;
  }

  /** A caller from outside. */
  caller(scenario: string, keys: SippOptions['keys'], options: Partial<SippOptions> = {}): Promise<Sipp> {
    const number = { from: '+36201112233', name: 'Kiss Éva' };
    return this.sipp({ scenario, address: trunk, keys: { ...number, ...keys }, ...options });
  }

  /** A phone of the house. */
  extension(scenario: string, user: string, options: Partial<SippOptions> = {}): Promise<Sipp> {
    return this.sipp({ scenario, address: house, user, password: passwordOf(user), ...options });
  }

  /** The media of a party whose signalling is sipp's, with a tone of its own. */
  async voice(name: string, address = trunk): Promise<Voice> {
    const peer = await RtpPeer.open({ address, tone: this.office.tone(name), knows: everyFrequency });
    this.leaving.push(() => peer.close());
    return new Voice(name, peer);
  }

  /** What the programs saw, for the reader of a failure. */
  async story(): Promise<string> {
    return (await Promise.all(this.telling.map(tell => tell()))).join('\n');
  }

  async leave(): Promise<void> {
    for (const leave of this.leaving.splice(0).reverse()) await leave();
  }

  private async sipp(options: Omit<SippOptions, 'server'>): Promise<Sipp> {
    const sipp = await Sipp.start({ transport: this.transport, server: this.server, ...options });
    this.leaving.push(() => sipp.stop());
    this.telling.push(() => sipp.story());
    return sipp;
  }
}

/** Milliseconds. */
const patience = 12_000;

/** A raw RTP party that speaks to whoever speaks to it, and whose waits end. */
export class Voice {
  constructor(
    private readonly name: string,
    private readonly peer: RtpPeer,
  ) {}

  get port(): number {
    return this.peer.port;
  }

  /** Talks to where the first packet came from. */
  async latches(): Promise<void> {
    await this.within(
      'the first packet',
      this.peer.until(() => this.peer.received.length > 0),
    );
    const from = this.peer.received[0]?.from;
    this.peer.talkTo(`c=IN IP4 ${from?.address}\r\nm=audio ${from?.port}`);
  }

  hears(tone: number): Promise<void> {
    return this.within(`${tone} Hz`, this.peer.hears(tone));
  }

  press(digits: string): Promise<void> {
    return this.within(`the digits ${digits}`, this.peer.press(digits));
  }

  private within(what: string, work: Promise<void>): Promise<void> {
    return withDeadline(systemClock, patience, `${what} at ${this.name}`, work);
  }
}

/** A story with foreign programs, all of which have ended at its end. */
export const onStage = (
  transport: Transport,
  story: (stage: Stage) => Promise<void>,
  options: OfficeOptions = {},
): (() => Promise<void>) =>
  inOffice(async office => {
    const stage = new Stage(office, transport);
    try {
      await story(stage);
    } catch (error) {
      throw new Error(`${messageOf(error)}\n${await stage.story()}`, { cause: error });
    } finally {
      await stage.leave();
    }
  }, options);
