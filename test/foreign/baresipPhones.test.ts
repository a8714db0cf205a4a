import { describe, expect, test } from 'vitest';
import { progressTone } from '../../src/phone/hearing/cadence.ts';
import { withoutBaresip } from '../support/foreign/baresip.ts';
import { onStage } from '../support/foreign/stage.ts';
import { companyNumber } from '../support/switchboard/office.ts';

const skipped = withoutBaresip === undefined ? '' : ` (skipped: ${withoutBaresip})`;

/** baresip 1.0 loses an event of its control socket now and then: it rings, and does not say so. */
const again = { retry: 1 };

describe.concurrent.each(['udp', 'tcp'] as const)(`baresip over %s${skipped}`, again, transport => {
  const it = test.skipIf(withoutBaresip !== undefined);

  it(
    'registers at its first attempt, and takes it back when it is switched off',
    onStage(transport, async stage => {
      const { office } = stage;
      const desk = await stage.baresip('101');
      expect(desk.trace.match(/^SIP\/2\.0 401/gm)).toHaveLength(1);
      const colleague = await office.extension('102');
      const call = colleague.call('101');
      await call.rings();
      expect((await desk.event('CALL_INCOMING')).peeruri).toMatch(/^sip:102@/);
      await call.hangUp();
      await desk.event('CALL_CLOSED');
      await desk.stop();
      expect(await colleague.call('101').ended()).toMatchObject({ by: 'them', status: 480 });
    }),
  );

  it(
    'is the reception: sees who calls, talks, holds, presses keys, and is hung up on',
    onStage(transport, async stage => {
      const { office } = stage;
      const reception = await stage.baresip('10');
      const caller = await office.caller('+36201112233', { display: 'Kiss Éva' });
      const outside = caller.call(companyNumber);
      await outside.hears(office.prompt('welcome'));
      await outside.press('0');
      expect(await reception.event('CALL_INCOMING')).toMatchObject({
        peeruri: expect.stringMatching(/^sip:\+36201112233@/),
        peerdisplayname: 'Kiss Éva',
      });
      await outside.hears(office.music);
      await reception.command('accept');
      await reception.event('CALL_ESTABLISHED');
      await Promise.all([outside.hears(office.tone('10')), reception.hears(office.tone('+36201112233'))]);
      await reception.command('hold');
      await outside.hears(office.music);
      await reception.command('resume');
      await Promise.all([outside.hears(office.tone('10')), reception.receives()]);
      await reception.command('sndcode', '5');
      await outside.until('the digit', () => outside.digits === '5' || undefined);
      await outside.hangUp();
      await reception.event('CALL_CLOSED');
      const [record] = await office.ended(1);
      expect(record?.termination).toMatchObject({ result: 'completed', by: 'caller' });
    }),
  );

  it(
    'calls the company from the house, presses a key over the greeting, and is asked for its password',
    onStage(
      transport,
      async stage => {
        const { office } = stage;
        const reception = await office.extension('10');
        const desk = await stage.baresip('101');
        await desk.command('dial', companyNumber);
        await desk.event('CALL_ESTABLISHED');
        expect(desk.trace).toMatch(/^INVITE (?:.+\r\n)*?Authorization: Digest username="101"/m);
        await desk.hears(office.prompt('welcome'));
        await desk.command('sndcode', '0');
        const inside = await reception.rung();
        expect(inside.shown.from.number).toBe('101');
        await desk.hears(office.music);
        await inside.answer();
        await Promise.all([inside.hears(office.tone('101')), desk.hears(office.tone('10'))]);
        await desk.command('hangup');
        expect(await inside.ended()).toMatchObject({ by: 'them' });
      },
      { prompts: { welcome: 60_000 } },
    ),
  );

  it(
    'and its other end have no codec in common',
    onStage(transport, async stage => {
      const { office } = stage;
      const desk = await stage.baresip('101', { codecs: ['PCMU'], answers: 'auto' });
      const colleague = await office.extension('102', { codecs: ['PCMA'] });
      const call = colleague.call('101');
      await call.answered();
      await Promise.all([call.hears(office.tone('101')), desk.hears(office.tone('102'))]);
      await call.hangUp();
      await desk.event('CALL_CLOSED');
    }),
  );

  it(
    'is moved to somebody else by a colleague, and hears ringback until then',
    onStage(transport, async stage => {
      const { office } = stage;
      const reception = await office.extension('10');
      const target = await office.extension('102');
      const desk = await stage.baresip('101');
      await desk.command('dial', '0');
      const inside = await reception.rung();
      await inside.answer();
      await desk.hears(office.tone('10'));
      const transfer = inside.transfer('102');
      const taken = await target.rung();
      expect(taken.shown.from.number).toBe('101');
      await desk.hears(progressTone);
      await taken.answer();
      await Promise.all([taken.hears(office.tone('101')), desk.hears(office.tone('102'))]);
      expect(await transfer.settled()).toBe(200);
      await desk.command('hangup');
      expect(await taken.ended()).toMatchObject({ by: 'them' });
    }),
  );
});
