import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { format } from '../../../src/journal/fileRegistrations.ts';
import { seal, unseal } from '../../../src/journal/sealed.ts';
import type { Phone } from '../../../src/phone/phone.ts';
import type { SavedBinding } from '../../../src/signalling/registrar/store.ts';
import { companyNumber, inOffice, type Office } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';
import { callReception, hearEachOther } from '../../support/switchboard/scenes.ts';

leaveNoSocketOpen();

/** What the process before left, and what the next one is to find instead. */
const edited =
  (edit: (all: SavedBinding[]) => readonly SavedBinding[]) =>
  async (state: string): Promise<void> => {
    const path = join(state, 'registrations');
    const all = unseal(format, await readFile(path, 'utf8')) as SavedBinding[];
    await writeFile(path, seal(format, edit(all)));
  };

/** A caller dials the extension over the greeting. */
async function dialled(office: Office, extension: string) {
  const outside = (await office.caller()).call(companyNumber);
  await outside.hears(office.prompt('welcome'));
  await outside.press(extension);
  return outside;
}

async function expectRung(office: Office, desk: Phone, extension = '101'): Promise<void> {
  const outside = await dialled(office, extension);
  const inside = await desk.rung();
  await inside.answer();
  await hearEachOther(office, outside, inside);
  await outside.hangUp();
  await inside.ended();
}

/** Nobody is rung: the caller is sent on to the queue at once. */
async function expectGone(office: Office, desk: Phone, extension = '101'): Promise<void> {
  const outside = await dialled(office, extension);
  await outside.hears(office.music);
  await outside.hangUp();
  expect(outside.ear.timeline.map(({ what }) => what)).not.toContain('ringback');
  expect(desk.calls).toEqual([]);
}

describe.concurrent('after a restart', () => {
  test(
    'a phone that had registered is called as before, and registers again when it wants to',
    inOffice(async office => {
      const desk = await office.extension('101');
      await expectRung(office, desk);
      await office.restart();
      await expectRung(office, desk);
      await desk.register();
      await expectRung(office, desk);
      await office.restart();
      await expectRung(office, desk);
    }),
  );

  test(
    'the reception is an operator of the queue at once',
    inOffice(async office => {
      const reception = await office.extension('10');
      await office.restart();
      const { outside } = await callReception(office, await office.caller(), reception);
      await outside.hangUp();
    }),
  );

  test(
    'whose registration has expired meanwhile is not called',
    inOffice(async office => {
      const [desk, other] = [await office.extension('101'), await office.extension('102')];
      await office.restart(
        edited(all => all.map(one => (one.extension === '101' ? { ...one, expiresAt: Date.now() - 1 } : one))),
      );
      await expectGone(office, desk);
      await expectRung(office, other, '102');
    }),
  );

  test(
    'whoever unregistered before is not called',
    inOffice(async office => {
      const desk = await office.extension('101');
      await office.restart();
      await expectRung(office, desk);
      await desk.unregister();
      await office.restart();
      await expectGone(office, desk);
    }),
  );

  test(
    'a file that somebody has spoilt stops nothing: phones register again',
    inOffice(async office => {
      const desk = await office.extension('101');
      await office.restart(state => writeFile(join(state, 'registrations'), 'spoilt'));
      await expectGone(office, desk);
      await desk.register();
      await expectRung(office, desk);
    }),
  );

  test(
    'a phone on TCP is called where it listens, and not over a connection that is gone',
    inOffice(async office => {
      const desk = await office.extension('101', { transport: 'tcp' });
      await expectRung(office, desk);
      await office.restart();
      await expectRung(office, desk);
    }),
  );
});
