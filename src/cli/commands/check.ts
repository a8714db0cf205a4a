import { resolve } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { inReadingOrder } from '../../base/yaml/diagnostic.ts';
import { trunkNames } from '../../config/config.ts';
import { type Diagnostic, formats, loadDialplan, unknownTrunks, withoutAllowed } from '../../dialplan/index.ts';
import { loadStories, proofFindings } from '../../rehearsal/index.ts';
import type { Arguments, Command, ExitStatus, Surroundings } from '../command.ts';
import { readSettings, settingsOptions } from '../settings.ts';
import { version } from '../version.ts';

export const command: Command = {
  rest: 'dialplan.yaml…',
  options: {
    config: {
      ...settingsOptions.config,
      help: 'settings of the server: numbers for a trunk that they do not have are errors, too',
    },
    'no-proof': { type: 'boolean', help: 'only the rules: every call is not played' },
    strict: { type: 'boolean', help: 'warnings count as errors, except those that "# kozpont: allow CODE" accepts' },
    format: { type: 'string', value: Object.keys(formats).join('|'), help: 'how findings are printed (default: text)' },
  },
  about: `Prints each finding as "file:line:col CODE message", and below it what to do. dialplans/README.md explains the
codes. Where the rules find no error, every call is played: for each number, at all hours of the year to come, through
every key and language, whatever the phones do. A way on which a caller is lost is printed as the caller would live it.
--format json is for scripts, github marks the lines of a change in GitHub Actions, sarif (2.1.0) is for code
scanning and editors.
Exits with 0 where nothing is wrong (there may be warnings), with 1 where something is, and with 2 where a file
cannot be read.`,
  run: check,
};

async function check({ rest: files, flags, text }: Arguments, surroundings: Surroundings): Promise<ExitStatus> {
  if (files.length === 0) {
    surroundings.complain('kozpont: check needs a dialplan to check\nSee kozpont help check.');
    return 2;
  }
  const format = text.format ?? 'text';
  if (!isFormat(format)) {
    surroundings.complain(`kozpont: there is no format ${format}, but ${Object.keys(formats).join(', ')}`);
    return 2;
  }
  const settings = text.config === undefined ? undefined : await readSettings({ text, flags, rest: [] }, surroundings);
  if (text.config !== undefined && settings === undefined) return 2;
  const trunks = settings === undefined ? undefined : trunkNames(settings);
  const findings: Diagnostic[] = [];
  for (const file of files) {
    findings.push(...(await findingsOf(file, surroundings.folder, { proved: flags['no-proof'] !== true, trunks })));
  }
  const report = formats[format]({ files, findings, version: await version() });
  if (report !== '') surroundings.print(report);
  if (findings.some(({ code }) => code === 'FILE_UNREADABLE')) return 2;
  const counted = flags.strict === true ? findings : findings.filter(({ severity }) => severity === 'error');
  return counted.length > 0 ? 1 : 0;
}

const isFormat = (name: string): name is keyof typeof formats => Object.hasOwn(formats, name);

/** `dialplans/*.yaml` names the stories beside the dialplans, too: of those it is the grammar that is checked. */
async function findingsOf(
  file: string,
  folder: string,
  { proved, trunks }: { readonly proved: boolean; readonly trunks: readonly string[] | undefined },
): Promise<readonly Diagnostic[]> {
  const path = resolve(folder, file);
  if (file.endsWith('.story.yaml')) {
    const stories = await loadStories(path, file);
    return stories.ok ? [] : stories.error;
  }
  const loaded = await loadDialplan(path, file);
  if (!loaded.ok) return loaded.error;
  const { plan, diagnostics, allowed } = loaded.value;
  const ofTrunks = trunks === undefined ? [] : unknownTrunks(plan, trunks);
  if (!proved) return inReadingOrder([...diagnostics, ...ofTrunks]);
  return inReadingOrder([
    ...diagnostics,
    ...ofTrunks,
    ...withoutAllowed(proofFindings(plan, file, systemClock.now()), allowed),
  ]);
}
