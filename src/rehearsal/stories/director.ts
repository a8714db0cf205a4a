import { oneForm, withoutCountry } from '../../base/numbers/oneForm.ts';
import { dialledBy, showsText } from '../simulator/simulate.ts';
import type { Moment, Party } from '../timeline/moment.ts';
import { outsider } from '../timeline/moment.ts';
import type { Phone } from '../world/phone.ts';
import type { StoryStep } from './grammar.ts';
import { sounds } from './inspect.ts';
import { patience } from './patience.ts';
import { RingOrder } from './ringOrder.ts';
import type { Stage } from './stage.ts';

type Step<Key extends string> = Extract<StoryStep, Readonly<Record<Key, unknown>>>;

const betweenKeys = 100;
/** A phone hangs up by itself when it has heard that its transfer goes on. */
const untilTransferorLeaves = 300;

/** What is wrong with a step; undefined: it came as it should. */
type Failure = string | undefined;

/**
 * Plays the steps of a story. What people do is done at once, as soon as their phone is in the state for it; what is
 * expected is waited for. Prompts and ringing are expected in their order: none may come between two that are told.
 */
export class Director {
  /** How many prompts of each party, and how many nodes, have been told. */
  private readonly heard = new Map<Party, number>();
  private readonly rung: RingOrder;
  private entered = 0;

  constructor(private readonly stage: Stage) {
    this.rung = new RingOrder({ all: stage.rings, ringingNow: who => stage.ringingOf(who).length });
  }

  take(step: StoryStep): Failure {
    this.rung.begin();
    if ('hears' in step) return this.hears(step);
    if ('enters' in step) return this.enters(step.enters);
    if ('presses' in step) return this.presses(step);
    if ('waits' in step) return void this.stage.world.clock.advance(step.waits);
    if ('rings' in step) return this.rings(step);
    if ('stops' in step) return this.stops(step.stops);
    if ('answers' in step) return this.onRinging(step.answers, phone => this.stage.world.answer(phone));
    if ('declines' in step) return this.onRinging(step.declines, phone => this.stage.world.fail(phone, 'declined'));
    if ('busy' in step) return this.onRinging(step.busy, phone => this.stage.world.fail(phone, 'busy'));
    if ('unreachable' in step)
      return this.onRinging(step.unreachable, phone => this.stage.world.fail(phone, 'unreachable'));
    if ('talks' in step) return this.talks(step.talks);
    if ('transfers' in step) return this.transfers(step);
    if ('consults' in step) return this.consults(step);
    if ('completes' in step) return this.completes(step.completes);
    if ('holds' in step) return this.onConnected(step.holds, phone => this.stage.world.hold(phone, true));
    if ('resumes' in step) return this.onConnected(step.resumes, phone => this.stage.world.hold(phone, false));
    return this.hangsUp(step.hangsUp);
  }

  private hears({ hears: { what, who, language } }: Step<'hears'>): Failure {
    if (sounds.has(what) || what === outsider || Object.hasOwn(this.stage.plan.extensions, what)) {
      return this.stage.until(() => this.stage.hears(who, what), patience) ? undefined : `${who} never does`;
    }
    const name = this.stage.nameOf(who);
    const nth = this.heard.get(name) ?? 0;
    if (!this.stage.until(() => this.stage.heardBy(who).length > nth, patience))
      return `${who} hears no prompt any more`;
    this.heard.set(name, nth + 1);
    const prompt = this.stage.heardBy(who)[nth];
    if (prompt?.name !== what) return `${who} hears ${prompt?.name} (${prompt?.language}) instead`;
    return language === undefined || prompt.language === language ? undefined : `it is spoken in ${prompt.language}`;
  }

  private enters(node: string): Failure {
    const found = (): number =>
      this.stage.moments.findIndex(
        (moment, index) => index >= this.entered && moment.kind === 'entered' && moment.node === node,
      );
    if (!this.stage.until(() => found() >= 0, patience)) return 'the call never comes there';
    this.entered = found() + 1;
    return undefined;
  }

  private presses({ presses: { who, keys } }: Step<'presses'>): Failure {
    const { world } = this.stage;
    for (const [index, digit] of [...keys].entries()) {
      const phone = this.stage.connected(who);
      if (phone === undefined) return `${who} is in no call`;
      world.press(phone, digit);
      if (index < keys.length - 1) world.clock.advance(betweenKeys);
    }
    return undefined;
  }

  private rings({ rings: { who, shows } }: Step<'rings'>): Failure {
    const expected = new Set(who);
    while (expected.size > 0) {
      const next = this.nextRing(expected);
      if (next === undefined) return `${[...expected].join(' and ')} never does`;
      if (!expected.delete(next.who)) return `${next.who} rings instead`;
      if (shows !== undefined && !showsText(next.shows, shows)) return `it shows “${next.shows}”`;
    }
    return undefined;
  }

  private nextRing(expected: ReadonlySet<Party>): Extract<Moment, { kind: 'rung' }> | undefined {
    this.stage.until(() => this.rung.next(expected) !== undefined, patience);
    const nth = this.rung.next(expected);
    if (nth === undefined) return undefined;
    this.rung.tell(nth);
    return this.stage.rings[nth];
  }

  private stops(who: readonly Party[]): Failure {
    const silent = (): boolean => who.every(party => this.stage.ringing(party) === undefined);
    return this.stage.until(silent, patience) || silent() ? undefined : 'it goes on ringing';
  }

  /** Something that a phone does while it rings; that it rings need not be told. */
  private onRinging(who: Party, act: (phone: Phone) => void): Failure {
    this.stage.until(() => this.stage.ringing(who) !== undefined, patience);
    const phone = this.stage.ringing(who);
    if (phone === undefined) return `${who} does not ring`;
    this.rung.acted(who);
    act(phone);
    return undefined;
  }

  private onConnected(who: Party, act: (phone: Phone) => void): Failure {
    const phone = this.stage.connected(who);
    if (phone === undefined) return `${who} is in no call`;
    act(phone);
    return undefined;
  }

  private talks([a, b]: readonly [Party, Party]): Failure {
    const both = (): boolean => this.stage.hears(a, b) && this.stage.hears(b, a);
    return this.stage.until(both, patience) ? undefined : 'they never do';
  }

  private hangsUp(who: Party): Failure {
    return this.onConnected(who, phone => this.stage.world.hangUp(phone));
  }

  private transfers({ transfers: { who, to, stays, refused } }: Step<'transfers'>): Failure {
    return this.onTransfer(who, phone => {
      const transferId = this.stage.world.refer(phone, oneForm(withoutCountry, to));
      const transfer = this.stage.world.transfers.get(transferId);
      if (refused !== undefined) {
        return transfer?.accepted === false && transfer.final === refused
          ? undefined
          : `it is ${transfer?.accepted ? 'accepted' : `refused with ${transfer?.final}`}`;
      }
      if (transfer?.accepted !== true) return `it is refused with ${transfer?.final}`;
      if (!stays) this.leave(phone);
      return undefined;
    });
  }

  private consults({ consults: { who, with: target } }: Step<'consults'>): Failure {
    const { world, plan } = this.stage;
    return this.onTransfer(who, phone => {
      world.hold(phone, true);
      const display = plan.extensions[who]?.name;
      const caller = { number: who, display, extension: who };
      world.arrive(dialledBy(plan, caller, target), caller, { kind: 'extension', number: who });
      return undefined;
    });
  }

  /** REFER with Replaces: the conversation on hold gets whoever the latest call talks to, or rings. */
  private completes(who: Party): Failure {
    const { world } = this.stage;
    return this.onTransfer(who, () => {
      const phones = this.stage.phonesOf(who).filter(({ state }) => state !== 'cancelled');
      const onHold = phones.find(({ held }) => held);
      const consulted = phones.find(phone => phone !== onHold);
      if (onHold === undefined || consulted === undefined) return `${who} does not consult anybody`;
      const transfer = world.transfers.get(world.refer(onHold, '', consulted));
      if (transfer?.accepted !== true) return `it is refused with ${transfer?.final}`;
      this.leave(onHold);
      return undefined;
    });
  }

  private onTransfer(who: Party, act: (phone: Phone) => Failure): Failure {
    const phone = this.stage.connected(who);
    return phone === undefined ? `${who} is in no call` : act(phone);
  }

  private leave(phone: Phone): void {
    const { world } = this.stage;
    world.clock.after(untilTransferorLeaves, () => {
      if (phone.state === 'answered') world.hangUp(phone);
    });
  }
}
