import { describe, expect, test } from 'vitest';
import { reinviteWithoutOffer } from '../../../src/phone/verbs/reinviteWithoutOffer.ts';
import { update } from '../../../src/phone/verbs/update.ts';
import { inOffice } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';
import { conversation, expectHeard, hearEachOther } from '../../support/switchboard/scenes.ts';

leaveNoSocketOpen();

describe.concurrent('hold', () => {
  test.each(['sendonly', 'inactive', 'noAddress'] as const)(
    'by %s: the caller has music, and the operator nothing',
    async style => {
      await inOffice(async office => {
        const { outside, inside } = await conversation(office);
        expect((await inside.hold(style)).status).toBe(200);
        const since = outside.now();
        await outside.hears(office.music);
        await inside.hearsNothing(200);
        expect((await inside.resume()).status).toBe(200);
        await hearEachOther(office, outside, inside);
        // From one to the other, without a gap, and with nothing else in between.
        expectHeard(outside, since, [office.music, office.tone('10')]);
        expect((await inside.hold(style)).status).toBe(200);
        await outside.hears(office.music);
        await outside.hangUp();
        await inside.ended();
      })();
    },
  );

  test(
    'of both at once, and of the caller alone',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      expect((await outside.hold()).status).toBe(200);
      await inside.hears(office.music);
      expect((await inside.hold()).status).toBe(200);
      await Promise.all([outside.hearsNothing(200), inside.hearsNothing(200)]);
      expect((await outside.resume()).status).toBe(200);
      await outside.hears(office.music);
      await inside.hearsNothing(200);
      expect((await inside.resume()).status).toBe(200);
      await hearEachOther(office, outside, inside);
      await inside.hangUp();
    }),
  );

  test(
    'that both ask for in the same moment comes about for both',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const held = await Promise.all([outside.hold(), inside.hold()]);
      expect(held.map(({ status }) => status)).toEqual([200, 200]);
      const resumed = await Promise.all([inside.resume(), outside.resume()]);
      expect(resumed.map(({ status }) => status)).toEqual([200, 200]);
      await hearEachOther(office, outside, inside);
      await outside.hangUp();
    }),
  );

  test(
    'by an operator who hangs up: the caller comes back, and is not lost',
    inOffice(async office => {
      const { reception, outside, inside } = await conversation(office);
      await inside.hold();
      await outside.hears(office.music);
      await inside.hangUp();
      const back = await reception.rung();
      expect(back.shown.from.display).toMatch(/^R: left on hold – /);
      await outside.hears(office.music);
      await back.answer();
      await hearEachOther(office, outside, back);
      await back.hangUp();
      await outside.ended();
    }),
  );
});

describe.concurrent('negotiated anew', () => {
  test(
    'without an offer, and by UPDATE: they go on hearing each other',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      for (const call of [outside, inside]) {
        expect((await reinviteWithoutOffer(call)).status).toBe(200);
        expect((await update(call)).status).toBe(200);
      }
      await hearEachOther(office, outside, inside);
      await outside.hangUp();
    }),
  );
});
