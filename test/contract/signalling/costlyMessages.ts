import { expect, test } from 'vitest';
import { PhoneDialog } from '../../support/signalling/phone.ts';
import { type OpenRig, ourSdp, theirSdp, userOf } from '../../support/signalling/rig.ts';

/** Milliseconds. drachtio-srf alone is kept busy for five times as long, or ten. */
const atOnce = 1_000;

const type = 'multipart/mixed;boundary=x';
const blanks = (count: number) => ' '.repeat(count);

/** Of a stranger, before any password. */
export const costlyMessages = (open: OpenRig): void => {
  test.each([
    ['blanks in a part', 3, type, `\r\n\r\n--x\r\nContent-Type:${blanks(60_000)}`],
    // drachtio-server refuses the others by itself.
    ['the text of a part', 60, type, `--x\r\nA: b\r\n\r\nContent-Type:${blanks(7_500)}x\n\r\n--x--\r\n`],
    ['a line of Content-Types', 3, type, `\r\n\r\n--x\r\n${'Content-Type:'.repeat(4_600)}`],
    ['a long Content-Type', 20, `multipart/mixed${'; boundary='.repeat(700)}`, '\r\n\r\nx'],
    ['blanks, and a Content-Type in capitals', 3, type.toUpperCase(), `\r\n\r\n--x\r\nContent-Type:${blanks(60_000)}`],
  ])('%s', async (_, count, contentType, body) => {
    const rig = await open();
    const stranger = await rig.phone('stranger', count > 20 ? 'tcp' : 'udp');
    await rig.roundTrip();
    const start = performance.now();
    const methods = ['OPTIONS', 'INVITE', 'BYE'];
    for (let n = 0; n < count; n++) {
      const method = methods[n % methods.length] ?? 'OPTIONS';
      stranger.request(method, `sip:${stranger.target}`, { 'Content-Type': contentType }, body);
    }
    await stranger.next(() => true);
    await rig.roundTrip();
    expect(performance.now() - start).toBeLessThan(atOnce);
  });

  test('a call with a body of several parts is one all the same', async () => {
    const rig = await open();
    const phone = await rig.phone('101');
    const body =
      `--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\nContent-Type: application/sdp\r\n\r\n${theirSdp()}` +
      '--x--\r\n';
    const invite = await phone.inviteAs(userOf('101'), '10', { 'Content-Type': 'multipart/mixed;Boundary="x"' }, body);
    const { call } = await rig.exchange.nextCall();
    expect(call.offer?.trimEnd()).toBe(theirSdp().trimEnd());
    await call.leg.answer(ourSdp());
    const dialog = PhoneDialog.ofCaller(phone, invite, await phone.next(200));
    dialog.ack();
    dialog.send('BYE');
    await phone.next(200);
  });
};
