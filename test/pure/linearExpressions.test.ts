/**
 * Regular expressions that take longer than their text is long: with a stranger's 64 KB they stand for seconds. All of
 * `src` is held to it, as nobody can tell for long which of them meet outside bytes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RegExpParser } from '@eslint-community/regexpp';
import { analyse } from 'scslre';
import { expect, test } from 'vitest';
import { parseAst } from 'vitest/node';

const src = resolve(import.meta.dirname, '../../src');

/** Those that are put together, from words of ours alone. */
const assembled: Readonly<Record<string, number>> = {
  'dialplan/calendar/holidays.ts': 1,
  'dialplan/grammar/words.ts': 1,
  // XML that FreeSWITCH has written, for `kozpont doctor`.
  'doctor/gather/freeswitchXml.ts': 4,
  'sip/grammar/verdict/multipart.ts': 1,
};

interface Found {
  readonly file: string;
  readonly expression: string;
}

const literals: Found[] = [];
const constructed = new Map<string, number>();

const isNode = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function visit(file: string, node: unknown): void {
  if (Array.isArray(node)) for (const one of node) visit(file, one);
  if (Array.isArray(node) || !isNode(node)) return;
  if (node.type === 'Literal' && isNode(node.regex)) {
    literals.push({ file, expression: `/${node.regex.pattern}/${node.regex.flags}` });
  }
  const calls = node.type === 'NewExpression' || node.type === 'CallExpression';
  if (calls && isNode(node.callee) && node.callee.name === 'RegExp') {
    constructed.set(file, (constructed.get(file) ?? 0) + 1);
  }
  for (const [key, value] of Object.entries(node)) if (key !== 'type') visit(file, value);
}

for (const file of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.ts') || file.endsWith('.d.ts')) continue;
  visit(file, parseAst(readFileSync(join(src, file), 'utf8'), { lang: 'ts' }));
}

/** How it can be kept busy: `Self` and `Trade` by what it matches in two ways, `Move` by where it may begin. */
const faults = (expression: string): string[] => {
  const literal = new RegExpParser().parseLiteral(expression);
  return analyse(literal, { reportTypes: { Move: true } }).reports.map(({ type }) => type);
};

test('there are expressions, and those that are known to be costly are found', () => {
  expect(literals.length).toBeGreaterThan(150);
  expect(faults('/^(?:a*)*b/')).not.toEqual([]);
  expect(faults('/^\\s*(.*)\\s*x/')).not.toEqual([]);
  expect(faults('/Content-Type:\\s*(.*)\\r\\n/')).not.toEqual([]);
  expect(faults('/\\/+$/')).toEqual(['Move']);
});

test('every expression takes time in proportion to its text', () => {
  const wrong = literals.flatMap(({ file, expression }) => {
    const found = faults(expression);
    return found.length === 0 ? [] : [`${file}: ${expression} (${found.join(', ')})`];
  });
  expect(wrong).toEqual([]);
});

test('those that are put together are known', () => {
  expect(Object.fromEntries([...constructed].sort())).toEqual(assembled);
});
