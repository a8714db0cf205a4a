import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { answering, busy, createPhone, declining, type Phone, type PhoneOptions } from '../../../src/phone/phone.ts';
import { reinviteWithoutOffer } from '../../../src/phone/verbs/reinviteWithoutOffer.ts';
import { update } from '../../../src/phone/verbs/update.ts';

interface Parties {
  readonly anna: Phone;
  readonly peter: Phone;
  more(user: string, options: Partial<PhoneOptions>): Promise<Phone>;
}

/** Two phones without a server between them: what either says of the other is proven here, and used everywhere else. */
describe.concurrent.each(['udp', 'tcp'] as const)('two phones over %s', transport => {
  /** Leaves nothing behind, and says so. */
  const between = (story: (parties: Parties) => Promise<void>) => async (): Promise<void> => {
    const phones: Phone[] = [];
    const more = async (user: string, options: Partial<PhoneOptions>): Promise<Phone> => {
      const common = { clock: systemClock, log: silentLog, user, transport, knows: [700, 900] };
      const phone = await createPhone({ ...common, ...options });
      expect(phone.leftovers).toEqual({ calls: 0, media: 0, waits: 0 });
      phones.push(phone);
      return phone;
    };
    const anna = await more('anna', { tone: 700, display: 'Anna "A" Kovács' });
    const peter = await more('peter', { tone: 900 });
    await story({ anna, peter, more });
    await Promise.all(phones.map(phone => phone.close()));
    expect(phones.map(phone => phone.leftovers)).toEqual(phones.map(() => ({ calls: 0, media: 0, waits: 0 })));
  };

  test(
    'call, talk, and hang up',
    between(async ({ anna, peter }) => {
      const out = anna.call(peter.uri);
      const into = await peter.rung();
      await out.rings();
      expect([out.state.kind, into.state.kind]).toEqual(['calling', 'offered']);
      expect(into.shown.from).toEqual({ number: 'anna', display: 'Anna "A" Kovács' });
      await into.answer();
      await out.answered();
      await Promise.all([out.hears(900), into.hears(700)]);
      expect(out.ear.timeline.map(({ what }) => what)).toEqual(['900 Hz']);
      await into.hangUp();
      expect(await out.ended()).toMatchObject({ by: 'them', status: undefined });
      expect(peter.calls).toEqual([]);
    }),
  );

  test(
    'digits as telephone events and as INFO',
    between(async ({ anna, peter }) => {
      peter.policy = answering();
      const out = anna.call(peter.uri);
      const into = await peter.rung();
      await out.answered();
      await into.hears(700);
      await out.press('15#');
      await into.until('three digits', () => into.digits === '15#' || undefined);
      await out.pressByInfo('2*');
      await out.pressByInfo('D', 'dtmf');
      expect(into.digits).toBe('15#2*D');
      // Its own tone goes on after the digits.
      await into.hears(700);
    }),
  );

  test(
    'hold and resume',
    between(async ({ anna, peter }) => {
      peter.policy = answering();
      const out = anna.call(peter.uri);
      const into = await peter.rung();
      await Promise.all([out.hears(900), into.hears(700)]);
      for (const style of ['sendonly', 'inactive', 'noAddress'] as const) {
        expect((await out.hold(style)).status).toBe(200);
        expect(out.held).toBe(true);
        // Only peter is silenced by a phone that still wants to be heard.
        await out.hearsNothing(150);
        if (style === 'sendonly') await into.hears(700);
        expect((await out.resume()).status).toBe(200);
        expect(out.held).toBe(false);
        await Promise.all([out.hears(900), into.hears(700)]);
      }
    }),
  );

  test(
    'a re-INVITE without an offer, and an UPDATE',
    between(async ({ anna, peter }) => {
      peter.policy = answering();
      const out = anna.call(peter.uri);
      const into = await peter.rung();
      await Promise.all([out.hears(900), into.hears(700)]);
      expect((await reinviteWithoutOffer(out)).status).toBe(200);
      expect((await update(into)).status).toBe(200);
      await Promise.all([out.hears(900), into.hears(700)]);
    }),
  );

  test(
    'an offer that comes late',
    between(async ({ anna, peter }) => {
      peter.policy = answering();
      const out = anna.call(peter.uri, { delayedOffer: true });
      const into = await peter.rung();
      expect(into.invite.body).toHaveLength(0);
      await Promise.all([out.hears(900), into.hears(700)]);
    }),
  );

  test(
    'busy, declined, and moved',
    between(async ({ anna, peter }) => {
      peter.policy = busy;
      expect(await anna.call(peter.uri).ended()).toMatchObject({ by: 'them', status: 486 });
      peter.policy = declining;
      expect(await anna.call(peter.uri).ended()).toMatchObject({ by: 'them', status: 603 });
      peter.policy = { kind: 'redirect', to: 'sip:elsewhere@127.0.0.1' };
      expect(await anna.call(peter.uri).ended()).toMatchObject({ by: 'them', status: 302 });
    }),
  );

  test(
    'given up while it rings, before it has left, and by a phone that says nothing',
    between(async ({ anna, peter }) => {
      const out = anna.call(peter.uri);
      const into = await peter.rung();
      await out.rings();
      await out.hangUp();
      expect(await out.ended()).toMatchObject({ by: 'us', status: 487 });
      expect(await into.ended()).toMatchObject({ by: 'them', status: 487 });
      const unborn = anna.call(peter.uri);
      await unborn.hangUp();
      expect(await unborn.ended()).toMatchObject({ by: 'us', status: 487, text: 'cancelled before it left' });
      peter.policy = { kind: 'ignore' };
      const mute = anna.call(peter.uri);
      const unheard = await peter.rung();
      await mute.hangUp();
      expect(await unheard.ended()).toMatchObject({ by: 'them', status: 487 });
    }),
  );

  test(
    'a wait that is in vain says what was there instead',
    between(async ({ peter, more }) => {
      const hasty = await more('hasty', { tone: 700, patience: 1500 });
      peter.policy = answering();
      const out = hasty.call(peter.uri);
      await out.answered();
      await expect(out.hears(700)).rejects.toThrow(/700 Hz did not come to pass within 1500 ms.*talking.*900 Hz/);
      await expect(hasty.rung()).rejects.toMatchObject({ code: 'DEADLINE_PASSED' });
    }),
  );
});
