import { readFile } from 'node:fs/promises';
import { contentHash } from '../../base/contentHash.ts';
import { messageOf } from '../../base/errors.ts';
import type { Config } from '../../config/config.ts';
import { rollBack } from '../../reload/rollback.ts';
import { Versions } from '../../reload/versions.ts';
import { columns } from '../columns.ts';
import type { Command, ExitStatus, Surroundings } from '../command.ts';
import { nearby, readSettings, settingsOptions } from '../settings.ts';

export const command: Command = {
  rest: 'version',
  options: { ...settingsOptions, list: { type: 'boolean', help: 'print the versions that took calls, newest first' } },
  about: `Puts the version that was taken up before this one in the place of the dialplan's file, or the one that is named (the
beginning of its name is enough). Where the file holds one that never took calls, it is replaced by the one that does.
A running Kozpont takes it up as it does every saved dialplan; what the file held is kept among the versions.`,

  async run({ text, flags, rest }, surroundings) {
    if (rest.length > 1) {
      surroundings.complain('kozpont: rollback goes back to one version');
      return 2;
    }
    const config = await readSettings({ text, flags, rest: [] }, surroundings);
    if (config === undefined) return 1;
    try {
      return flags.list === true
        ? await list(config, surroundings)
        : await goBack(config, rest[0]?.toLowerCase(), surroundings);
    } catch (error) {
      surroundings.complain(`kozpont: ${messageOf(error)}`);
      return 1;
    }
  },
};

async function goBack(
  { files }: Config,
  wanted: string | undefined,
  { folder, print, complain }: Surroundings,
): Promise<ExitStatus> {
  const done = await rollBack(files.dialplan, new Versions(files.versions), wanted);
  if (!done.ok) {
    complain(`kozpont: ${done.error}\nkozpont rollback --list prints those that there are.`);
    return 1;
  }
  const { version, keptAs } = done.value;
  const kept = keptAs === undefined ? '' : `\nWhat it held is kept as ${nearby(keptAs, folder)}.`;
  print(`${nearby(files.dialplan, folder)} is version ${version} again.${kept}`);
  return 0;
}

async function list({ files }: Config, { print }: Surroundings): Promise<ExitStatus> {
  const { versions, current } = await new Versions(files.versions).history();
  const held = await readFile(files.dialplan, 'utf8').then(contentHash, () => undefined);
  const rows = versions.map(({ version, since }) => {
    const marks = [...(version === current ? ['took calls last'] : []), ...(version === held ? ['in the file'] : [])];
    return [version, since, marks.join(', ')];
  });
  print(rows.length === 0 ? 'No version has taken calls yet.' : columns([['VERSION', 'SINCE', ''], ...rows.reverse()]));
  return 0;
}
