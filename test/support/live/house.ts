import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { encodeWav } from '../../../src/base/wav.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { compileDialplan } from '../../../src/dialplan/compileDialplan.ts';
import type { Dialplan } from '../../../src/dialplan/plan.ts';
import {
  foresee,
  type LiveOutcome,
  type LiveSounds,
  livePageOf,
  playLive,
  RecordsFile,
  readSounds,
  type SoundFiles,
  type Switchboard,
} from '../../../src/live/index.ts';
import { type Kozpont, startKozpont } from '../../../src/main.ts';
import { inspectStory, parseStories, type Story } from '../../../src/rehearsal/index.ts';

const address = '127.0.0.1';

/** A small company whose patience is short. Prompts are noise, each of its own, so that samples tell them apart. */
export const houseDialplan = `
kozpont: 1
company: { name: House, timezone: Europe/Budapest, languages: [en, hu] }
prompts:
  welcome: { en: Welcome, hu: Isten hozta }
  sorry: { en: Sorry, hu: Sajnos }
  bye: { en: Goodbye }
calendars:
  never: { open: {} }
extensions:
  "10": { name: Reception }
  "11": { name: Second desk }
  "101": { name: Anna }
  "102": { name: Peter, contact: "sip:peter@192.0.2.1" }
queues:
  reception: { agents: ["10", "11"], ringFor: 2s, maxWait: 20s, overflow: goodbye:bye }
groups:
  drawn: { members: ["101", "11"], strategy: roundRobin, ringFor: 2s, otherwise: goodbye:bye }
menus:
  main:
    greeting: welcome
    directDial: true
    keys: { 0: queue:reception, 2: group:drawn, 8: { language: hu, then: menu:main }, 9: goodbye:bye }
    noInput: { after: 3s, repeat: 0, then: goodbye:bye }
    invalid: { say: sorry, repeat: 1, then: goodbye:bye }
numbers:
  "+3612345678": menu:main
  "+3612345679": { calendar: never, open: menu:main, closed: goodbye:bye }
transfer:
  ringFor: 2s
  recall: { on: [noAnswer, busy, declined, unreachable], to: transferor, ringFor: 2s, otherwise: goodbye:bye }
`;

export function dialplanOf(text: string): Dialplan {
  const compiled = compileDialplan(text, 'house.yaml');
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return compiled.value.plan;
}

/** One story; its steps are as in a file. */
export function storyOf(plan: Dialplan, head: string, steps: readonly string[], ends = ''): Story {
  const list = steps.map(step => `      - ${step}\n`).join('');
  const text = `stories:\n  - name: a story\n    ${head}\n    steps:\n${list}${ends === '' ? '' : `    ends: ${ends}\n`}`;
  const parsed = parseStories(text, 'house.story.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const [story] = parsed.value.stories;
  if (story === undefined) throw new Error('no story');
  expect(inspectStory(plan, story)).toEqual([]);
  return story;
}

/** Milliseconds. */
const lengths: Readonly<Record<string, number>> = {
  'welcome en': 900,
  'welcome hu': 800,
  'sorry en': 500,
  'sorry hu': 500,
  'bye en': 600,
};

/** A switchboard on loopback, and everything that stories are played with on it. */
export class LiveHouse {
  private constructor(
    readonly kozpont: Kozpont,
    readonly plan: Dialplan,
    readonly sounds: LiveSounds,
    readonly records: RecordsFile,
    readonly switchboard: Switchboard,
    private readonly folder: string,
  ) {}

  static async open(): Promise<LiveHouse> {
    const folder = await mkdtemp(join(tmpdir(), 'kozpont-live-'));
    const plan = dialplanOf(houseDialplan);
    const files = await noises(folder);
    const settings = `sip: { listen: [udp:${address}:0] }\nmedia: { address: ${address}, rest: 0ms }\nstate: state\napi: { listen: off }\nrecords: state/records.jsonl\n`;
    const config = parseConfig('kozpont.yaml', settings, { folder, environment: {} }).value;
    if (config === undefined) throw new Error('the settings of the test are wrong');
    const kozpont = await startKozpont(config, {
      plan,
      credentials: { passwordOf },
      prompts: { ...files, close: () => Promise.resolve() },
      clock: systemClock,
      log: silentLog,
    });
    const sounds = await readSounds(plan, files);
    const switchboard: Switchboard = {
      clock: systemClock,
      log: silentLog,
      server: { address, port: kozpont.listening[0]?.port ?? 0 },
      transport: 'udp',
      localAddress: address,
      passwordOf,
      sounds,
      disturb: false,
    };
    return new LiveHouse(
      kozpont,
      plan,
      sounds,
      new RecordsFile(systemClock, config.files.records),
      switchboard,
      folder,
    );
  }

  /** Plays a story; nothing of it may be alive afterwards. */
  async play(
    story: Story,
    { signal = new AbortController().signal, records = true, change = {} as Partial<Switchboard>, slack = 10_000 } = {},
  ): Promise<LiveOutcome> {
    expect(this.kozpont.alive()).toEqual(nobody);
    const prospect = foresee(this.plan, story, {
      now: systemClock.now(),
      longest: 60_000,
      known: this.sounds.lengthOf,
    });
    if (prospect.kind === 'skipped') throw new Error(`not played: ${prospect.why}`);
    const { foreseen, cast } = prospect;
    const performance = {
      plan: this.plan,
      story,
      foreseen,
      cast,
      signal,
      records: records ? this.records : undefined,
      slack,
    };
    try {
      return await playLive({ ...this.switchboard, ...change }, performance);
    } finally {
      await this.isQuiet();
    }
  }

  page(story: Story, outcome: LiveOutcome): string {
    return livePageOf(story, this.plan, outcome).join('\n');
  }

  async isQuiet(): Promise<void> {
    await vi.waitFor(() => expect(this.kozpont.alive()).toEqual(nobody), { timeout: 10_000, interval: 5 });
  }

  async close(): Promise<void> {
    await this.isQuiet();
    await this.kozpont.close();
    await rm(this.folder, { recursive: true });
  }
}

const nobody = { calls: 0, legs: 0, endpoints: 0 };

export const passwordOf = (extension: string): string => `password-of-${extension}`;

async function noises(folder: string): Promise<SoundFiles> {
  const fileOf = (name: string): string => join(folder, `${name.replace(' ', '-')}.wav`);
  let seed = 1;
  for (const [name, milliseconds] of Object.entries({ ...lengths, music: 3_000 })) {
    const samples = noise(seed++, milliseconds * 8);
    await writeFile(fileOf(name), encodeWav({ sampleRate: 8000, channels: 1, samples }));
  }
  return {
    prompt: (name, language) =>
      fileOf(lengths[`${name} ${language}`] === undefined ? `${name} en` : `${name} ${language}`),
    music: () => fileOf('music'),
  };
}

/** A sound that is no tone, always the same of one seed. */
export function noise(seed: number, samples: number): Int16Array {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    return (state >> 16) / 4;
  };
  return Int16Array.from({ length: samples }, next);
}
