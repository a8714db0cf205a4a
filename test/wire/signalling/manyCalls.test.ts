/** Signalling on drachtiod with more calls than anybody would look at: none is lost, none is doubled, nothing is left. */
import { expect, test } from 'vitest';
import type { LegEvents } from '../../../src/signalling/port.ts';
import { openDrachtiod } from '../../support/drachtio/server.ts';
import { type Phone, PhoneDialog } from '../../support/signalling/phone.ts';
import { ourSdp, Rig, theirSdp } from '../../support/signalling/rig.ts';
import { fieldOf, methodOf, type SipText, statusOf } from '../../support/signalling/sipText.ts';

const calls = 60;
const isResponse = (status: number, method: string, callId: string) => (message: SipText) =>
  statusOf(message) === status && methodOf(message) === method && fieldOf(message, 'Call-ID') === callId;

test(`${calls} calls at once: in, out to a phone, and down again from both ends`, async () => {
  const server = await openDrachtiod();
  const rig = await Rig.open(server, { trunk: 'carrier' });
  const callee = await rig.registered('101');
  const ended: string[] = [];
  /** Whom the phone was shown, in the calls that their callers end. */
  const ending: string[] = [];
  rig.exchange.onArrival = ({ call, watch }) => {
    const events: LegEvents = watch;
    call.leg.ring();
    call.leg.answer(ourSdp()).then(() => {
      const { leg, watch: outbound } = rig.dial('101', { from: call.from });
      events.ended = end => {
        ended.push(`caller ${end.by}`);
        leg.hangUp();
      };
      outbound.ended = end => {
        ended.push(`callee ${end.by}`);
        call.leg.hangUp();
      };
    });
  };
  const rings = (async () => {
    for (let i = 0; i < calls; i++) {
      const invite = await callee.next('INVITE');
      const tag = `callee${i}`;
      callee.respond(invite, 180, {}, '', tag);
      callee.respond(invite, 200, {}, theirSdp(), tag);
      const callId = fieldOf(invite, 'Call-ID');
      await callee.next(message => methodOf(message) === 'ACK' && fieldOf(message, 'Call-ID') === callId);
      // Every second call is ended by whom we called.
      if (i % 2 === 1) PhoneDialog.ofCallee(callee, invite, tag).send('BYE');
      else ending.push(fieldOf(invite, 'P-Asserted-Identity'));
    }
  })();
  const caller = await rig.phone('caller');
  const invites = Array.from({ length: calls }, (_, i) =>
    caller.invite('2', { From: `<sip:+36${i}@carrier.example>;tag=c${i}` }),
  );
  const dialogs = new Map<string, PhoneDialog>();
  for (const [i, invite] of invites.entries()) {
    const ok = await caller.next(isResponse(200, 'INVITE', fieldOf(invite, 'Call-ID')));
    const dialog = PhoneDialog.ofCaller(caller, invite, ok);
    dialog.ack();
    dialogs.set(`+36${i}`, dialog);
  }
  await rings;
  expect(rig.exchange.arrivals).toHaveLength(calls);
  for (const shown of ending) dialogs.get(/sip:(\+\d+)@/.exec(shown)?.[1] ?? '')?.send('BYE');
  await Promise.all([goodbyes(caller, calls / 2), goodbyes(callee, calls / 2)]);
  await rig.roundTrip();
  expect(rig.signalling.remaining).toBe(0);
  expect(ended.filter(one => one.endsWith('remote'))).toHaveLength(calls);
  await rig.close();
  await server.close();
});

const goodbyes = async (phone: Phone, count: number): Promise<void> => {
  for (let i = 0; i < count; i++) phone.respond(await phone.next('BYE'), 200);
};
