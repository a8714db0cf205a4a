import { fail } from '../base/result.ts';
import { type Config, trunkNames } from '../config/config.ts';
import { unknownTrunks } from '../dialplan/index.ts';
import type { Kozpont } from '../main.ts';
import { Reload } from '../reload/reload.ts';
import { Threads } from '../reload/thread.ts';
import { Versions } from '../reload/versions.ts';
import type { Surroundings } from './command.ts';
import type { Preparation } from './preparation.ts';
import type { Running } from './running.ts';
import { nearby, tell } from './settings.ts';

/** The switchboard, which takes up every dialplan that is saved until it is to stop. */
export async function withReload(
  kozpont: Pick<Kozpont, 'drain' | 'close' | 'failed' | 'drainRequested' | 'swap' | 'reopen'>,
  { files, trunks }: Pick<Config, 'files' | 'trunks'>,
  { clock, log, plan, bytes, prompts }: Pick<Preparation, 'clock' | 'log' | 'plan' | 'bytes' | 'prompts'>,
  surroundings: Surroundings,
): Promise<Running> {
  const threads = new Threads({ clock });
  const shownAs = nearby(files.dialplan, surroundings.folder);
  const reload = new Reload({
    clock,
    log,
    file: files.dialplan,
    shownAs,
    first: { version: plan.version, bytes },
    versions: new Versions(files.versions),
    async check(changed, stop) {
      const outcome = await threads.check(changed, shownAs, stop);
      const unknown = outcome.ok ? unknownTrunks(outcome.value.plan, trunkNames({ trunks })) : [];
      return unknown.length === 0 ? outcome : fail(unknown);
    },
    preparePrompts: next => prompts.prepare(next),
    openCredentials: (extensions, stop) => threads.openCredentials({ file: files.credentials, extensions }, stop),
    swap(version) {
      kozpont.swap(version);
      const { added } = version.credentials;
      if (added.length === 0) return;
      const some = added.length > 8 ? `${added.length} extensions` : added.join(', ');
      surroundings.complain(`New passwords were made for ${some}; npx kozpont phones prints them.`);
    },
    tell: diagnostics => tell(diagnostics, surroundings),
  });
  await reload.start();
  const release = surroundings.onReloadSignal?.(() => {
    reload.again();
    void kozpont.reopen();
  });
  const stopped = async (): Promise<void> => {
    release?.();
    await reload.close();
  };
  return {
    failed: kozpont.failed,
    drainRequested: kozpont.drainRequested,
    // What is being made ready ends with the prompts, which the switchboard closes.
    drain: async () => void (await Promise.all([stopped(), kozpont.drain()])),
    close: async () => void (await Promise.all([stopped(), kozpont.close()])),
  };
}
