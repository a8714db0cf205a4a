import { parseArgs } from 'node:util';
import { fail, ok, type Result } from '../base/result.ts';
import { closest } from '../base/yaml/closest.ts';
import type { Arguments, Command } from './command.ts';

/** The arguments after a command's name. The error is a line for the person who typed them. */
export function parseCommandLine(
  command: Pick<Command, 'options' | 'rest'>,
  words: readonly string[],
): Result<Arguments, string> {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type, short }]) => [
      name,
      short === undefined ? { type } : { type, short },
    ]),
  );
  // Not strict: what is wrong is told in our words, with a guess at what was meant.
  const { tokens } = parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true });
  const text: Record<string, string> = {};
  const flags: Record<string, boolean> = {};
  const lists: Record<string, string[]> = {};
  const rest: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') rest.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(command.options, token.name) ? command.options[token.name] : undefined;
    if (option === undefined) return fail(unknownOption(token.rawName, Object.keys(command.options)));
    if (option.type === 'boolean') {
      if (token.value !== undefined) return fail(`${token.rawName} takes no value`);
      flags[token.name] = true;
      continue;
    }
    // `--config --dialplan x`: the value was forgotten.
    const forgotten = token.value === undefined || (!token.inlineValue && token.value.startsWith('-'));
    if (token.value === undefined || forgotten)
      return fail(`${token.rawName} needs a value: ${option.value ?? 'text'}`);
    if (option.multiple === undefined) text[token.name] = token.value;
    else lists[token.name] = [...(lists[token.name] ?? []), token.value];
  }
  if (command.rest === undefined && rest[0] !== undefined) return fail(`${rest[0]} is not expected here`);
  return ok({ text, flags, rest, ...(Object.keys(lists).length > 0 ? { lists } : {}) });
}

function unknownOption(written: string, known: readonly string[]): string {
  const guess = closest(written.replace(/^-+/, ''), known);
  const hint = guess === undefined ? '' : `; did you mean --${guess}?`;
  return `there is no option ${written}${hint}`;
}
