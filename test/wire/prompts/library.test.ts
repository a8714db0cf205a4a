import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { encodeWav, type Pcm, parseWav } from '../../../src/base/wav.ts';
import { type Diagnostic, showDiagnostic } from '../../../src/base/yaml/diagnostic.ts';
import type { TtsSettings } from '../../../src/config/config.ts';
import type { Prompt, QueuePlan } from '../../../src/dialplan/plan.ts';
import { activeRms, decibels, mono, peak, rms } from '../../../src/prompts/audio/level.ts';
import { type Progress, PromptLibrary, type PromptPlan } from '../../../src/prompts/library.ts';
import { Renderer } from '../../../src/prompts/renderer.ts';
import { type Build, build } from '../../support/build.ts';

let compiled: Build;
let folder: string;
const opened: PromptLibrary[] = [];

beforeAll(async () => {
  compiled = await build();
});
afterAll(() => compiled.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kozpont-prompts-'));
  // Short, for the tests that are not about music.
  await recording('music/default.wav', tone(8000, 1));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map(library => library.close()));
  await rm(folder, { recursive: true });
});

const at = (line: number) => ({ file: 'plan.yaml', line, col: 3 });

const prompts = (texts: Record<string, Record<string, string>>): Record<string, Prompt> =>
  Object.fromEntries(Object.entries(texts).map(([name, text], index) => [name, { name, text, at: at(index + 1) }]));

const queue = (name: string, music: string): QueuePlan => ({
  name,
  music,
  agents: ['10'],
  strategy: 'longestIdle',
  ringFor: 20_000,
  retryAfter: 5000,
  maxWait: 60_000,
  overflow: { to: { kind: 'goodbye', name: 'bye' }, at: at(90) },
  at: at(80),
});

function plan(texts: Record<string, Record<string, string>>, queues: QueuePlan[] = []): PromptPlan {
  return {
    company: { name: 'Example', timezone: 'Europe/Budapest', languages: ['en', 'hu', 'ru'] },
    prompts: prompts(texts),
    queues: Object.fromEntries(queues.map(entry => [entry.name, entry])),
  };
}

const cache = (): string => join(folder, 'var', 'prompts');

/** A library, and the preparation of its dialplan. */
function library(
  of: PromptPlan,
  tts: Partial<TtsSettings> = {},
): Pick<PromptLibrary, 'close'> & {
  prompt: (name: string, language: string) => string;
  music: (name: string) => string;
  made: PromptLibrary;
  prepare: (onProgress?: (progress: Progress) => void) => Promise<readonly Diagnostic[]>;
} {
  const renderer = new Renderer({
    cache: cache(),
    tts: { engine: { kind: 'builtin', speed: 150 }, voices: {}, timeout: 60_000, ...tts },
    environment: { PATH: '/usr/bin:/bin' },
    clock: systemClock,
    lanes: 2,
    worker: compiled.file('prompts/worker'),
  });
  const made = new PromptLibrary(join(folder, 'prompts'), renderer);
  opened.push(made);
  return {
    made,
    prepare: onProgress => made.prepare(of, onProgress),
    prompt: (name, language) => there(made.prompt(name, language)),
    music: name => there(made.music(name)),
    close: () => made.close(),
  };
}

/** After a preparation nothing is still being made. */
function there(file: string | Promise<string>): string {
  if (typeof file !== 'string') throw new Error('it is still being made');
  return file;
}

async function sound(path: string): Promise<Pcm> {
  const parsed = parseWav(await readFile(path));
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

async function recording(path: string, pcm: Pcm): Promise<void> {
  const file = join(folder, 'prompts', path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, encodeWav(pcm));
}

const tone = (sampleRate: number, channels: number, strength = 8000): Pcm => ({
  sampleRate,
  channels,
  samples: Int16Array.from(
    { length: sampleRate * channels },
    (_, n) => strength * Math.sin((2 * Math.PI * 440 * Math.floor(n / channels)) / sampleRate),
  ),
});

const greeting = {
  en: 'Thank you for calling Example. Press 1 for sales, or 0 for the reception.',
  hu: 'Köszönjük, hogy felhívta a Példa Kft.-t. Az értékesítéshez nyomja meg az egyes gombot, a recepcióhoz a nullát.',
  ru: 'Спасибо за звонок. Для отдела продаж нажмите один, для секретаря нажмите ноль.',
};

/** Zero crossings a second: noise and silence are far from what a voice has. */
function crossings(samples: Float32Array, sampleRate: number): number {
  let count = 0;
  for (let n = 1; n < samples.length; n++) if ((samples[n] ?? 0) >= 0 !== (samples[n - 1] ?? 0) >= 0) count++;
  return (count * sampleRate) / samples.length;
}

describe('spoken prompts', () => {
  it('are ready in every language, once and for all', async () => {
    const first = library(plan({ welcome: greeting, bye: { en: 'Goodbye.' } }));
    expect(await readdir(folder)).toEqual(['prompts']);
    const steps: string[] = [];
    expect(await first.prepare(({ done, total }) => steps.push(`${done}/${total}`))).toEqual([]);
    expect(steps.at(-1)).toBe('7/7');

    for (const language of ['en', 'hu', 'ru']) {
      const pcm = await sound(first.prompt('welcome', language));
      const samples = mono(pcm);
      expect([pcm.sampleRate, pcm.channels]).toEqual([8000, 1]);
      // 70 to 110 characters at 150 words a minute.
      expect(samples.length / 8000).toBeGreaterThan(3.5);
      expect(samples.length / 8000).toBeLessThan(12);
      expect(decibels(peak(samples))).toBeLessThan(-5.9);
      expect(decibels(activeRms(samples, 8000))).toBeGreaterThan(-27);
      expect(decibels(activeRms(samples, 8000))).toBeLessThan(-18);
      expect(crossings(samples, 8000)).toBeGreaterThan(500);
      expect(crossings(samples, 8000)).toBeLessThan(3500);
      expect([samples[0], samples.at(-1)]).toEqual([0, 0]);
    }
    const paths = ['en', 'hu', 'ru'].map(language => first.prompt('welcome', language));
    expect(new Set(paths).size).toBe(3);
    // Not translated: the company's own language.
    expect(first.prompt('bye', 'hu')).toBe(first.prompt('bye', 'en'));
    expect((await readdir(cache())).every(name => /^[0-9a-f]{32}\.wav$/.test(name))).toBe(true);

    const [path = ''] = paths;
    const before = await stat(path);
    const again = library(plan({ hello: greeting, bye: { en: 'See you.' } }));
    expect(await again.prepare()).toEqual([]);
    expect(again.prompt('hello', 'en')).toBe(path);
    expect((await stat(path)).mtimeMs).toBe(before.mtimeMs);
    expect(again.prompt('bye', 'en')).not.toBe(first.prompt('bye', 'en'));
  });

  it('that cannot be spoken are named with their place, all of them', async () => {
    const broken = library(
      {
        ...plan({ welcome: { en: 'Hello.' }, void: { en: ' … ' }, long: { en: 'la '.repeat(2000) } }),
        company: { name: 'X', timezone: 'UTC', languages: ['en', 'xx'] },
      },
      { voices: { xx: 'nobody' } },
    );
    const texts = plan({ welcome: { en: 'Hello.', xx: 'Hxllx' } });
    const other = library({ ...texts, company: { name: 'X', timezone: 'UTC', languages: ['en', 'xx'] } });
    expect((await broken.prepare()).map(showDiagnostic).sort()).toEqual([
      expect.stringMatching(
        /^plan\.yaml:2:3 PROMPT_UNAVAILABLE the prompt void \(en\) cannot be had: the voice said nothing\n/,
      ),
      expect.stringMatching(
        /^plan\.yaml:2:3 PROMPT_UNAVAILABLE the prompt void \(xx\) cannot be had: the voice said nothing\n/,
      ),
      expect.stringMatching(
        /^plan\.yaml:3:3 PROMPT_UNAVAILABLE the prompt long \(en\) cannot be had: the text is longer than 5000/,
      ),
      expect.stringMatching(
        /^plan\.yaml:3:3 PROMPT_UNAVAILABLE the prompt long \(xx\) cannot be had: the text is longer than 5000/,
      ),
    ]);
    expect((await other.prepare()).map(showDiagnostic)).toEqual([
      expect.stringMatching(
        /^plan\.yaml:1:3 PROMPT_UNAVAILABLE the prompt welcome \(xx\) cannot be had: .*voice does not exist\n/,
      ),
    ]);
    expect(() => other.prompt('welcome', 'xx')).toThrow('there is no prompt');
    expect(() => other.prompt('nothing', 'en')).toThrow('there is no prompt');
    expect(() => other.prompt('constructor', 'en')).toThrow('there is no prompt');
    expect((await readdir(cache())).filter(name => name.endsWith('.draft'))).toEqual([]);
  });

  it('may change their language on the way', async () => {
    const hungarian = 'Magyar nyelvért nyomja meg a nyolcas gombot.';
    const russian = 'Для русского языка нажмите девять.';
    const mixed = library(
      plan({
        all: { en: `Welcome. [hu] ${hungarian} [ru] ${russian}` },
        a: { en: 'Welcome.' },
        b: { en: `[hu]${hungarian}` },
        c: { en: `[ru]${russian}` },
      }),
    );
    expect(await mixed.prepare()).toEqual([]);
    const length = async (name: string) => (await sound(mixed.prompt(name, 'en'))).samples.length;
    const parts = (await length('a')) + (await length('b')) + (await length('c'));
    expect(await length('all')).toBe(parts + 2 * 2000);
    // An English voice spells Cyrillic out, which takes twice as long.
    expect((await length('c')) / 8000).toBeLessThan(3.5);
  });

  it('hold no surprise in their text', async () => {
    const texts = [
      '-f /etc/passwd',
      '--help',
      '"; touch x',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the hostile text itself
      '${system(id)}',
      '<b>&amp;',
      '%s%n',
      'a\u202eb',
      '\ud800 x',
      'a\u0000b',
    ];
    const hostile = library(plan(Object.fromEntries(texts.map((en, index) => [`p${index}`, { en }]))));
    expect(await hostile.prepare()).toEqual([]);
    const files = texts.map((_, index) => hostile.prompt(`p${index}`, 'en'));
    for (const file of files) expect(rms(mono(await sound(file)))).toBeGreaterThan(0.001);
  });
});

describe('recordings', () => {
  it('go before spoken text, brought to 8 kHz and one channel', async () => {
    await recording('en/welcome.wav', tone(44_100, 2));
    await recording('hu/welcome.wav', tone(8000, 1));
    const recorded = library(plan({ welcome: greeting }));
    expect(await recorded.prepare()).toEqual([]);
    for (const language of ['en', 'hu']) {
      const pcm = await sound(recorded.prompt('welcome', language));
      expect([pcm.sampleRate, pcm.channels, pcm.samples.length]).toEqual([8000, 1, 8000]);
      expect(crossings(mono(pcm), 8000)).toBeCloseTo(880, -1);
      expect(decibels(rms(mono(pcm)) / rms(mono(tone(8000, 1))))).toBeCloseTo(0, 0);
    }
    expect(crossings(mono(await sound(recorded.prompt('welcome', 'ru'))), 8000)).not.toBeCloseTo(880, -1);
  });

  it('are taken up anew by the next preparation', async () => {
    const live = library(plan({ welcome: { en: 'Hello.' } }));
    await live.prepare();
    const spoken = live.prompt('welcome', 'en');
    await recording('en/welcome.wav', tone(16_000, 1));
    expect(live.prompt('welcome', 'en')).toBe(spoken);
    expect(await live.prepare()).toEqual([]);
    const recorded = live.prompt('welcome', 'en');
    expect(recorded).not.toBe(spoken);
    await writeFile(join(folder, 'prompts', 'en', 'welcome.wav'), 'no sound any more');
    expect(await live.prepare()).toHaveLength(3);
    // What was right goes on.
    expect(live.prompt('welcome', 'en')).toBe(recorded);
  });

  it('of an earlier version stay with it, for the calls in progress', async () => {
    await recording('en/old.wav', tone(8000, 1));
    await recording('en/both.wav', tone(8000, 1));
    const of = (texts: Record<string, Record<string, string>>): PromptPlan => ({
      ...plan(texts),
      company: { ...plan({}).company, languages: ['en'] },
    });
    const before = of({ old: {}, both: {} });
    const after = of({ both: {} });
    const { made, prepare } = library(before);
    expect(await prepare()).toEqual([]);
    const old = [made.prompt('old', 'en'), made.prompt('both', 'en')];
    await recording('en/both.wav', tone(16_000, 2));
    expect(await made.prepare(after)).toEqual([]);
    expect([made.of(before).prompt('old', 'en'), made.of(before).prompt('both', 'en')]).toEqual(old);
    expect(made.of(after).prompt('both', 'en')).not.toBe(old[1]);
    expect(() => made.of(after).prompt('old', 'en')).toThrow('there is no prompt old');
    for (const path of old) expect((await stat(there(path))).size).toBeGreaterThan(44);
  });

  it('that cannot be used are named, and not silently replaced', async () => {
    await mkdir(join(folder, 'prompts', 'en'), { recursive: true });
    const file = join(folder, 'prompts', 'en', 'welcome.wav');
    await writeFile(file, 'ID3 no WAV at all');
    const broken = library(plan({ welcome: { en: 'Hello.' } }));
    const diagnostics = await broken.prepare();
    expect(diagnostics).toHaveLength(3);
    expect(diagnostics[0]?.message).toBe(`the prompt welcome (en) cannot be had: ${file}: the sound is not a WAV file`);
  });
});

describe('music', () => {
  it("is made by us, or the operator's own", async () => {
    await rm(join(folder, 'prompts', 'music', 'default.wav'));
    await recording('music/jazz.wav', tone(48_000, 2));
    const own = library(plan({}, [queue('reception', 'default'), queue('sales', 'jazz')]));
    expect(await own.prepare()).toEqual([]);
    expect((await sound(own.music('jazz'))).samples.length).toBe(8000);
    expect(own.music('unknown')).toBe(own.music('default'));
    const made = mono(await sound(own.music('default')));
    expect(made.length / 8000).toBeGreaterThan(30);
    expect(decibels(rms(made))).toBeCloseTo(-22, 1);
  });

  it('that is not there is named at its queue', async () => {
    const without = library(plan({}, [queue('sales', 'jazz'), queue('x', '../../etc/x')]));
    expect((await without.prepare()).map(showDiagnostic).sort().reverse()).toEqual([
      expect.stringMatching(
        /^plan\.yaml:80:3 PROMPT_UNAVAILABLE the music jazz cannot be had: there is no music\/jazz\.wav in .*prompts\n/,
      ),
      expect.stringMatching(/^plan\.yaml:80:3 PROMPT_UNAVAILABLE the music \.\.\/\.\.\/etc\/x cannot be had/),
    ]);
  });
});

describe('a speech program of the operator', () => {
  /** Speaks a tone for as many hundredths of a second as the text has characters. */
  async function program(ending: string): Promise<string> {
    const path = join(folder, 'speak.cjs');
    await writeFile(
      path,
      `let text = '';
process.stdin.on('data', chunk => { text += chunk; }).on('end', () => {
  const samples = Buffer.alloc(text.trim().length * 320);
  for (let n = 0; n < samples.length / 2; n++) samples.writeInt16LE(Math.round(3000 * Math.sin(n / 6)), 2 * n);
  const head = Buffer.from('RIFF____WAVEfmt ________________________data____', 'latin1');
  head.writeUInt32LE(0xffffffff, 4); head.writeUInt32LE(16, 16); head.writeUInt16LE(1, 20); head.writeUInt16LE(1, 22);
  head.writeUInt32LE(16000, 24); head.writeUInt32LE(32000, 28); head.writeUInt16LE(2, 32); head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1'); head.writeUInt32LE(0xffffffff, 40);
  const wav = Buffer.concat([head.subarray(0, 44), samples]);
  ${ending}
});
`,
    );
    return path;
  }

  it('may write to its standard output', async () => {
    const script = await program('process.stdout.write(wav);');
    const spoken = library(plan({ welcome: { en: 'x'.repeat(100) } }), {
      engine: { kind: 'command', command: [process.execPath, script, '{voice}'] },
    });
    expect(await spoken.prepare()).toEqual([]);
    const samples = mono(await sound(spoken.prompt('welcome', 'en')));
    // 1 s, and nothing was cut off but the fade.
    expect(samples.length / 8000).toBeCloseTo(1, 1);
    expect(decibels(activeRms(samples, 8000))).toBeCloseTo(-19, 0);
  });

  it('that is not there is told once, not for every prompt', async () => {
    const spoken = library(plan({ a: { en: 'A.' }, b: { en: 'B.' }, c: { en: 'C.' }, d: { en: 'D.' } }), {
      engine: { kind: 'command', command: ['there-is-no-such-program'] },
    });
    expect((await spoken.prepare()).map(showDiagnostic)).toEqual([
      expect.stringMatching(/PROMPT_UNAVAILABLE the prompt a \(en\), like 11 others, cannot be had: there-is-no-such-/),
    ]);
    expect(() => spoken.prompt('a', 'en')).toThrow('there is no prompt');
  });

  describe('while calls are taken already', () => {
    /** A program that writes down each text, and speaks it as soon as a file of that text's name is there. */
    async function slow(of: PromptPlan) {
      const spoken = join(folder, 'spoken');
      const script = await program(`const fs = require('node:fs');
  fs.appendFileSync(${JSON.stringify(spoken)}, text.trim() + '\\n');
  const wait = () => fs.existsSync(${JSON.stringify(folder)} + '/say-' + text.trim()) ? process.stdout.write(wav) : setTimeout(wait, 20);
  wait();`);
      const { made } = library(of, { engine: { kind: 'command', command: [process.execPath, script] } });
      return {
        made,
        say: (text: string) => writeFile(join(folder, `say-${text}`), ''),
        begun: async () => (await readFile(spoken, 'utf8').catch(() => '')).trim().split('\n'),
      };
    }
    const inEnglish = (texts: readonly string[]): PromptPlan => ({
      ...plan(Object.fromEntries(texts.map(text => [text, { en: text }]))),
      company: { ...plan({}).company, languages: ['en'] },
    });

    it('speaks what callers meet first before the rest, and what one asks for next', async () => {
      const of = inEnglish(['aaa', 'bbb', 'ccc', 'ddd', 'eee', 'fff', 'ggg', 'hhh']);
      const { made, say, begun } = await slow(of);
      const taken = await made.takeUp(of, ['hhh', 'ggg', 'fff']);
      if (!taken.ok) throw new Error('it was not taken up');
      await vi.waitFor(async () => expect((await begun()).sort()).toEqual(['ggg', 'hhh']), { timeout: 15_000 });
      // One more at most waits for a lane; then comes what is asked for, not the fourth in the order.
      const asked = made.prompt('eee', 'en');
      expect(asked).toBeInstanceOf(Promise);
      for (const text of ['hhh', 'ggg', 'fff', 'eee']) await say(text);
      expect(await sound(await asked)).toMatchObject({ sampleRate: 8000 });
      expect((await begun()).slice(0, 4)).toContain('eee');
      for (const text of ['aaa', 'bbb', 'ccc', 'ddd']) await say(text);
      expect(await taken.made).toEqual([]);
      expect(made.prompt('eee', 'en')).toBe(await asked);
    });

    it('reports what cannot be had, and gives out the rest', async () => {
      const of = inEnglish(['good', 'bad']);
      const script = await program(
        `if (text.startsWith('bad')) { console.error('no such word'); process.exit(1); } process.stdout.write(wav);`,
      );
      const { made } = library(of, { engine: { kind: 'command', command: [process.execPath, script] } });
      const taken = await made.takeUp(of, []);
      if (!taken.ok) throw new Error('it was not taken up');
      await expect(made.prompt('bad', 'en')).rejects.toThrow('no such word');
      expect((await taken.made).map(showDiagnostic)).toEqual([
        expect.stringContaining('the prompt bad (en) cannot be had'),
      ]);
      expect(made.prompt('good', 'en')).toEqual(expect.stringMatching(/\.wav$/));
    });

    it('makes a sound again that could not be made before', async () => {
      const of = inEnglish(['late']);
      const there = join(folder, 'voice');
      const script = await program(
        `if (!require('node:fs').existsSync(${JSON.stringify(there)})) process.exit(1); process.stdout.write(wav);`,
      );
      const { made } = library(of, { engine: { kind: 'command', command: [process.execPath, script] } });
      const taken = await made.takeUp(of, []);
      if (!taken.ok) throw new Error('it was not taken up');
      expect(await taken.made).toHaveLength(1);
      await expect(made.prompt('late', 'en')).rejects.toThrow('ended with status 1');
      await writeFile(there, '');
      expect(await made.prompt('late', 'en')).toMatch(/\.wav$/);
      expect(made.prompt('late', 'en')).toEqual(expect.stringMatching(/\.wav$/));
    });

    it('misses nothing where it is closed before all is made', async () => {
      const of = inEnglish(['aaa', 'bbb', 'ccc']);
      const { made } = await slow(of);
      const taken = await made.takeUp(of, []);
      if (!taken.ok) throw new Error('it was not taken up');
      await made.close();
      expect(await taken.made).toEqual([]);
    });

    it('takes nothing up where a recording is missing', async () => {
      const of = { ...inEnglish(['a']), queues: { sales: queue('sales', 'jazz') } };
      const { made } = await slow(of);
      const taken = await made.takeUp(of, []);
      expect(taken).toMatchObject({ ok: false, diagnostics: [{ code: 'PROMPT_UNAVAILABLE', at: { line: 80 } }] });
      expect(() => made.prompt('a', 'en')).toThrow('there is no prompt a');
    });
  });

  it('may write to a file, and is told the language and the voice', async () => {
    const script = await program(
      `if (process.argv[3] !== 'hu/anna' || process.argv[4] !== '$HOME;id') throw new Error(process.argv.join());
  require('node:fs').writeFileSync(process.argv[2], wav);`,
    );
    const spoken = library(
      { ...plan({ welcome: { hu: 'Jó napot!' } }), company: { name: 'X', timezone: 'UTC', languages: ['hu'] } },
      {
        voices: { hu: 'anna' },
        engine: { kind: 'command', command: [process.execPath, script, '{output}', '{language}/{voice}', '$HOME;id'] },
      },
    );
    expect(await spoken.prepare()).toEqual([]);
    expect((await readdir(cache())).filter(name => name.includes('draft'))).toEqual([]);
  });

  it.each([
    ['that complains', 'console.error("no such voice: zoe"); process.exitCode = 2;', /no such voice: zoe/],
    ['that fails without a word', 'process.exitCode = 7;', /ended with status 7/],
    ['that writes no WAV', 'process.stdout.write("hello, I am not a sound");', /the sound is not a WAV file/],
    ['that crashes', 'process.kill(process.pid, "SIGKILL");', /was ended by SIGKILL, twice/],
  ])('%s is quoted', async (_, ending, message) => {
    const script = await program(ending);
    const spoken = library(plan({ welcome: { en: 'Hello.' } }), {
      engine: { kind: 'command', command: [process.execPath, script] },
    });
    const diagnostics = await spoken.prepare();
    expect(diagnostics[0]?.message).toMatch(message);
    expect((await readdir(cache())).filter(name => name.includes('draft'))).toEqual([]);
  });

  it('that hangs is ended at the close', async () => {
    const marker = join(folder, 'started');
    const script = await program(
      `require('node:fs').writeFileSync(${JSON.stringify(marker)}, ''); setInterval(() => {}, 1000);`,
    );
    const spoken = library(plan({ welcome: { en: 'Hello.' } }), {
      engine: { kind: 'command', command: [process.execPath, script] },
    });
    const preparation = spoken.prepare();
    await vi.waitFor(() => stat(marker), { timeout: 15_000 });
    await spoken.close();
    expect((await preparation).at(0)?.message).toMatch(/the prompt renderer is already disposed of$/);
    expect((await spoken.prepare()).length).toBeGreaterThan(0);
  });
});

describe('the cache', () => {
  it('is made again where it was deleted', async () => {
    const spoken = library(plan({ welcome: { en: 'Hello.' } }));
    await spoken.prepare();
    const path = spoken.prompt('welcome', 'en');
    await rm(cache(), { recursive: true });
    expect(await spoken.prepare()).toEqual([]);
    expect(spoken.prompt('welcome', 'en')).toBe(path);
    expect((await stat(path)).size).toBeGreaterThan(1000);
  });

  it('that cannot be written stops the preparation with its name', async () => {
    await writeFile(join(folder, 'var'), 'in the way');
    await chmod(join(folder, 'var'), 0o600);
    const diagnostics = await library(plan({ welcome: { en: 'Hello.' } })).prepare();
    expect(diagnostics).toMatchObject([
      { code: 'PROMPT_UNAVAILABLE', at: { file: cache() }, message: expect.stringContaining('ENOTDIR') },
    ]);
  });
});
