import { describe, expect, it } from 'vitest';
import type { MediaEndpoint, PlayOutcome } from '../../../src/media/port.ts';
import { type Fixture, isDisposed, type Party } from './fixture.ts';

export function ends(fixture: Fixture): void {
  /** Everything that can be asked of an endpoint. */
  const operations = (endpoint: MediaEndpoint, other: MediaEndpoint): Record<string, () => Promise<unknown>> => ({
    accept: () => endpoint.accept(other.localSdp),
    answer: () => endpoint.answer(other.localSdp),
    offer: () => endpoint.offer(),
    play: () => endpoint.play([{ kind: 'tone', tone: 'confirm' }]),
    stop: () => endpoint.stop(),
    bridge: () => endpoint.bridge(other),
    'bridge of another one to it': () => other.bridge(endpoint),
    unbridge: () => endpoint.unbridge(),
    record: () => endpoint.record(fixture.path('never.wav')),
    stats: () => endpoint.stats(),
  });

  const failsAllWithDisposed = async (endpoint: MediaEndpoint): Promise<void> => {
    const other = await fixture.call({ tone: 1500 });
    for (const [operation, ask] of Object.entries(operations(endpoint, other.endpoint))) {
      await expect(ask(), operation).rejects.toSatisfy(isDisposed);
    }
    // The other one is as well as before.
    void other.endpoint.play([fixture.sound(1000)], { loop: true });
    await other.phone.hears(1000);
  };

  describe('the end of an endpoint', () => {
    it('that was asked for is told to nobody, and final', async () => {
      const { endpoint, gone, phone } = await fixture.call({ tone: 500 });
      const played = endpoint.play([fixture.sound(800)], { loop: true });
      await phone.hears(800);
      expect(fixture.server.endpoints).toBe(1);
      await Promise.all([endpoint.destroy(), endpoint.destroy()]);
      expect(fixture.server.endpoints).toBe(0);
      expect(await played).toBe('stopped');
      await failsAllWithDisposed(endpoint);
      await endpoint.destroy();
      expect(gone).toEqual([]);
    });

    it('leaves the other party of the bridge to be bridged again', async () => {
      const a = await fixture.call({ tone: 500 });
      const b = await fixture.call({ tone: 650 });
      const c = await fixture.call({ tone: 1250 });
      await a.endpoint.bridge(b.endpoint);
      await Promise.all([a.phone.hears(650), b.phone.hears(500)]);
      await b.endpoint.destroy();
      await a.endpoint.bridge(c.endpoint);
      await Promise.all([a.phone.hears(1250), c.phone.hears(500)]);
    });

    type Activity = (party: Party, other: Party) => Promise<{ settles?: Promise<PlayOutcome> }>;
    const activities: Record<string, Activity> = {
      'doing nothing': async () => ({}),
      'playing a file': async ({ endpoint, phone }) => {
        const settles = endpoint.play([fixture.sound(800)], { loop: true });
        await phone.hears(800);
        return { settles };
      },
      'playing a tone': async ({ endpoint, phone }) => {
        const settles = endpoint.play([{ kind: 'tone', tone: 'busy' }], { loop: true });
        await phone.hears(425);
        return { settles };
      },
      'held by its far end': async ({ endpoint, phone }) => {
        await endpoint.answer(phone.describe({ direction: 'sendonly', version: 2 }));
        return { settles: endpoint.play([fixture.sound(800)], { loop: true }) };
      },
      'hearing digits': async ({ digits, phone }) => {
        await phone.press('1');
        await expect.poll(() => digits.join('')).toBe('1');
        void phone.press('2');
        return {};
      },
      bridged: async ({ endpoint, phone }, other) => {
        await endpoint.bridge(other.endpoint);
        await phone.hears(1250);
        return {};
      },
      'bridged by the other one': async ({ endpoint, phone }, other) => {
        await other.endpoint.bridge(endpoint);
        await phone.hears(1250);
        return {};
      },
      recorded: async ({ endpoint, phone }) => {
        await endpoint.record(fixture.path('dies.wav'));
        const settles = endpoint.play([fixture.sound(800)], { loop: true });
        await phone.hears(800);
        return { settles };
      },
      'in the middle of a negotiation': async ({ endpoint }) => {
        await endpoint.offer();
        return {};
      },
    };

    it.each(Object.entries(activities))('that nobody asked for, %s, is told once, and final', async (_, begin) => {
      const party = await fixture.call({ tone: 500 });
      const other = await fixture.call({ tone: 1250 });
      const { settles } = await begin(party, other);
      expect(party.gone).toEqual([]);
      expect(fixture.server.endpoints).toBe(2);

      await fixture.rig.kill(party.endpoint);
      expect(['MEDIA_UNAVAILABLE', 'CONNECTION_LOST']).toContain((await party.died).code);
      if (settles !== undefined) expect(await settles).toBe('stopped');
      expect(fixture.server.endpoints).toBe(1);
      await failsAllWithDisposed(party.endpoint);
      await party.endpoint.destroy();
      expect(party.gone).toHaveLength(1);

      void other.endpoint.play([fixture.sound(1000)], { loop: true });
      await other.phone.hears(1000);
      expect(other.gone).toEqual([]);
    });
  });

  describe('statistics', () => {
    it('are null until they are measured', async () => {
      const phone = await fixture.peer({ tone: 500 });
      const { endpoint } = await fixture.create(phone.describe());
      const before = await endpoint.stats();
      expect(before.roundTripTime).toBeNull();
      expect(before.received).toMatchObject({ packets: 0, bytes: 0, lost: null, jitter: null });
      expect(before.sent).toMatchObject({ lost: null, jitter: null });

      phone.talkTo(endpoint.localSdp);
      void endpoint.play([fixture.sound(800)], { loop: true });
      await phone.hears(800, 8);
      const after = await endpoint.stats();
      expect(after.received).toMatchObject({ codec: 'PCMA', lost: 0 });
      expect(after.received.packets).toBeGreaterThan(5);
      expect(after.received.bytes).toBeGreaterThanOrEqual(after.received.packets * 160);
      expect(after.received.jitter).toBeGreaterThanOrEqual(0);
      expect(after.sent).toMatchObject({ codec: 'PCMA' });
      expect(after.sent.packets).toBeGreaterThan(5);
    });
  });
}
