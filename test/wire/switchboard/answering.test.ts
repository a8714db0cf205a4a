import { describe, expect, test } from 'vitest';
import { officePlan } from '../../support/plan.ts';
import { companyNumber, inOffice } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';
import { hearEachOther } from '../../support/switchboard/scenes.ts';

leaveNoSocketOpen();

describe.concurrent('a call from outside', () => {
  test(
    'hears the greeting, presses a key over it, and talks with the reception',
    inOffice(
      async office => {
        const reception = await office.extension('10');
        const caller = await office.caller('+36201112233', { display: 'Kiss Éva' });
        const outside = caller.call(companyNumber);
        await outside.hears(office.prompt('welcome'));
        await outside.press('0');
        const inside = await reception.rung();
        expect(inside.shown.from).toEqual({ number: '+36201112233', display: 'Kiss Éva' });
        await outside.hears(office.music);
        await inside.answer();
        await hearEachOther(office, outside, inside);
        await outside.hangUp();
        expect(await inside.ended()).toMatchObject({ by: 'them' });
        const [record] = await office.ended(1);
        expect(record).toMatchObject({ to: companyNumber, from: { number: '+36201112233', display: 'Kiss Éva' } });
        expect(record?.termination).toMatchObject({ result: 'completed', by: 'caller' });
      },
      { prompts: { welcome: 60_000 } },
    ),
  );

  test(
    'digits by INFO count as well, and choose another language',
    inOffice(
      async office => {
        const caller = await office.caller();
        const outside = caller.call(companyNumber);
        await outside.hears(office.prompt('welcome', 'en'));
        await outside.pressByInfo('9');
        await outside.hears(office.prompt('welcome', 'hu'));
        await outside.pressByInfo('0', 'dtmf');
        await outside.hears(office.music);
        await outside.hangUp();
        expect(await office.ended(1)).toMatchObject([{ language: 'hu' }]);
      },
      { prompts: { welcome: 60_000 } },
    ),
  );

  test(
    'dials an extension over the greeting, and hears it ring',
    inOffice(async office => {
      const desk = await office.extension('101');
      const caller = await office.caller();
      const outside = caller.call(companyNumber);
      await outside.hears(office.prompt('welcome'));
      await outside.press('101');
      const inside = await desk.rung();
      expect(inside.shown.alertInfo).toContain('external');
      await outside.hears('ringback');
      await inside.answer();
      await hearEachOther(office, outside, inside);
      await inside.hangUp();
      expect(await outside.ended()).toMatchObject({ by: 'them' });
    }),
  );

  test(
    'presses what leads nowhere until the dialplan has had enough',
    inOffice(async office => {
      const caller = await office.caller();
      const outside = caller.call(companyNumber);
      for (const _ of [1, 2]) {
        await outside.hears(office.prompt('welcome'));
        await outside.press('7');
        await outside.hears(office.prompt('sorry'));
      }
      await outside.hears(office.prompt('welcome'));
      await outside.press('7');
      await outside.hears(office.music);
      await outside.hangUp();
    }),
  );

  test(
    'presses nothing, is greeted again, and is put through to the reception',
    inOffice(
      async office => {
        const reception = await office.extension('10');
        const caller = await office.caller();
        const outside = caller.call(companyNumber);
        await outside.hears(office.prompt('welcome'));
        await outside.hears('silence');
        await outside.hears(office.prompt('welcome'));
        const inside = await reception.rung();
        await inside.answer();
        await hearEachOther(office, outside, inside);
        await inside.hangUp();
      },
      { times: { noInput: 300 } },
    ),
  );

  test(
    'out of hours hears when we are open, and goodbye',
    inOffice(
      async office => {
        const caller = await office.caller();
        const outside = caller.call(companyNumber);
        await outside.hears(office.prompt('closed'));
        await outside.hears(office.prompt('bye'));
        expect(await outside.ended()).toMatchObject({ by: 'them', status: undefined });
        expect((await office.ended(1))[0]?.termination.result).toBe('goodbye');
      },
      {
        plan: {
          calendars: {
            always: {
              ...officePlan().calendars.always,
              name: 'always',
              week: [[], [], [], [], [], [], []],
              exceptions: {},
              yearly: {},
              at: { file: 'office.yaml', line: 1, col: 1 },
            },
          },
        },
      },
    ),
  );

  test(
    'may leave its offer to us, and come over TCP in the other law',
    inOffice(async office => {
      const reception = await office.extension('10', { codecs: ['PCMA'] });
      const caller = await office.caller('+36201112233', { transport: 'tcp', codecs: ['PCMU'] });
      const outside = caller.call(companyNumber, { delayedOffer: true });
      await outside.hears(office.prompt('welcome'));
      await outside.press('0');
      const inside = await reception.rung();
      await inside.answer();
      await hearEachOther(office, outside, inside);
      expect([outside.media?.agreed?.codec, inside.media?.agreed?.codec]).toEqual(['PCMU', 'PCMA']);
      await outside.hangUp();
    }),
  );
});

describe.concurrent('who is let in', () => {
  test(
    'a number that is not ours is refused, and so is the way from trunk to trunk',
    inOffice(async office => {
      const caller = await office.caller();
      expect(await caller.call('+3619999999').ended()).toMatchObject({ by: 'them', status: 404 });
      // Extensions are for colleagues, and for menus that let them be dialled.
      expect(await caller.call('101').ended()).toMatchObject({ by: 'them', status: 404 });
      const desk = await office.extension('101');
      expect(await desk.call('+3619999999').ended()).toMatchObject({ by: 'them', status: 404 });
    }),
  );

  test(
    'somebody from elsewhere is asked who it is, and has no answer',
    inOffice(async office => {
      const stranger = await office.stranger('+36201112233');
      expect(await stranger.call(companyNumber).ended()).toMatchObject({ by: 'them', status: 401 });
      const liar = await office.stranger('101', { password: 'not the password' });
      expect(await liar.call('102').ended()).toMatchObject({ by: 'them', status: 403 });
      await expect(liar.register()).rejects.toThrow('REGISTER: 403');
      expect(office.records).toEqual([]);
    }),
  );

  test(
    'a trunk does not make an extension of a caller who claims to be one',
    inOffice(async office => {
      const caller = await office.caller('101');
      expect(await caller.call('102').ended()).toMatchObject({ by: 'them', status: 401 });
      expect(await caller.call(companyNumber).ended()).toMatchObject({ by: 'them', status: 401 });
    }),
  );

  test(
    'beyond the limit of calls there is a 503',
    inOffice(
      async office => {
        const [first, second] = [await office.caller(), await office.caller('+36204445566')];
        const taken = first.call(companyNumber);
        await taken.hears(office.prompt('welcome'));
        expect(await second.call(companyNumber).ended()).toMatchObject({ by: 'them', status: 503 });
        await taken.hangUp();
        await office.isQuiet();
        const again = second.call(companyNumber);
        await again.hears(office.prompt('welcome'));
        await again.hangUp();
      },
      { calls: 1 },
    ),
  );
});

describe.concurrent('a caller who hangs up', () => {
  test(
    'over the greeting',
    inOffice(async office => {
      const outside = (await office.caller()).call(companyNumber);
      await outside.hears(office.prompt('welcome'));
      await outside.hangUp();
      expect((await office.ended(1))[0]?.termination).toMatchObject({ by: 'caller' });
    }),
  );

  test(
    'before the answer, and right after it was asked for',
    inOffice(async office => {
      const caller = await office.caller();
      const outside = caller.call(companyNumber);
      await outside.hangUp();
      const again = caller.call(companyNumber);
      await again.answered();
      await again.hangUp();
      await office.isQuiet();
    }),
  );

  test(
    'while an extension rings, which stops at once',
    inOffice(async office => {
      const desk = await office.extension('101');
      const outside = (await office.caller()).call(companyNumber);
      await outside.hears(office.prompt('welcome'));
      await outside.press('101');
      const inside = await desk.rung();
      await outside.hears('ringback');
      await outside.hangUp();
      expect(await inside.ended()).toMatchObject({ by: 'them', status: 487 });
    }),
  );

  test(
    'in the queue, while an operator is rung',
    inOffice(async office => {
      const reception = await office.extension('10');
      const outside = (await office.caller()).call(companyNumber);
      await outside.hears(office.prompt('welcome'));
      await outside.press('0');
      const inside = await reception.rung();
      await outside.hears(office.music);
      await outside.hangUp();
      expect(await inside.ended()).toMatchObject({ by: 'them', status: 487 });
      expect((await office.ended(1))[0]).toMatchObject({ answeredAt: null });
    }),
  );
});
