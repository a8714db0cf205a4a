import { expect, test } from 'vitest';
import { type OpenRig, theirSdp } from '../../support/signalling/rig.ts';
import { fieldOf, statusOf } from '../../support/signalling/sipText.ts';

/** Numbers as other people's networks and phones write them. */
export const numbers = (open: OpenRig): void => {
  test.each([
    ['+36-1-234-5678', ';user=phone'],
    ['0612345678', ''],
    ['003612345678', ';user=phone'],
    ['3612345678', ''],
    ['+3612345678;npdi', ''],
    ['2345678;phone-context=+361', ';user=phone'],
  ])('a trunk calls %s (%s), from a number like it', async (user, parameters) => {
    const rig = await open({ trunk: 'carrier', numbering: () => ({ country: 'HU' }) });
    const caller = await rig.phone('1');
    caller.request(
      'INVITE',
      `sip:${user}@${caller.target}${parameters}`,
      { From: `<sip:${user}@carrier.example${parameters}>;tag=a1` },
      theirSdp(),
    );
    const { call } = await rig.exchange.nextCall();
    expect([call.dialled, call.from.number]).toEqual(['+3612345678', '+3612345678']);
    call.leg.hangUp({ status: 404 });
    expect(statusOf(await caller.next(404))).toBe(404);
  });

  test('a REFER to a number with separators, and one without brackets that has Replaces', async () => {
    const rig = await open();
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    const targets: (string | undefined)[] = [];
    const replaced: unknown[] = [];
    watch.onTransfer = transfer => {
      targets.push(transfer.target);
      replaced.push(transfer.replaces);
      transfer.refuse(404, 'Not Found');
    };
    for (const referTo of [
      `<sip:1-02@${phone.target};user=phone>`,
      `sip:102@${phone.target};user=phone`,
      '<tel:102;phone-context=office.example>',
      '<tel:+36-1-234-5678>',
      `sip:102@${phone.target}?Replaces=nobody%40h%3Bto-tag%3D1%3Bfrom-tag%3D2`,
    ]) {
      dialog.send('REFER', { 'Refer-To': referTo });
      expect(statusOf(await phone.next(404))).toBe(404);
    }
    expect(targets).toEqual(['102', '102', '102', '+3612345678', '102']);
    expect(replaced).toEqual([undefined, undefined, undefined, undefined, 'unknown']);
    call.leg.hangUp();
    phone.respond(await phone.next('BYE'), 200);
  });

  test.each(['<tel:102;phone-context=office.example>', '<sip:1-02@somewhere.example;user=phone>', 'tel:1-02'])(
    'a forward to %s is followed, and says by whom, where we are',
    async contact => {
      const rig = await open();
      const away = await rig.registered('101');
      const deputy = await rig.registered('102');
      const { leg, watch } = rig.dial('101');
      const invite = await away.next('INVITE');
      away.respond(invite, 302, { Contact: contact });
      await away.next('ACK');
      const forwarded = await deputy.next('INVITE');
      expect(fieldOf(forwarded, 'Diversion')).toMatch(/^<sip:101@127\.0\.0\.1:\d+>;reason=unconditional$/);
      deputy.respond(forwarded, 200, {}, theirSdp());
      await deputy.next('ACK');
      await watch.next('answered');
      leg.hangUp();
      deputy.respond(await deputy.next('BYE'), 200);
      await watch.next('ended');
    },
  );
};
