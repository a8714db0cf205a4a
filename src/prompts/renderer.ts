import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../base/clock.ts';
import { disposed } from '../base/disposed.ts';
import { KozpontError, messageOf } from '../base/errors.ts';
import { randomId } from '../base/ids.ts';
import { own } from '../base/own.ts';
import type { TtsSettings } from '../config/config.ts';
import type { Job } from './job.ts';
import { Lanes } from './lanes.ts';
import { type ProcessOutcome, type RunningProcess, runProcess } from './process.ts';
import { type Segment, segmentsOf } from './segments.ts';
import { SoundWorker } from './soundWorker.ts';

/** What can be made into a sound of ours. */
export type Source =
  /** May change its language on the way (`segmentsOf`). */
  | { readonly kind: 'text'; readonly text: string; readonly language: string }
  | { readonly kind: 'recording'; readonly path: string }
  | { readonly kind: 'music' };

export interface RendererOptions {
  /** Finished sounds stand in here as `<hash>.wav`. Whatever is deleted from it is made again when it is needed. */
  readonly cache: string;
  readonly tts: TtsSettings;
  /** What a foreign speech program sees of the environment (its PATH above all). */
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** How many sounds at once. */
  readonly lanes: number;
  /** The compiled `worker.ts`; the one beside this file where none is given. */
  readonly worker?: string;
}

interface Part extends Segment {
  readonly voice: string;
}

/** Part of every hash: raised whenever the same source gives another sound. */
const version = 2;
const longestText = 5000;
const longestQueue = 1000;
const longestSound = 200_000_000;

/**
 * Makes sounds, each one once: its file is named by a hash of all that it is made from, and appears when it is whole.
 * Every error is `PROMPT_UNAVAILABLE` with what the speech engine said, or `DISPOSED`.
 */
export class Renderer {
  private readonly lanes: Lanes;
  private readonly inProgress = new Map<string, Promise<string>>();
  private readonly processes = new Set<RunningProcess>();
  private readonly worker: SoundWorker;
  private closed = false;

  constructor(private readonly options: RendererOptions) {
    this.lanes = new Lanes(options.lanes, longestQueue);
    const { clock, tts, worker } = options;
    this.worker = new SoundWorker({
      clock,
      timeout: tts.timeout,
      ...(worker === undefined ? {} : { program: worker }),
    });
  }

  get cache(): string {
    return this.options.cache;
  }

  /** Makes the cache folder, and clears it of what an earlier process left half done. Error: `PROMPT_UNAVAILABLE`. */
  async open(): Promise<void> {
    const { cache, clock } = this.options;
    try {
      await mkdir(cache, { recursive: true });
      for (const name of await readdir(cache)) {
        if (!name.endsWith(draftEnding)) continue;
        const path = join(cache, name);
        const modified = (await stat(path).catch(() => undefined))?.mtimeMs;
        // A younger one may belong to another process that shares the cache.
        if (modified !== undefined && clock.now() - modified > draftLifetime) await rm(path, { force: true });
      }
    } catch (error) {
      throw new KozpontError('PROMPT_UNAVAILABLE', `the prompt cache cannot be used: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /** The path of the finished sound: 8 kHz, mono, 16 bit. */
  async render(source: Source): Promise<string> {
    if (this.closed) throw disposed('the prompt renderer');
    const name = await this.nameOf(source);
    const path = join(this.options.cache, `${name}.wav`);
    if (await isThere(path)) return path;
    let rendering = this.inProgress.get(name);
    if (rendering === undefined) {
      rendering = this.lanes.run(() => this.make(source, path)).finally(() => this.inProgress.delete(name));
      this.inProgress.set(name, rendering);
    }
    return rendering;
  }

  /** Ends what is running; everything that waits fails with `DISPOSED`. */
  async close(): Promise<void> {
    this.closed = true;
    for (const running of this.processes) running.kill();
    await this.worker.close();
    await Promise.allSettled([...this.inProgress.values()]);
  }

  private async nameOf(source: Source): Promise<string> {
    switch (source.kind) {
      case 'text':
        return hash(['text', version, this.options.tts.engine, this.partsOf(source.text, source.language)]);
      case 'recording':
        return hash(['recording', version, await hashOfFile(source.path)]);
      case 'music':
        return hash(['music', version]);
    }
  }

  private partsOf(text: string, language: string): readonly Part[] {
    return segmentsOf(text, language).map(segment => ({
      ...segment,
      voice: own(this.options.tts.voices, segment.language) ?? segment.language,
    }));
  }

  private async make(source: Source, path: string): Promise<string> {
    const output = `${path}.${randomId()}${draftEnding}`;
    try {
      switch (source.kind) {
        case 'text':
          await this.speak(source.text, source.language, output);
          break;
        case 'recording':
          await this.work({ kind: 'convert', input: source.path, output });
          break;
        case 'music':
          await this.work({ kind: 'music', output });
          break;
      }
      await rename(output, path);
      return path;
    } catch (error) {
      if (error instanceof KozpontError) throw error;
      const place = source.kind === 'recording' ? `${source.path}: ` : '';
      throw new KozpontError('PROMPT_UNAVAILABLE', `${place}${messageOf(error)}`, { cause: error });
    } finally {
      await rm(output, { force: true });
    }
  }

  private async speak(text: string, language: string, output: string): Promise<void> {
    const { engine } = this.options.tts;
    if (text.length > longestText) throw new Error(`the text is longer than ${longestText} characters`);
    const parts = this.partsOf(text, language);
    if (parts.length === 0) throw new Error('there is nothing to say');
    if (engine.kind === 'builtin') return this.work({ kind: 'speak', parts, speed: engine.speed, output });

    const inputs = parts.map((_, index) => `${output}.${index}${draftEnding}`);
    try {
      for (const [index, part] of parts.entries()) await this.speakByCommand(engine.command, part, inputs[index] ?? '');
      await this.work({ kind: 'convertSpeech', inputs, output });
    } finally {
      await Promise.all(inputs.map(input => rm(input, { force: true })));
    }
  }

  private async speakByCommand(command: readonly [string, ...string[]], part: Part, output: string): Promise<void> {
    const values = { ...part, output };
    const fill = (argument: string): string =>
      argument.replace(/\{(language|voice|output)\}/g, (_, name: 'language' | 'voice' | 'output') => values[name]);
    const [program, ...args] = command;
    const outcome = await this.run(program, args.map(fill), `${part.text}\n`, this.options.environment);
    if (!args.some(argument => argument.includes('{output}'))) await writeFile(output, outcome.output);
  }

  private async work(job: Job): Promise<void> {
    try {
      await this.worker.run(job);
    } catch (error) {
      if (error instanceof KozpontError) throw error;
      throw new Error(firstLine(messageOf(error)) ?? messageOf(error));
    }
  }

  /** A process that is ended by someone else is started once more. */
  private async run(
    program: string,
    args: readonly string[],
    input: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<Extract<ProcessOutcome, { kind: 'exited' }>> {
    for (let attempt = 1; ; attempt++) {
      if (this.closed) throw disposed('the prompt renderer');
      const { clock, tts } = this.options;
      const { timeout } = tts;
      const running = runProcess(clock, { program, args, environment, input, timeout, longestOutput: longestSound });
      this.processes.add(running);
      const outcome = await running.outcome;
      this.processes.delete(running);
      switch (outcome.kind) {
        case 'exited':
          if (outcome.status === 0) return outcome;
          throw new Error(firstLine(outcome.complaint) ?? `${program} ended with status ${outcome.status}`);
        case 'crashed':
          if (attempt === 1) continue;
          throw new Error(`${program} was ended by ${outcome.signal}, twice`);
        case 'timedOut':
          throw new Error(`${program} did not end within ${timeout} ms`);
        case 'tooMuchOutput':
          throw new Error(`${program} wrote more than ${longestSound / 1e6} MB`);
        case 'failed':
          throw new Error(`${program} cannot be started: ${outcome.error.message}`);
        case 'killed':
          throw disposed('the prompt renderer');
      }
    }
  }
}

const draftEnding = '.draft';
const draftLifetime = 60 * 60_000;

const hash = (of: unknown): string => createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 32);

async function hashOfFile(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex');
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).size > 44;
  } catch {
    return false;
  }
}

const firstLine = (text: string): string | undefined =>
  text
    .split('\n')
    .map(line =>
      line
        .trim()
        .replace(/^Error: /, '')
        .replace(/\.$/, ''),
    )
    .find(line => line !== '');
