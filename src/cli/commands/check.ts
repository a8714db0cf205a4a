import { resolve } from 'node:path';
import { type Diagnostic, showDiagnostic } from '../../base/yaml/diagnostic.ts';
import { loadDialplan } from '../../dialplan/index.ts';
import type { Arguments, Command, ExitStatus, Surroundings } from '../command.ts';

export const command: Command = {
  rest: 'dialplan.yaml…',
  options: { strict: { type: 'boolean', help: 'warnings count as errors' } },
  about: `Prints each finding as "file:line:col CODE message", and below it what to do. dialplans/README.md explains the
codes. Exits with 0 where nothing is wrong (there may be warnings), with 1 where something is, and with 2 where a
file cannot be read.`,
  run: check,
};

async function check({ rest: files, flags }: Arguments, surroundings: Surroundings): Promise<ExitStatus> {
  if (files.length === 0) {
    surroundings.complain('kozpont: check needs a dialplan to check\nSee kozpont help check.');
    return 2;
  }
  const found: Diagnostic[] = [];
  for (const file of files) {
    const loaded = await loadDialplan(resolve(surroundings.folder, file), file);
    const diagnostics = loaded.ok ? loaded.value.diagnostics : loaded.error;
    for (const diagnostic of diagnostics) surroundings.print(showDiagnostic(diagnostic));
    found.push(...diagnostics);
  }
  const errors = found.filter(({ severity }) => severity === 'error').length;
  const warnings = found.length - errors;
  surroundings.print(
    `${count(files.length, 'dialplan')} checked: ${count(errors, 'error')}, ${count(warnings, 'warning')}`,
  );
  if (found.some(({ code }) => code === 'FILE_UNREADABLE')) return 2;
  return errors > 0 || (flags.strict === true && warnings > 0) ? 1 : 0;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
