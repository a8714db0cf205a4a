import { describe, expect, it } from 'vitest';
import type { Fixture } from './fixture.ts';

export function hold(fixture: Fixture): void {
  describe('hold', () => {
    it.each([
      ['sendonly', { direction: 'sendonly' }, 'recvonly'],
      ['inactive', { direction: 'inactive' }, 'inactive'],
      ['no address', { address: '0.0.0.0' }, undefined],
      ['port 0', { port: 0 }, undefined],
    ])('is told by %s, and ends', async (_, description, direction) => {
      const { endpoint, phone } = await fixture.call({ tone: 800 });
      void endpoint.play([fixture.sound(500)], { loop: true });
      await phone.hears(500);
      expect(endpoint.remoteHold).toBe(false);

      const held = await endpoint.answer(phone.describe({ ...description, version: 2 }));
      expect(endpoint.remoteHold).toBe(true);
      if (direction !== undefined) expect(held).toMatch(new RegExp(`^a=${direction}\r$`, 'm'));

      const resumed = await endpoint.answer(phone.describe({ version: 3 }));
      expect(endpoint.remoteHold).toBe(false);
      expect(resumed).toMatch(/^m=audio [1-9]/m);
      expect(resumed).not.toMatch(/^a=(sendonly|recvonly|inactive)/m);
      await phone.hears(500);
    });

    it('lets what plays go on to its end', async () => {
      const { endpoint, phone } = await fixture.call({ tone: 800 });
      await endpoint.answer(phone.describe({ direction: 'sendonly', version: 2 }));
      expect(await endpoint.play([fixture.sound(500)])).toBe('completed');
    });

    it('by one party leaves the other one as it is', async () => {
      const a = await fixture.call({ tone: 800 });
      const b = await fixture.call({ tone: 1000 });
      await a.endpoint.bridge(b.endpoint);
      await b.phone.hears(800);
      await a.endpoint.answer(a.phone.describe({ direction: 'sendonly', version: 2 }));
      expect(a.endpoint.remoteHold).toBe(true);
      expect(b.endpoint.remoteHold).toBe(false);
      await b.phone.hears(800);
      await a.endpoint.answer(a.phone.describe({ version: 3 }));
      await a.phone.hears(1000);
    });
  });
}
