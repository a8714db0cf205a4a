import { describe, expect, it } from 'vitest';
import type { Fixture } from './fixture.ts';

export function sounds(fixture: Fixture): void {
  describe('sounds', () => {
    it('are played one after the other, to the end', async () => {
      const { endpoint, phone } = await fixture.call({ tone: 800 });
      const played = endpoint.play([
        fixture.sound(500),
        { kind: 'silence', duration: 100 },
        fixture.sound(650),
        { kind: 'tone', tone: 'confirm' },
        fixture.sound(1000),
      ]);
      await phone.hears(500);
      await phone.hears(650);
      await phone.hears(1000);
      expect(await played).toBe('completed');
    });

    it('may be none', async () => {
      const { endpoint } = await fixture.call({ tone: 800 });
      expect(await endpoint.play([])).toBe('completed');
    });

    it('go round when looped', async () => {
      const { endpoint, phone } = await fixture.call({ tone: 800 });
      const played = endpoint.play([fixture.sound(500)], { loop: true });
      // Four times as long as the file.
      await phone.hears(500, 30);
      await endpoint.stop();
      expect(await played).toBe('stopped');
    });

    it('fail when they are not there', async () => {
      const { endpoint, phone } = await fixture.call({ tone: 800 });
      const outcome = await endpoint.play([fixture.sound(500), { kind: 'file', path: fixture.path('none.wav') }]);
      expect(outcome).toBe('failed');
      void endpoint.play([fixture.sound(650)], { loop: true });
      await phone.hears(650);
    });

    it('are replaced by the next ones', async () => {
      const { endpoint, phone } = await fixture.call({ tone: 800 });
      const first = endpoint.play([fixture.sound(500)], { loop: true });
      await phone.hears(500);
      const second = endpoint.play([fixture.sound(650)], { loop: true });
      expect(await first).toBe('stopped');
      await phone.hears(650);
      await endpoint.stop();
      expect(await second).toBe('stopped');
      await endpoint.stop();
    });

    it('are heard by many at once', async () => {
      const parties = [];
      for (let party = 0; party < 5; party++) parties.push(await fixture.call({ tone: 800 }));
      for (const { endpoint } of parties) void endpoint.play([fixture.sound(500)], { loop: true });
      await Promise.all(parties.map(({ phone }) => phone.hears(500)));
    });

    it.each(['ringback', 'busy', 'error', 'returned'] as const)('%s is a tone of 425 Hz', async tone => {
      const { endpoint, phone } = await fixture.call({ tone: 800 });
      void endpoint.play([{ kind: 'tone', tone }], { loop: true });
      await phone.hears(425);
    });

    it.each(['confirm', 'returned'] as const)('%s is a tone that ends', async tone => {
      const { endpoint, phone } = await fixture.call({ tone: 800 });
      const played = endpoint.play([{ kind: 'tone', tone }]);
      await phone.hears(425, 1);
      expect(await played).toBe('completed');
    });
  });

  describe('digits', () => {
    it('are told once a press, all sixteen, and twice when pressed twice', async () => {
      const { phone, digits } = await fixture.call({ tone: 800 });
      const all = '0123456789*#ABCD55';
      expect(digits).toEqual([]);
      await phone.press(all);
      await expect.poll(() => digits.join(''), { timeout: 5000 }).toBe(all);
    });

    it('are heard over what plays, so that it can be stopped', async () => {
      const phone = await fixture.peer({ tone: 800 });
      let pressed: (digit: string) => void = () => {};
      const heard = new Promise<string>(resolve => {
        pressed = resolve;
      });
      const { endpoint } = await fixture.create(phone.describe(), { events: { digit: pressed, gone: () => {} } });
      phone.talkTo(endpoint.localSdp);
      const played = endpoint.play([fixture.sound(500)], { loop: true });
      await phone.hears(500);
      void phone.press('7');
      expect(await heard).toBe('7');
      await endpoint.stop();
      expect(await played).toBe('stopped');
    });
  });
}
