import { describe, expect, it } from 'vitest';
import { hostileTexts } from '../../support/hostileTexts.ts';
import { type Fixture, isInvalidSdp, type Watched } from './fixture.ts';

export function descriptions(fixture: Fixture): void {
  describe('descriptions', () => {
    it('answers an offer, and the far end hears what is played', async () => {
      const { endpoint, phone } = await fixture.call({ tone: 800 });
      expect(fixture.server.endpoints).toBe(1);
      expect(endpoint.localSdp).toMatch(/^m=audio [1-9]\d* RTP\/AVP 8 101\r$/m);
      expect(endpoint.remoteHold).toBe(false);
      const played = endpoint.play([fixture.sound(500)], { loop: true });
      await phone.hears(500);
      await endpoint.stop();
      expect(await played).toBe('stopped');
    });

    it('offers, takes the answer, and takes another one', async () => {
      const phone = await fixture.peer({ tone: 800, law: 'PCMU' });
      const { endpoint } = await fixture.create(undefined);
      expect(endpoint.localSdp).toMatch(/^m=audio [1-9]\d* RTP\/AVP (.* )?0( |\r$)/m);
      expect(endpoint.localSdp).toMatch(/^m=audio [1-9]\d* RTP\/AVP (.* )?8( |\r$)/m);
      await endpoint.accept(phone.describe());
      phone.talkTo(endpoint.localSdp);
      void endpoint.play([fixture.sound(500)], { loop: true });
      await phone.hears(500);

      const other = await fixture.peer({ tone: 1000 });
      await endpoint.accept(other.describe());
      other.talkTo(endpoint.localSdp);
      await other.hears(500);
    });

    it.each([
      ['nothing', ''],
      ['no description', 'INVITE sip:x SIP/2.0'],
      ['no stream', 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n'],
      ['video alone', sdp('m=video 4000 RTP/AVP 96', 'a=rtpmap:96 VP8/90000')],
      ['SRTP alone', sdp('m=audio 4000 RTP/SAVP 8')],
      ['no codec of ours', sdp('m=audio 4000 RTP/AVP 96', 'a=rtpmap:96 opus/48000/2')],
      ['audio that is switched off', sdp('m=audio 0 RTP/AVP 8')],
      ['no address', 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n'],
    ])('refuses an offer with %s', async (_, offer) => {
      await expect(fixture.create(offer)).rejects.toSatisfy(isInvalidSdp);
      expect(fixture.server.endpoints).toBe(0);
    });

    it('refuses other streams in their places', async () => {
      const phone = await fixture.peer({ tone: 800 });
      const { endpoint } = await fixture.create(
        phone.describe({
          before: ['m=video 4000 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'],
          extra: ['m=application 4002 UDP/BFCP *'],
        }),
      );
      const lines = endpoint.localSdp.split('\r\n').filter(line => line.startsWith('m='));
      expect(lines[0]).toMatch(/^m=video 0 RTP\/AVP/);
      expect(lines[1]).toMatch(/^m=audio [1-9]\d* RTP\/AVP 8 101$/);
      expect(lines[2]).toMatch(/^m=application 0 UDP\/BFCP/);
      expect(lines).toHaveLength(3);
    });

    it('takes plain RTP where SRTP is offered beside it', async () => {
      const phone = await fixture.peer({ tone: 800 });
      const { endpoint } = await fixture.create(
        phone.describe({ before: [`m=audio ${phone.port} RTP/SAVP 8`, 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x'] }),
      );
      phone.talkTo(endpoint.localSdp.replace(/^m=audio 0 .*$/m, ''));
      void endpoint.play([fixture.sound(500)], { loop: true });
      await phone.hears(500);
    });

    it('takes an offer that is too long for one UDP packet', async () => {
      const phone = await fixture.peer({ tone: 800 });
      const extra = Array.from({ length: 60 }, (_, index) => `a=candidate:${index} 1 UDP 1 192.0.2.1 4000 typ host`);
      const offer = phone.describe({ extra });
      expect(offer.length).toBeGreaterThan(1300);
      const { endpoint } = await fixture.create(offer);
      phone.talkTo(endpoint.localSdp);
      void endpoint.play([fixture.sound(500)], { loop: true });
      await phone.hears(500);
    });

    it('leaves everything as it was when a new offer or an answer is no good', async () => {
      const { endpoint, phone } = await fixture.call({ tone: 800 });
      const before = endpoint.localSdp;
      void endpoint.play([fixture.sound(500)], { loop: true });
      await phone.hears(500);
      await expect(endpoint.answer(sdp('m=audio 4000 RTP/SAVP 8'))).rejects.toSatisfy(isInvalidSdp);
      expect(endpoint.localSdp).toBe(before);
      await phone.hears(500);

      await endpoint.offer();
      await expect(endpoint.accept(sdp('m=audio 0 RTP/AVP 8'))).rejects.toSatisfy(isInvalidSdp);
      await phone.hears(500);
      await endpoint.accept(phone.describe());
      await phone.hears(500);
    });

    it('follows a far end that moves to another address, codec and payload type', async () => {
      const { endpoint, phone } = await fixture.call({ tone: 800 });
      void endpoint.play([fixture.sound(500)], { loop: true });
      await phone.hears(500);
      const before = version(endpoint.localSdp);

      const moved = await fixture.peer({ tone: 1000, law: 'PCMU' });
      moved.telephoneEvent = 97;
      const answer = await endpoint.answer(moved.describe({ version: 2 }));
      expect(answer).toBe(endpoint.localSdp);
      expect(answer).toMatch(/^m=audio [1-9]\d* RTP\/AVP 0 97\r$/m);
      expect(version(answer)).toBe(before + 1);
      moved.talkTo(answer);
      await moved.hears(500);
      expect(moved.received.every(packet => packet.payloadType === 0)).toBe(true);
    });

    it('makes an offer within the call, and is heard all the while', async () => {
      const { endpoint, phone } = await fixture.call({ tone: 800 });
      void endpoint.play([fixture.sound(500)], { loop: true });
      await phone.hears(500);
      const offer = await endpoint.offer();
      expect(offer).toBe(endpoint.localSdp);
      expect(offer).toMatch(/^m=audio [1-9]/m);
      await phone.hears(500);
      await endpoint.accept(phone.describe({ version: 2 }));
      await phone.hears(500);
    });

    it.each(hostileTexts)('takes no harm from %j', async text => {
      const phone = await fixture.peer({ tone: 800 });
      const lines = [`a=x-${text}`, `a=rtpmap:98 ${text}/8000`, `a=fmtp:98 ${text}`, `a=${text}`];
      const offer = phone.describe({ extra: lines }).replace('s=-', `s=${text}`).replace('o=peer', `o=${text}`);
      const made = await fixture.create(offer, { callId: text, legId: text }).catch((error: unknown) => error);
      if (isInvalidSdp(made)) return;
      const { endpoint } = made as Watched;
      // A comma alone proves nothing.
      if (text.length > 1) expect(endpoint.localSdp).not.toContain(text);
      phone.talkTo(endpoint.localSdp);
      void endpoint.play([fixture.sound(500)], { loop: true });
      await phone.hears(500);
    });
  });
}

const sdp = (...media: readonly string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', ...media, ''].join('\r\n');

const version = (text: string): number => Number(/^o=\S+ \S+ (\d+)/m.exec(text)?.[1]);
