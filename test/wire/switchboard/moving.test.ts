/** A phone behind a NAT that goes from one network to another in a call: its SIP, its sound, and the end of the call. */
import { expect, test } from 'vitest';
import { onProduction } from '../../support/production/engine.ts';
import { RtpPeer } from '../../support/rtpPeer.ts';
import { Phone, PhoneDialog } from '../../support/signalling/phone.ts';
import { fieldOf } from '../../support/signalling/sipText.ts';
import { companyNumber, inOffice, type Office } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';

leaveNoSocketOpen();

/** The two networks, as the switchboard sees them, and what the phone says in both. */
const networks = ['127.0.0.2', '127.0.0.4'] as const;
const inside = { host: '192.168.1.50', port: 40_000 };
const Contact = `<sip:101@${inside.host}:5060>`;

/** What a phone has in one network: a socket for SIP, and one for RTP. */
class Place {
  private constructor(
    readonly sip: Phone,
    readonly rtp: RtpPeer,
  ) {}

  static async open(office: Office, address: string, tone: number, knows: readonly number[]): Promise<Place> {
    const sip = await Phone.open({ host: '127.0.0.1', port: office.port }, '+36201112233', 'udp', address);
    return new Place(sip, await RtpPeer.open({ address, tone, knows }));
  }

  describe(version: number): string {
    return this.rtp.describe({ address: inside.host, port: inside.port, version });
  }

  async close(): Promise<void> {
    await Promise.all([this.sip.close(), this.rtp.close()]);
  }
}

// drachtio-server sends to where the first INVITE came from (docker/README.md).
test.skipIf(onProduction).each(['INVITE', 'UPDATE'])(
  'by %s: the call goes on where it is now, and its end comes there',
  method =>
    inOffice(async office => {
      const reception = await office.extension('10');
      const [here, there] = [office.tone('10'), office.tone('caller')];
      const places = await Promise.all(
        networks.map(address => Place.open(office, address, there, [here, there, office.prompt('welcome')])),
      );
      const [home, away] = places as [Place, Place];
      const invite = home.sip.invite(companyNumber, { Contact }, home.describe(1));
      const answer = await home.sip.next(200);
      const dialog = PhoneDialog.ofCaller(home.sip, invite, answer);
      dialog.ack();
      home.rtp.talkTo(answer.body);
      await home.rtp.hears(office.prompt('welcome'));
      await home.rtp.press('0');
      const call = await reception.rung();
      await call.answer();
      await Promise.all([home.rtp.hears(here), call.hears(there)]);

      home.rtp.mute();
      const moved = PhoneDialog.ofCaller(away.sip, invite, answer);
      moved.send(method, { Contact, 'Content-Type': 'application/sdp' }, away.describe(2));
      const again = await away.sip.next(200);
      if (method === 'INVITE') moved.ack();
      away.rtp.talkTo(again.body);
      await Promise.all([away.rtp.hears(here), call.hears(there)]);

      await call.hangUp();
      const bye = await away.sip.next('BYE');
      expect(fieldOf(bye, 'Call-ID')).toBe(fieldOf(invite, 'Call-ID'));
      away.sip.respond(bye, 200);
      expect(home.sip.log.filter(({ startLine }) => startLine.startsWith('BYE'))).toEqual([]);
      await office.isQuiet();
      await Promise.all(places.map(place => place.close()));
    })(),
);

test(
  'a Contact by the name of a computer: the BYE comes where the INVITE came from',
  inOffice(async office => {
    const reception = await office.extension('10');
    const caller = await Phone.open({ host: '127.0.0.1', port: office.port }, '+36201112233', 'udp', networks[0]);
    const rtp = await RtpPeer.open({
      address: networks[0],
      tone: office.tone('caller'),
      knows: [office.tone('10'), office.prompt('welcome')],
    });
    const invite = caller.invite(companyNumber, { Contact: '<sip:101@ANNA-PC>' }, rtp.describe());
    const answer = await caller.next(200);
    PhoneDialog.ofCaller(caller, invite, answer).ack();
    rtp.talkTo(answer.body);
    await rtp.hears(office.prompt('welcome'));
    await rtp.press('0');
    const call = await reception.rung();
    await call.answer();
    await rtp.hears(office.tone('10'));
    await call.hangUp();
    caller.respond(await caller.next('BYE'), 200);
    await office.isQuiet();
    await Promise.all([caller.close(), rtp.close()]);
  }),
);
