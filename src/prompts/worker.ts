/**
 * The process in which sounds are made, one after the other: the switchboard's own process never waits for a speech
 * engine, and does not fall with it. It ends when the switchboard lets go of it, or is gone.
 */
import { open, readFile, stat } from 'node:fs/promises';
import { encodeWav, type Pcm, parseWav } from '../base/wav.ts';
import { fade, mono, normaliseSpeech, quantise, trim } from './audio/level.ts';
import { waitingMusic } from './audio/music.ts';
import { resample } from './audio/resample.ts';
import { type Done, type Job, sampleRate } from './job.ts';
import { espeak } from './speech/espeak.ts';

const longestInput = 200_000_000;
let voice: ReturnType<typeof espeak> | undefined;

async function make(job: Job): Promise<Float32Array> {
  switch (job.kind) {
    case 'speak': {
      voice ??= espeak();
      const spoken: Float32Array[] = [];
      for (const part of job.parts) spoken.push(speech(decode(await voice(part.text, part.voice, job.speed))));
      return joined(spoken);
    }
    case 'convertSpeech':
      return joined(await Promise.all(job.inputs.map(async input => speech(decode(await readInput(input))))));
    case 'convert': {
      const pcm = decode(await readInput(job.input));
      return resample(mono(pcm), pcm.sampleRate, sampleRate);
    }
    case 'music':
      return waitingMusic(sampleRate);
  }
}

function speech(pcm: Pcm): Float32Array {
  const trimmed = trim(resample(mono(pcm), pcm.sampleRate, sampleRate), sampleRate);
  if (trimmed.length === 0) throw new Error('the voice said nothing');
  return fade(normaliseSpeech(trimmed, sampleRate), sampleRate);
}

/** With the pause of a full stop between them. */
function joined(parts: readonly Float32Array[]): Float32Array {
  const pause = Math.round(0.25 * sampleRate);
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length + pause, -pause));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length + pause;
  }
  return whole;
}

function decode(bytes: Uint8Array): Pcm {
  const parsed = parseWav(bytes);
  if (!parsed.ok) throw new Error(`the sound ${parsed.error}`);
  if (parsed.value.samples.length === 0) throw new Error('the sound is empty');
  return parsed.value;
}

async function readInput(path: string): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > longestInput) throw new Error(`the file is longer than ${longestInput / 1e6} MB`);
  return readFile(path);
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function carryOut(job: Job): Promise<Done> {
  try {
    const samples = quantise(await make(job));
    // Whoever wanted it is gone, and may be removing the folder.
    if (!process.connected) process.exit();
    await writeWhole(job.output, encodeWav({ sampleRate, channels: 1, samples }));
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

process.on('message', (job: Job) => {
  void carryOut(job).then(done => process.send?.(done));
});
process.once('disconnect', () => process.exit());
