import alawmulaw from 'alawmulaw';
import { describe, expect, test } from 'vitest';
import { withoutSipp } from '../support/foreign/sipp.ts';
import { onStage, type Voice } from '../support/foreign/stage.ts';
import { companyNumber, type Office } from '../support/switchboard/office.ts';

/** A number that rings extension 101. */
const direct = '+361234571';
const mayForge = process.getuid?.() === 0;
const skipped = withoutSipp === undefined ? '' : ` (skipped: ${withoutSipp})`;

describe.concurrent.each(['udp', 'tcp'] as const)(`callers by sipp over %s${skipped}`, transport => {
  const it = test.skipIf(withoutSipp !== undefined);

  it(
    'hears the greeting, presses a telephone event over it, and talks with the reception',
    onStage(
      transport,
      async stage => {
        const { office } = stage;
        const reception = await office.extension('10');
        const voice = await stage.voice('caller');
        const caller = await stage.caller('caller', { to: companyNumber, rtp: voice.port });
        await voice.hears(office.prompt('welcome'));
        await voice.latches();
        await voice.press('0');
        const inside = await reception.rung();
        expect(inside.shown.from).toEqual({ number: '+36201112233', display: 'Kiss Éva' });
        await voice.hears(office.music);
        await inside.answer();
        await talk(office, voice, inside, '10');
        await inside.hangUp();
        await caller.succeeds();
        const [record] = await office.ended(1);
        expect(record?.termination).toMatchObject({ result: 'completed', by: 'callee' });
      },
      { prompts: { welcome: 60_000 } },
    ),
  );

  it(
    'presses a key by INFO',
    onStage(
      transport,
      async stage => {
        const { office } = stage;
        const reception = await office.extension('10');
        const voice = await stage.voice('caller');
        const caller = await stage.caller('callerInfo', { to: companyNumber, rtp: voice.port, digit: '0' });
        const inside = await reception.rung();
        await inside.answer();
        await voice.latches();
        await talk(office, voice, inside, '10');
        await inside.hangUp();
        await caller.succeeds();
      },
      { prompts: { welcome: 60_000 } },
    ),
  );

  it(
    'sends RTP of its own making',
    onStage(transport, async stage => {
      const { office } = stage;
      const desk = await office.extension('101');
      const files = { 'tone.alaw': alawTone(office.tone('caller')) };
      const caller = await stage.caller('callerStreams', { to: direct }, { files });
      const inside = await desk.rung();
      await inside.answer();
      await inside.hears(office.tone('caller'));
      await inside.hangUp();
      await caller.succeeds();
    }),
  );

  test.skipIf(withoutSipp !== undefined || !mayForge)(
    `presses a telephone event of its own making${mayForge ? '' : ' (skipped: sipp forges its packets, as root alone may)'}`,
    onStage(
      transport,
      async stage => {
        const { office } = stage;
        const reception = await office.extension('10');
        const caller = await stage.caller('callerPlaysDigit', { to: companyNumber });
        const inside = await reception.rung();
        await inside.answer();
        await inside.hangUp();
        await caller.succeeds();
      },
      { prompts: { welcome: 60_000 } },
    ),
  );

  it(
    'gives up while it rings',
    onStage(transport, async stage => {
      const { office } = stage;
      const desk = await office.extension('101');
      const caller = await stage.caller('callerGivesUp', { to: direct, rtp: 9 });
      const inside = await desk.rung();
      expect(await inside.ended()).toMatchObject({ by: 'them', status: 487 });
      await caller.succeeds();
      const [record] = await office.ended(1);
      expect(record?.termination).toMatchObject({ by: 'caller' });
    }),
  );

  it(
    'acknowledges late: the answer is repeated, the call is one, and its BYE ends it',
    onStage(transport, async stage => {
      const { office } = stage;
      const desk = await office.extension('101');
      const voice = await stage.voice('caller');
      const caller = await stage.caller('callerHangsUp', { to: direct, rtp: voice.port }, { tolerant: true });
      const inside = await desk.rung();
      await inside.answer();
      await voice.latches();
      await talk(office, voice, inside, '101');
      expect(desk.calls).toHaveLength(1);
      await caller.succeeds();
      expect(await inside.ended()).toMatchObject({ by: 'them', status: undefined });
      const answers = (await caller.messages()).match(/^SIP\/2\.0 200 OK\r?\n(?:.+\r?\n)*?CSeq: 1 INVITE/gim) ?? [];
      // Over UDP and TCP alike (RFC 3261, 13.3.1.4): after 0.5 s, and a second later.
      expect(answers.length).toBeGreaterThanOrEqual(2);
      expect(await office.ended(1)).toHaveLength(1);
    }),
  );

  it(
    'never acknowledges: after 64 T1 the call is ended, at both sides',
    onStage(transport, async stage => {
      const { office } = stage;
      const desk = await office.extension('101', { patience: 45_000 });
      const voice = await stage.voice('caller');
      const caller = await stage.caller(
        'callerWithoutAck',
        { to: direct, rtp: voice.port },
        { tolerant: true, within: 45_000 },
      );
      const inside = await desk.rung();
      await inside.answer();
      await voice.latches();
      await talk(office, voice, inside, '101');
      await caller.succeeds();
      expect(await inside.ended()).toMatchObject({ by: 'them' });
      expect(await office.ended(1)).toHaveLength(1);
    }),
  );

  it(
    'offers late: the answer is in its ACK',
    onStage(transport, async stage => {
      const { office } = stage;
      const desk = await office.extension('101');
      const voice = await stage.voice('caller');
      const caller = await stage.caller('callerOffersLate', { to: direct, rtp: voice.port });
      const inside = await desk.rung();
      await inside.answer();
      await voice.latches();
      await talk(office, voice, inside, '101');
      await inside.hangUp();
      await caller.succeeds();
    }),
  );

  it(
    'holds: the other one hears music until it comes back',
    onStage(transport, async stage => {
      const { office } = stage;
      const desk = await office.extension('101');
      const voice = await stage.voice('caller');
      const caller = await stage.caller('callerHolds', { to: direct, rtp: voice.port });
      const inside = await desk.rung();
      await inside.answer();
      await voice.latches();
      await inside.hears(office.tone('caller'));
      await inside.hears(office.music);
      await talk(office, voice, inside, '101');
      await inside.hangUp();
      await caller.succeeds();
      const [record] = await office.ended(1);
      expect(record?.steps.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['held', 'resumed']));
    }),
  );
});

/** A second of it. */
const alawTone = (frequency: number): Uint8Array =>
  Uint8Array.from({ length: 8000 }, (_, at) =>
    alawmulaw.alaw.encodeSample(Math.round(8000 * Math.sin((2 * Math.PI * frequency * at) / 8000))),
  );

/** Each hears the tone of the other. */
async function talk(
  office: Office,
  voice: Voice,
  inside: { hears(tone: number): Promise<unknown> },
  extension: string,
): Promise<void> {
  await Promise.all([voice.hears(office.tone(extension)), inside.hears(office.tone('caller'))]);
}
