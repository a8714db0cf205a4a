import { expect, test } from 'vitest';
import type { Override } from '../../../src/dialplan/override.ts';
import { handledPlan } from '../../support/handledPlan.ts';
import { TestHouse } from '../../support/house.ts';

/** Open at every hour by its timetable. */
const plan = handledPlan({}, { week: Array.from({ length: 7 }, () => [{ from: 0, to: 1440 }]) });
const closedBy10: Override = { state: 'closed', by: '10', since: 0, until: undefined };

/** What the one who dials is given to hear. */
async function heard(house: TestHouse, dialled: string, from?: string): Promise<readonly string[]> {
  const { leg } = await (from === undefined ? house.callIn({ dialled }) : house.dial(from, dialled));
  expect(leg.answered).toBeDefined();
  const sounds = house.media.of('caller').playing ?? [];
  return sounds.map(sound => (sound.kind === 'file' ? sound.path : sound.kind));
}
const company = '+3612345678';

test('who dials the code hears it, and the next caller comes to where it is closed', async () => {
  const house = new TestHouse({ plan });
  expect(await heard(house, company)).toEqual(['en/welcome.wav']);
  expect(await heard(house, '*28', '101')).toEqual(['en/overrideClosedFurther.wav', 'en/overrideGoodbye.wav']);
  expect(house.kept).toEqual([{ always: { ...closedBy10, by: '101', since: house.clock.now() } }]);
  expect(await heard(house, company)).toEqual(['en/closed.wav']);
  expect(await heard(house, '*28', '10')).toEqual(['en/overrideTimetableOpen.wav', 'en/overrideGoodbye.wav']);
  expect(house.kept.at(-1)).toEqual({});
  expect(await heard(house, company)).toEqual(['en/welcome.wav']);
  await house.close();
  const steps = house.records.flatMap(record => record.steps);
  expect(steps).toContainEqual(
    expect.objectContaining({ kind: 'calendarSet', calendar: 'always', to: 'closed', until: null }),
  );
  expect(steps).toContainEqual(expect.objectContaining({ kind: 'calendarOverridden', by: '101' }));
});

test('from a trunk there is no such code', async () => {
  const house = new TestHouse({ plan });
  const { leg } = await house.callIn({ dialled: '*282' });
  expect(leg.ended).toMatchObject({ status: 404 });
  expect(house.media.all).toEqual([]);
  expect(house.kept).toEqual([]);
  await house.close();
});

test('two who turn it over in the same instant come one after the other', async () => {
  const house = new TestHouse({ plan });
  const [first, second] = [house.dial('10', '*28'), house.dial('101', '*28')];
  await Promise.all([first, second]);
  expect(house.kept.map(({ always }) => always?.state)).toEqual(['closed', undefined]);
  await house.close();
});

test('what was set before the start holds, but for calendars that cannot be set any more', async () => {
  const house = new TestHouse({ plan, overrides: { always: closedBy10, gone: closedBy10 } });
  expect(house.kept).toEqual([{ always: closedBy10 }]);
  expect(await heard(house, company)).toEqual(['en/closed.wav']);
  await house.close();
});

test('what was set outlives a change of the dialplan, until its calendar or its code is gone', async () => {
  const house = new TestHouse({ plan, overrides: { always: closedBy10 } });
  house.swap({ ...plan, version: 'second' });
  expect(house.kept).toEqual([]);
  expect(await heard(house, company)).toEqual(['en/closed.wav']);
  const { always } = plan.calendars;
  if (always === undefined) throw new Error('no calendar');
  const { override: _, ...withoutCode } = always;
  house.swap({ ...plan, version: 'third', calendars: { always: withoutCode } });
  expect(house.kept).toEqual([{}]);
  expect(await heard(house, company)).toEqual(['en/welcome.wav']);
  house.swap(plan);
  expect(await heard(house, company)).toEqual(['en/welcome.wav']);
  await house.close();
});
