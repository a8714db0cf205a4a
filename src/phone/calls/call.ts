import type { Duration, Instant } from '../../base/clock.ts';
import { KozpontError } from '../../base/errors.ts';
import { randomId } from '../../base/ids.ts';
import { type Dialog, keyOf } from '../../embedded/sip/dialogs/dialog.ts';
import type { ServerTransaction } from '../../embedded/sip/stack.ts';
import { header } from '../../sip/grammar/headers.ts';
import type { SipMessage, SipRequest } from '../../sip/message.ts';
import type { Ear } from '../hearing/ear.ts';
import { type Hearing, nothing, ofTones } from '../hearing/hearing.ts';
import type { PhoneMedia } from '../media/phoneMedia.ts';
import type { Outcome } from '../requests.ts';
import { type Shown, shownBy } from '../shown.ts';
import type { PhoneSurroundings } from '../surroundings.ts';
import { answer } from '../verbs/answer.ts';
import { hangUp } from '../verbs/hangUp.ts';
import { type HoldStyle, hold, resume } from '../verbs/hold.ts';
import { type InfoFormat, pressByInfo } from '../verbs/pressByInfo.ts';
import { refuse } from '../verbs/refuse.ts';
import { blindTransfer, type Transfer, transferTo } from '../verbs/transfer.ts';

/**
 * ```
 * calling ──200──► talking ──BYE──► ended
 * offered ──answer──► talking        ▲
 *    └──refuse, CANCEL───────────────┘
 * ```
 */
export type CallState =
  /** Our INVITE is out, or about to leave; `early`: a phone rings there. To: talking, ended. */
  | { readonly kind: 'calling'; readonly early: Dialog | undefined; cancel(): void }
  /** Their INVITE waits for our answer; `early`: it was told that we ring. To: talking, ended. */
  | {
      readonly kind: 'offered';
      readonly transaction: ServerTransaction;
      readonly tag: string;
      readonly early: Dialog | undefined;
    }
  /** The 200 was sent, or came and was acknowledged. To: ended. */
  | { readonly kind: 'talking'; readonly dialog: Dialog }
  /** Nothing more will come. */
  | { readonly kind: 'ended'; readonly end: CallEnd };

export interface CallEnd {
  readonly by: 'us' | 'them' | 'network';
  /** Of an INVITE that was refused or given up. */
  readonly status: number | undefined;
  readonly text: string;
  /** The Reason of the far end's BYE or CANCEL (RFC 3326). */
  readonly reason: string | undefined;
}

export interface CallOptions {
  readonly direction: 'outgoing' | 'incoming';
  readonly invite: SipRequest;
  /** The call is over: it is not known to the phone any more. */
  ended(call: PhoneCall): void;
}

/** How many blocks of 20 ms a thing is heard before it counts as heard: a fifth of a second. */
const surely = 10;

/** One call of a phone, as whoever holds the phone in the hand has it. */
export class PhoneCall {
  readonly id = randomId(4);
  readonly ear: Ear;
  readonly direction: CallOptions['direction'];
  /** Transfers that we asked for, in their order. */
  readonly transfers: Transfer[] = [];
  /** Requests of the far end within the dialog, ACK included. */
  readonly received: SipRequest[] = [];
  /** Provisional and final responses to our INVITE, by status. */
  readonly progress: number[] = [];
  /** Keys that the far end has pressed, as telephone events or INFO. */
  digits = '';
  media: PhoneMedia | undefined;
  held = false;
  /** A re-INVITE of ours is on its way: another one is answered 491. */
  reinviting = false;
  /** What re-INVITEs of the far end are refused with; undefined: they are accepted. */
  refusesReinvites: number | undefined;
  /** Waits for the ACK with the answer to our offer. */
  awaitsAnswer = false;
  state: CallState;

  private display: Shown;

  constructor(
    readonly phone: PhoneSurroundings,
    private readonly options: CallOptions,
    state: CallState,
  ) {
    this.direction = options.direction;
    this.state = state;
    this.display = shownBy(options.invite);
    this.ear = phone.listen();
  }

  /** The INVITE, as it came or as it was first made. */
  get invite(): SipRequest {
    return this.options.invite;
  }

  get sipCallId(): string {
    return header(this.invite, 'Call-ID') ?? '';
  }

  /** The caller of an incoming call, and whatever was told about the other party since. */
  get shown(): Shown {
    return this.display;
  }

  /** Early or confirmed. Error: `DISPOSED`, where there is none. */
  get dialog(): Dialog {
    const { state } = this;
    const dialog = state.kind === 'talking' ? state.dialog : state.kind === 'ended' ? undefined : state.early;
    if (dialog === undefined) throw new KozpontError('DISPOSED', `the call is ${state.kind}: it has no dialog`);
    return dialog;
  }

  /** Of the dialog, which outlives the call for those who still have something to say about it. */
  key: string | undefined;

  keep(dialog: Dialog): void {
    this.key = keyOf(dialog);
    if (this.state.kind === 'talking') this.state = { kind: 'talking', dialog };
    else if (this.state.kind === 'calling') this.state = { ...this.state, early: dialog };
  }

  become(state: CallState): void {
    if (this.state.kind === 'ended') return;
    this.state = state;
    if (state.kind === 'talking') this.key = keyOf(state.dialog);
    if (state.kind === 'ended') {
      this.media?.close();
      this.options.ended(this);
    }
    this.phone.waits.changed();
  }

  /** Takes what a message says of who it comes from. */
  learn(message: SipMessage): void {
    const now = shownBy(message);
    this.display = { ...now, asserted: now.asserted ?? this.display.asserted };
    this.phone.waits.changed();
  }

  // Verbs

  answer(): Promise<void> {
    return answer(this);
  }

  refuse(status = 603): void {
    refuse(this, status);
  }

  /** BYE, CANCEL or a refusal, as the state has it. Resolves with the end of the BYE, and never fails. */
  hangUp(): Promise<void> {
    return hangUp(this);
  }

  hold(style?: HoldStyle): Promise<Outcome> {
    return hold(this, style);
  }

  resume(): Promise<Outcome> {
    return resume(this);
  }

  /** Telephone events (RFC 4733). */
  async press(digits: string): Promise<void> {
    await this.media?.press(digits);
  }

  pressByInfo(digits: string, format?: InfoFormat): Promise<void> {
    return pressByInfo(this, digits, format);
  }

  /** REFER: the other party is sent to a number, or to a URI. */
  transfer(to: string): Transfer {
    return blindTransfer(this, to);
  }

  /** REFER with Replaces: the other party takes our place in another call of ours, which may still ring. */
  transferTo(other: PhoneCall): Transfer {
    return transferTo(this, other);
  }

  // What comes to pass

  /** The far end rings. */
  rings(): Promise<void> {
    return this.until('ringing', () => this.progress.includes(180) || this.progress.includes(183) || undefined).then(
      () => undefined,
    );
  }

  answered(): Promise<void> {
    return this.until('an answer', () => this.state.kind === 'talking' || undefined).then(() => undefined);
  }

  ended(): Promise<CallEnd> {
    return this.phone.waits.until(
      'the end of the call',
      () => (this.state.kind === 'ended' ? this.state.end : undefined),
      () => this.story,
    );
  }

  /** Heard now, and for a fifth of a second. A number is the tone of another phone, several are heard at once. */
  async hears(what: Hearing | number | readonly number[], blocks = surely): Promise<void> {
    const wanted = typeof what === 'string' ? what : ofTones([what].flat());
    const from = this.ear.packets;
    await this.until(`hearing ${wanted}`, () => {
      return (this.ear.packets >= from + blocks && this.ear.heardFor(wanted, blocks)) || undefined;
    });
  }

  /** No packet for so many milliseconds, which may begin before the question. */
  async hearsNothing(duration: Duration): Promise<void> {
    const { clock } = this.phone;
    const since = clock.now();
    for (;;) {
      const quiet = (): Duration => clock.now() - (this.ear.lastPacket ?? since);
      if (quiet() >= duration) return;
      await new Promise<void>(resolve => clock.after(duration - quiet(), resolve));
      if (this.state.kind === 'ended') return;
      if (clock.now() - since > 10 * duration + 10_000) {
        throw new KozpontError('DEADLINE_PASSED', `packets do not stop coming; ${this.ear.story}`);
      }
    }
  }

  /** Something else about the call; what it throws, or the end of the call, is the end of the wait. */
  until<T>(what: string, look: () => T | undefined): Promise<T> {
    return this.phone.waits.until(
      what,
      () => {
        const value = look();
        if (value !== undefined || this.state.kind !== 'ended') return value;
        throw new KozpontError('REQUEST_FAILED', `${what} did not come to pass: ${this.story}`);
      },
      () => this.story,
    );
  }

  /** When it was: for what is heard since. */
  now(): Instant {
    return this.phone.clock.now();
  }

  /** For errors. */
  get story(): string {
    const { state } = this;
    const where =
      state.kind === 'ended' ? `ended by ${state.end.by} (${state.end.status ?? ''} ${state.end.text})` : state.kind;
    const hearing = this.ear.now === nothing ? '' : `, hears ${this.ear.now}`;
    return `the call of ${this.phone.aor} is ${where}${hearing}; responses ${this.progress.join(' ')}; ${this.ear.story}`;
  }
}
