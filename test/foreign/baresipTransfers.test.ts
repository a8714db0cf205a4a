import { describe, expect, test } from 'vitest';
import type { PhoneCall } from '../../src/phone/phone.ts';
import { type Baresip, withoutBaresip } from '../support/foreign/baresip.ts';
import { onStage, type Stage } from '../support/foreign/stage.ts';
import { companyNumber } from '../support/switchboard/office.ts';

const skipped = withoutBaresip === undefined ? '' : ` (skipped: ${withoutBaresip})`;
const number = '+36201112233';

/** A caller from outside talks with the reception, which is baresip at extension 10. */
async function conversation(stage: Stage): Promise<{ outside: PhoneCall; operator: Baresip }> {
  const { office } = stage;
  const operator = await stage.baresip('10');
  const caller = await office.caller(number, { display: 'Kiss Éva' });
  const outside = caller.call(companyNumber);
  await outside.hears(office.prompt('welcome'));
  await outside.press('0');
  await operator.event('CALL_INCOMING');
  await operator.command('accept');
  await operator.event('CALL_ESTABLISHED');
  await talk(stage, outside, operator, '10');
  return { outside, operator };
}

/** Each hears the tone of the other. */
const talk = ({ office }: Stage, outside: PhoneCall, phone: Baresip, extension: string) =>
  Promise.all([outside.hears(office.tone(extension)), phone.hears(office.tone(number))]);

/** baresip 1.0 loses an event of its control socket now and then: it rings, and does not say so. */
const again = { retry: 1 };

describe.concurrent.each(['udp', 'tcp'] as const)(`transfers by baresip over %s${skipped}`, again, transport => {
  const it = test.skipIf(withoutBaresip !== undefined);

  it(
    'to a colleague who answers: the two talk, and the operator is let go',
    onStage(transport, async stage => {
      const { office } = stage;
      const { outside, operator } = await conversation(stage);
      const target = await stage.baresip('101');
      await operator.command('transfer', '101');
      expect(await target.event('CALL_INCOMING')).toMatchObject({ peerdisplayname: 'Kiss Éva' });
      await outside.hears('ringback');
      await target.command('accept');
      await talk(stage, outside, target, '101');
      await operator.event('CALL_CLOSED');
      expect(office.told).toEqual(['transferStarted', 'transferRinging', 'transferCompleted']);
      await target.command('hangup');
      expect(await outside.ended()).toMatchObject({ by: 'them' });
    }),
  );

  it(
    'to a colleague who does not answer, and hangs up: the caller comes back with the reason in the display',
    onStage(
      transport,
      async stage => {
        const { office } = stage;
        const { outside, operator } = await conversation(stage);
        const target = await stage.baresip('101');
        await operator.command('transfer', '101');
        await target.event('CALL_INCOMING');
        await operator.command('hangup');
        await operator.event('CALL_CLOSED');
        await outside.hears('ringback');
        expect(await operator.event('CALL_INCOMING')).toMatchObject({
          peeruri: expect.stringContaining(number),
          peerdisplayname: 'R: no answer 101 – Kiss Éva',
        });
        await target.event('CALL_CLOSED');
        await outside.hears(office.music);
        await operator.command('accept');
        await talk(stage, outside, operator, '10');
        const recall = operator.invites.at(-1);
        expect(recall).toMatch(/^Reason: SIP;cause=408;text="no answer 101"/m);
        expect(recall).toMatch(/^Alert-Info: .*recall/m);
        await outside.hangUp();
        await operator.event('CALL_CLOSED');
        const [record] = await office.ended(1);
        expect(record).toMatchObject({ returns: 1, termination: { result: 'completed', by: 'caller' } });
      },
      { times: { transferRings: 1_500 } },
    ),
  );

  it(
    'to a colleague who is busy: it hangs up by itself when it hears of that, and the caller comes back',
    onStage(transport, async stage => {
      const { office } = stage;
      const { outside, operator } = await conversation(stage);
      await office.extension('101', { policy: { kind: 'refuse', status: 486, after: 1_500 } });
      await operator.command('transfer', '101');
      await outside.hears('ringback');
      await operator.sees(/^BYE /m);
      expect(await operator.event('CALL_INCOMING')).toMatchObject({ peerdisplayname: 'R: busy 101 – Kiss Éva' });
      await operator.command('accept');
      await talk(stage, outside, operator, '10');
      expect(office.told).toEqual([
        'transferStarted',
        'transferRinging',
        'transferFailed',
        'recallStarted',
        'recallAnswered',
      ]);
      await outside.hangUp();
      await operator.event('CALL_CLOSED');
    }),
  );

  it(
    'from hold, to a colleague who declines: the caller comes back to the operator who left',
    onStage(transport, async stage => {
      const { office } = stage;
      const { outside, operator } = await conversation(stage);
      const target = await stage.baresip('101');
      await operator.command('hold');
      await outside.hears(office.music);
      await operator.command('transfer', '101');
      await target.event('CALL_INCOMING');
      await operator.command('hangup');
      await operator.event('CALL_CLOSED');
      await target.command('hangup');
      expect(await operator.event('CALL_INCOMING')).toMatchObject({
        peerdisplayname: expect.stringMatching(/^R: (?:busy|declined) 101 – Kiss Éva$/),
      });
      await operator.command('accept');
      await talk(stage, outside, operator, '10');
      await outside.hangUp();
      await operator.event('CALL_CLOSED');
    }),
  );

  it(
    'to a number that is none: it hangs up by itself at the refusal, and the caller comes back',
    onStage(transport, async stage => {
      const { office } = stage;
      const { outside, operator } = await conversation(stage);
      await operator.command('transfer', '9999');
      await operator.sees(/^SIP\/2\.0 404 (?:.+\r\n)*?CSeq: \d+ REFER/m);
      await operator.sees(/^BYE /m);
      await outside.hears(office.music);
      expect(await operator.event('CALL_INCOMING')).toMatchObject({
        peerdisplayname: 'R: no such number 9999 – Kiss Éva',
      });
      await operator.command('accept');
      await talk(stage, outside, operator, '10');
      await outside.hangUp();
      await operator.event('CALL_CLOSED');
    }),
  );
});
