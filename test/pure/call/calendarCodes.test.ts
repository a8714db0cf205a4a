import { beforeEach, describe, expect, test } from 'vitest';
import { recordOf } from '../../../src/call/record.ts';
import type { CalendarOverride } from '../../../src/dialplan/plan.ts';
import { handledPlan } from '../../support/handledPlan.ts';
import { Stage } from './stage.ts';

/** A Monday, half past three in Budapest: open until five. */
const halfPastThree = Date.parse('2026-11-23T14:30:00Z');

let stage: Stage;
const begin = (change: Partial<CalendarOverride> = {}): void => {
  stage = new Stage(handledPlan(change));
  stage.later(halfPastThree - stage.world.clock.now());
};
beforeEach(() => begin());

/** What the caller is given to hear, and the call ends after it. */
function dialled(code: string, from = '10'): string {
  const call = stage.dial(from, code);
  const heard = stage.hears(call);
  stage.later(10_000);
  expect(stage.ended(call)).toBe(heard === 'gone' ? 'refused' : 'goodbye');
  return heard;
}
const state = (): string | undefined => stage.world.overrides.always?.state;
const nextCaller = (): string => stage.hears(stage.arrive());

const said = {
  open: 'en: overrideOpen, overrideGoodbye',
  closed: 'en: overrideClosed, overrideGoodbye',
  timetableOpen: 'en: overrideTimetableOpen, overrideGoodbye',
  timetableClosed: 'en: overrideTimetableClosed, overrideGoodbye',
};

describe('the code of a calendar', () => {
  test('closes for the next caller, and gives the timetable back', () => {
    expect(nextCaller()).toBe('en: welcome');
    expect(dialled('*282')).toBe(said.closed);
    expect(state()).toBe('closed');
    expect(nextCaller()).toBe('en: closed');
    expect(dialled('*280')).toBe(said.timetableOpen);
    expect(state()).toBeUndefined();
    expect(nextCaller()).toBe('en: welcome');
  });

  test('turns it over, and back', () => {
    expect(dialled('*28')).toBe(said.closed);
    expect(dialled('*28')).toBe(said.timetableOpen);
    stage.later(3 * 3_600_000);
    expect(dialled('*28')).toBe(said.open);
    expect(nextCaller()).toBe('en: welcome');
    expect(dialled('*28')).toBe(said.timetableClosed);
    expect(nextCaller()).toBe('en: closed');
  });

  test('does the same however often an explicit one is dialled', () => {
    for (let times = 0; times < 3; times++) expect(dialled('*282')).toBe(said.closed);
    expect(state()).toBe('closed');
    expect(dialled('*281')).toBe(said.open);
    expect(state()).toBe('open');
  });

  test('tells, and changes nothing', () => {
    expect(dialled('*283')).toBe(said.timetableOpen);
    dialled('*282');
    const before = stage.world.overrides;
    expect(dialled('*283')).toBe(said.closed);
    expect(stage.world.overrides).toBe(before);
    expect(stage.effects('setCalendar')).toHaveLength(1);
  });

  test('is forgotten when the timetable says the same', () => {
    dialled('*282');
    stage.later(2 * 3_600_000);
    expect(nextCaller()).toBe('en: closed');
    expect(dialled('*283')).toBe(said.timetableClosed);
    stage.later(15 * 3_600_000);
    expect(nextCaller()).toBe('en: welcome');
  });

  test('holds until further notice where the dialplan wants it', () => {
    begin({ until: 'furtherNotice' });
    expect(dialled('*282')).toBe('en: overrideClosedFurther, overrideGoodbye');
    stage.later(15 * 3_600_000);
    expect(nextCaller()).toBe('en: closed');
    expect(dialled('*281')).toBe('en: overrideOpenFurther, overrideGoodbye');
  });

  test('is for those alone who may', () => {
    begin({ by: ['10'] });
    expect(dialled('*282', '101')).toBe('gone');
    expect(stage.effects('hangUp').at(-1)).toMatchObject({ status: 403 });
    expect(dialled('*283', '101')).toBe('gone');
    expect(state()).toBeUndefined();
    expect(dialled('*282', '10')).toBe(said.closed);
  });

  test('is nothing for callers from outside', () => {
    const call = stage.arrive('*282');
    expect(stage.ended(call)).toBe('refused');
    expect(stage.effects('hangUp').at(-1)).toMatchObject({ status: 404 });
    const inMenu = stage.arrive();
    stage.press(inMenu, '*282');
    expect(state()).toBeUndefined();
  });

  test('is no target of a transfer', () => {
    const { call, operator } = stage.conversation();
    const transfer = stage.world.refer(operator, '*282');
    expect(stage.world.transfers.get(transfer)).toMatchObject({ accepted: false, final: 404 });
    stage.press(call, '##*282', operator.leg);
    stage.later(5_000);
    expect(stage.phase(call).kind).toBe('talking');
    expect(state()).toBeUndefined();
  });

  test('has done it even if nobody listens to the end', () => {
    const call = stage.dial('10', '*282');
    const [phone] = stage.world.alive(call);
    if (phone === undefined) throw new Error('no phone');
    stage.world.hangUp(phone);
    expect(stage.ended(call)).toBe('abandoned');
    expect(state()).toBe('closed');
  });

  test('stands in the record of who dialled it, and of who went by it', () => {
    const setting = stage.dial('10', '*282');
    const caller = stage.arrive();
    const stepsOf = (id: string) =>
      recordOf(stage.world.call(id), 'office', { result: 'goodbye', reason: '', by: 'system' }, halfPastThree).steps;
    expect(stepsOf(setting)).toEqual([
      { at: 0, kind: 'entered', node: 'calendar:always', language: 'en', position: 'office.yaml:1:1' },
      { at: 0, kind: 'calendarSet', calendar: 'always', to: 'closed', until: '2026-11-23T16:00:00.000Z' },
    ]);
    const overridden = {
      ...{ at: 0, kind: 'calendarOverridden', calendar: 'always', state: 'closed', by: '10' },
      since: '2026-11-23T14:30:00.000Z',
    };
    expect(stepsOf(caller)).toContainEqual(overridden);
  });

  test('counts for a call that is on its way, too', () => {
    const { call, operator } = stage.conversation();
    dialled('*282', '11');
    // The number leads to the schedule: whoever is transferred there now comes to where it is closed.
    stage.world.refer(operator, '+3612345678');
    expect(stage.hears(call)).toBe('en: closed');
  });
});
