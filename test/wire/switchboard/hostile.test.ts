import { describe, expect, test } from 'vitest';
import { busy, type PhoneCall } from '../../../src/phone/phone.ts';
import { headers } from '../../../src/sip/grammar/headers.ts';
import { hostileTexts } from '../../support/hostileTexts.ts';
import { companyNumber, inOffice } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';
import { conversation, hearEachOther } from '../../support/switchboard/scenes.ts';

leaveNoSocketOpen();

/** A number that rings extension 101 at once. */
const directNumber = '+361234570';
const longestDisplay = 128;

/** What nobody can put into a header field: the phone of the caller does not either. */
const sayable = hostileTexts.filter(text => !/[\r\n]/.test(text) && !/[\ud800-\udfff]/.test(text));

/** Every line of the INVITE is one of ours. */
function expectNothingInjected(call: PhoneCall): void {
  const { invite } = call;
  for (const name of ['From', 'To', 'Call-ID', 'CSeq', 'Contact']) expect(headers(invite, name)).toHaveLength(1);
  expect(headers(invite, 'X-Injected')).toEqual([]);
}

describe('names that strangers give themselves', () => {
  test('there are some to be tried', () => {
    expect(sayable.length).toBeGreaterThan(10);
  });

  test.concurrent(
    'ring as what they are, and nothing more',
    inOffice(async office => {
      const desk = await office.extension('101');
      for (const display of sayable) {
        const caller = await office.caller('+36201112233', { display });
        const out = caller.call(directNumber);
        const into = await desk.rung();
        expectNothingInjected(into);
        const shown = into.shown.from.display ?? '';
        expect(shown).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
        expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(longestDisplay);
        // As it was, or as much of it as there is room for; what says nothing to anybody is left out.
        expect(display === shown || shown === '' || display.startsWith(shown.replace(/…$/, ''))).toBe(true);
        await out.hangUp();
        await into.ended();
      }
    }),
  );

  test.concurrent(
    'come back from a transfer as what they are',
    inOffice(async office => {
      const reception = await office.extension('10');
      await office.extension('101', { policy: busy });
      for (const display of sayable.slice(0, 6)) {
        const caller = await office.caller('+36201112233', { display });
        const outside = caller.call(companyNumber);
        await outside.hears(office.prompt('welcome'));
        await outside.press('0');
        const inside = await reception.rung();
        await inside.answer();
        await hearEachOther(office, outside, inside);
        inside.transfer('101');
        await inside.hangUp();
        const back = await reception.rung();
        expectNothingInjected(back);
        expect(back.shown.from.display).toMatch(/^R: busy 101 – /);
        await outside.hangUp();
        await back.ended();
      }
    }),
  );

  test.concurrent(
    'lead nowhere as the target of a transfer',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      for (const text of sayable) {
        const user = encodeURIComponent(text.slice(0, 200)).replace(/[!'()*]/g, '');
        if (user === '') continue;
        const { status } = await inside.transfer(`sip:${user}@127.0.0.1`).outcome;
        expect([400, 404]).toContain(status);
      }
      await outside.hears(office.tone('10'));
      await outside.hangUp();
    }),
  );
});
