import { describe, expect, test } from 'vitest';
import { freePort } from '../support/foreign/programs.ts';
import { withoutSipp } from '../support/foreign/sipp.ts';
import { onStage } from '../support/foreign/stage.ts';
import { extension, officePlan } from '../support/plan.ts';
import { companyNumber } from '../support/switchboard/office.ts';

const skipped = withoutSipp === undefined ? '' : ` (skipped: ${withoutSipp})`;

describe.concurrent.each(['udp', 'tcp'] as const)(`transfers by sipp over %s${skipped}`, transport => {
  test.skipIf(withoutSipp !== undefined)('attended: the operator consults, and lets the two talk', async () => {
    const port = await freePort(transport);
    const contact = `sip:10@127.0.0.1:${port};transport=${transport}`;
    const extensions = { ...officePlan().extensions, '10': extension('10', { contact }) };
    const queue = officePlan().queues.reception;
    await onStage(
      transport,
      async stage => {
        const { office } = stage;
        const voice = await stage.voice('10', '127.0.0.1');
        const keys = { rtp: voice.port, talk: 1_000, consult: 1_000 };
        const operator = await stage.extension('operatorAttended', '10', {
          port,
          keys,
          signsFor: '101',
          // What comes while it is about to send an answer is out of its order, too.
          tolerant: true,
        });
        const desk = await office.extension('101');
        const caller = await office.caller('+36201112233', { display: 'Kiss Éva' });
        const outside = caller.call(companyNumber);
        await outside.hears(office.prompt('welcome'));
        await outside.press('0');
        await voice.latches();
        await Promise.all([outside.hears(office.tone('10')), voice.hears(office.tone('+36201112233'))]);
        const inside = await desk.rung();
        expect(inside.shown.from.number).toBe('10');
        await outside.hears(office.music);
        await inside.answer();
        await Promise.all([outside.hears(office.tone('101')), inside.hears(office.tone('+36201112233'))]);
        await operator.succeeds();
        const messages = await operator.messages();
        expect(messages).toMatch(/^SIP\/2\.0 202 (?:.+\r\n)*?CSeq: 2 REFER/m);
        // Over TCP sipp loses what comes while it is about to send, and nobody repeats it.
        if (transport === 'udp') expect(messages).toMatch(/^NOTIFY (?:.+\r\n)*\r\nSIP\/2\.0 200 OK/m);
        expect(office.told).toEqual(['transferStarted', 'transferCompleted']);
        await inside.hangUp();
        expect(await outside.ended()).toMatchObject({ by: 'them' });
      },
      { plan: { extensions, ...(queue === undefined ? {} : { queues: { reception: { ...queue, agents: ['10'] } } }) } },
    )();
  });
});
