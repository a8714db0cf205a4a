import { describe, expect, it } from 'vitest';
import type { Fixture } from './fixture.ts';

export function bridges(fixture: Fixture): void {
  describe('bridges', () => {
    it.each([
      ['PCMA', 'PCMA'],
      ['PCMU', 'PCMU'],
      ['PCMA', 'PCMU'],
    ] as const)('let %s and %s hear each other, and nobody else', async (one, other) => {
      const a = await fixture.call({ tone: 500, law: one });
      const b = await fixture.call({ tone: 650, law: other });
      const c = await fixture.call({ tone: 1250 });
      void c.endpoint.play([fixture.sound(800)], { loop: true });
      await a.endpoint.bridge(b.endpoint);
      await Promise.all([a.phone.hears(650), b.phone.hears(500), c.phone.hears(800)]);
    });

    it('end by unbridge on either side', async () => {
      const a = await fixture.call({ tone: 500 });
      const b = await fixture.call({ tone: 650 });
      for (const side of [a, b]) {
        await a.endpoint.bridge(b.endpoint);
        await Promise.all([a.phone.hears(650), b.phone.hears(500)]);
        await side.endpoint.unbridge();
        void a.endpoint.play([fixture.sound(800)], { loop: true });
        void b.endpoint.play([fixture.sound(1000)], { loop: true });
        await Promise.all([a.phone.hears(800), b.phone.hears(1000)]);
      }
      await a.endpoint.unbridge();
    });

    it('stop what was playing on both', async () => {
      const a = await fixture.call({ tone: 500 });
      const b = await fixture.call({ tone: 650 });
      const playedToA = a.endpoint.play([fixture.sound(800)], { loop: true });
      const playedToB = b.endpoint.play([fixture.sound(1000)], { loop: true });
      await Promise.all([a.phone.hears(800), b.phone.hears(1000)]);
      await a.endpoint.bridge(b.endpoint);
      expect(await Promise.all([playedToA, playedToB])).toEqual(['stopped', 'stopped']);
      await Promise.all([a.phone.hears(650), b.phone.hears(500)]);
    });

    it('are left for another one', async () => {
      const a = await fixture.call({ tone: 500 });
      const b = await fixture.call({ tone: 650 });
      const c = await fixture.call({ tone: 1250 });
      await a.endpoint.bridge(b.endpoint);
      await Promise.all([a.phone.hears(650), b.phone.hears(500)]);
      await c.endpoint.bridge(a.endpoint);
      void b.endpoint.play([fixture.sound(800)], { loop: true });
      await Promise.all([a.phone.hears(1250), c.phone.hears(500), b.phone.hears(800)]);
    });

    it('give way to what is played to one of the two, and come back', async () => {
      const a = await fixture.call({ tone: 500 });
      const b = await fixture.call({ tone: 650 });
      await a.endpoint.bridge(b.endpoint);
      await Promise.all([a.phone.hears(650), b.phone.hears(500)]);
      const played = a.endpoint.play([fixture.sound(800)], { loop: true });
      await Promise.all([a.phone.hears(800), b.phone.hears(500)]);
      await a.endpoint.stop();
      expect(await played).toBe('stopped');
      await Promise.all([a.phone.hears(650), b.phone.hears(500)]);
    });

    it('carry digits with the number that the other side knows them by, and tell them', async () => {
      const a = await fixture.call({ tone: 500 });
      const phone = await fixture.peer({ tone: 650, law: 'PCMU' });
      phone.telephoneEvent = 97;
      const b = await fixture.create(phone.describe());
      phone.talkTo(b.endpoint.localSdp);
      await a.endpoint.bridge(b.endpoint);
      await Promise.all([a.phone.hears(650), phone.hears(500)]);
      expect([phone.digits, a.phone.digits]).toEqual(['', '']);

      await a.phone.press('12#');
      await phone.press('9*9');
      await phone.until(() => phone.digits === '12#');
      await a.phone.until(() => a.phone.digits === '9*9');
      expect(a.digits.join('')).toBe('12#');
      expect(b.digits.join('')).toBe('9*9');
      const events = (received: typeof phone.received): Set<number> =>
        new Set(received.filter(packet => packet.payload.length === 4).map(packet => packet.payloadType));
      expect(events(phone.received)).toEqual(new Set([97]));
      expect(events(a.phone.received)).toEqual(new Set([101]));
    });

    it('outlive a new description of one side', async () => {
      const a = await fixture.call({ tone: 500 });
      const b = await fixture.call({ tone: 650 });
      await a.endpoint.bridge(b.endpoint);
      await Promise.all([a.phone.hears(650), b.phone.hears(500)]);
      const moved = await fixture.peer({ tone: 1250, law: 'PCMU' });
      moved.talkTo(await b.endpoint.answer(moved.describe({ version: 2 })));
      await Promise.all([a.phone.hears(1250), moved.hears(500)]);
    });
  });
}
