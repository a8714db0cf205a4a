import { describe, expect, test } from 'vitest';
import { dialledIn } from '../../../src/base/numbers/country.ts';
import { at, officePlan, to } from '../../support/plan.ts';
import { companyNumber, inOffice } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';
import { hearEachOther } from '../../support/switchboard/scenes.ts';

leaveNoSocketOpen();

const office = officePlan();
/** Calls from one customer ring at 101; everybody else hears the menu. */
const plan = {
  company: { ...office.company, country: 'HU', dialling: dialledIn('HU') },
  callers: {
    customers: {
      name: 'customers',
      rules: [{ from: [{ kind: 'prefix', prefix: '+3620111' }], anonymous: false, then: to('extension', '101') }],
      otherwise: to('menu', 'main'),
      at,
    },
  },
  numbers: [{ match: { kind: 'exact', number: companyNumber }, route: to('callers', 'customers'), at }],
} as const;

describe.concurrent('a call of a trunk, whose network writes numbers in its own way', () => {
  test.each([
    ['+36201112233', '+36-1-234-5678;npdi'],
    ['06201112233', '0612345678'],
    ['0036201112233', '003612345678'],
    ['36201112233', '3612345678'],
    ['+36-20-111-2233', '+36-1-234-5678'],
  ])('from %s to %s', (number, dialled) =>
    inOffice(
      async office => {
        const desk = await office.extension('101');
        const caller = await office.caller(number);
        const outside = caller.call(dialled);
        const inside = await desk.rung();
        expect(inside.shown.from.number).toBe('+36201112233');
        await inside.answer();
        await hearEachOther(office, outside, inside);
        await outside.hangUp();
        const [record] = await office.ended(1);
        expect(record).toMatchObject({ to: companyNumber, from: { number: '+36201112233' } });
      },
      { plan },
    )(),
  );

  test(
    'a name in place of the number is a name',
    inOffice(
      async office => {
        const desk = await office.extension('10');
        const caller = await office.caller('anna.kiss');
        const outside = caller.call('0612345678');
        await outside.hears(office.prompt('welcome'));
        await outside.press('0');
        const inside = await desk.rung();
        expect(inside.shown.from.number).toBe('anna.kiss');
        await outside.hangUp();
        expect(await office.ended(1)).toMatchObject([{ from: { number: 'anna.kiss' } }]);
      },
      { plan, prompts: { welcome: 60_000 } },
    ),
  );
});

describe.concurrent('a trunk in another country than the company, or with prefixes of its own', () => {
  test.each([
    ['country: AT', '0158858', '003612345678', '+43158858'],
    ['internationalPrefix: ""', '43158858', '3612345678', '+43158858'],
    ['nationalPrefix: ""', '201112233', '12345678', '+36201112233'],
    ['nationalPrefix: "9", internationalPrefix: "99"', '9943158858', '912345678', '+43158858'],
  ])('%s', (trunk, number, dialled, expected) =>
    inOffice(
      async office => {
        const caller = await office.caller(number);
        const outside = caller.call(dialled);
        await outside.answered();
        await outside.hangUp();
        expect(await office.ended(1)).toMatchObject([{ to: companyNumber, from: { number: expected } }]);
      },
      { plan: { ...plan, numbers: [{ ...plan.numbers[0], route: to('menu', 'main') }] }, trunk },
    )(),
  );
});

test(
  'a colleague dials the number of the company as people do',
  inOffice(
    async office => {
      const colleague = await office.extension('102');
      for (const dialled of ['06-1-234-5678', '003612345678', '+36-1-234-5678']) {
        const call = colleague.call(dialled);
        await call.hears(office.prompt('welcome'));
        await call.hangUp();
      }
      expect(await office.ended(3)).toHaveLength(3);
    },
    { plan, prompts: { welcome: 60_000 } },
  ),
);

test(
  'a transfer to a number with separators reaches the extension',
  inOffice(
    async office => {
      const desk = await office.extension('101');
      const colleague = await office.extension('102');
      const caller = await office.caller('06201112233');
      const outside = caller.call('0612345678');
      const inside = await desk.rung();
      await inside.answer();
      await hearEachOther(office, outside, inside);
      await inside.transfer('1-02').outcome;
      const target = await colleague.rung();
      expect(target.shown.from.number).toBe('+36201112233');
      await target.answer();
      await hearEachOther(office, outside, target);
      await outside.hangUp();
      expect(await office.ended(1)).toMatchObject([{ termination: { result: 'completed', by: 'caller' } }]);
    },
    { plan },
  ),
);
