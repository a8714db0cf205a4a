import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { handledPlan } from '../../support/handledPlan.ts';
import { companyNumber, inOffice, type Office, type OfficeOptions } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';

leaveNoSocketOpen();

/** Open at every hour by its timetable: what is set by hand holds until further notice. */
const allWeek = Array.from({ length: 7 }, () => [{ from: 0, to: 1440 }]);
const { calendars, calendarCodes = {} } = handledPlan({ by: ['10', '101'] }, { week: allWeek });
const options: OfficeOptions = {
  plan: { calendars, calendarCodes },
  prompts: {
    overrideOpenFurther: 400,
    overrideClosedFurther: 400,
    overrideTimetableOpen: 400,
    overrideGoodbye: 300,
  },
};

/** A colleague dials a code, and hears what holds now, and a goodbye. */
async function dial(office: Office, phone: Awaited<ReturnType<Office['extension']>>, code: string, hears: string) {
  const call = phone.call(code);
  await call.hears(office.prompt(hears));
  await call.hears(office.prompt('overrideGoodbye'));
  expect(await call.ended()).toMatchObject({ by: 'them' });
}

async function nextCallerHears(office: Office, prompt: string): Promise<void> {
  const caller = await office.caller();
  const call = caller.call(companyNumber);
  await call.hears(office.prompt(prompt));
  await call.hangUp();
  await caller.close();
}

describe.concurrent('the code of a calendar', () => {
  test(
    'closes for the next caller, and opens again',
    inOffice(async office => {
      const reception = await office.extension('10');
      await nextCallerHears(office, 'welcome');
      await dial(office, reception, '*282', 'overrideClosedFurther');
      await nextCallerHears(office, 'closed');
      await dial(office, reception, '*28', 'overrideTimetableOpen');
      await nextCallerHears(office, 'welcome');
      await office.ended(5);
      const set = office.records.flatMap(({ from, steps }) =>
        steps.flatMap(step => (step.kind === 'calendarSet' ? [[from.number, step.calendar, step.to]] : [])),
      );
      expect(set).toEqual([
        ['10', 'always', 'closed'],
        ['10', 'always', 'timetable'],
      ]);
    }, options),
  );

  test(
    'is for the extensions that may, and for nobody outside',
    inOffice(async office => {
      const workshop = await office.extension('103');
      expect(await workshop.call('*282').ended()).toMatchObject({ by: 'them', status: 403 });
      const outside = await office.caller();
      expect(await outside.call('*282').ended()).toMatchObject({ by: 'them', status: 404 });
      const desk = await office.extension('101');
      await dial(office, desk, '*283', 'overrideTimetableOpen');
      await nextCallerHears(office, 'welcome');
    }, options),
  );
});

test('what was set by hand outlives the switchboard, and a file that is broken does not keep it from starting', async () => {
  const state = await mkdtemp(join(tmpdir(), 'kozpont-state-'));
  const run = (story: (office: Office) => Promise<void>) => inOffice(story, { ...options, state })();
  try {
    await run(async office => {
      await dial(office, await office.extension('10'), '*282', 'overrideClosedFurther');
    });
    await run(office => nextCallerHears(office, 'closed'));
    await writeFile(join(state, 'overrides.json'), 'closed!');
    await run(office => nextCallerHears(office, 'welcome'));
  } finally {
    await rm(state, { recursive: true });
  }
});
