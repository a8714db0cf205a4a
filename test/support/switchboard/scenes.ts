import { expect } from 'vitest';
import { showNumber } from '../../../src/base/numbers/shown.ts';
import { type Heard, type Hearing, ofTones } from '../../../src/phone/hearing/hearing.ts';
import type { Phone, PhoneCall } from '../../../src/phone/phone.ts';
import { companyNumber, type Office } from './office.ts';

/** Where most stories begin: a caller talks with the reception. */
export interface Conversation {
  readonly caller: Phone;
  readonly reception: Phone;
  /** As the caller has it. */
  readonly outside: PhoneCall;
  /** As the reception has it. */
  readonly inside: PhoneCall;
}

export async function conversation(
  office: Office,
  { operator = '10', number = '+36201112233' } = {},
): Promise<Conversation> {
  const reception = await office.extension(operator);
  const caller = await office.caller(number);
  const { outside, inside } = await callReception(office, caller, reception);
  return { caller, reception, outside, inside };
}

/** The caller goes through the greeting to the reception, which answers. */
export async function callReception(
  office: Office,
  caller: Phone,
  reception: Phone,
): Promise<Pick<Conversation, 'outside' | 'inside'>> {
  const outside = caller.call(companyNumber);
  await outside.hears(office.prompt('welcome'));
  await outside.press('0');
  const inside = await reception.rung();
  await inside.answer();
  await hearEachOther(office, outside, inside);
  return { outside, inside };
}

/** Each hears the tone of the other, and nothing else. */
export async function hearEachOther(office: Office, one: PhoneCall, other: PhoneCall): Promise<void> {
  const toneOf = (call: PhoneCall): number => office.tone(call.phone.user);
  await Promise.all([one.hears(toneOf(other)), other.hears(toneOf(one))]);
}

/** Milliseconds: a pause that a person would notice, and no machine under load makes by itself. */
const noticeable = 600;

/** Silence, or no packets, that somebody would have noticed since then. */
const pauses = (call: PhoneCall, since: number): readonly Heard[] =>
  call.ear.timeline.filter(
    ({ what, from, until }) => isPause(what) && until > since && until - Math.max(from, since) > noticeable,
  );

const isPause = (what: Hearing): boolean => what === 'silence' || what === 'nothing';

/** R10: since then there was always something to be heard. */
export const expectNeverSilent = (call: PhoneCall, since: number): void => expect(pauses(call, since)).toEqual([]);

/** Since then there were these things to be heard, nothing else, and no silence. */
export function expectHeard(call: PhoneCall, since: number, things: readonly (number | Hearing)[]): void {
  const heard = call.ear.since(since).filter(what => !isPause(what));
  expect(new Set(heard)).toEqual(new Set(things.map(what => (typeof what === 'number' ? ofTones([what]) : what))));
  expectNeverSilent(call, since);
}

/** What the reception is shown when a transfer to `target` has come to nothing. */
export function expectRecall(call: PhoneCall, words: string, caller: string): void {
  const { from, alertInfo, reason } = call.shown;
  expect(from).toEqual({ number: caller, display: `R: ${words} – ${showNumber(caller)}` });
  expect(alertInfo).toContain('recall');
  expect(reason).toContain(`text="${words}"`);
}
