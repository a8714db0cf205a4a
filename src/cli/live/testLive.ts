import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import { hasErrors } from '../../base/yaml/diagnostic.ts';
import type { Config } from '../../config/config.ts';
import { readPasswords } from '../../config/credentials.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import {
  foresee,
  type LiveSounds,
  NotPlayable,
  playLive,
  RecordsFile,
  readSounds,
  type Switchboard,
} from '../../live/index.ts';
import type { Story } from '../../rehearsal/index.ts';
import type { Arguments, ExitStatus, Surroundings } from '../command.ts';
import { promptsFor } from '../preparation.ts';
import { machineAddresses, readSettings, tell } from '../settings.ts';
import { loadStoryFile, type StoriesToPlay, storiesIn } from '../storyFiles.ts';
import { type LiveSettings, readLiveOptions } from './options.ts';
import { isHere, type Reached, reach, targetOf } from './reach.ts';
import { formats, type LiveFile, type LiveFormat, type PlayedStory, Reporter } from './report.ts';

/** `kozpont test --live`: stories on real telephones, at a switchboard that runs. */
export async function testLive(args: Arguments, surroundings: Surroundings, clock: Clock): Promise<ExitStatus> {
  const misunderstood = (why: string): ExitStatus => {
    surroundings.complain(`kozpont: ${why}\nSee kozpont help test.`);
    return 2;
  };
  const settings = readLiveOptions(args);
  if (!settings.ok) return misunderstood(settings.error);
  const format = formats.find(each => each === (args.text.format ?? 'text'));
  if (format === undefined) return misunderstood(`there is no format ${args.text.format}`);
  const config = await readSettings(args, surroundings);
  if (config === undefined) return 2;
  const target = settings.value.target ?? targetOf(config);
  if (target === undefined) return misunderstood('the settings have no port of SIP: give the address to --live');
  const files = settings.value.files.length > 0 ? settings.value.files : await storiesIn(surroundings.folder);
  if (files.length === 0) return misunderstood('there are no stories to test');
  const loaded: StoriesToPlay[] = [];
  for (const file of files) loaded.push(await loadStoryFile(file, args.text.dialplan, surroundings.folder));
  const passwords = await readPasswords(
    resolve(surroundings.folder, args.text.credentials ?? config.files.credentials),
  );
  tell(passwords.diagnostics, surroundings);
  if (passwords.value === undefined) return 2;

  const interruption = new AbortController();
  const release = surroundings.onStopSignal(signal => interruption.abort(new Error(`${signal}: it was interrupted`)));
  try {
    const reached = await reach(target, clock);
    const records = await recordsFile(args.text.records, config, reached, clock, surroundings.folder);
    const run = new LiveRun(
      {
        clock,
        log: silentLog,
        ...reached,
        passwordOf: passwords.value.passwordOf,
        disturb: args.flags.disturb === true,
      },
      { settings: settings.value, config, records, anySound: args.flags['any-sound'] === true, format },
      surroundings,
      interruption.signal,
    );
    return await run.play(loaded);
  } catch (error) {
    surroundings.progress('');
    surroundings.complain(`kozpont: ${messageOf(error)}`);
    return interruption.signal.aborted ? 1 : 2;
  } finally {
    release();
  }
}

/** Records are of this switchboard where it is on this machine, and its settings say where they stand. */
async function recordsFile(
  given: string | undefined,
  config: Config,
  reached: Reached,
  clock: Clock,
  folder: string,
): Promise<RecordsFile | undefined> {
  if (given === 'none') return undefined;
  if (given !== undefined) return new RecordsFile(clock, resolve(folder, given));
  const { records } = config.files;
  const isThere = await stat(records).then(
    () => true,
    () => false,
  );
  return isThere && isHere(reached, machineAddresses()) ? new RecordsFile(clock, records) : undefined;
}

interface RunOptions {
  readonly settings: LiveSettings;
  readonly config: Config;
  readonly records: RecordsFile | undefined;
  readonly anySound: boolean;
  readonly format: LiveFormat;
}

class LiveRun {
  private readonly reporter: Reporter;

  constructor(
    private readonly switchboard: Omit<Switchboard, 'sounds'>,
    private readonly options: RunOptions,
    private readonly surroundings: Surroundings,
    private readonly signal: AbortSignal,
  ) {
    this.reporter = new Reporter(options.format, surroundings);
  }

  async play(files: readonly StoriesToPlay[]): Promise<ExitStatus> {
    const { reporter } = this;
    const played: LiveFile[] = [];
    try {
      for (const file of files) await this.playFile(file, played);
    } finally {
      reporter.finish(played);
    }
    if (played.some(({ diagnostics }) => hasErrors(diagnostics))) {
      return played.some(({ diagnostics }) => diagnostics.some(({ code }) => code === 'FILE_UNREADABLE')) ? 2 : 1;
    }
    const outcomes = played.flatMap(({ stories }) => stories.flatMap(({ outcome }) => outcome ?? []));
    if (outcomes.some(({ failures }) => failures.length > 0)) return 1;
    return outcomes.length > 0 ? 0 : 2;
  }

  private async playFile({ file, diagnostics, loaded }: StoriesToPlay, played: LiveFile[]): Promise<void> {
    const { reporter } = this;
    const stories: PlayedStory[] = [];
    played.push({ file, diagnostics, stories });
    reporter.diagnostics(diagnostics);
    if (loaded === undefined) return;
    const { plan } = loaded;
    const sounds = await this.soundsOf(plan);
    const { server, transport } = this.switchboard;
    reporter.begin(
      file,
      `${transport}:${server.address}:${server.port}`,
      this.extensionsOf(plan, loaded.stories, sounds),
    );
    for (const story of loaded.stories) {
      this.surroundings.progress(`${file}:${story.place.line}: ${story.name}`);
      const one = await this.playStory(plan, story, sounds);
      stories.push(one);
      reporter.story(one);
    }
  }

  private async playStory(plan: Dialplan, story: Story, sounds: LiveSounds | undefined): Promise<PlayedStory> {
    const { records } = this.options;
    const prospect = this.foresee(plan, story, sounds);
    if (prospect.kind === 'skipped') return { story, plan, skipped: prospect.why };
    const performance = { plan, story, foreseen: prospect.foreseen, cast: prospect.cast, records, signal: this.signal };
    try {
      return { story, plan, outcome: await playLive({ ...this.switchboard, sounds }, performance) };
    } catch (error) {
      if (error instanceof NotPlayable) return { story, plan, skipped: error.message };
      throw error;
    }
  }

  private foresee(plan: Dialplan, story: Story, sounds: LiveSounds | undefined) {
    return foresee(plan, story, {
      now: this.switchboard.clock.now(),
      longest: this.options.settings.longest,
      known: sounds?.lengthOf,
    });
  }

  /** Of all the stories that will be played, as far as that is known by now. */
  private extensionsOf(plan: Dialplan, stories: readonly Story[], sounds: LiveSounds | undefined): readonly string[] {
    const extensions = stories.flatMap(story => {
      const prospect = this.foresee(plan, story, sounds);
      return prospect.kind === 'playable' ? prospect.cast.extensions : [];
    });
    return [...new Set(extensions)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  }

  /** The prompts as this machine speaks them, which are those that the switchboard plays where it speaks alike. */
  private async soundsOf(plan: Dialplan): Promise<LiveSounds | undefined> {
    if (this.options.anySound) return undefined;
    const { config } = this.options;
    const prompts = promptsFor(config, this.switchboard.clock, this.surroundings);
    const stop = (): void => void prompts.close();
    this.signal.addEventListener('abort', stop, { once: true });
    try {
      const diagnostics = await prompts.prepare(plan, ({ done, total }) =>
        this.surroundings.progress(done === total ? '' : `Preparing the prompts: ${done} of ${total}`),
      );
      if (!hasErrors(diagnostics)) return await readSounds(plan, prompts.of(plan));
      tell(diagnostics, this.surroundings);
      this.surroundings.complain('The prompts cannot be had here: what is played is not compared with them.');
      return undefined;
    } finally {
      this.signal.removeEventListener('abort', stop);
      await prompts.close();
    }
  }
}
