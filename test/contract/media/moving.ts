import { describe, it } from 'vitest';
import type { Fixture } from './fixture.ts';

/** What a phone behind a NAT believes its address to be, in whatever network it is. */
const inside = { address: '192.0.2.77', port: 40_000 };

export function moving(fixture: Fixture): void {
  describe('a phone behind a NAT', () => {
    it('that moves is followed, though it describes itself as before', async () => {
      const home = await fixture.peer({ tone: 500, address: '127.0.0.2' });
      const { endpoint } = await fixture.create(home.describe(inside), { signallingAddress: '127.0.0.2' });
      const other = await fixture.call({ tone: 800 });
      await endpoint.bridge(other.endpoint);
      home.talkTo(endpoint.localSdp);
      await Promise.all([home.hears(800), other.phone.hears(500)]);

      home.mute();
      const away = await fixture.peer({ tone: 650, address: '127.0.0.4' });
      const answer = await endpoint.answer(away.describe({ ...inside, version: 2 }), '127.0.0.4');
      away.talkTo(answer);
      await Promise.all([away.hears(800), other.phone.hears(650)]);
    });
  });
}
