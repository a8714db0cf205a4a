/**
 * A dialplan, compiled: plain immutable data, every name resolved, every duration in milliseconds. Call control reads
 * nothing else. Each thing that a call can pass through knows where in the YAML it stands (`at`).
 */
import type { Duration } from '../base/clock.ts';
import type { Country, DialledPrefixes } from '../base/numbers/country.ts';
import type { Position } from '../base/position.ts';
import type { CodeAct } from './override.ts';

/** BCP 47, lower case: `en`, `hu`, `ru`. */
export type Language = string;

export interface Dialplan {
  /** The hash of the source's content: tells one version of a dialplan from another. */
  readonly version: string;
  readonly company: Company;
  readonly prompts: Readonly<Record<string, Prompt>>;
  readonly calendars: Readonly<Record<string, Calendar>>;
  readonly extensions: Readonly<Record<string, Extension>>;
  readonly groups: Readonly<Record<string, Group>>;
  readonly queues: Readonly<Record<string, QueuePlan>>;
  readonly menus: Readonly<Record<string, Menu>>;
  readonly announcements: Readonly<Record<string, Announcement>>;
  readonly schedules: Readonly<Record<string, Schedule>>;
  /** Absent where there are none. */
  readonly callers?: Readonly<Record<string, CallerChoice>>;
  /** The most telling first: exact numbers, then the more digits the sooner; those of one trunk before those of any. */
  readonly numbers: readonly NumberRule[];
  /** What our own extensions can dial besides each other and `numbers`: `0` for the reception. */
  readonly internalNumbers: Readonly<Record<string, Route>>;
  /** What our own extensions can dial to open and close a calendar by hand; absent where there is nothing such. */
  readonly calendarCodes?: Readonly<Record<string, CalendarCode>>;
  readonly transfer: TransferRules;
  readonly features: FeatureCodes;
}

export interface Company {
  readonly name: string;
  /** IANA name. */
  readonly timezone: string;
  /** The first is the default. */
  readonly languages: readonly [Language, ...Language[]];
  /** ISO 3166-1: in which country numbers without a plus are meant. Absent: in none, they are what they are. */
  readonly country?: Country;
  /** What is dialled in that country before a number. */
  readonly dialling?: DialledPrefixes;
}

/** `goodbye` speaks its prompt and ends the call: the only end that is not a person or a mailbox. */
export type Destination =
  | { readonly kind: 'menu'; readonly name: string }
  | { readonly kind: 'extension'; readonly name: string }
  | { readonly kind: 'group'; readonly name: string }
  | { readonly kind: 'queue'; readonly name: string }
  | { readonly kind: 'announcement'; readonly name: string }
  | { readonly kind: 'schedule'; readonly name: string }
  | { readonly kind: 'callers'; readonly name: string }
  | { readonly kind: 'goodbye'; readonly name: string };

/** A way from one node to the next; may change the caller's language, which then stays with the call. */
export interface Route {
  readonly to: Destination;
  readonly language?: Language;
  readonly at: Position;
}

export interface Prompt {
  readonly name: string;
  /** What is spoken, by language; the default language is always there. */
  readonly text: Readonly<Record<Language, string>>;
  readonly at: Position;
}

/**
 * Minutes since midnight, local time of the company: `from` counts, `to` does not. A `to` above 1440 runs past
 * midnight; the span belongs to the day on which it begins.
 */
export interface OpenSpan {
  readonly from: number;
  readonly to: number;
}

export interface Calendar {
  readonly name: string;
  /** Index 0 is Monday. */
  readonly week: readonly (readonly OpenSpan[])[];
  /** `YYYY-MM-DD` → the spans of that day, in place of the week's; none is closed all day. */
  readonly exceptions: Readonly<Record<string, readonly OpenSpan[]>>;
  /** `MM-DD` → the spans of that day in every year that has it, where `exceptions` has no entry for it. */
  readonly yearly: Readonly<Record<string, readonly OpenSpan[]>>;
  /** `YYYY-MM-DD` of public holidays: closed, where `exceptions` and `yearly` do not name the day. */
  readonly holidays?: Readonly<Record<string, true>>;
  /** Absent: the timetable cannot be overridden. */
  readonly override?: CalendarOverride;
  readonly at: Position;
}

/** How a calendar is opened and closed by hand. */
export interface CalendarOverride {
  /** What is dialled, as it is and with one more key (`codeActs`). */
  readonly code: string;
  /** `timetable`: as long as the timetable does not turn to the same by itself. */
  readonly until: 'timetable' | 'furtherNotice';
  /** The extensions that may; absent: all of them. */
  readonly by?: readonly string[];
  readonly at: Position;
}

/** A number that does something with a calendar. */
export interface CalendarCode {
  readonly calendar: string;
  readonly act: CodeAct;
}

export interface Schedule {
  readonly name: string;
  readonly calendar: string;
  readonly open: Route;
  readonly closed: Route;
  readonly at: Position;
}

/** A choice by the caller's own number: the first rule that fits counts. Met at once, like a schedule. */
export interface CallerChoice {
  readonly name: string;
  readonly rules: readonly CallerRule[];
  readonly otherwise: Route;
  readonly at: Position;
}

export interface CallerRule {
  readonly from: readonly NumberMatch[];
  /** Callers whose number is not shown. */
  readonly anonymous: boolean;
  readonly then: Route;
}

/** What happens to a caller whom an extension does not take. Absent: what the node that sent the caller says. */
export interface Failover {
  readonly busy?: Route;
  readonly noAnswer?: Route;
  readonly declined?: Route;
  readonly unreachable?: Route;
}

export interface Extension {
  readonly number: string;
  readonly name: string;
  readonly ringFor: Duration;
  /** A SIP URI to call instead of registered contacts (a gateway, a door phone). */
  readonly contact?: string;
  /** Callers may dial it in a menu that has `directDial`. */
  readonly directDial: boolean;
  readonly failover: Failover;
  /** Every caller goes there at once, and the extension does not ring; a group, a queue or a recall rings it still. */
  readonly forward?: Route;
  /** Callers meet `failover.declined` at once; groups and queues of the plan do not have it among them. */
  readonly doNotDisturb?: true;
  /**
   * In so many calls that it has answered or placed it is busy, and its phones are not rung: not by callers, groups and
   * transfers. A call that comes back to it rings. Absent: whatever the phones say.
   */
  readonly maxCalls?: number;
  readonly at: Position;
}

export interface Group {
  readonly name: string;
  readonly members: readonly string[];
  /** `roundRobin`: in turn, beginning with another member from call to call. */
  readonly strategy: 'simultaneous' | 'sequential' | 'roundRobin';
  /** The whole group with `simultaneous`, else each member. */
  readonly ringFor: Duration;
  readonly otherwise: Route;
  readonly at: Position;
}

export interface QueuePlan {
  readonly name: string;
  /** Extensions. */
  readonly agents: readonly string[];
  readonly strategy: 'longestIdle';
  /** Name of the music, `default` where none is given. */
  readonly music: string;
  /** How long an agent's phones ring for one offer. */
  readonly ringFor: Duration;
  /** How long an agent who did not answer is passed over. */
  readonly retryAfter: Duration;
  readonly maxWait: Duration;
  readonly overflow: Route;
  readonly at: Position;
}

export interface Menu {
  readonly name: string;
  /** Name of a prompt. */
  readonly greeting: string;
  /** An extension may be dialled at any time, of those that have `directDial` too. */
  readonly directDial: boolean;
  /** `0`–`9`, `*`, `#`, or several of them. */
  readonly keys: Readonly<Record<string, Route>>;
  /** Extensions by the keys that spell the name, from three on: whatever beginning no other name has. */
  readonly names?: Readonly<Record<string, string>>;
  /** How long a further digit is waited for where what was dialled so far could go on. */
  readonly interDigit: Duration;
  readonly noInput: { readonly after: Duration; readonly say?: string; readonly repeat: number; readonly then: Route };
  readonly invalid: { readonly say?: string; readonly repeat: number; readonly then: Route };
  readonly at: Position;
}

export interface Announcement {
  readonly name: string;
  /** Name of a prompt. */
  readonly say: string;
  readonly then: Route;
  readonly at: Position;
}

/**
 * In one form: E.164 where it can be told. In a pattern, `x` is any digit; a `*` at its end is any more of them.
 * `prefix`: what is before the first of these. `also`: the same as it is written, for what has no other form.
 */
export type NumberMatch =
  | { readonly kind: 'exact'; readonly number: string }
  | { readonly kind: 'prefix'; readonly prefix: string; readonly also?: string }
  | { readonly kind: 'pattern'; readonly pattern: string; readonly prefix: string; readonly also?: string };

/** A number of ours, as it stands in the Request-URI of a trunk's INVITE. */
export interface NumberRule {
  readonly match: NumberMatch;
  /** Only for calls that this trunk brings. */
  readonly trunk?: string;
  readonly route: Route;
  readonly at: Position;
}

export type FailureReason = 'busy' | 'noAnswer' | 'declined' | 'unreachable';

/**
 * Why an extension did not answer, as people are told. A dialplan does not tell the last two from `unreachable`.
 *
 * - `unavailable`: a phone is there and says 480 at once: do not disturb, or nobody is logged in at it;
 * - `noSuchNumber`: what is beyond a fixed contact (a gateway) does not know the number.
 */
export type Unanswered = FailureReason | 'unavailable' | 'noSuchNumber';

export interface TransferRules {
  readonly ringFor: Duration;
  readonly recall: {
    readonly on: readonly FailureReason[];
    readonly ringFor: Duration;
    readonly maxReturns: number;
    /** All the time that a call may spend on transfers and recalls without a person. */
    readonly maxTotal: Duration;
    readonly otherwise: Route;
  };
  readonly at: Position;
}

/** Keypad codes for phones without the key; absent: not offered. */
export interface FeatureCodes {
  readonly blindTransfer?: string;
  readonly attendedTransfer?: string;
  /** Back to the caller while consulting. */
  readonly cancelTransfer?: string;
  /** Between the digits of a feature code, and of the number after it. */
  readonly interDigit: Duration;
}
