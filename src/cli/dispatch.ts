import { isKozpontError } from '../base/errors.ts';
import { closest } from '../base/yaml/closest.ts';
import type { Catalogue, ExitStatus, Surroundings } from './command.ts';
import { parseCommandLine } from './commandLine.ts';
import { explanation, overview } from './help.ts';

/** Finds the command and runs it. Never rejects: what was thrown is told on standard error, with status 1. */
export async function dispatch(
  words: readonly string[],
  catalogue: Catalogue,
  version: string,
  surroundings: Surroundings,
): Promise<ExitStatus> {
  const [first, ...others] = words;
  const misunderstood = (line: string, helpFor = ''): ExitStatus => {
    surroundings.complain(`kozpont: ${line}\nSee kozpont ${helpFor === '' ? '--help' : `help ${helpFor}`}.`);
    return 2;
  };
  const find = (name: string) => (Object.hasOwn(catalogue, name) ? catalogue[name] : undefined);
  const notThere = (name: string): ExitStatus => {
    const guess = closest(name, [...Object.keys(catalogue), 'help', 'version']);
    return misunderstood(`there is no command ${name}${guess === undefined ? '' : `; did you mean ${guess}?`}`);
  };

  if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && others.length === 0)) {
    surroundings.print(overview(catalogue));
    return first === undefined ? 2 : 0;
  }
  if (first === '--version' || first === '-v' || first === 'version') {
    surroundings.print(version);
    return 0;
  }
  if (first.startsWith('-')) return misunderstood(`there is no option ${first} before a command`);

  const name = first === 'help' ? (others[0] ?? '') : first;
  const entry = find(name);
  if (entry === undefined) return notThere(name);
  try {
    const { command } = await entry.load();
    // Only before `--`: what comes after it is never an option.
    const own = others.includes('--') ? others.slice(0, others.indexOf('--')) : others;
    if (first === 'help' || own.includes('--help') || own.includes('-h')) {
      surroundings.print(explanation(name, entry.summary, command));
      return 0;
    }
    const args = parseCommandLine(command, others);
    return args.ok ? await command.run(args.value, surroundings) : misunderstood(args.error, name);
  } catch (error) {
    surroundings.progress('');
    surroundings.complain(isKozpontError(error) ? `kozpont: ${error.code} ${error.message}` : fault(error));
    return 1;
  }
}

const fault = (error: unknown): string =>
  `kozpont: a fault in Kozpont itself, please report it:\n${error instanceof Error ? error.stack : String(error)}`;
