/** What only a real FreeSWITCH makes hard, beside the contract of the media port. */
import { describe, expect, it, test } from 'vitest';
import { Fixture } from '../../contract/media/fixture.ts';
import { freeswitchProgram } from '../../support/production/freeswitch.ts';
import { freeswitchRig } from '../../support/production/freeswitchRig.ts';

if (freeswitchProgram === undefined) {
  test.skip('endpoints of a real FreeSWITCH: skipped unless KOZPONT_FREESWITCH is the path of its program', () => {});
} else {
  describe('endpoints of a real FreeSWITCH', () => {
    const fixture = new Fixture(() => freeswitchRig());

    it('play on whatever is pressed', async () => {
      const { endpoint, phone, digits } = await fixture.call({ tone: 500 });
      const played = endpoint.play([fixture.sound(800)], { loop: true });
      await phone.hears(800);
      await phone.press('*#');
      await expect.poll(() => digits.join('')).toBe('*#');
      await phone.hears(800, 10);
      await endpoint.stop();
      expect(await played).toBe('stopped');
    });

    it('tell a digit when it is pressed, not when it is let go', async () => {
      const { phone, digits } = await fixture.call({ tone: 500 });
      let over = false;
      const pressed = phone.press('5', 100).then(() => {
        over = true;
      });
      await expect.poll(() => digits).toEqual(['5']);
      expect(over).toBe(false);
      await pressed;
      expect(digits).toEqual(['5']);
    });

    it('hear the last of many plays that follow each other at once', async () => {
      const { endpoint, phone } = await fixture.call({ tone: 500 });
      const outcomes = [];
      for (let round = 0; round < 10; round++) {
        outcomes.push(endpoint.play([fixture.sound(800)], { loop: true }));
        outcomes.push(endpoint.play([fixture.sound(650)]));
        if (round % 3 === 0) await endpoint.stop();
        if (round % 4 === 0) await phone.until(() => true);
      }
      void endpoint.play([fixture.sound(1000)], { loop: true });
      await phone.hears(1000);
      for (const outcome of await Promise.all(outcomes)) expect(outcome).toBe('stopped');
      await endpoint.stop();
      expect(await endpoint.play([fixture.sound(650), fixture.sound(800)])).toBe('completed');
    });

    it('stop where a play ends in the same moment, and hear the next one whole', async () => {
      const { endpoint, phone } = await fixture.call({ tone: 500 });
      for (let round = 0; round < 5; round++) {
        const played = endpoint.play([fixture.sound(800)]);
        await phone.hears(800, 6);
        await endpoint.stop();
        expect(['stopped', 'completed']).toContain(await played);
        const next = endpoint.play([fixture.sound(1000)]);
        await phone.hears(1000, 6);
        expect(await next).toBe('completed');
      }
    });

    it('play to their end on a bridge, and the bridge comes back', async () => {
      const a = await fixture.call({ tone: 500 });
      const b = await fixture.call({ tone: 650 });
      await a.endpoint.bridge(b.endpoint);
      await a.phone.hears(650);
      const played = a.endpoint.play([fixture.sound(800), fixture.sound(1000)]);
      await Promise.all([a.phone.hears(800), b.phone.hears(500)]);
      await a.phone.hears(1000);
      expect(await played).toBe('completed');
      await Promise.all([a.phone.hears(650), b.phone.hears(500)]);
    });

    it('hear on what played on a bridge that ends', async () => {
      const a = await fixture.call({ tone: 500 });
      const b = await fixture.call({ tone: 650 });
      await a.endpoint.bridge(b.endpoint);
      await a.phone.hears(650);
      const played = a.endpoint.play([fixture.sound(800)], { loop: true });
      await a.phone.hears(800);
      await b.endpoint.destroy();
      await a.phone.hears(800, 10);
      const next = a.endpoint.play([fixture.sound(1000)], { loop: true });
      expect(await played).toBe('stopped');
      await a.phone.hears(1000);
      await a.endpoint.stop();
      expect(await next).toBe('stopped');
    });

    it('are bridged as asked for last, however fast that changes', async () => {
      const a = await fixture.call({ tone: 500 });
      const b = await fixture.call({ tone: 650 });
      const c = await fixture.call({ tone: 1250 });
      const all = [];
      for (let round = 0; round < 3; round++) {
        all.push(a.endpoint.bridge(b.endpoint), a.endpoint.unbridge(), c.endpoint.bridge(a.endpoint));
      }
      await Promise.all(all);
      void b.endpoint.play([fixture.sound(800)], { loop: true });
      await Promise.all([a.phone.hears(1250), c.phone.hears(500), b.phone.hears(800)]);
    });

    it('that are destroyed while they are bridged leave nothing', async () => {
      const parties = [];
      for (let party = 0; party < 4; party++) parties.push(await fixture.call({ tone: 500 }));
      const [a, b, c, d] = parties.map(({ endpoint }) => endpoint);
      if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('four were made');
      const bridging = Promise.allSettled([a.bridge(b), c.bridge(d)]);
      await Promise.all([a.destroy(), d.destroy()]);
      await bridging;
      void b.play([fixture.sound(800)], { loop: true });
      void c.play([fixture.sound(1000)], { loop: true });
      await Promise.all([parties[1]?.phone.hears(800), parties[2]?.phone.hears(1000)]);
    });

    it('can be bridged when another one has gone in the middle of bridging', async () => {
      const a = await fixture.call({ tone: 500 });
      const c = await fixture.call({ tone: 1250 });
      for (const wait of [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144]) {
        const b = await fixture.call({ tone: 650 });
        const bridging = Promise.allSettled([
          wait % 2 === 0 ? a.endpoint.bridge(b.endpoint) : b.endpoint.bridge(a.endpoint),
        ]);
        for (let turn = 0; turn < wait; turn++) await fixture.rig.openSockets();
        await b.endpoint.destroy();
        await bridging;
        await a.endpoint.bridge(c.endpoint);
        await Promise.all([a.phone.hears(1250), c.phone.hears(500)]);
        await c.endpoint.unbridge();
      }
      expect([a.gone, c.gone]).toEqual([[], []]);
    });

    it('hear no stranger', async () => {
      const a = await fixture.call({ tone: 500 });
      const b = await fixture.call({ tone: 650 });
      await a.endpoint.bridge(b.endpoint);
      await b.phone.hears(500);
      const stranger = await fixture.peer({ tone: 1250, address: '127.0.0.2' });
      stranger.talkTo(a.endpoint.localSdp);
      await b.phone.hears(500, 10);
      expect(stranger.received).toEqual([]);
    });

    it('follow a phone behind a NAT, whose signalling says where it is', async () => {
      const phone = await fixture.peer({ tone: 500, address: '127.0.0.2' });
      const offer = phone.describe({ address: '192.0.2.77' });
      const { endpoint } = await fixture.create(offer, { signallingAddress: '127.0.0.2' });
      phone.talkTo(endpoint.localSdp);
      void endpoint.play([fixture.sound(800)], { loop: true });
      await phone.hears(800);
    });

    it('ask FreeSWITCH for nothing when a description says nothing new', async () => {
      const { endpoint, phone } = await fixture.call({ tone: 500 });
      const before = endpoint.localSdp;
      expect(await endpoint.answer(phone.describe({ version: 2 }))).toBe(before);
      expect(await endpoint.answer(phone.describe({ version: 3, extra: ['a=x-new'] }))).toBe(before);
    });
  });
}
