import { expect, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { type Log, silentLog } from '../../../src/base/log.ts';
import type { CallRecord } from '../../../src/call/record.ts';
import type { TransferEvent } from '../../../src/call/trail.ts';
import type { PhoneOptions as PhoneSettings } from '../../../src/config/config.ts';
import { parseConfig } from '../../../src/config/load.ts';
import type { Dialplan } from '../../../src/dialplan/plan.ts';
import { type Kozpont, type Listening, type Parts, startKozpont } from '../../../src/main.ts';
import { createPhone, type Phone, type PhoneOptions } from '../../../src/phone/phone.ts';
import { Waits } from '../../../src/phone/waits.ts';
import { onProduction, openProduction, type ProductionEngine, type ProductionOptions } from '../production/engine.ts';
import { everyFrequency, Frequencies } from './frequencies.ts';
import { type Times, timedPlan } from './timedPlan.ts';
import { promptTone, toneSounds } from './toneSounds.ts';

/** The phone of the reception is told how its blind transfers go. */
export const reportedTo10: Pick<OfficeOptions, 'phones'> = { phones: { '10': { transferNotify: 'progress' } } };

/** Who sits where: phones of the house, callers behind the trunk, and somebody whom nobody knows. */
const addresses = { house: '127.0.0.1', trunk: '127.0.0.2', stranger: '127.0.0.3' } as const;

/** Milliseconds: short, and long enough to be heard when the key that called for them has been let go of. */
const prompts = { welcome: 800, sorry: 600, bye: 400, closed: 400 };

export const companyNumber = '+3612345678';

export interface OfficeOptions {
  readonly times?: Times;
  readonly plan?: Partial<Dialplan>;
  readonly phones?: Readonly<Record<string, PhoneSettings>>;
  /** Above it, calls are refused. */
  readonly calls?: number;
  /** New calls a second from one trunk, extension or address. */
  readonly callsPerSecondPerSource?: number;
  /** Milliseconds. A machine on which many tests run at once is late at times: by default that is not what it is about. */
  readonly eventLoopDelay?: number;
  /** Further settings of the trunk, as they stand in its braces. */
  readonly trunk?: string;
  /** Where the API listens; default: nowhere. */
  readonly api?: string;
  readonly prompts?: Readonly<Record<string, number>>;
  /** How long calls may go on after `drain`. Milliseconds. */
  readonly drain?: number;
  /** On drachtio-server and so many FreeSWITCHes; default: as KOZPONT_TEST_ENGINE says. */
  readonly mediaServers?: number;
  readonly production?: ProductionOptions;
  /** The folder of what outlives the office; default: one of its own. */
  readonly state?: string;
  /** Default: silent. */
  readonly log?: Log;
}

/**
 * A switchboard on loopback, with an office of people around it, every one of whom has a tone of their own. It is the
 * whole of Kozpont: only prompts and music are tones, so that they can be told apart.
 */
export class Office {
  readonly records: CallRecord[] = [];
  readonly transfers: TransferEvent[] = [];
  private readonly phones: Phone[] = [];
  private readonly waits = new Waits(systemClock, 10_000);

  private constructor(
    readonly frequencies: Frequencies,
    /** The one that runs now. */
    public kozpont: Kozpont,
    private readonly start: (listen: readonly Listening[]) => Promise<Kozpont>,
    /** Its state folder. */
    readonly state: string,
    private readonly removeFiles: () => Promise<void>,
    /** Undefined on the embedded engine. */
    readonly production: ProductionEngine | undefined,
  ) {}

  static async open(options: OfficeOptions): Promise<Office> {
    const frequencies = new Frequencies();
    const plan = timedPlan(options.times ?? {}, options.plan);
    const sounds = await toneSounds(frequencies, { ...prompts, ...options.prompts }, plan.company.languages);
    let office: Office | undefined;
    const wanted = options.mediaServers ?? (onProduction ? 1 : 0);
    const production = wanted === 0 ? undefined : await openProduction(wanted, options.production);
    const text = `${settings(options)}${production?.settings ?? ''}`;
    const config = parseConfig('kozpont.yaml', text, { folder: sounds.folder, environment: {} }).value;
    if (config === undefined) throw new Error('the settings of the test are wrong');
    const start = (listening: readonly Listening[]): Promise<Kozpont> => {
      const listeners = config.sip.listeners.map((listener, at) => ({ ...listener, port: listening[at]?.port ?? 0 }));
      return startKozpont({ ...config, sip: { ...config.sip, listeners }, phones: options.phones ?? {} }, parts());
    };
    const parts = (): Parts => ({
      plan,
      credentials: { passwordOf },
      prompts: { ...sounds, close: async () => {} },
      clock: systemClock,
      log: options.log ?? silentLog,
      watchers: [
        {
          callEnded: record => {
            office?.records.push(record);
            office?.waits.changed();
          },
          transferEvent: (_, event) => {
            office?.transfers.push(event);
            office?.waits.changed();
          },
        },
      ],
    });
    const removeFiles = async (): Promise<void> => {
      await sounds.close();
      await production?.stop();
    };
    const kozpont = await start([]).catch(async error => {
      await removeFiles();
      throw error;
    });
    office = new Office(frequencies, kozpont, start, config.files.state, removeFiles, production);
    return office;
  }

  /** Kozpont ends and is started again: on the same ports, with the same files, and whatever `meanwhile` makes of them. */
  async restart(meanwhile: (state: string) => Promise<void> = async () => {}): Promise<void> {
    const { listening } = this.kozpont;
    await this.kozpont.close();
    await meanwhile(this.state);
    this.kozpont = await this.start(listening);
  }

  /** Of SIP by UDP. */
  get port(): number {
    return this.kozpont.listening.find(({ transport }) => transport === 'udp')?.port ?? 0;
  }

  /** The frequency of a person (by user), of `music`, or of a prompt (`welcome-en`). */
  tone(name: string): number {
    return this.frequencies.of(name);
  }

  prompt(name: string, language = 'en'): number {
    return this.tone(promptTone(name, language));
  }

  get music(): number {
    return this.tone('music');
  }

  /** An extension's phone, registered. */
  async extension(user: string, options: Partial<PhoneOptions> = {}): Promise<Phone> {
    const phone = await this.phone(user, addresses.house, { password: passwordOf(user), ...options });
    await phone.register();
    return phone;
  }

  /** Somebody outside, who calls through the trunk. */
  caller(number = '+36201112233', options: Partial<PhoneOptions> = {}): Promise<Phone> {
    return this.phone(number, addresses.trunk, options);
  }

  stranger(user: string, options: Partial<PhoneOptions> = {}): Promise<Phone> {
    return this.phone(user, addresses.stranger, options);
  }

  /** A phone that has not said a word yet. */
  async phone(user: string, address: string, options: Partial<PhoneOptions> = {}): Promise<Phone> {
    const transport = options.transport ?? 'udp';
    const listening = this.kozpont.listening.find(one => one.transport === transport);
    const phone = await createPhone({
      clock: systemClock,
      log: silentLog,
      user,
      address,
      server: { address: addresses.house, port: listening?.port ?? 0 },
      tone: this.tone(user),
      knows: everyFrequency,
      ...options,
    });
    this.phones.push(phone);
    return phone;
  }

  /** The records of calls that have ended, when there are so many. */
  async ended(count: number): Promise<readonly CallRecord[]> {
    await this.waits.until(
      `the end of ${count} calls`,
      () => this.records.length >= count || undefined,
      () => `${this.records.length} have ended, ${this.kozpont.alive().calls} are up`,
    );
    return this.records;
  }

  /** Whose calls are all over: nothing is left of them but their records. */
  async isQuiet(): Promise<void> {
    await vi.waitFor(() => expect(this.kozpont.alive()).toEqual(nobody), { timeout: 10_000, interval: 5 });
  }

  /** The kinds of transfer events so far. */
  get told(): readonly string[] {
    return this.transfers.map(({ kind }) => kind);
  }

  transferEvent(kind: TransferEvent['kind']): Promise<TransferEvent> {
    return this.waits.until(
      kind,
      () => this.transfers.find(event => event.kind === kind),
      () => this.told.join(', '),
    );
  }

  /** Everybody hangs up; what is left then is wrong. */
  async close(): Promise<void> {
    await Promise.all(this.phones.map(phone => phone.close()));
    await this.isQuiet();
    expect(this.phones.map(phone => phone.leftovers)).toEqual(
      this.phones.map(() => ({ calls: 0, media: 0, waits: 0 })),
    );
    this.waits.close();
    await this.kozpont.close();
    expect(this.kozpont.alive()).toEqual(nobody);
    await this.removeFiles();
  }

  /** As it is, when a test has failed already. */
  async abandon(): Promise<void> {
    this.waits.close();
    await Promise.all(this.phones.map(phone => phone.vanish().catch(() => {})));
    await this.kozpont.close();
    await this.removeFiles();
  }
}

const nobody = { calls: 0, legs: 0, endpoints: 0 };

/** No spaces: some phones cannot be told a password with one. */
export const passwordOf = (extension: string): string => `password-of-${extension}`;

const settings = ({
  calls = 1000,
  callsPerSecondPerSource = 1_000,
  eventLoopDelay = 60_000,
  drain = 1000,
  api = 'off',
  state = 'var',
  trunk,
}: OfficeOptions): string => `
state: ${state}
sip: { listen: [udp:${addresses.house}:0, tcp:${addresses.house}:0], realm: office }
media: { address: ${addresses.house}, rest: 0ms }
trunks: { outside: { from: [${addresses.trunk}]${trunk === undefined ? '' : `, ${trunk}`} } }
limits:
  calls: ${calls}
  callsPerSecondPerSource: ${callsPerSecondPerSource}
  eventLoopDelay: ${eventLoopDelay}ms
  drain: ${drain}ms
api: { listen: "${api}" }
`;

/** A story in an office of its own, which is empty at the end. */
export const inOffice =
  (story: (office: Office) => Promise<void>, options: OfficeOptions = {}) =>
  async (): Promise<void> => {
    const office = await Office.open(options);
    expect(office.kozpont.alive()).toEqual(nobody);
    try {
      await story(office);
    } catch (error) {
      await office.abandon();
      throw error;
    }
    await office.close();
  };
