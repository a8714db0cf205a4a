import { describe, expect, test } from 'vitest';
import { freePort } from '../support/foreign/programs.ts';
import { withoutSipp } from '../support/foreign/sipp.ts';
import { onStage, type Stage, type Transport } from '../support/foreign/stage.ts';
import { extension, officePlan } from '../support/plan.ts';
import type { Times } from '../support/switchboard/timedPlan.ts';

/** A number that rings extension 101. */
const direct = '+361234571';
const skipped = withoutSipp === undefined ? '' : ` (skipped: ${withoutSipp})`;

/** Extension 101 is a phone of sipp's at `port`, which need not register. */
const withPhoneOfSipp =
  (transport: Transport, times: Times, story: (stage: Stage, port: number) => Promise<void>) =>
  async (): Promise<void> => {
    const port = await freePort(transport);
    const contact = `sip:101@127.0.0.1:${port};transport=${transport}`;
    const extensions = { ...officePlan().extensions, '101': extension('101', { contact }) };
    await onStage(transport, stage => story(stage, port), { times, plan: { extensions } })();
  };

describe.concurrent.each(['udp', 'tcp'] as const)(`phones by sipp over %s${skipped}`, transport => {
  const it = test.skipIf(withoutSipp !== undefined);

  it(
    'answers after a while, and is talked to',
    withPhoneOfSipp(transport, {}, async (stage, port) => {
      const { office } = stage;
      const voice = await stage.voice('101', '127.0.0.1');
      const phone = await stage.extension('callee', '101', { port, keys: { rtp: voice.port } });
      const caller = await office.caller();
      const outside = caller.call(direct);
      await outside.rings();
      expect(outside.state.kind).toBe('calling');
      await outside.answered();
      await voice.latches();
      await Promise.all([outside.hears(office.tone('101')), voice.hears(office.tone(caller.options.user))]);
      await outside.hangUp();
      await phone.succeeds();
    }),
  );

  it.each([
    { status: '486 Busy Here', told: 486, reason: 'busy' },
    { status: '603 Decline', told: 603, reason: 'declined' },
    { status: '480 Temporarily Unavailable', told: 480, reason: 'unavailable' },
    { status: '500 Server Internal Error', told: 480, reason: 'unreachable' },
  ])('refuses with $status', ({ status, told, reason }) =>
    withPhoneOfSipp(transport, {}, async (stage, port) => {
      const { office } = stage;
      const phone = await stage.extension('calleeRefuses', '101', { port, keys: { status } });
      const colleague = await office.extension('102');
      expect(await colleague.call('101').ended()).toMatchObject({ by: 'them', status: told });
      await phone.succeeds();
      const [record] = await office.ended(1);
      expect(record?.steps).toContainEqual(expect.objectContaining({ kind: 'failed', number: '101', reason }));
    })(),
  );

  it(
    'is refused by: a caller from outside goes on to the reception',
    withPhoneOfSipp(transport, {}, async (stage, port) => {
      const { office } = stage;
      const phone = await stage.extension('calleeRefuses', '101', { port, keys: { status: '486 Busy Here' } });
      const outside = (await office.caller()).call(direct);
      await outside.hears(office.music);
      await outside.hangUp();
      await phone.succeeds();
    }),
  );

  it(
    'rings until it is cancelled',
    withPhoneOfSipp(transport, { extensionRings: 1_000 }, async (stage, port) => {
      const { office } = stage;
      const phone = await stage.extension('calleeRings', '101', { port });
      const colleague = await office.extension('102');
      expect(await colleague.call('101').ended()).toMatchObject({ by: 'them', status: 408 });
      await phone.succeeds();
    }),
  );

  it(
    'registers with a digest of MD5, which is all that it knows, and takes it back',
    onStage(transport, async stage => {
      const keys = { agent: 'PJSUA v2.10 Linux-4.19' };
      const phone = await stage.extension('registers', '102', { keys });
      await phone.succeeds();
      expect(await challenges(phone)).toEqual([['MD5']]);
      const goodbye = await stage.extension('unregisters', '102', { keys });
      await goodbye.succeeds();
      expect(await goodbye.messages()).not.toMatch(/200 OK\r\n(?:.+\r\n)*Contact:/);
    }),
  );

  it(
    'gives up at a challenge that it does not know, and is asked for what it knows when it comes again',
    onStage(transport, async stage => {
      const phone = await stage.extension('registersAtSecondAttempt', '103', { keys: { agent: 'Desk phone 7' } });
      await phone.succeeds();
      expect(await challenges(phone)).toEqual([['SHA-256', 'MD5'], ['MD5'], ['MD5']]);
    }),
  );
});

test.skipIf(withoutSipp !== undefined)(
  `is called where it has registered${skipped}`,
  onStage('udp', async stage => {
    const { office } = stage;
    const port = await freePort('udp');
    const registering = await stage.extension('registers', '101', { port, keys: { agent: 'PJSUA v2.10' } });
    await registering.succeeds();
    const voice = await stage.voice('101', '127.0.0.1');
    const phone = await stage.extension('callee', '101', { port, keys: { rtp: voice.port } });
    const outside = (await office.caller()).call(direct);
    await outside.answered();
    await voice.latches();
    await outside.hears(office.tone('101'));
    await outside.hangUp();
    await phone.succeeds();
  }),
);

/** The algorithms of each 401. */
async function challenges(phone: { messages(): Promise<string> }): Promise<string[][]> {
  const refusals = (await phone.messages()).match(/^SIP\/2\.0 401 .*\r\n(?:.+\r\n)+/gm) ?? [];
  return refusals.map(refusal =>
    [...refusal.matchAll(/algorithm=([A-Z0-9-]+)/g)].map(([, algorithm]) => algorithm ?? ''),
  );
}
