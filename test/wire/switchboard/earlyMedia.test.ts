import { afterEach, beforeEach, expect, test } from 'vitest';
import { RtpPeer } from '../../support/rtpPeer.ts';
import { Phone, PhoneDialog } from '../../support/signalling/phone.ts';
import { type SipText, statusOf } from '../../support/signalling/sipText.ts';
import { companyNumber, Office, passwordOf } from '../../support/switchboard/office.ts';

/** A number that rings extension 101 at once. */
const direct = '+361234571';

let office: Office;
let caller: Phone;
let desk: Phone;
/** The sound of either. */
let callerSound: RtpPeer;
let deskSound: RtpPeer;

beforeEach(async () => {
  office = await Office.open({});
  const server = { host: '127.0.0.1', port: office.port };
  // Behind the trunk.
  caller = await Phone.open(server, '+36301234567', 'udp', '127.0.0.2');
  desk = await Phone.open(server, '101');
  expect(statusOf(await desk.register({ user: '101', password: passwordOf('101') }))).toBe(200);
  callerSound = await RtpPeer.open({ tone: 500, address: '127.0.0.2' });
  deskSound = await RtpPeer.open({ tone: 650 });
});
afterEach(async () => {
  await Promise.all([caller.close(), desk.close(), callerSound.close(), deskSound.close()]);
  await office.close();
});

const final = (message: SipText): boolean => statusOf(message) >= 200;

test('the 183 of a phone, and its sound, reach a caller who was not answered, and the answer goes on from there', async () => {
  const invite = caller.invite(direct, {}, callerSound.describe());
  const rung = await desk.next('INVITE');
  desk.respond(rung, 183, { 'Content-Type': 'application/sdp' }, deskSound.describe());
  deskSound.talkTo(rung.body);
  const progress = await caller.next(183);
  callerSound.talkTo(progress.body);
  await callerSound.hears(650, 5);
  // Another branch of a proxy further on.
  desk.respond(rung, 183, { 'Content-Type': 'application/sdp' }, deskSound.describe({ port: 9 }), 'another');
  await callerSound.hears(650, 5);
  desk.respond(rung, 200, {}, deskSound.describe());
  await desk.next('ACK');
  const answered = await caller.next(200);
  const dialog = PhoneDialog.ofCaller(caller, invite, answered);
  dialog.ack();
  await Promise.all([callerSound.hears(650, 5), deskSound.hears(500, 5)]);
  dialog.send('BYE');
  await caller.next(200);
  desk.respond(await desk.next('BYE'), 200);
  await office.isQuiet();
});

test('a caller who was not answered hears the announcement to its end, and then the status', async () => {
  const colleague = await Phone.open({ host: '127.0.0.1', port: office.port }, '102');
  try {
    const user = { user: '102', password: passwordOf('102') };
    expect(statusOf(await colleague.register(user))).toBe(200);
    const sound = callerSound;
    const invite = await colleague.inviteAs(user, '101', {}, sound.describe());
    const rung = await desk.next('INVITE');
    desk.respond(rung, 183, { 'Content-Type': 'application/sdp' }, deskSound.describe());
    deskSound.talkTo(rung.body);
    sound.talkTo((await colleague.next(183)).body);
    await sound.hears(650, 5);
    desk.respond(rung, 486);
    const refused = await colleague.next(final);
    expect(statusOf(refused)).toBe(486);
    colleague.ackFailure(invite, refused);
    await office.isQuiet();
  } finally {
    await colleague.close();
  }
});

test('a caller in the menu hears it in place of ringback', async () => {
  const invite = caller.invite(companyNumber, {}, callerSound.describe());
  const answered = await caller.next(200);
  const dialog = PhoneDialog.ofCaller(caller, invite, answered);
  dialog.ack();
  callerSound.talkTo(answered.body);
  await callerSound.until(() => callerSound.received.length > 10);
  await callerSound.press('101');
  const rung = await desk.next('INVITE');
  await callerSound.hears(425);
  desk.respond(rung, 180, { 'Content-Type': 'application/sdp' }, deskSound.describe());
  // No sound comes yet: silence would not do.
  await new Promise(resolve => setTimeout(resolve, 500));
  await callerSound.hears(425);
  desk.respond(rung, 183, { 'Content-Type': 'application/sdp' }, deskSound.describe());
  deskSound.talkTo(rung.body);
  await callerSound.hears(650, 5);
  dialog.send('BYE');
  await caller.next(200);
  await desk.next('CANCEL');
});
