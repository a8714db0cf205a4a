import { columns } from './columns.ts';
import type { Catalogue, Command, Option } from './command.ts';

/** What `kozpont --help` prints. */
export function overview(catalogue: Catalogue): string {
  const commands = Object.entries(catalogue).map(([name, { summary }]) => [`  kozpont ${name}`, summary]);
  return `Kozpont, a telephone switchboard that never loses a caller.

${columns([...commands, ['  kozpont help <command>', 'what a command does, and its options']])}

Start with:  kozpont demo    a whole story, without any phone
             kozpont run     the switchboard; it prints how to register a phone and what to dial`;
}

/** What `kozpont help <command>` prints. */
export function explanation(name: string, summary: string, command: Command): string {
  const usage = [
    `kozpont ${name}`,
    ...Object.entries(command.options).map(([option, of]) => `[${written(option, of)}]`),
    ...(command.rest === undefined ? [] : [command.rest]),
  ].join(' ');
  const options = Object.entries(command.options).map(([option, of]) => [
    `  ${of.short === undefined ? '' : `-${of.short}, `}${written(option, of)}`,
    of.help,
  ]);
  const parts = [usage, summary.charAt(0).toUpperCase() + summary.slice(1) + (summary.endsWith('.') ? '' : '.')];
  if (command.about !== undefined) parts.push(command.about);
  if (options.length > 0) parts.push(columns(options));
  return parts.join('\n\n');
}

const written = (name: string, option: Option): string =>
  option.type === 'boolean' ? `--${name}` : `--${name} <${option.value ?? 'text'}>`;
