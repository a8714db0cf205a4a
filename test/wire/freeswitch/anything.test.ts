/** Anything may be asked of endpoints at any time: everything settles, nobody is stuck, and nothing is left. */
import { describe, expect, it, test } from 'vitest';
import { isKozpontError } from '../../../src/base/errors.ts';
import { Fixture, type Party } from '../../contract/media/fixture.ts';
import { freeswitchProgram } from '../../support/production/freeswitch.ts';
import { freeswitchRig } from '../../support/production/freeswitchRig.ts';
import { seededRandom } from '../../support/random.ts';

if (freeswitchProgram === undefined) {
  test.skip('anything on a real FreeSWITCH: skipped unless KOZPONT_FREESWITCH is the path of its program', () => {});
} else {
  describe('a real FreeSWITCH that is asked for anything', () => {
    const fixture = new Fixture(() => freeswitchRig());

    it.each([1, 2, 3])('settles it, and hears well afterwards (%i)', { timeout: 60_000 }, async seed => {
      const random = seededRandom(seed);
      const below = (limit: number): number => Math.floor(random() * limit);
      const everybody: Party[] = [];
      const join = async (): Promise<Party> => {
        const party = await fixture.call({ tone: 500 });
        everybody.push(party);
        return party;
      };
      const parties: Party[] = [];
      for (let party = 0; party < 5; party++) parties.push(await join());
      const some = (): Party => parties[below(parties.length)] as Party;
      const asked: Promise<unknown>[] = [];
      let version = 1;
      const operations: (() => Promise<unknown>)[] = [
        () => some().endpoint.play([fixture.sound(800)], { loop: true }),
        () => some().endpoint.play([fixture.sound(650), { kind: 'tone', tone: 'confirm' }]),
        () => some().endpoint.stop(),
        () => some().endpoint.bridge(some().endpoint),
        () => some().endpoint.bridge(some().endpoint),
        () => some().endpoint.unbridge(),
        () => some().endpoint.stats(),
        async () => {
          const { endpoint, phone } = some();
          const direction = below(2) === 0 ? 'sendonly' : 'sendrecv';
          await endpoint.answer(phone.describe({ direction, version: ++version }));
        },
        async () => {
          const at = below(parties.length);
          const old = parties[at] as Party;
          if (below(2) === 0) await fixture.rig.kill(old.endpoint);
          await old.endpoint.destroy();
          parties[at] = await join();
        },
      ];
      for (let step = 0; step < 80; step++) {
        const done = (operations[below(operations.length)] as () => Promise<unknown>)();
        asked.push(
          done.then(
            () => undefined,
            error => error,
          ),
        );
        if (below(3) === 0) await fixture.rig.openSockets();
      }
      // Looped plays end with this, or with their endpoint; those who came last may not have been there yet.
      let over = false;
      const settled = Promise.all(asked).finally(() => {
        over = true;
      });
      while (!over) {
        for (const { endpoint } of everybody) await endpoint.stop().catch(() => undefined);
        await fixture.rig.openSockets();
      }
      for (const error of await settled) {
        // Bridged with itself, or with one that has gone meanwhile.
        if (error !== undefined)
          expect(error).toSatisfy(one => isKozpontError(one, 'DISPOSED') || isKozpontError(one, 'MEDIA_UNAVAILABLE'));
      }
      // A channel that is killed while it is being bridged takes the other one along: FreeSWITCH does that itself.
      for (const [at, { gone }] of parties.entries()) if (gone.length > 0) parties[at] = await join();
      const tones = [800, 1000, 1250] as const;
      for (const [at, { endpoint, phone }] of parties.entries()) {
        await endpoint.unbridge();
        await endpoint.answer(phone.describe({ version: ++version }));
        const tone = tones[at % tones.length] ?? 800;
        void endpoint.play([at % 3 === 2 ? { kind: 'tone', tone: 'busy' } : fixture.sound(tone)], { loop: true });
        await phone.hears(at % 3 === 2 ? 425 : tone);
      }
      const [a, b] = parties;
      if (a === undefined || b === undefined) throw new Error('five were made');
      await a.endpoint.bridge(b.endpoint);
      await Promise.all([a.phone.hears(500), b.phone.hears(500)]);
    });
  });
}
