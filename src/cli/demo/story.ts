import type { CallRecord } from '../../call/record.ts';
import type { Phone, PhoneCall } from '../../phone/phone.ts';
import { anna, caller, greeting, music, type Person, peter, reception, toneOf } from './people.ts';
import type { Stage } from './stage.ts';
import type { Timeline } from './timeline.ts';

/** Blocks of 20 ms: how long somebody listens before something is done. */
const aMoment = 25;
const aWhile = 75;

export interface Told {
  /** As the caller heard it all, from the first ring to the goodbye. */
  readonly outside: PhoneCall;
  readonly record: CallRecord;
  /** Expectations that were met, each by what a phone heard, saw or was told. */
  readonly proven: number;
}

/**
 * The main story: a caller is greeted, reaches the reception, is transferred to somebody who does not answer, comes
 * back with the reason in the display, is transferred again, by way of a consultation, and says goodbye. Whatever does
 * not come about as it should throws.
 */
export class Story {
  private proven = 0;

  constructor(
    private readonly stage: Stage,
    private readonly timeline: Timeline,
  ) {}

  async tell(): Promise<Told> {
    const [evasPhone, desk, annasPhone, petersPhone] = await this.switchOn();
    const outside = await this.callIn(evasPhone);
    const first = await this.takenBy(desk, outside);
    await this.transferToNobody(first, annasPhone, outside);
    const second = await this.comesBack(desk, outside);
    const goodbye = await this.transferWithConsultation(desk, second, petersPhone, outside);
    return this.sayGoodbye(outside, goodbye);
  }

  private async switchOn(): Promise<[Phone, Phone, Phone, Phone]> {
    const evas = await this.stage.phone(caller);
    const registered = async (person: Person): Promise<Phone> => {
      const phone = await this.stage.phone(person);
      await phone.register();
      this.does(person, `registers as extension ${person.user}`);
      return phone;
    };
    return [evas, await registered(reception), await registered(anna), await registered(peter)];
  }

  private async callIn(phone: Phone): Promise<PhoneCall> {
    this.does(caller, `dials ${this.stage.number}`);
    const outside = phone.call(this.stage.number);
    await this.met(outside.answered());
    await this.met(outside.hears(greeting, aWhile));
    this.does(caller, 'presses 0, over the greeting');
    await outside.press('0');
    await this.met(outside.hears(music));
    return outside;
  }

  private async takenBy(desk: Phone, outside: PhoneCall): Promise<PhoneCall> {
    const inside = await this.met(desk.rung());
    this.seen(reception, inside);
    this.expect(inside.shown.from.number === caller.user, 'the reception sees the number of the caller');
    await this.met(outside.hears(music, aMoment));
    await inside.answer();
    this.does(reception, 'answers');
    await this.talk(caller, outside, reception, inside);
    return inside;
  }

  private async transferToNobody(inside: PhoneCall, annasPhone: Phone, outside: PhoneCall): Promise<void> {
    this.does(reception, `transfers the caller to ${anna.user}, unannounced (REFER), and hangs up`);
    const transfer = inside.transfer(anna.user);
    const { status } = await this.met(transfer.outcome);
    this.expect(status === 202, `the transfer is accepted, not answered ${status}`);
    await inside.hangUp();
    const ringing = await this.met(annasPhone.rung());
    this.seen(anna, ringing);
    this.expect(ringing.shown.from.number === caller.user, 'the target sees the caller, not the reception');
    await this.met(outside.hears('ringback'));
    this.does(anna, 'is not at her desk, and lets it ring');
    const end = await this.met(ringing.ended());
    this.expect(end.by === 'them' && end.status === 487, 'her phone stops ringing');
    this.does(anna, 'has a phone that stops ringing');
  }

  private async comesBack(desk: Phone, outside: PhoneCall): Promise<PhoneCall> {
    const back = await this.met(desk.rung());
    this.seen(reception, back);
    const { from, alertInfo, reason } = back.shown;
    this.expect(from.display?.startsWith(`R: no answer ${anna.user}`) === true, 'the display says why it rings');
    this.expect(alertInfo?.includes('recall') === true, 'it rings in a way of its own');
    this.expect(reason?.includes(`no answer ${anna.user}`) === true, 'the Reason says the same');
    await this.met(outside.hears(music, aMoment));
    await back.answer();
    this.does(reception, 'answers');
    await this.talk(caller, outside, reception, back);
    return back;
  }

  private async transferWithConsultation(
    desk: Phone,
    inside: PhoneCall,
    petersPhone: Phone,
    outside: PhoneCall,
  ): Promise<PhoneCall> {
    this.does(reception, 'puts the caller on hold');
    const held = await this.met(inside.hold());
    this.expect(held.status === 200, 'hold is accepted');
    await this.met(outside.hears(music));
    this.does(reception, `calls ${peter.user}`);
    const asking = desk.call(peter.user);
    const asked = await this.met(petersPhone.rung());
    this.seen(peter, asked);
    await this.met(asking.rings());
    await asked.answer();
    this.does(peter, 'answers');
    await this.talk(reception, asking, peter, asked);
    this.expect(outside.ear.now === music, 'the caller has music meanwhile');
    this.does(reception, 'joins the two (REFER with Replaces)');
    const transfer = inside.transferTo(asking);
    const status = await this.met(transfer.settled());
    this.expect(status === 200, `the transfer succeeds, not ends with ${status}`);
    await this.met(asked.until('the caller', () => asked.shown.asserted?.number === caller.user || undefined));
    this.seen(peter, asked);
    await Promise.all([this.met(inside.ended()), this.met(asking.ended())]);
    this.does(reception, 'is free again');
    await this.talk(caller, outside, peter, asked);
    return asked;
  }

  private async sayGoodbye(outside: PhoneCall, asked: PhoneCall): Promise<Told> {
    await outside.hangUp();
    this.does(caller, 'says goodbye, and hangs up');
    await this.met(asked.ended());
    const record = await this.met(this.stage.recorded);
    const { termination, returns } = record;
    this.expect(termination.result === 'completed' && termination.by === 'caller', 'the call was ended by the caller');
    this.expect(returns === 1, 'the call came back once');
    this.expect(longestPause(outside) < noticeable, 'the caller was never left in silence');
    return { outside, record, proven: this.proven };
  }

  /** Each hears the tone of the other, and for a while. */
  private async talk(one: Person, ones: PhoneCall, other: Person, others: PhoneCall): Promise<void> {
    await this.met(Promise.all([ones.hears(toneOf(other), aWhile), others.hears(toneOf(one), aWhile)]));
  }

  private does(who: Person, what: string): void {
    this.timeline.entry('does', who.name, what);
  }

  private seen(who: Person, call: PhoneCall): void {
    const { from, asserted } = call.shown;
    const { display, number } = asserted ?? from;
    this.timeline.entry(
      'sees',
      who.name,
      `${call.state.kind === 'offered' ? 'rings' : 'sees'}: “${display ?? ''}” ${number}`,
    );
  }

  private async met<T>(expectation: Promise<T>): Promise<T> {
    const value = await expectation;
    this.proven++;
    return value;
  }

  private expect(holds: boolean, what: string): void {
    if (!holds) throw new Error(`this does not hold: ${what}`);
    this.proven++;
  }
}

/** Milliseconds: more of silence would make a caller wonder. */
const noticeable = 700;

function longestPause({ ear }: PhoneCall): number {
  const pauses = ear.timeline.filter(({ what }) => what === 'silence' || what === 'nothing');
  return Math.max(0, ...pauses.map(({ from, until }) => until - from));
}
