import type { Duration, Instant } from '../base/clock.ts';
import { ofTones } from '../phone/hearing/hearing.ts';
import type { PhoneCall } from '../phone/phone.ts';
import { outsider, type Party, RingOrder, type StoryStep, showsText, sounds } from '../rehearsal/index.ts';
import { shownOn } from './chronicle.ts';
import { musicName, type SpokenPrompt, showPrompt } from './sounds.ts';
import { type LiveStage, statuses } from './stage.ts';

type Step<Key extends string> = Extract<StoryStep, Readonly<Record<Key, unknown>>>;

/** What became of a step. */
export interface Taken {
  /** What is wrong; absent: it came as it should. */
  readonly failure?: string;
  /** What of it could not be made sure of. */
  readonly unverified?: string;
  /** When it was done, where it takes a while until it is over, and others have acted by then. */
  readonly at?: Instant;
}

const asItShould: Taken = {};
const wrong = (failure: string): Taken => ({ failure });
const unsure = (unverified: string): Taken => ({ unverified });

/** People do nothing at once. */
const reaction: Duration = 400;
/** How long it may take until somebody who has answered is heard; where nobody is, the story goes on. */
const hello: Duration = 3_000;
/** A phone hangs up by itself when it has heard that its transfer goes on. */
const untilTransferorLeaves: Duration = 300;
/** Blocks of 20 ms for which a thing is heard before it counts as heard. */
const surely = 10;
/** Of a prompt that begins like another one: when it is clear enough which it is, or that it cannot be told. */
const recognised: Duration = 200;
/** Samples from the beginning of a prompt at which it may be recognised first: half a second. */
const beginning = 4_000;

/**
 * Plays the steps of a story on telephones, as the director of a rehearsal does it in virtual time: prompts and ringing
 * are expected in their order, and none may come between two that are told.
 */
export class LiveDirector {
  /** How many prompts of each party have been told. */
  private readonly heard = new Map<Party, number>();
  private readonly rung: RingOrder;
  private since: Instant;

  constructor(private readonly stage: LiveStage) {
    this.since = stage.switchboard.clock.now();
    this.rung = new RingOrder({
      get all() {
        return stage.rings;
      },
      ringingNow: who => stage.ringingOf(who).length,
    });
  }

  /** `foreseen`: how long it takes in virtual time; `patience`: how long it may take here. */
  async take(step: StoryStep, foreseen: Duration, patience: Duration): Promise<Taken> {
    const since = this.stage.switchboard.clock.now();
    this.rung.begin();
    const taken = await this.play(step, foreseen, patience);
    this.since = since;
    return taken;
  }

  private async play(step: StoryStep, foreseen: Duration, patience: Duration): Promise<Taken> {
    if ('hears' in step) return this.hears(step, patience);
    if ('waits' in step) return this.pass(step.waits);
    if ('rings' in step) return this.rings(step, patience);
    if ('stops' in step) return this.stops(step.stops, patience);
    if ('talks' in step) return this.talks(step.talks, patience);
    if ('enters' in step) {
      await this.pass(foreseen);
      return asItShould;
    }
    if ('answers' in step) {
      return this.onRinging(step.answers, patience, async call => {
        await call.answer();
        await this.saysHello(step.answers, call);
      });
    }
    if ('declines' in step) return this.onRinging(step.declines, patience, call => call.refuse(statuses.declined));
    if ('busy' in step) return this.onRinging(step.busy, patience, call => call.refuse(statuses.busy));
    if ('unreachable' in step) {
      return this.onRinging(step.unreachable, patience, call => call.refuse(statuses.unreachable));
    }
    if ('presses' in step) {
      const { who, keys } = step.presses;
      return this.onConnected(who, async call => {
        this.stage.chronicle.tell(`${this.stage.nameOf(who)} presses ${keys}`);
        const at = this.stage.switchboard.clock.now();
        await call.press(keys);
        return { at };
      });
    }
    if ('transfers' in step) return this.transfers(step);
    if ('consults' in step) return this.consults(step);
    if ('completes' in step) return this.completes(step.completes);
    if ('holds' in step) return this.changes(step.holds, 'holds', call => call.hold());
    if ('resumes' in step) return this.changes(step.resumes, 'resumes', call => call.resume());
    return this.hangsUp(step.hangsUp);
  }

  private async pass(duration: Duration): Promise<Taken> {
    await this.stage.pause(duration);
    return asItShould;
  }

  // What is heard

  private async hears({ hears: { what, who, language } }: Step<'hears'>, patience: Duration): Promise<Taken> {
    const { stage } = this;
    if (what === outsider || Object.hasOwn(stage.plan.extensions, what)) {
      const tone = ofTones([stage.toneOf(what)]);
      return (await stage.until(() => this.hearsNow(who, tone), patience)) ? asItShould : wrong(`${who} never does`);
    }
    if (stage.switchboard.sounds === undefined && !knownByCadence.has(what)) return this.hearsSomething(who, patience);
    if (sounds.has(what)) {
      return (await stage.until(() => this.hearsSound(who, what), patience)) ? asItShould : wrong(`${who} never does`);
    }
    return this.hearsPrompt(who, { name: what, language }, patience);
  }

  private hearsNow(who: Party, what: string): boolean {
    return this.stage.callsOf(who).some(({ ear, state }) => state.kind !== 'ended' && ear.heardFor(what, surely));
  }

  private hearsSound(who: Party, what: string): boolean {
    const calls = this.stage.callsOf(who);
    switch (what) {
      case 'music':
        return this.hearsNow(who, musicName);
      case 'silence':
        return (
          this.hearsNow(who, what) || calls.some(({ state, ear }) => state.kind === 'talking' && ear.now === 'nothing')
        );
      case 'ringback':
        // Before the answer the caller's own telephone makes it.
        return (
          this.hearsNow(who, what) ||
          calls.some(({ state, progress }) => state.kind === 'calling' && progress.includes(180))
        );
      default:
        // Tones of a moment: they may be over before they are asked for.
        return calls.some(({ ear }) => ear.timeline.some(one => one.what === what && one.until >= this.since));
    }
  }

  private async hearsPrompt(
    who: Party,
    expected: { readonly name: string; readonly language: string | undefined },
    patience: Duration,
  ): Promise<Taken> {
    const { stage } = this;
    const name = stage.nameOf(who);
    const nth = this.heard.get(name) ?? 0;
    const prompt = (): PlayedPrompt | undefined => this.promptsTo(who)[nth];
    if (!(await stage.until(() => prompt()?.clear === true, patience))) {
      return wrong(`${who} hears no prompt${nth === 0 ? '' : ' any more'}`);
    }
    this.heard.set(name, nth + 1);
    const { can, fromBeginning } = prompt() as PlayedPrompt;
    const named = can.filter(one => one.name === expected.name);
    if (named.length === 0) return wrong(`${who} hears ${can.map(showPrompt).join(' or ')} instead`);
    if (expected.language !== undefined && !named.some(one => one.language === expected.language)) {
      return wrong(`it is spoken in ${named.map(one => one.language).join(' or ')}`);
    }
    return fromBeginning ? asItShould : wrong(`${who} hears it from the midst of it on`);
  }

  private promptsTo(who: Party): readonly PlayedPrompt[] {
    const { clock, sounds: known } = this.stage.switchboard;
    return this.stage.playsTo(who).flatMap(({ play, over }): PlayedPrompt[] => {
      const can = play.sounds.flatMap(sound => known?.promptsOf(sound) ?? []);
      if (can.length === 0) return [];
      const certain = play.sounds.length === 1 && clock.now() - play.from >= recognised;
      return [{ can, clear: over || certain, fromBeginning: play.began < beginning }];
    });
  }

  /** Where no sound is known: that something is to be heard which is neither a person nor a tone. */
  private async hearsSomething(who: Party, patience: Duration): Promise<Taken> {
    const heard = (): boolean =>
      this.stage
        .callsOf(who)
        .some(({ ear }) => ear.timeline.some(one => one.what === 'a sound' && one.until >= this.since));
    return (await this.stage.until(heard, patience))
      ? unsure('something is heard; what it is was not compared')
      : wrong(`${who} hears nothing of the kind`);
  }

  private async talks([a, b]: readonly [Party, Party], patience: Duration): Promise<Taken> {
    const [ofA, ofB] = [a, b].map(who => ofTones([this.stage.toneOf(who)])) as [string, string];
    const both = (): boolean => this.hearsNow(a, ofB) && this.hearsNow(b, ofA);
    return (await this.stage.until(both, patience)) ? asItShould : wrong('they never do');
  }

  // Ringing

  private async rings({ rings: { who, shows } }: Step<'rings'>, patience: Duration): Promise<Taken> {
    const { absent } = this.stage.cast;
    const nobodys = who.filter(each => absent.has(each));
    const expected = new Set(who.filter(each => !absent.has(each)));
    while (expected.size > 0) {
      await this.stage.until(() => this.rung.next(expected) !== undefined, patience);
      const nth = this.rung.next(expected);
      const next = nth === undefined ? undefined : this.stage.rings[nth];
      if (nth === undefined || next === undefined) return wrong(`${[...expected].join(' and ')} never does`);
      this.rung.tell(nth);
      if (!expected.delete(next.who)) return wrong(`${next.who} rings instead`);
      const shown = shownOn(next.call);
      if (shows !== undefined && !showsText(shown, shows)) return wrong(`it shows “${shown}”`);
    }
    return nobodys.length === 0 ? asItShould : unsure(`no telephone is there at ${nobodys.join(' and ')}`);
  }

  private async stops(who: readonly Party[], patience: Duration): Promise<Taken> {
    const silent = (): boolean => who.every(party => this.stage.ringing(party) === undefined);
    return (await this.stage.until(silent, patience)) ? asItShould : wrong('it goes on ringing');
  }

  /** Something that a phone does while it rings; that it rings need not be told. */
  private async onRinging(
    who: Party,
    patience: Duration,
    act: (call: PhoneCall) => void | Promise<void>,
  ): Promise<Taken> {
    const ringing = (): PhoneCall | undefined => this.stage.ringing(who);
    if (!(await this.stage.until(() => ringing() !== undefined, patience))) return wrong(`${who} does not ring`);
    this.rung.acted(who);
    await this.stage.pause(reaction);
    const call = ringing();
    if (call === undefined) return wrong(`${who} stops ringing before it is taken`);
    await act(call);
    return asItShould;
  }

  /** Nobody does anything before they have heard each other: who is heard for no time has not been talked with. */
  private async saysHello(who: Party, call: PhoneCall): Promise<void> {
    const { stage } = this;
    const people = [outsider, ...stage.cast.extensions].filter(each => stage.nameOf(each) !== who);
    await stage.until(
      () =>
        people.some(
          other =>
            call.ear.heardFor(ofTones([stage.toneOf(other)]), surely) &&
            this.hearsNow(other, ofTones([stage.toneOf(who)])),
        ),
      hello,
    );
  }

  // What people do

  private async onConnected(who: Party, act: (call: PhoneCall) => Promise<Taken | undefined>): Promise<Taken> {
    const { stage } = this;
    // Whoever was answered, or has answered, is through when the 200 has come.
    await stage.until(() => stage.connected(who) !== undefined, reaction);
    await stage.pause(reaction);
    const call = stage.connected(who);
    if (call === undefined) return wrong(`${who} is in no call`);
    return (await act(call)) ?? asItShould;
  }

  private changes(who: Party, verb: string, act: (call: PhoneCall) => ReturnType<PhoneCall['hold']>): Promise<Taken> {
    return this.onConnected(who, async call => {
      this.stage.chronicle.tell(`${this.stage.nameOf(who)} ${verb}`);
      const { status, text } = await act(call);
      return status < 300 ? asItShould : wrong(`it is refused with ${status} ${text}`);
    });
  }

  private async hangsUp(who: Party): Promise<Taken> {
    const { stage } = this;
    await stage.pause(reaction);
    const call = stage.connected(who) ?? stage.callsOf(who).find(({ state }) => state.kind === 'calling');
    if (call === undefined) return wrong(`${who} is in no call`);
    await call.hangUp();
    return asItShould;
  }

  private transfers({ transfers: { who, to, stays, refused } }: Step<'transfers'>): Promise<Taken> {
    return this.onConnected(who, async call => {
      this.stage.chronicle.tell(`${who} transfers to ${to}`);
      const { status } = await call.transfer(to).outcome;
      if (refused !== undefined) {
        return status === refused ? asItShould : wrong(`it is ${status < 300 ? 'accepted' : `refused with ${status}`}`);
      }
      if (status >= 300) return wrong(`it is refused with ${status}`);
      if (!stays) this.leave(call);
      return asItShould;
    });
  }

  private consults({ consults: { who, with: target } }: Step<'consults'>): Promise<Taken> {
    return this.onConnected(who, async call => {
      this.stage.chronicle.tell(`${who} holds, and calls ${target}`);
      const { status, text } = await call.hold();
      if (status >= 300) return wrong(`hold is refused with ${status} ${text}`);
      this.stage.place(who, target);
      return asItShould;
    });
  }

  /** REFER with Replaces: the conversation on hold gets whoever the latest call talks to, or rings. */
  private completes(who: Party): Promise<Taken> {
    return this.onConnected(who, async () => {
      const calls = this.stage.callsOf(who).filter(({ state }) => state.kind === 'talking' || state.kind === 'calling');
      const onHold = calls.find(({ held }) => held);
      const consulted = calls.find(call => call !== onHold);
      if (onHold === undefined || consulted === undefined) return wrong(`${who} does not consult anybody`);
      this.stage.chronicle.tell(`${who} completes the transfer`);
      const { status } = await onHold.transferTo(consulted).outcome;
      if (status >= 300) return wrong(`it is refused with ${status}`);
      this.leave(onHold);
      return asItShould;
    });
  }

  private leave(call: PhoneCall): void {
    void this.stage.pause(untilTransferorLeaves).then(() => call.hangUp());
  }
}

interface PlayedPrompt {
  readonly can: readonly SpokenPrompt[];
  /** It is known which it is, or will not be known any better. */
  readonly clear: boolean;
  readonly fromBeginning: boolean;
}

/** What is known without any file. */
const knownByCadence: ReadonlySet<string> = new Set(['silence', 'ringback', 'confirm', 'error', 'returned']);
