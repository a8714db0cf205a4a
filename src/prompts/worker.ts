/**
 * The process that does one job of sound and ends: the switchboard's own process never waits for a speech engine, and
 * does not fall with it. The job comes as JSON on standard input, from our own process. The exit status is 0 when the
 * output file is complete, and what went wrong stands on standard error.
 */
import { writeSync } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { encodeWav, type Pcm, parseWav } from '../base/wav.ts';
import { fade, mono, normaliseSpeech, quantise, trim } from './audio/level.ts';
import { waitingMusic } from './audio/music.ts';
import { resample } from './audio/resample.ts';
import { type Job, sampleRate } from './job.ts';

const longestInput = 200_000_000;

async function run(job: Job): Promise<Float32Array> {
  switch (job.kind) {
    case 'speak': {
      const spoken: Float32Array[] = [];
      for (const { text, voice } of job.parts) spoken.push(speech(decode(await speak(text, voice, job.speed))));
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

async function speak(text: string, voice: string, speed: number): Promise<Uint8Array> {
  // Emscripten's loader would try to fetch its WebAssembly from a path, fail, and complain before it reads the file.
  Reflect.deleteProperty(globalThis, 'fetch');
  // An engine that gives up neither resolves nor rejects: the process runs dry, and its last words are all there is.
  const words: string[] = [];
  console.warn = console.error = (word: unknown) => void words.push(String(word));
  const fellSilent = (): void => {
    writeSync(2, `${words[0] ?? 'the voice gave up'}\n`);
    process.exitCode = 1;
  };
  process.once('exit', fellSilent);
  const { default: text2wav } = await import('text2wav');
  // The text is an argument of a command line in there: the space keeps one that begins with "-" from being an option.
  const wav = await text2wav(` ${text}`, { voice, speed });
  process.off('exit', fellSilent);
  return wav;
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

try {
  const job: Job = JSON.parse(await readAll(process.stdin));
  const samples = quantise(await run(job));
  await writeWhole(job.output, encodeWav({ sampleRate, channels: 1, samples }));
} catch (error) {
  writeSync(2, `${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
