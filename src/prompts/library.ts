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

/** The sounds of one version of a dialplan: a file, or the promise of one. Errors: `PROMPT_UNAVAILABLE`. */
export interface PreparedSounds {
  prompt(name: string, language: Language): string | Promise<string>;
  music(name: string): string | Promise<string>;
}

/** `made` resolves, never rejects, when all sounds are made, with those that cannot be had. */
export type TakenUp =
  | { readonly ok: true; readonly made: Promise<readonly Diagnostic[]> }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

interface Wanted {
  /** For people. */
  readonly what: string;
  readonly key: string;
  readonly at: Position;
  readonly source: () => Promise<Source>;
}

/** A sound that is made when it is first asked for, and again where that failed: a disk may have been full for a while. */
class Making {
  /** Once it is there. */
  path: string | undefined;
  private making: Promise<string> | undefined;

  constructor(
    readonly wanted: Wanted,
    private readonly make: () => Promise<string>,
  ) {}

  file(): Promise<string> {
    if (this.making !== undefined) return this.making;
    const making = this.make();
    this.making = making;
    // Whether anybody waits for it or not.
    making.then(
      path => {
        this.path = path;
      },
      () => {
        this.making = undefined;
      },
    );
    return making;
  }
}

/**
 * The sounds of dialplans, as files that a media server can play: 8 kHz, mono, 16-bit WAV. A recording in `folder`
 * (`<language>/<prompt>.wav`, `music/<name>.wav`) goes before spoken text, and a language before the company's first.
 */
export class PromptLibrary {
  private latest: PreparedSounds = soundsFrom(new Map(), undefined);
  private closed = false;
  /** Calls in progress stay on the version on which they began: its sounds are there as long as the version is. */
  private readonly byPlan = new WeakMap<PromptPlan, PreparedSounds>();

  constructor(
    private readonly folder: string,
    private readonly renderer: Renderer,
  ) {}

  /**
   * Makes every sound of a dialplan before its first call, and reports those that cannot be had (code
   * `PROMPT_UNAVAILABLE`). Recordings that were added or changed since the last time are read again. Where nothing is
   * wrong, the sounds that are given out from then on are those of this dialplan.
   */
  async prepare(plan: PromptPlan, onProgress?: (progress: Progress) => void): Promise<readonly Diagnostic[]> {
    const opened = await this.open();
    if (opened !== undefined) return [opened];
    const sounds = this.soundsOf(plan, []);
    const diagnostics = await makeAll(sounds, onProgress);
    if (diagnostics.length === 0) this.give(plan, sounds);
    return diagnostics;
  }

  /**
   * Gives out the sounds of a dialplan at once, and makes them meanwhile: those of the prompts in `first` before the
   * others, and one that is asked for before all of them. Where a recording or a text is missing nothing is given out.
   */
  async takeUp(
    plan: PromptPlan,
    first: readonly string[],
    onProgress?: (progress: Progress) => void,
  ): Promise<TakenUp> {
    const opened = await this.open();
    if (opened !== undefined) return { ok: false, diagnostics: [opened] };
    const sounds = this.soundsOf(plan, first);
    const reasons = new Map<Making, string>();
    for (const making of sounds.values()) {
      await making.wanted.source().catch(error => reasons.set(making, messageOf(error)));
    }
    if (reasons.size > 0) return { ok: false, diagnostics: diagnosticsOf(sounds, reasons) };
    this.give(plan, sounds);
    // Nobody misses what is not made because all is about to end.
    return { ok: true, made: makeAll(sounds, onProgress).then(missing => (this.closed ? [] : missing)) };
  }

  /** Error, where it was not prepared: `PROMPT_UNAVAILABLE`. */
  prompt(name: string, language: Language): string | Promise<string> {
    return this.latest.prompt(name, language);
  }

  /** To be played in a loop; the default where there is none of this name. Error: `PROMPT_UNAVAILABLE`. */
  music(name: string): string | Promise<string> {
    return this.latest.music(name);
  }

  /** Those of a dialplan that was prepared, whatever was prepared after it; the latest ones of any other. */
  of(plan: PromptPlan): PreparedSounds {
    return this.byPlan.get(plan) ?? this.latest;
  }

  close(): Promise<void> {
    this.closed = true;
    return this.renderer.close();
  }

  private async open(): Promise<Diagnostic | undefined> {
    try {
      await this.renderer.open();
      return undefined;
    } catch (error) {
      const at = { file: this.renderer.cache, line: 1, col: 1 };
      const writable = 'make the state folder writable for the user that runs Kozpont';
      return { severity: 'error', code: 'PROMPT_UNAVAILABLE', message: messageOf(error), remedy: writable, at };
    }
  }

  private give(plan: PromptPlan, sounds: ReadonlyMap<string, Making>): void {
    this.latest = soundsFrom(sounds, plan.company.languages[0]);
    this.byPlan.set(plan, this.latest);
  }

  /** By their keys, in the order in which they are made: the default language, then music, then the other languages. */
  private soundsOf(plan: PromptPlan, first: readonly string[]): ReadonlyMap<string, Making> {
    const [fallback, ...others] = plan.company.languages;
    const rank = new Map(first.map((name, index) => [name, index]));
    const prompts = Object.values(plan.prompts).sort(
      (a, b) => (rank.get(a.name) ?? first.length) - (rank.get(b.name) ?? first.length),
    );
    const inLanguage = (language: Language): readonly Wanted[] =>
      prompts.map(prompt => ({
        what: `the prompt ${prompt.name} (${language})`,
        key: promptKey(prompt.name, language),
        at: prompt.at,
        source: () => this.sourceOf(prompt, language, fallback),
      }));
    const wanted = [...inLanguage(fallback), ...this.wantedMusic(plan), ...others.flatMap(inLanguage)];
    return new Map(wanted.map(one => [one.key, new Making(one, async () => this.renderer.render(await one.source()))]));
  }

  private wantedMusic(plan: PromptPlan): readonly Wanted[] {
    // The default one is what held calls hear, whatever the queues have.
    const music = new Map<string, Position>(Object.values(plan.queues).map(queue => [queue.music, queue.at]));
    if (!music.has(defaultMusic)) {
      music.set(defaultMusic, { file: this.recordingOf('music', defaultMusic), line: 1, col: 1 });
    }
    return [...music].map(([name, at]) => ({
      what: `the music ${name}`,
      key: musicKey(name),
      at,
      source: () => this.musicOf(name),
    }));
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

/** Makes what is not made yet, several at once; one that fails keeps none of the others from being made. */
async function makeAll(
  sounds: ReadonlyMap<string, Making>,
  onProgress?: (progress: Progress) => void,
): Promise<readonly Diagnostic[]> {
  const reasons = new Map<Making, string>();
  let done = 0;
  const next = sounds.values();
  const maker = async (): Promise<void> => {
    for (const making of next) {
      await making.file().catch(error => reasons.set(making, messageOf(error)));
      onProgress?.({ done: ++done, total: sounds.size });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, maker));
  return diagnosticsOf(sounds, reasons);
}

function diagnosticsOf(
  sounds: ReadonlyMap<string, Making>,
  reasons: ReadonlyMap<Making, string>,
): readonly Diagnostic[] {
  const missing = [...sounds.values()].flatMap((making): Missing[] => {
    const why = reasons.get(making);
    return why === undefined ? [] : [{ what: making.wanted.what, at: making.wanted.at, why }];
  });
  return inReadingOrder(reportedOnce(missing));
}

const soundsFrom = (sounds: ReadonlyMap<string, Making>, fallback: Language | undefined): PreparedSounds => {
  const fileOf = (making: Making | undefined, otherwise: string): string | Promise<string> => {
    if (making === undefined) throw unavailable(otherwise);
    return making.path ?? making.file();
  };
  return {
    prompt(name, language) {
      const making = sounds.get(promptKey(name, language)) ?? sounds.get(promptKey(name, fallback ?? language));
      return fileOf(making, `there is no prompt ${name}`);
    },
    music(name) {
      return fileOf(sounds.get(musicKey(name)) ?? sounds.get(musicKey(defaultMusic)), 'no music was prepared');
    },
  };
};

interface Missing {
  readonly what: string;
  readonly at: Position;
  readonly why: string;
}

/** A cause that many prompts share, such as a speech program that is not there, is reported once. */
function reportedOnce(missing: readonly Missing[]): readonly Diagnostic[] {
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
/** Enough for no lane of the renderer to be idle, and few enough for a sound that is asked for to be made soon. */
const atOnce = 3;
const remedy = 'correct its text, choose another voice under tts in the configuration, or put a recording in its place';

const promptKey = (name: string, language: Language): string => `prompt ${language} ${name}`;
const musicKey = (name: string): string => `music ${name}`;
const unavailable = (message: string): KozpontError => new KozpontError('PROMPT_UNAVAILABLE', message);
