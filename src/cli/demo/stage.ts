import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../base/clock.ts';
import { KozpontError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { parseWav } from '../../base/wav.ts';
import { type Diagnostic, hasErrors, showDiagnostic } from '../../base/yaml/diagnostic.ts';
import type { CallRecord } from '../../call/record.ts';
import type { Config } from '../../config/config.ts';
import { type Credentials, openCredentials } from '../../config/credentials.ts';
import { parseConfig } from '../../config/load.ts';
import { loadDialplan } from '../../dialplan/load.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import { encodeTrack } from '../../embedded/rtp/audio/track.ts';
import type { Watcher } from '../../exchange/ports.ts';
import { type Kozpont, startKozpont } from '../../main.ts';
import type { KnownSound } from '../../phone/hearing/knownSounds.ts';
import { createPhone, type Phone } from '../../phone/phone.ts';
import { PromptLibrary } from '../../prompts/library.ts';
import { Renderer } from '../../prompts/renderer.ts';
import { officeForDemo } from './officeForDemo.ts';
import { caller, greeting, inWords, music, type Person, tones } from './people.ts';
import type { Timeline } from './timeline.ts';

/** The sample of the package that this file belongs to, compiled or not. */
const sample = fileURLToPath(new URL('../../../dialplans/sample.yaml', import.meta.url));
const address = '127.0.0.1';

const settings = `
sip: { listen: ["udp:${address}:0", "tcp:${address}:0"] }
media: { address: ${address} }
api: { listen: off }
state: state
prompts: recordings
`;

/** Everything that the story plays on: a Kozpont of its own on loopback, whose state is thrown away afterwards. */
export interface Stage {
  readonly kozpont: Kozpont;
  /** The number that the caller dials. */
  readonly number: string;
  readonly plan: Dialplan;
  phone(person: Person): Promise<Phone>;
  /** The record of the caller's call, when it has ended. */
  readonly recorded: Promise<CallRecord>;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly timeline: Timeline;
  readonly environment: Readonly<Record<string, string | undefined>>;
  progress(text: string): void;
}

export async function buildStage(options: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'kozpont-demo-'));
  try {
    return await build(options, folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function build({ clock, log, timeline, environment, progress }: StageOptions, folder: string): Promise<Stage> {
  const config = usable(parseConfig('demo', settings, { folder, environment: {} }));
  const loaded = await loadDialplan(sample);
  if (!loaded.ok) throw wrong(loaded.error);
  const plan = officeForDemo(loaded.value.plan);
  const credentials: Credentials = usable(
    await openCredentials({ file: config.files.credentials, extensions: Object.keys(plan.extensions) }),
  );
  const prompts = await preparePrompts(config, plan, clock, environment, progress);
  let recorded = (_: CallRecord): void => {};
  const ofCaller = new Promise<CallRecord>(resolve => {
    recorded = resolve;
  });
  const sounds = await knownSounds(prompts, plan);
  const kozpont = await startKozpont(config, {
    plan,
    credentials,
    prompts,
    clock,
    log,
    watchers: [
      watcher(timeline),
      {
        callEnded: record => {
          if (record.from.number === caller.user) recorded(record);
        },
      },
    ],
  }).catch(async error => {
    await prompts.close();
    throw error;
  });
  const phones: Phone[] = [];
  return {
    kozpont,
    plan,
    recorded: ofCaller,
    number: numberOf(plan),
    async phone({ name, user, tone }) {
      const password = credentials.passwordOf(user);
      const phone = await createPhone({
        clock,
        log,
        user,
        display: name,
        server: { address, port: kozpont.listening[0]?.port ?? 0 },
        tone,
        knows: tones,
        sounds,
        onHeard: what => {
          const words = inWords(what, opening(plan));
          if (words !== undefined) timeline.entry('hears', name, words);
        },
        ...(password === undefined ? {} : { password }),
      });
      phones.push(phone);
      return phone;
    },
    async close() {
      await Promise.all(phones.map(phone => phone.close()));
      await kozpont.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function preparePrompts(
  config: Config,
  plan: Dialplan,
  clock: Clock,
  environment: StageOptions['environment'],
  progress: StageOptions['progress'],
): Promise<PromptLibrary> {
  const { PATH } = environment;
  const renderer = new Renderer({
    cache: config.files.promptCache,
    tts: config.tts,
    environment: PATH === undefined ? {} : { PATH },
    clock,
    lanes: 2,
  });
  const prompts = new PromptLibrary(config.files.prompts, renderer);
  const diagnostics = await prompts.prepare(plan, ({ done, total }) =>
    progress(done === total ? '' : `Speaking the prompts: ${done} of ${total}`),
  );
  if (hasErrors(diagnostics)) {
    await prompts.close();
    throw wrong(diagnostics);
  }
  return prompts;
}

/** What the phones are to recognise: the greeting, and the music of those who wait. */
async function knownSounds(prompts: PromptLibrary, plan: Dialplan): Promise<readonly KnownSound[]> {
  const [language] = plan.company.languages;
  const read = async (name: string, path: string): Promise<KnownSound> => {
    const wav = parseWav(await readFile(path));
    if (!wav.ok) throw new KozpontError('PROMPT_UNAVAILABLE', `${path} ${wav.error}`);
    return { name, track: encodeTrack(wav.value.samples) };
  };
  return [
    await read(greeting, await prompts.prompt(greetingName(plan), language)),
    await read(music, await prompts.music('default')),
  ];
}

const numberOf = (plan: Dialplan): string => {
  const exact = plan.numbers.flatMap(({ match }) => (match.kind === 'exact' ? [match.number] : []));
  if (exact[0] === undefined) throw new KozpontError('INVALID_DIALPLAN', 'the sample has no number to be dialled');
  return exact[0];
};

function greetingName(plan: Dialplan): string {
  const menu = plan.numbers.map(({ route }) => route.to).find(({ kind }) => kind === 'menu');
  const found = menu === undefined ? undefined : plan.menus[menu.name]?.greeting;
  if (found === undefined) throw new KozpontError('INVALID_DIALPLAN', 'the number of the sample has no greeting');
  return found;
}

/** The first words of the greeting. */
function opening(plan: Dialplan): string {
  const text = plan.prompts[greetingName(plan)]?.text[plan.company.languages[0]] ?? '';
  return `${text.split(/[.!?]/)[0]?.slice(0, 60) ?? ''} …`;
}

const watcher = (timeline: Timeline): Watcher => ({
  transferEvent: (_, event) => {
    const tell = (what: string): void => timeline.entry('tells', 'Kozpont', what);
    switch (event.kind) {
      case 'transferStarted':
        return tell(`transfer (${event.how}) from ${event.transferor} to ${event.target} begins`);
      case 'transferRinging':
        return tell(`${event.target} rings for the transferred call`);
      case 'transferFailed':
        return tell(`the transfer to ${event.target} has failed: ${event.reason} (${event.status})`);
      case 'recallStarted':
        return tell(`the call comes back to ${event.operator}`);
      case 'recallAnswered':
        return tell(`${event.operator} has the call again`);
      case 'transferCompleted':
        return tell(`the transfer to ${event.target} is complete`);
      default:
        return tell(event.kind);
    }
  },
});

function usable<T>({ value, diagnostics }: { value?: T; diagnostics: readonly Diagnostic[] }): T {
  if (value === undefined) throw wrong(diagnostics);
  return value;
}

const wrong = (diagnostics: readonly Diagnostic[]): KozpontError =>
  new KozpontError('INVALID_CONFIG', diagnostics.map(diagnostic => showDiagnostic(diagnostic)).join('\n'));
