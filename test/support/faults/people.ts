/** Many people who talk, listen or wait at once: what a fault happens to. */
import { expect } from 'vitest';
import type { Dialplan } from '../../../src/dialplan/plan.ts';
import { type Hearing, nothing, ofTones, silence } from '../../../src/phone/hearing/hearing.ts';
import type { PhoneCall } from '../../../src/phone/phone.ts';
import { extension, officePlan, to } from '../plan.ts';
import { companyNumber, type Office } from '../switchboard/office.ts';
import { hearEachOther } from '../switchboard/scenes.ts';

export interface Talk {
  readonly outside: PhoneCall;
  readonly inside: PhoneCall;
}

/** A call from outside, and what it is to hear for as long as nothing is done about it. */
export interface Waiting {
  readonly outside: PhoneCall;
  readonly hears: Hearing;
}

/** As many desks as conversations are wanted, each with a number of its own. */
const desks = Array.from({ length: 10 }, (_, at) => String(121 + at));
const numberOf = (desk: string): string => `+36123459${desk}`;

export function crowdedPlan(): Partial<Dialplan> {
  const { extensions, numbers } = officePlan();
  const at = { file: 'office.yaml', line: 1, col: 1 };
  return {
    extensions: { ...extensions, ...Object.fromEntries(desks.map(number => [number, extension(number)])) },
    numbers: [
      ...desks.map(desk => ({
        match: { kind: 'exact' as const, number: numberOf(desk) },
        route: to('extension', desk),
        at,
      })),
      ...numbers,
    ],
  };
}

/** Conversations of callers from outside with the desks, which hear each other. */
export async function talks(office: Office, count: number): Promise<readonly Talk[]> {
  const all: Talk[] = [];
  for (const [at, desk] of desks.slice(0, count).entries()) {
    const phone = await office.extension(desk);
    const outside = (await office.caller(`+36201000${100 + at}`)).call(numberOf(desk));
    const inside = await phone.rung();
    await inside.answer();
    all.push({ outside, inside });
  }
  await Promise.all(all.map(({ outside, inside }) => hearEachOther(office, outside, inside)));
  return all;
}

/** Callers who listen to the music of the queue. The operators are not there. */
export async function queued(office: Office, count: number): Promise<readonly Waiting[]> {
  const all: Waiting[] = [];
  for (let at = 0; at < count; at++) {
    const outside = (await office.caller(`+36202000${100 + at}`)).call(companyNumber);
    await outside.hears(office.prompt('welcome'));
    await outside.press('0');
    all.push({ outside, hears: ofTones([office.music]) });
  }
  await Promise.all(all.map(({ outside, hears }) => outside.hears(hears)));
  return all;
}

/** Callers who listen to the greeting of the menu, which has to be a long one. */
export async function greeted(office: Office, count: number): Promise<readonly Waiting[]> {
  const all: Waiting[] = [];
  const hears = ofTones([office.prompt('welcome')]);
  for (let at = 0; at < count; at++) {
    const outside = (await office.caller(`+36203000${100 + at}`)).call(companyNumber);
    await outside.hears(hears);
    all.push({ outside, hears });
  }
  return all;
}

/** Whoever talked hears the other one, and whoever waited what is to be heard there: heard since now. */
export async function allIsWell(
  office: Office,
  conversations: readonly Talk[],
  others: readonly Waiting[],
): Promise<void> {
  await Promise.all([
    ...conversations.map(({ outside, inside }) => hearEachOther(office, outside, inside)),
    ...others.map(({ outside, hears }) => outside.hears(hears)),
  ]);
}

/**
 * Milliseconds: the longest time since then without anything to be heard, over before now.
 * Silence on a line and a line without packets are one to whoever listens.
 */
export function longestSilence(call: PhoneCall, since: number): number {
  let longest = 0;
  let last = since;
  for (const { what, from, until } of call.ear.timeline) {
    if (what === silence || what === nothing || until < since) continue;
    longest = Math.max(longest, from - last);
    last = Math.max(last, until);
  }
  return Math.round(longest);
}

/** Tells what was measured: this is not asserted. */
export function report(what: string, silences: readonly number[]): void {
  const sorted = silences.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? 0;
  console.info(`${what}: silences of ${sorted.length} parties: median ${at(0.5)} ms, longest ${at(1)} ms`);
}

export async function everybodyHangsUp(
  conversations: readonly Talk[],
  others: readonly { readonly outside: PhoneCall }[],
): Promise<void> {
  await Promise.all([...conversations, ...others].map(({ outside }) => outside.hangUp()));
  await Promise.all(conversations.map(({ inside }) => inside.ended()));
}

/** Everybody was told of the end, and why. */
export async function expectTold(calls: readonly PhoneCall[]): Promise<void> {
  for (const end of await Promise.all(calls.map(call => call.ended()))) {
    expect(end).toMatchObject({ by: 'them' });
    expect(end.reason).toBeTruthy();
  }
}
