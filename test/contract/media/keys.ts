import { describe, expect, it } from 'vitest';
import type { Fixture, Party } from './fixture.ts';

export function keys(fixture: Fixture): void {
  describe('keys as tones in the sound', () => {
    /** A telephone that takes no telephone events. */
    const plainCall = async (tone: number): Promise<Party> => {
      const phone = await fixture.peer({ tone });
      const watched = await fixture.create(phone.describe({ telephoneEvent: null }));
      phone.talkTo(watched.endpoint.localSdp);
      return { ...watched, phone };
    };

    it('are told where no telephone events were agreed on, each once', async () => {
      const { endpoint, phone, digits } = await plainCall(500);
      void endpoint.play([fixture.sound(800)], { loop: true });
      await phone.hears(800);
      expect(digits).toEqual([]);
      await phone.sing('159#');
      await phone.sing('00');
      await expect.poll(() => digits.join('')).toBe('159#00');
      await phone.hears(800, 10);
      expect(digits.join('')).toBe('159#00');
    });

    it('are told on a bridge', async () => {
      const a = await plainCall(500);
      const b = await fixture.call({ tone: 650 });
      await a.endpoint.bridge(b.endpoint);
      await Promise.all([a.phone.hears(650), b.phone.hears(500)]);
      await a.phone.sing('*2');
      await expect.poll(() => a.digits.join('')).toBe('*2');
      await Promise.all([a.phone.hears(650), b.phone.hears(500)]);
      expect([a.digits.join(''), b.digits]).toEqual(['*2', []]);
    });

    it('are told of a far end that answers our offer without telephone events', async () => {
      const phone = await fixture.peer({ tone: 500 });
      const { endpoint, digits } = await fixture.create(undefined);
      await endpoint.accept(phone.describe({ telephoneEvent: null }));
      phone.talkTo(endpoint.localSdp);
      void endpoint.play([fixture.sound(800)], { loop: true });
      await phone.hears(800);
      await phone.sing('7');
      await expect.poll(() => digits.join('')).toBe('7');
    });

    it('are no presses beside telephone events', async () => {
      const { endpoint, phone, digits } = await fixture.call({ tone: 500 });
      void endpoint.play([fixture.sound(800)], { loop: true });
      await phone.hears(800);
      await phone.press('1');
      await expect.poll(() => digits).toEqual(['1']);
      await phone.sing('5');
      await phone.press('2');
      await expect.poll(() => digits).toEqual(['1', '2']);
    });
  });
}
