import type { Clock, Duration } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { withoutSeparators } from '../base/numbers/written.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import type { Play } from '../phone/hearing/knownSounds.ts';
import { answering, createPhone, type Phone, type PhoneCall, type PhoneOptions, ringing } from '../phone/phone.ts';
import { Waits } from '../phone/waits.ts';
import { outsider, type Party, type Story } from '../rehearsal/index.ts';
import { type Cast, tonesOf } from './cast.ts';
import { Chronicle } from './chronicle.ts';
import type { LiveSounds } from './sounds.ts';

/** The switchboard on which stories are played, and what is known of it. */
export interface Switchboard {
  readonly clock: Clock;
  readonly log: Log;
  readonly server: NonNullable<PhoneOptions['server']>;
  readonly transport: 'udp' | 'tcp';
  /** Of this machine, towards the switchboard. */
  readonly localAddress: string;
  readonly passwordOf: (extension: string) => string | undefined;
  /** Absent: what is played is not told apart. */
  readonly sounds?: LiveSounds | undefined;
  /** Extensions are played although telephones of theirs are registered, which ring, too. */
  readonly disturb: boolean;
}

/** A story that cannot be played, as the switchboard has it. The message is for the person who wanted it played. */
export class NotPlayable extends Error {}

/** What a phone refuses with, so that call control has the reason that the story says. */
export const statuses = { busy: 486, declined: 603, unreachable: 503 } as const;

/** How long telephones may take to say goodbye. */
const farewell: Duration = 3_000;

/** Real telephones around a switchboard: one for each extension of a story, and one for a caller from outside. */
export class LiveStage {
  readonly waits: Waits;
  readonly chronicle: Chronicle;
  /** Every ringing so far. */
  readonly rings: { readonly who: Party; readonly call: PhoneCall }[] = [];
  /** The call of the story, since `begin`. */
  main: PhoneCall | undefined;
  private readonly phones = new Map<Party, Phone>();
  private readonly calls: { readonly who: Party; readonly call: PhoneCall }[] = [];
  private readonly tones: ReadonlyMap<Party, number>;
  private closing: Promise<void> | undefined;

  constructor(
    readonly switchboard: Switchboard,
    readonly plan: Dialplan,
    readonly story: Story,
    readonly cast: Cast,
  ) {
    const { clock, sounds } = switchboard;
    this.waits = new Waits(clock, 0);
    this.tones = tonesOf(cast);
    this.chronicle = new Chronicle(clock, sounds, tone => this.whoSounds(tone));
  }

  /** Switches the telephones on, and registers them. Errors: `NotPlayable`; `ADDRESS_IN_USE`. */
  async open(): Promise<void> {
    const { extensions } = this.cast;
    for (const extension of extensions) await this.switchOn(extension);
    if (!this.phones.has(this.callerName)) await this.switchOn(outsider);
    if (!this.switchboard.disturb) {
      await Promise.all(extensions.map(extension => this.mustBeFree(extension)));
    }
    // One after the other: who has been there longest is offered the first call.
    for (const extension of extensions) {
      await this.phoneOf(extension)
        .register()
        .catch(error => {
          throw new NotPlayable(`extension ${extension} cannot be registered: ${messageOf(error)}`);
        });
    }
  }

  /** The call of the story comes in. */
  begin(): PhoneCall {
    const { from, to } = this.story;
    this.chronicle.begin();
    this.chronicle.tell(`${this.callerName} (${from === '' ? 'anonymous' : from}) calls ${to}`);
    this.main = this.place(this.callerName, to);
    return this.main;
  }

  place(who: Party, to: string): PhoneCall {
    const call = this.phoneOf(who).call(withoutSeparators(to) ?? to);
    this.watch(who, call);
    return call;
  }

  /** A colleague who calls is there by the number of the extension. */
  get callerName(): Party {
    const { from } = this.story;
    return Object.hasOwn(this.plan.extensions, from) ? from : outsider;
  }

  nameOf(party: Party): Party {
    return party === outsider ? this.callerName : party;
  }

  /** The calls of a party, the latest first; those of the story's caller are the one call of the story. */
  callsOf(party: Party): readonly PhoneCall[] {
    if (party === outsider) return this.main === undefined ? [] : [this.main];
    return this.calls
      .filter(({ who }) => who === party)
      .map(({ call }) => call)
      .reverse();
  }

  /** The call in which a party takes part: one that is not on hold goes before one that is. */
  connected(party: Party): PhoneCall | undefined {
    const up = this.callsOf(party).filter(({ state }) => state.kind === 'talking');
    return up.find(({ held }) => !held) ?? up[0];
  }

  ringing(party: Party): PhoneCall | undefined {
    return this.ringingOf(party)[0];
  }

  ringingOf(party: Party): readonly PhoneCall[] {
    return this.callsOf(party).filter(({ state }) => state.kind === 'offered');
  }

  /** The known sounds that a party was given to hear, in their order. */
  playsTo(party: Party): readonly { readonly play: Play; readonly over: boolean }[] {
    return this.callsOf(party)
      .flatMap(({ ear, state }) =>
        ear.plays.map((play, index) => ({
          play,
          over: index < ear.plays.length - 1 || !ear.following || state.kind === 'ended',
        })),
      )
      .sort((a, b) => a.play.from - b.play.from);
  }

  toneOf(party: Party): number {
    return this.tones.get(this.nameOf(party)) ?? 0;
  }

  /** Whether something holds before the time is over, which is looked at whenever anything has changed. */
  async until(holds: () => boolean, patience: Duration): Promise<boolean> {
    return this.waits
      .until(
        'a step',
        () => holds() || undefined,
        () => '',
        patience,
      )
      .catch(() => holds());
  }

  pause(duration: Duration): Promise<void> {
    return this.until(() => false, duration).then(() => undefined);
  }

  /** Hangs every telephone up, takes every registration back, and lets go of all sockets. Never fails. */
  close(): Promise<void> {
    this.closing ??= (async () => {
      this.waits.close();
      await Promise.all([...this.phones.values()].map(phone => this.switchOff(phone)));
    })();
    return this.closing;
  }

  /** What the telephones hold: all zero when they are closed. */
  get leftovers(): readonly Phone['leftovers'][] {
    return [...this.phones.values()].map(phone => phone.leftovers);
  }

  private async switchOff(phone: Phone): Promise<void> {
    const { clock } = this.switchboard;
    await withDeadline(clock, farewell, 'the farewell of a telephone', phone.close()).catch(() => phone.vanish());
  }

  private async switchOn(who: Party): Promise<void> {
    const { clock, log, server, transport, localAddress, sounds } = this.switchboard;
    const { story, plan } = this;
    const outside = who === outsider;
    const display = outside || who === story.from ? story.display : undefined;
    const name = display ?? plan.extensions[who]?.name;
    const password = outside ? undefined : this.passwordOf(who);
    const phone = await createPhone({
      clock,
      log,
      user: outside ? (story.from === '' ? 'anonymous' : (withoutSeparators(story.from) ?? story.from)) : who,
      server,
      onlyServer: true,
      transport,
      address: localAddress,
      tone: this.toneOf(who),
      knows: [...this.tones.values()],
      sounds: sounds?.known ?? [],
      policy: this.policyOf(who),
      onCall: call => {
        this.rings.push({ who, call });
        this.watch(who, call);
      },
      onChange: () => {
        this.chronicle.look();
        this.waits.changed();
      },
      ...(name === undefined ? {} : { display: name }),
      ...(password === undefined ? {} : { password }),
    });
    this.phones.set(who, phone);
    if (this.closing !== undefined) await this.switchOff(phone);
  }

  private watch(who: Party, call: PhoneCall): void {
    this.calls.push({ who, call });
    this.chronicle.watch(who, call);
  }

  private passwordOf(extension: string): string {
    const password = this.switchboard.passwordOf(extension);
    if (password === undefined) throw new NotPlayable(`there is no password of extension ${extension}`);
    return password;
  }

  private policyOf(who: Party): NonNullable<PhoneOptions['policy']> {
    const does = Object.hasOwn(this.story.phones, who) ? this.story.phones[who] : undefined;
    if (does === undefined || does.kind === 'noAnswer' || does.kind === 'talking') return ringing;
    if (does.kind === 'answer') return answering(does.after);
    return { kind: 'refuse', status: statuses[does.kind], ...(does.after === 0 ? {} : { after: does.after }) };
  }

  private async mustBeFree(extension: string): Promise<void> {
    const addresses = await this.phoneOf(extension)
      .registration.addresses()
      .catch(error => {
        throw new NotPlayable(`extension ${extension} cannot be registered: ${messageOf(error)}`);
      });
    if (addresses.length === 0) return;
    throw new NotPlayable(`a telephone of extension ${extension} would ring: ${addresses.join(', ')} (--disturb)`);
  }

  private phoneOf(who: Party): Phone {
    const phone = this.phones.get(who);
    if (phone === undefined) throw new NotPlayable(`there is no telephone of ${who}`);
    return phone;
  }

  private whoSounds(tone: number): Party | undefined {
    return [...this.tones].find(([, hertz]) => hertz === tone)?.[0];
  }
}
