import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { KozpontError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Position } from '../base/position.ts';
import { type Diagnostic, inReadingOrder } from '../base/yaml/diagnostic.ts';
import type { Dialplan, Language, Prompt } from '../dialplan/plan.ts';
import type { Renderer, Source } from './renderer.ts';

/** What of a dialplan has a sound. */
export type PromptPlan = Pick<Dialplan, 'company' | 'prompts' | 'queues'>;

export interface PromptLibraryOptions {
  readonly plan: PromptPlan;
  /** Recordings: `<language>/<prompt>.wav` and `music/<name>.wav`. */
  readonly folder: string;
  readonly renderer: Renderer;
  readonly log: Log;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** The music that is made where the operator has put none of this name. */
export const defaultMusic = 'default';

/** The sounds of one dialplan, as files that a media server can play: 8 kHz, mono, 16-bit WAV. */
export class PromptLibrary {
  /** By what was asked for; one that failed is forgotten at the next `prepare`, so that no caller starts work again. */
  private readonly files = new Map<string, Promise<string>>();

  constructor(private readonly options: PromptLibraryOptions) {}

  /**
   * Has every sound ready before the first call, and tells which ones cannot be had (code `PROMPT_UNAVAILABLE`).
   * Recordings that were added or changed since are taken up.
   */
  async prepare(onProgress?: (progress: Progress) => void): Promise<readonly Diagnostic[]> {
    const { plan, folder, renderer } = this.options;
    this.files.clear();
    try {
      await renderer.open();
    } catch (error) {
      const at = { file: renderer.cache, line: 1, col: 1 };
      const writable = 'make the state folder writable for the user that runs Kozpont';
      return [{ severity: 'error', code: 'PROMPT_UNAVAILABLE', message: messageOf(error), remedy: writable, at }];
    }
    const wanted: { readonly what: string; readonly at: Position; readonly file: () => Promise<string> }[] = [];
    for (const prompt of Object.values(plan.prompts)) {
      for (const language of plan.company.languages) {
        const what = `the prompt ${prompt.name} (${language})`;
        wanted.push({ what, at: prompt.at, file: () => this.file(prompt.name, language) });
      }
    }
    for (const queue of Object.values(plan.queues)) {
      wanted.push({ what: `the music ${queue.music}`, at: queue.at, file: () => this.music(queue.music) });
    }
    const heldAt = { file: join(folder, 'music', `${defaultMusic}.wav`), line: 1, col: 1 };
    wanted.push({ what: 'the music of held calls', at: heldAt, file: () => this.music(defaultMusic) });

    const diagnostics: Diagnostic[] = [];
    let done = 0;
    // As many as the renderer lets wait, so that the size of a dialplan is no limit.
    const next = wanted.values();
    const worker = async (): Promise<void> => {
      for (const { what, at, file } of next) {
        try {
          await file();
        } catch (error) {
          const message = `${what} cannot be had: ${messageOf(error)}`;
          diagnostics.push({ severity: 'error', code: 'PROMPT_UNAVAILABLE', message, remedy, at });
        }
        onProgress?.({ done: ++done, total: wanted.length });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return inReadingOrder(diagnostics);
  }

  /**
   * A prompt in a language: a recording goes before spoken text, and the caller's language before the company's.
   * Error: `PROMPT_UNAVAILABLE`.
   */
  file(name: string, language: Language): Promise<string> {
    return this.remember(`prompt ${language} ${name}`, async () => {
      const prompt = Object.hasOwn(this.options.plan.prompts, name) ? this.options.plan.prompts[name] : undefined;
      if (prompt === undefined) throw unavailable(`there is no prompt ${name}`);
      return this.options.renderer.render(await this.sourceOf(prompt, language));
    });
  }

  /** Music, to be played in a loop. Error: `PROMPT_UNAVAILABLE`. */
  music(name: string): Promise<string> {
    return this.remember(`music ${name}`, async () => {
      const recording = await this.recording('music', name);
      if (recording !== undefined) return this.options.renderer.render(recording);
      if (name !== defaultMusic) throw unavailable(`there is no music/${name}.wav in ${this.options.folder}`);
      return this.options.renderer.render({ kind: 'music' });
    });
  }

  close(): Promise<void> {
    return this.options.renderer.close();
  }

  private async sourceOf(prompt: Prompt, language: Language): Promise<Source> {
    const fallback = this.options.plan.company.languages[0];
    for (const spoken of language === fallback ? [language] : [language, fallback]) {
      const recording = await this.recording(spoken, prompt.name);
      if (recording !== undefined) return recording;
      const text = Object.hasOwn(prompt.text, spoken) ? prompt.text[spoken] : undefined;
      if (text !== undefined) return { kind: 'text', text, language: spoken };
    }
    throw unavailable(`${prompt.name} has no text in ${fallback}`);
  }

  /** Names come from the dialplan: what could lead out of the folder is no name of a recording. */
  private async recording(folder: string, name: string): Promise<Source | undefined> {
    if (!safeName.test(folder) || !safeName.test(name)) return undefined;
    const path = join(this.options.folder, folder, `${name}.wav`);
    try {
      await access(path);
    } catch {
      return undefined;
    }
    return { kind: 'recording', path };
  }

  private remember(key: string, find: () => Promise<string>): Promise<string> {
    let file = this.files.get(key);
    if (file === undefined) {
      file = find();
      // The caller of the first request hears of a failure, and so does each later one.
      file.catch(error => this.options.log.warn({ sound: key, error: messageOf(error) }, 'sound unavailable'));
      if (this.files.size < longestMemory) this.files.set(key, file);
    }
    return file;
  }
}

const safeName = /^[A-Za-z0-9_-]{1,64}$/;
const atOnce = 16;
const longestMemory = 100_000;
const remedy = 'correct its text, choose another voice under tts in the configuration, or put a recording in its place';

const unavailable = (message: string): KozpontError => new KozpontError('PROMPT_UNAVAILABLE', message);
