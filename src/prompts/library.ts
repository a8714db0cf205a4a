import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { KozpontError, messageOf } from '../base/errors.ts';
import { own } from '../base/own.ts';
import type { Position } from '../base/position.ts';
import { type Diagnostic, inReadingOrder } from '../base/yaml/diagnostic.ts';
import type { Dialplan, Language, Prompt } from '../dialplan/plan.ts';
import type { Renderer, Source } from './renderer.ts';

/** What of a dialplan has a sound. */
export type PromptPlan = Pick<Dialplan, 'company' | 'prompts' | 'queues'>;

export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** The music that is made where the operator has put none of this name. */
export const defaultMusic = 'default';

/** The sounds of one version of a dialplan. Errors: `PROMPT_UNAVAILABLE`. */
export interface PreparedSounds {
  prompt(name: string, language: Language): string;
  music(name: string): string;
}

interface Wanted {
  /** For people. */
  readonly what: string;
  readonly key: string;
  readonly at: Position;
  readonly find: () => Promise<string>;
}

/**
 * The sounds of dialplans, as files that a media server can play: 8 kHz, mono, 16-bit WAV. A recording in `folder`
 * (`<language>/<prompt>.wav`, `music/<name>.wav`) goes before spoken text, and a language before the company's first.
 */
export class PromptLibrary {
  private latest: PreparedSounds = soundsFrom(new Map(), undefined);
  /** Calls in progress stay on the version on which they began: its sounds are there as long as the version is. */
  private readonly byPlan = new WeakMap<PromptPlan, PreparedSounds>();

  constructor(
    private readonly folder: string,
    private readonly renderer: Renderer,
  ) {}

  /**
   * Has every sound of a dialplan ready before the first call of it, and tells which ones cannot be had (code
   * `PROMPT_UNAVAILABLE`). Recordings that were added or changed since the last time are taken up. Where nothing is
   * wrong, what is given out from then on is of this dialplan.
   */
  async prepare(plan: PromptPlan, onProgress?: (progress: Progress) => void): Promise<readonly Diagnostic[]> {
    try {
      await this.renderer.open();
    } catch (error) {
      const at = { file: this.renderer.cache, line: 1, col: 1 };
      const writable = 'make the state folder writable for the user that runs Kozpont';
      return [{ severity: 'error', code: 'PROMPT_UNAVAILABLE', message: messageOf(error), remedy: writable, at }];
    }
    const wanted = this.wantedBy(plan);
    const ready = new Map<string, string>();
    const reasons = new Map<string, string>();
    let done = 0;
    const next = wanted.values();
    const worker = async (): Promise<void> => {
      for (const { key, find } of next) {
        try {
          ready.set(key, await find());
        } catch (error) {
          reasons.set(key, messageOf(error));
        }
        onProgress?.({ done: ++done, total: wanted.length });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    if (reasons.size === 0) {
      this.latest = soundsFrom(ready, plan.company.languages[0]);
      this.byPlan.set(plan, this.latest);
    }
    const missing = wanted.flatMap(({ what, key, at }): Missing[] => {
      const why = reasons.get(key);
      return why === undefined ? [] : [{ what, at, why }];
    });
    return inReadingOrder(toldOnce(missing));
  }

  /** Error, where it was not prepared: `PROMPT_UNAVAILABLE`. */
  prompt(name: string, language: Language): string {
    return this.latest.prompt(name, language);
  }

  /** To be played in a loop; the default where there is none of this name. Error: `PROMPT_UNAVAILABLE`. */
  music(name: string): string {
    return this.latest.music(name);
  }

  /** Those of a dialplan that was prepared, whatever was prepared after it; the latest ones of any other. */
  of(plan: PromptPlan): PreparedSounds {
    return this.byPlan.get(plan) ?? this.latest;
  }

  close(): Promise<void> {
    return this.renderer.close();
  }

  private wantedBy(plan: PromptPlan): readonly Wanted[] {
    const wanted: Wanted[] = [];
    for (const prompt of Object.values(plan.prompts)) {
      for (const language of plan.company.languages) {
        wanted.push({
          what: `the prompt ${prompt.name} (${language})`,
          key: promptKey(prompt.name, language),
          at: prompt.at,
          find: async () => this.renderer.render(await this.sourceOf(prompt, language, plan.company.languages[0])),
        });
      }
    }
    // The default one is what held calls hear, whatever the queues have.
    const music = new Map<string, Position>(Object.values(plan.queues).map(queue => [queue.music, queue.at]));
    if (!music.has(defaultMusic))
      music.set(defaultMusic, { file: this.recordingOf('music', defaultMusic), line: 1, col: 1 });
    for (const [name, at] of music) {
      wanted.push({
        what: `the music ${name}`,
        key: musicKey(name),
        at,
        find: async () => this.renderer.render(await this.musicOf(name)),
      });
    }
    return wanted;
  }

  private async sourceOf(prompt: Prompt, language: Language, fallback: Language): Promise<Source> {
    for (const spoken of new Set([language, fallback])) {
      const recording = await this.recording(spoken, prompt.name);
      if (recording !== undefined) return recording;
      const text = own(prompt.text, spoken);
      if (text !== undefined) return { kind: 'text', text, language: spoken };
    }
    throw unavailable(`it has no text in ${fallback}`);
  }

  private async musicOf(name: string): Promise<Source> {
    const recording = await this.recording('music', name);
    if (recording !== undefined) return recording;
    if (name === defaultMusic) return { kind: 'music' };
    throw unavailable(`there is no music/${name}.wav in ${this.folder}`);
  }

  /** Names come from the dialplan: what could lead out of the folder is no name of a recording. */
  private async recording(folder: string, name: string): Promise<Source | undefined> {
    if (!safeName.test(folder) || !safeName.test(name)) return undefined;
    const path = this.recordingOf(folder, name);
    try {
      await access(path);
    } catch {
      return undefined;
    }
    return { kind: 'recording', path };
  }

  private recordingOf(folder: string, name: string): string {
    return join(this.folder, folder, `${name}.wav`);
  }
}

const soundsFrom = (ready: ReadonlyMap<string, string>, fallback: Language | undefined): PreparedSounds => ({
  prompt(name, language) {
    const path = ready.get(promptKey(name, language)) ?? ready.get(promptKey(name, fallback ?? language));
    if (path === undefined) throw unavailable(`there is no prompt ${name}`);
    return path;
  },
  music(name) {
    const path = ready.get(musicKey(name)) ?? ready.get(musicKey(defaultMusic));
    if (path === undefined) throw unavailable('no music was prepared');
    return path;
  },
});

interface Missing {
  readonly what: string;
  readonly at: Position;
  readonly why: string;
}

/** A cause that many prompts share, such as a speech program that is not there, is told once. */
function toldOnce(missing: readonly Missing[]): readonly Diagnostic[] {
  const byCause = new Map<string, Missing[]>();
  for (const one of missing) {
    const same = byCause.get(one.why);
    if (same === undefined) byCause.set(one.why, [one]);
    else same.push(one);
  }
  const diagnostic = ({ what, at, why }: Missing): Diagnostic => ({
    severity: 'error',
    code: 'PROMPT_UNAVAILABLE',
    message: `${what} cannot be had: ${why}`,
    remedy,
    at,
  });
  return [...byCause.values()].flatMap(same => {
    const [first] = same;
    return first === undefined || same.length <= mostOfOneCause
      ? same.map(diagnostic)
      : [diagnostic({ ...first, what: `${first.what}, like ${same.length - 1} others,` })];
  });
}

const mostOfOneCause = 3;
const safeName = /^[A-Za-z0-9_-]{1,64}$/;
/** More than the renderer's lanes, so that none is ever idle; far less than it lets wait. */
const atOnce = 16;
const remedy = 'correct its text, choose another voice under tts in the configuration, or put a recording in its place';

const promptKey = (name: string, language: Language): string => `prompt ${language} ${name}`;
const musicKey = (name: string): string => `music ${name}`;
const unavailable = (message: string): KozpontError => new KozpontError('PROMPT_UNAVAILABLE', message);
