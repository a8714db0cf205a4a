import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { isKozpontError } from '../../../src/base/errors.ts';
import { parseWav } from '../../../src/base/wav.ts';
import { type Heard, tonesOf } from '../../support/tones.ts';
import type { Fixture } from './fixture.ts';

const isRecordingFailed = (error: unknown): boolean => isKozpontError(error, 'RECORDING_FAILED');

/** Which tones a file has, block by block of 40 ms; it must be a whole WAV file. */
async function read(path: string): Promise<Heard[]> {
  const wav = parseWav(await readFile(path));
  if (!wav.ok) throw new Error(`${path} ${wav.error}`);
  expect(wav.value).toMatchObject({ sampleRate: 8000, channels: 1 });
  return tonesOf(wav.value.samples);
}

export function recordings(fixture: Fixture): void {
  describe('recordings', () => {
    it('have what both sides say, mixed', async () => {
      const a = await fixture.call({ tone: 500 });
      const b = await fixture.call({ tone: 650 });
      await a.endpoint.bridge(b.endpoint);
      await Promise.all([a.phone.hears(650), b.phone.hears(500)]);
      const path = fixture.path('both.wav');
      const recording = await a.endpoint.record(path);
      await a.phone.hears(650, 12);
      await recording.stop();
      const blocks = await read(path);
      expect(blocks.filter(heard => heard === '500,650').length).toBeGreaterThan(5);
      await Promise.all([a.phone.hears(650), b.phone.hears(500)]);
    });

    it('have what is played to the caller', async () => {
      const { endpoint, phone } = await fixture.call({ tone: 500 });
      const path = fixture.path('played.wav');
      const recording = await endpoint.record(path);
      void endpoint.play([fixture.sound(800)], { loop: true });
      await phone.hears(800, 12);
      await recording.stop();
      expect((await read(path)).filter(heard => heard === '500,800').length).toBeGreaterThan(5);
    });

    it('are whole when the endpoint ends', async () => {
      const { endpoint, phone } = await fixture.call({ tone: 500 });
      const path = fixture.path('ended.wav');
      await endpoint.record(path);
      void endpoint.play([fixture.sound(800)], { loop: true });
      await phone.hears(800, 8);
      await endpoint.destroy();
      expect((await read(path)).filter(heard => heard === '500,800').length).toBeGreaterThan(3);
    });

    it('that cannot be written say so, and the call goes on', async () => {
      const { endpoint, phone } = await fixture.call({ tone: 500 });
      await expect(endpoint.record(fixture.path('no/such/folder.wav'))).rejects.toSatisfy(isRecordingFailed);
      void endpoint.play([fixture.sound(800)], { loop: true });
      await phone.hears(800);
    });
  });
}
