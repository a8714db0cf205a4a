import { expect, test } from 'vitest';
import { type OpenRig, ourSdp, theirSdp } from '../../support/signalling/rig.ts';
import { fieldOf, fieldsOf, methodOf, statusOf } from '../../support/signalling/sipText.ts';

const isFinal = (message: Parameters<typeof statusOf>[0]): boolean => statusOf(message) >= 200;

export const dialogs = (open: OpenRig): void => {
  test("their re-INVITE is the exchange's to answer, whatever its description says of hold", async () => {
    const rig = await open();
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    watch.onOffered = async () => ourSdp(2);
    const held = theirSdp(2).replace('m=audio', 'a=sendonly\r\nm=audio');
    dialog.send('INVITE', {}, held);
    expect((await watch.next('offered')).offer).toBe(held);
    const ok = await phone.next(200);
    expect(ok.body).toBe(ourSdp(2));
    expect(fieldOf(ok, 'Content-Type')).toBe('application/sdp');
    dialog.ack();
    await end(call, phone, watch);
  });

  test('a re-INVITE without an offer gets ours, and the ACK brings the answer', async () => {
    const rig = await open();
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    watch.onOffered = async () => ourSdp(3);
    dialog.send('INVITE');
    expect((await watch.next('offered')).offer).toBeUndefined();
    expect((await phone.next(200)).body).toBe(ourSdp(3));
    dialog.ack(theirSdp(3));
    expect((await watch.next('answerReceived')).sdp).toBe(theirSdp(3));
    await end(call, phone, watch);
  });

  test('an offer that cannot be answered is 488, and the next one is not affected', async () => {
    const rig = await open();
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    const refused = dialog.send('INVITE', {}, theirSdp(2));
    phone.ackFailure(refused, await phone.next(488));
    watch.onOffered = async () => ourSdp(2);
    dialog.send('INVITE', {}, theirSdp(3));
    expect((await phone.next(200)).body).toBe(ourSdp(2));
    dialog.ack();
    expect(watch.kinds).toEqual(['offered', 'offered']);
    await end(call, phone, watch, 2);
  });

  test('UPDATE: with an offer as a re-INVITE, without one a refresh that nobody hears of', async () => {
    const rig = await open();
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    watch.onOffered = async () => ourSdp(2);
    dialog.send('UPDATE', { 'Session-Expires': '600;refresher=uac', Supported: 'timer' });
    const refreshed = await phone.next(200);
    expect(refreshed.body).toBe('');
    expect(fieldsOf(refreshed, 'Session-Expires').map(value => value.replace(/\s/g, ''))).toEqual([
      '600;refresher=uac',
    ]);
    expect(new Set(fieldsOf(refreshed, 'Require'))).toEqual(new Set(['timer']));
    expect(watch.kinds).toEqual([]);
    dialog.send('UPDATE', {}, theirSdp(2));
    expect((await watch.next('offered')).offer).toBe(theirSdp(2));
    expect((await phone.next(200)).body).toBe(ourSdp(2));
    await end(call, phone, watch);
  });

  test('what else comes within a dialog', async () => {
    const rig = await open();
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    dialog.send('OPTIONS');
    expect(fieldOf(await phone.next(200), 'Allow')).toContain('UPDATE');
    dialog.send('INFO', { 'Content-Type': 'application/media_control+xml' }, '<media_control/>');
    expect(fieldOf(await phone.next(415), 'Accept')).toContain('application/dtmf-relay');
    dialog.send('NOTIFY', { Event: 'refer', 'Subscription-State': 'active' });
    await phone.next(481);
    dialog.send('MESSAGE', { 'Content-Type': 'text/plain' }, 'hello');
    expect(fieldOf(await phone.next(405), 'Allow')).toContain('INVITE');
    dialog.send('INFO', { 'Content-Type': 'application/dtmf-relay' }, 'Signal=flash\r\n');
    await phone.next(200);
    for (const body of ['Signal=\r\n', 'Duration=160\r\n', 'what is this']) {
      dialog.send('INFO', { 'Content-Type': 'application/dtmf-relay' }, body);
      await phone.next(400);
    }
    dialog.send('INFO', { Require: 'magic', 'Content-Type': 'application/dtmf-relay' }, 'Signal=1\r\n');
    expect(fieldOf(await phone.next(420), 'Unsupported')).toBe('magic');
    expect(watch.kinds).toEqual([]);
    await end(call, phone, watch);
  });

  test('our re-INVITE gives the answer', async () => {
    const rig = await open();
    const { phone, call, watch } = await rig.answeredCall('101');
    const answer = call.leg.reinvite(ourSdp(2));
    const invite = await phone.next('INVITE');
    expect(invite.body).toBe(ourSdp(2));
    phone.respond(invite, 200, {}, theirSdp(2), '');
    await phone.next('ACK');
    expect(await answer).toBe(theirSdp(2));
    await end(call, phone, watch);
  });

  test('re-INVITEs of ours go one after the other, and a refused one blocks none', async () => {
    const rig = await open();
    const { phone, call, watch } = await rig.answeredCall('101');
    const answers = [2, 3, 4].map(version => call.leg.reinvite(ourSdp(version)));
    const outcome = Promise.allSettled(answers);
    const first = await phone.next('INVITE');
    await rig.roundTrip();
    expect(phone.has('INVITE')).toBe(false);
    phone.respond(first, 488, {}, '', '');
    await phone.next('ACK');
    const second = await phone.next('INVITE');
    expect(second.body).toBe(ourSdp(3));
    phone.respond(second, 200, {}, theirSdp(3), '');
    await phone.next('ACK');
    const third = await phone.next('INVITE');
    phone.respond(third, 200, {}, theirSdp(4), '');
    await phone.next('ACK');
    const settled = await outcome;
    expect(settled.map(one => (one.status === 'fulfilled' ? one.value : one.reason.code))).toEqual([
      'REQUEST_FAILED',
      theirSdp(3),
      theirSdp(4),
    ]);
    await rig.roundTrip();
    // A refusal is acknowledged by the server, once (RFC 3261, §17.1.1.3).
    expect(phone.log.filter(message => methodOf(message) === 'ACK' && statusOf(message) === 0)).toHaveLength(3);
    await end(call, phone, watch);
  });

  test('491: tried again after a random time, and meanwhile theirs comes first', async () => {
    const rig = await open({ virtual: true });
    const { phone, call, watch, dialog } = await rig.answeredCall('101');
    watch.onOffered = async () => ourSdp(9);
    const answer = call.leg.reinvite(ourSdp(2));
    phone.respond(await phone.next('INVITE'), 491, {}, '', '');
    await phone.next('ACK');
    await rig.roundTrip();
    expect(phone.has('INVITE')).toBe(false);
    dialog.send('INVITE', {}, theirSdp(5));
    await watch.next('offered');
    expect((await phone.next(200)).body).toBe(ourSdp(9));
    dialog.ack();
    await rig.roundTrip();
    expect(phone.has('INVITE')).toBe(false);
    // The Call-ID is the caller's: 0 to 2 s.
    await rig.pass(2_000);
    const again = await phone.next('INVITE');
    expect(again.body).toBe(ourSdp(2));
    phone.respond(again, 200, {}, theirSdp(2), '');
    expect(await answer).toBe(theirSdp(2));
    await phone.next('ACK');
    await end(call, phone, watch);
  });

  test('491 again and again is a refusal in the end', async () => {
    const rig = await open({ virtual: true });
    const { phone, leg, watch } = await rig.answeredDial('101');
    const answer = leg.reinvite(ourSdp(2));
    const outcome = answer.catch((error: { code: string }) => error.code);
    for (let i = 0; i < 5; i++) {
      phone.respond(await phone.next('INVITE'), 491, {}, '', '');
      await phone.next('ACK');
      await rig.roundTrip();
      // The Call-ID is ours: 2.1 to 4 s.
      await rig.pass(2_000);
      expect(phone.has('INVITE')).toBe(false);
      await rig.pass(2_000);
    }
    expect(await outcome).toBe('REQUEST_FAILED');
    expect(watch.kinds).toEqual(['answered']);
    leg.hangUp();
    phone.respond(await phone.next('BYE'), 200);
    await watch.next('ended');
  });

  test('glare: while ours is pending theirs gets 491, while theirs is pending a second one gets 500', async () => {
    const rig = await open();
    const { phone, dialog, call, watch } = await rig.answeredCall('101');
    const answer = call.leg.reinvite(ourSdp(2));
    const ours = await phone.next('INVITE');
    const theirs = dialog.send('INVITE', {}, theirSdp(2));
    phone.ackFailure(theirs, await phone.next(491));
    dialog.send('UPDATE', {}, theirSdp(2));
    await phone.next(491);
    phone.respond(ours, 200, {}, theirSdp(3), '');
    expect(await answer).toBe(theirSdp(3));
    await phone.next('ACK');
    let release: (sdp: string) => void = () => {};
    watch.onOffered = () => new Promise(resolve => (release = resolve));
    dialog.send('INVITE', {}, theirSdp(4));
    await watch.next('offered');
    const during = call.leg.reinvite(ourSdp(5));
    dialog.send('UPDATE', {}, theirSdp(5));
    expect(statusOf(await phone.next(500))).toBe(500);
    expect(phone.has('INVITE')).toBe(false);
    release(ourSdp(4));
    const ok = await phone.next(message => statusOf(message) === 200 && methodOf(message) === 'INVITE');
    expect(ok.body).toBe(ourSdp(4));
    await rig.roundTrip();
    // Not before their ACK (RFC 3261, §14.1).
    expect(phone.has('INVITE')).toBe(false);
    const [sequence] = fieldOf(ok, 'CSeq').split(' ');
    dialog.ack('', Number(sequence));
    phone.respond(await phone.next('INVITE'), 200, {}, theirSdp(6), '');
    expect(await during).toBe(theirSdp(6));
    await phone.next('ACK');
    await end(call, phone, watch);
  });

  test('a BYE during their re-INVITE: 487 for the one, 200 for the other', async () => {
    const rig = await open();
    const { phone, dialog, watch } = await rig.answeredCall('101');
    watch.onOffered = () => new Promise(() => {});
    dialog.send('INVITE', {}, theirSdp(2));
    await watch.next('offered');
    dialog.send('BYE');
    const finals = [await phone.next(isFinal), await phone.next(isFinal)];
    expect(finals.map(message => `${methodOf(message)} ${statusOf(message)}`).sort()).toEqual([
      'BYE 200',
      expect.stringMatching(/^INVITE (487|500)$/),
    ]);
    await watch.next('ended');
  });

  test('a BYE during our re-INVITE ends it', async () => {
    const rig = await open();
    const { phone, dialog, call, watch } = await rig.answeredCall('101');
    const answer = call.leg.reinvite(ourSdp(2));
    const outcome = answer.catch((error: { code: string }) => error.code);
    const invite = await phone.next('INVITE');
    dialog.send('BYE');
    await watch.next('ended');
    expect(await outcome).toBe('DISPOSED');
    phone.respond(invite, 487, {}, '', '');
    await phone.next(200);
  });

  test.each([481, 408])('a far end that answers %i to a re-INVITE is gone', async status => {
    const rig = await open();
    const { phone, call, watch } = await rig.answeredCall('101');
    const answer = call.leg.reinvite(ourSdp(2));
    const outcome = answer.catch((error: { code: string }) => error.code);
    phone.respond(await phone.next('INVITE'), status, {}, '', '');
    expect(await outcome).toBe('REQUEST_FAILED');
    expect((await watch.next('ended')).end).toMatchObject({ by: 'network', status });
    phone.respond(await phone.next('BYE'), 481, {}, '', '');
    await rig.roundTrip();
    expect(rig.signalling.remaining).toBe(0);
  });

  test('BYEs that cross are both answered', async () => {
    const rig = await open();
    const { phone, dialog, call, watch } = await rig.answeredCall('101');
    await rig.roundTrip();
    call.leg.hangUp();
    const ours = await phone.next('BYE');
    const theirs = dialog.send('BYE');
    const answered = await phone.next(isFinal);
    expect(fieldOf(answered, 'CSeq')).toBe(fieldOf(theirs, 'CSeq'));
    phone.respond(ours, 200);
    expect((await watch.next('ended')).end.by).toBe('local');
    expect(watch.kinds).toEqual(['ended']);
  });

  test('the far end is told whom it talks to: by UPDATE where it has it', async () => {
    const rig = await open();
    const { phone, leg, watch } = await rig.answeredDial('101', { Allow: 'INVITE, ACK, BYE, UPDATE' });
    leg.identify({ number: '102', display: 'Éva' });
    const update = await phone.next('UPDATE');
    expect(fieldOf(update, 'P-Asserted-Identity')).toMatch(/^"Éva" <sip:102@/);
    expect(update.body).toBe('');
    phone.respond(update, 200);
    leg.hangUp();
    phone.respond(await phone.next('BYE'), 200);
    await watch.next('ended');
  });

  test('and by a re-INVITE that changes nothing where it has not', async () => {
    const rig = await open();
    const { phone, leg, watch, invite } = await rig.answeredDial('101', { Allow: 'INVITE, ACK, BYE' });
    leg.identify({ number: '102', display: undefined });
    const reinvite = await phone.next('INVITE');
    expect(fieldOf(reinvite, 'P-Asserted-Identity')).toContain('sip:102@');
    expect(reinvite.body).toBe(invite.body);
    phone.respond(reinvite, 200, {}, theirSdp(), '');
    await phone.next('ACK');
    leg.hangUp();
    phone.respond(await phone.next('BYE'), 200);
    await watch.next('ended');
    expect(watch.kinds).toEqual(['answered', 'ended']);
  });
};

const end = async (
  call: { readonly leg: { hangUp(): void } },
  phone: {
    next(match: string): Promise<Parameters<typeof statusOf>[0]>;
    respond(request: Parameters<typeof statusOf>[0], status: number): void;
  },
  watch: { next(kind: 'ended'): Promise<unknown>; readonly kinds: readonly string[]; skip(count: number): void },
  untaken = 0,
): Promise<void> => {
  watch.skip(untaken);
  call.leg.hangUp();
  phone.respond(await phone.next('BYE'), 200);
  await watch.next('ended');
};
