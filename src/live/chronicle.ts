import type { Clock, Duration, Instant } from '../base/clock.ts';
import { progressTone } from '../phone/hearing/cadence.ts';
import { type Heard, ofTones } from '../phone/hearing/hearing.ts';
import type { PhoneCall } from '../phone/phone.ts';
import type { Party, Told } from '../rehearsal/index.ts';
import { type LiveSounds, musicName, showPrompt } from './sounds.ts';

/** Shorter, a thing was not heard but for the moment in which one sound goes over into the next. */
const worthTelling: Duration = 200;

interface Watched {
  readonly who: Party;
  readonly call: PhoneCall;
  state: PhoneCall['state'];
  told: string;
}

/** Everything that telephones did, saw and heard, as it is told beside a story. */
export class Chronicle {
  private origin: Instant | undefined;
  private readonly told: { readonly at: Instant; readonly words: string }[] = [];
  private readonly watched: Watched[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly sounds: LiveSounds | undefined,
    /** Whose tone it is, in hertz. */
    private readonly whoSounds: (tone: number) => Party | undefined,
  ) {}

  /** The call comes in: it is what time is counted from. */
  begin(): void {
    this.origin = this.clock.now();
  }

  get startedAt(): Instant {
    return this.origin ?? this.clock.now();
  }

  tell(words: string): void {
    this.told.push({ at: this.clock.now(), words });
  }

  watch(who: Party, call: PhoneCall): void {
    this.watched.push({ who, call, state: call.state, told: '' });
    if (call.direction === 'incoming') this.tell(`${who} rings, showing “${shownOn(call)}”`);
  }

  /** Tells what has changed of the calls since the last look. */
  look(): void {
    for (const one of this.watched) {
      const { who, call, state } = one;
      if (call.state === state || call.state.kind === state.kind) continue;
      one.state = call.state;
      if (call.state.kind === 'talking') {
        this.tell(call.direction === 'incoming' ? `${who} answers` : `${who} is through`);
      }
      if (call.state.kind === 'ended') this.tell(ended(who, state, call.state.end));
    }
  }

  /** All of it, in its order; times are since the call came in. */
  moments(): readonly Told[] {
    const heard = this.watched.flatMap(({ who, call }) => [
      ...call.ear.plays.map(({ from, sounds }) => {
        const names = sounds.map(sound => {
          const prompts = this.sounds?.promptsOf(sound) ?? [];
          return prompts.length === 0 ? sound.name : prompts.map(showPrompt).join(' or ');
        });
        return { at: from, words: `${who} hears ${names.join(', or ')}` };
      }),
      ...call.ear.timeline.flatMap(one => {
        const words = this.inWords(one);
        return words === undefined ? [] : [{ at: one.from, words: `${who} hears ${words}` }];
      }),
    ]);
    return [...this.told, ...heard]
      .map(({ at, words }) => ({ at: at - this.startedAt, words }))
      .sort((a, b) => a.at - b.at);
  }

  /** What a play does not tell already; undefined: not worth a line. */
  private inWords({ what, from, until }: Heard): string | undefined {
    if (until - from < worthTelling || what === 'silence' || what === 'nothing') return undefined;
    // A call progress tone before it is known which one.
    if (what === ofTones([progressTone])) return undefined;
    if (what === musicName || this.sounds?.known.some(({ name }) => name === what) === true) return undefined;
    const tones = /^[0-9 +]+ Hz$/.test(what) ? (what.match(/[0-9]+/g) ?? []) : [];
    if (tones.length === 0) return what;
    return tones.map(tone => this.whoSounds(Number(tone)) ?? `${tone} Hz`).join(' and ');
  }
}

/** As a display shows it: the name, else the number. */
export const shownOn = ({ shown }: PhoneCall): string => shown.from.display ?? shown.from.number;

function ended(
  who: Party,
  before: PhoneCall['state'],
  end: Extract<PhoneCall['state'], { kind: 'ended' }>['end'],
): string {
  const status = end.status === undefined ? '' : ` (${end.status} ${end.text})`;
  switch (before.kind) {
    case 'offered':
      return end.by === 'us' ? `${who} refuses${status}` : `${who} stops ringing`;
    case 'calling':
      return end.by === 'us' ? `${who} hangs up` : `${who} is refused${status}`;
    default:
      if (end.by === 'network') return `${who} is lost with the network${status}`;
      return end.by === 'us' ? `${who} hangs up` : `${who} is hung up`;
  }
}
