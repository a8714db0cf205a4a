import type { Duration, Instant } from '../../base/clock.ts';
import type { Call, Leg } from '../../call/call.ts';
import { callerLeg } from '../../call/step.ts';
import { noOverrides, type Overrides } from '../../dialplan/override.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import { type KnownLength, promptLengths } from '../promptLengths.ts';
import { type BehaviourOf, playPhones, reachableBy, talksBy } from '../simulator/behaviour.ts';
import { callerOf, dialledBy } from '../simulator/simulate.ts';
import { type Moment, outsider, type Party } from '../timeline/moment.ts';
import { Recorder } from '../timeline/recorder.ts';
import type { Phone } from '../world/phone.ts';
import { World } from '../world/world.ts';

export interface StageOptions {
  readonly at: Instant;
  readonly from: string;
  readonly display?: string | undefined;
  readonly to: string;
  readonly behaviourOf: BehaviourOf;
  readonly known?: KnownLength | undefined;
  /** The calendars that are opened or closed by hand; left out: none. */
  readonly overrides?: Overrides;
}

export interface HeardPrompt {
  readonly name: string;
  readonly language: string;
}

/** A call whose parties are played from outside, one act after the other. */
export class Stage {
  readonly world: World;
  readonly startedAt: Instant;
  private readonly recorder: Recorder;
  private readonly main: string;
  private readonly callerIs: string | undefined;
  private readonly prompts = new Map<Party, HeardPrompt[]>();
  /** Every ringing so far. */
  readonly rings: Extract<Moment, { readonly kind: 'rung' }>[] = [];
  private sorted = 0;

  constructor(
    readonly plan: Dialplan,
    { at, from, display, to, behaviourOf, known, overrides = noOverrides }: StageOptions,
  ) {
    const lengthOf = promptLengths(plan, known);
    this.startedAt = at;
    this.recorder = new Recorder(plan, at, lengthOf);
    const world = new World(plan, {
      startsAt: at,
      lengthOf,
      overrides,
      reachable: reachableBy(behaviourOf),
      talksElsewhere: talksBy(behaviourOf),
      observe: observed => {
        this.recorder.observe(observed);
        this.sortMoments();
        playPhones(world, observed, behaviourOf);
      },
    });
    this.world = world;
    const who = callerOf(plan, from, display);
    this.callerIs = who.extension;
    const { extension } = who;
    this.main = world.arrive(
      dialledBy(plan, who, to),
      who,
      extension === undefined ? { kind: 'trunk', name: 'rehearsed' } : { kind: 'extension', number: extension },
    );
  }

  get moments(): readonly Moment[] {
    return this.recorder.moments;
  }

  get call(): Call {
    return this.world.call(this.main);
  }

  /** As the timeline names a party: a colleague who calls is there by the number of the extension. */
  nameOf(party: Party): Party {
    return party === outsider ? (this.callerIs ?? outsider) : party;
  }

  get ended(): boolean {
    return this.call.phase.kind === 'ended';
  }

  /** The prompts that a party has been given to hear so far. */
  heardBy(party: Party): readonly HeardPrompt[] {
    return this.prompts.get(this.nameOf(party)) ?? [];
  }

  /** What is asked for after every step is looked for once. */
  private sortMoments(): void {
    for (; this.sorted < this.moments.length; this.sorted++) {
      const moment = this.moments[this.sorted];
      if (moment?.kind === 'rung') this.rings.push(moment);
      if (moment?.kind !== 'heard') continue;
      const { who, language } = moment;
      const heard = this.prompts.get(who) ?? [];
      for (const { name } of moment.prompts) heard.push({ name, language });
      this.prompts.set(who, heard);
    }
  }

  /** Lets time go on until something holds; false where it does not within `patience`, or the call has ended. */
  until(holds: () => boolean, patience: Duration): boolean {
    const { clock } = this.world;
    const limit = clock.now() + patience;
    while (!holds()) {
      if (this.ended || clock.next === undefined || clock.next > limit) return false;
      clock.step();
    }
    return true;
  }

  /** The phones of a party, the latest call first. */
  phonesOf(party: Party): readonly Phone[] {
    const isCaller = party === outsider;
    return this.world.phones
      .filter(phone => {
        if (phone.state === 'gone') return false;
        if (!isCaller) return phone.extension === party;
        return this.callerIs === undefined
          ? phone.extension === undefined
          : phone.callId === this.main && phone.leg === callerLeg;
      })
      .reverse();
  }

  /** The phone on which a party takes part in a conversation: one that is not on hold goes before one that is. */
  connected(party: Party): Phone | undefined {
    const answered = this.phonesOf(party).filter(({ state }) => state === 'answered' || state === 'offered');
    return answered.find(({ held }) => !held) ?? answered[0];
  }

  ringing(party: Party): Phone | undefined {
    return this.ringingOf(party)[0];
  }

  ringingOf(party: Party): readonly Phone[] {
    return this.phonesOf(party).filter(({ state }) => state === 'dialed' || state === 'ringing');
  }

  legOf({ callId, leg }: Phone): Leg | undefined {
    return this.world.call(callId).legs[leg];
  }

  /** What a party hears now: a kind of sound, or whom. */
  hears(party: Party, what: string): boolean {
    return this.phonesOf(party).some(phone => {
      const hears = this.legOf(phone)?.hears;
      if (hears?.kind === 'tone') return hears.tone === what;
      if (hears?.kind !== 'party') return hears?.kind === what;
      const other = this.world.call(phone.callId).legs[hears.leg]?.who.extension;
      const otherIsCaller = hears.leg === callerLeg && phone.callId === this.main;
      return what === outsider ? otherIsCaller || other === undefined : other === what;
    });
  }
}
