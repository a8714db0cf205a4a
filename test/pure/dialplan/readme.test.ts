import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { dialplanGrammar } from '../../../src/dialplan/grammar/dialplan.ts';
import { explanations } from '../../../src/dialplan/grammar/explanations.ts';
import { catalogue, compileDialplan } from '../../../src/dialplan/index.ts';

const page = readFileSync(new URL('../../../dialplans/README.md', import.meta.url), 'utf8');
/** The rows of all tables, without the spaces that put their columns in line. */
const rows = page.split('\n').flatMap(line => (line.startsWith('| ') ? [line.replace(/ +/g, ' ')] : []));

describe('the reference of the grammar', () => {
  it('has one dialplan in its blocks, without errors or warnings', () => {
    const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block]) => block);
    expect(blocks.length).toBeGreaterThan(10);
    const compiled = compileDialplan(blocks.join('\n'), 'README.md');
    expect(compiled.ok ? compiled.value.diagnostics : compiled.error).toEqual([]);
  });

  it('explains every key', () => {
    const missing = [...keysOf(dialplanGrammar, [])].filter(
      key => !page.includes(`\`${key}\``) && !page.includes(`\`${key.replace(/\.\*$/, '')}\``),
    );
    // The reasons of a failover are explained in the text about it.
    expect(missing.filter(key => !key.includes('.failover.'))).toEqual([]);
  });

  it('explains every key in the words that an editor shows', () => {
    for (const [key, meaning] of Object.entries(explanations)) {
      expect(
        rows.filter(line => line.startsWith(`| \`${key}\` | ${meaning} |`)),
        key,
      ).toHaveLength(1);
    }
    const unexplained = [...keysOf(dialplanGrammar, [])].filter(
      key => explanations[key] === undefined && explanations[key.replace(/\.\*$/, '')] === undefined,
    );
    expect(unexplained.filter(key => !key.includes('.failover.'))).toEqual([]);
  });

  it('names the default of every key that has one', () => {
    for (const [key, value] of defaultsOf(dialplanGrammar, [])) {
      const row = rows.find(line => line.startsWith(`| \`${key}\``));
      expect(row, key).toBeDefined();
      expect(row, key).toContain(`| \`${value}\` |`);
    }
  });

  it('lists every code', () => {
    const listed = Object.entries(catalogue).map(
      ([code, { severity, means }]) => `| \`${code}\` | ${severity} | ${means} |`,
    );
    expect(rows.filter(line => /^\| `[A-Z0-9_]+` \|/.test(line))).toEqual(listed);
  });
});

type Schema = z.core.$ZodType;

function* keysOf(schema: Schema, path: readonly string[]): Generator<string> {
  for (const [inner, name] of insideOf(schema)) {
    if (name === '') {
      yield* keysOf(inner, path);
      continue;
    }
    const key = [...path, name];
    const below = [...keysOf(inner, key)];
    // A mapping of names is explained by what stands in it, a part of the grammar by itself or by its parts.
    if (below.length === 0) yield key.join('.');
    else yield* below;
  }
}

function* defaultsOf(schema: Schema, path: readonly string[]): Generator<[key: string, value: string]> {
  if (schema instanceof z.core.$ZodPrefault) {
    const value = schema._zod.def.defaultValue;
    if (typeof value !== 'object') yield [path.join('.'), String(value)];
  }
  for (const [inner, name] of insideOf(schema)) yield* defaultsOf(inner, name === '' ? path : [...path, name]);
}

function insideOf(schema: Schema): readonly (readonly [Schema, string])[] {
  if (schema instanceof z.core.$ZodObject)
    return Object.entries(schema._zod.def.shape).map(([name, inner]) => [inner, name]);
  if (schema instanceof z.core.$ZodRecord) return [[schema._zod.def.valueType, '*']];
  if (schema instanceof z.core.$ZodUnion) return schema._zod.def.options.filter(isMapping).map(option => [option, '']);
  if (schema instanceof z.core.$ZodOptional || schema instanceof z.core.$ZodPrefault)
    return [[schema._zod.def.innerType, '']];
  return [];
}

/** A route is explained once, and not wherever it may stand. */
const isMapping = (schema: Schema): boolean =>
  schema instanceof z.core.$ZodObject && Object.keys(schema._zod.def.shape).join() !== 'language,then';
