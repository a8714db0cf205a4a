import { z } from 'zod';
import { own } from '../own.ts';
import { closest } from './closest.ts';
import { type Diagnostic, inReadingOrder } from './diagnostic.ts';
import type { Path, YamlDocument } from './document.ts';

export interface Checked<T> {
  /** Absent where there is an error. */
  readonly value?: T;
  readonly diagnostics: readonly Diagnostic[];
}

type Issue = z.core.$ZodIssue;

/** What a schema's own check may say of an issue: `ctx.issues.push({ code: 'custom', params: { code, remedy }, … })`. */
function paramsOf(issue: Issue): { readonly code: string | undefined; readonly remedy: string | undefined } {
  const params = issue.code === 'custom' ? issue.params : undefined;
  return {
    code: typeof params?.code === 'string' ? params.code : undefined,
    remedy: typeof params?.remedy === 'string' ? params.remedy : undefined,
  };
}

/**
 * Holds a document to a schema; each zod issue becomes a diagnostic at its place. Codes: `UNKNOWN_KEY`, `MISSING_KEY`,
 * `WRONG_TYPE`, `WRONG_VALUE`, and those that the schema's own checks give in `params`. A message that the schema
 * carries goes before the general one.
 */
export function checkShape<T>(document: YamlDocument, schema: z.ZodType<T>): Checked<T> {
  const value = document.value ?? Object.create(null);
  const result = schema.safeParse(value, { error: describe });
  if (result.success) return { value: result.data, diagnostics: [] };
  const diagnostics = result.error.issues.flatMap(issue => diagnose(issue, [], document, schema));
  return { diagnostics: inReadingOrder(withoutMisspelled(diagnostics)) };
}

/** A key that is misspelled is not missing as well. */
function withoutMisspelled(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const meant = new Set<string>();
  for (const { code, message, remedy } of diagnostics) {
    const guess = code === 'UNKNOWN_KEY' ? /^did you mean ([^ ?]+)\?/.exec(remedy ?? '')?.[1] : undefined;
    if (guess !== undefined) meant.add(`${guess} is missing ${message.slice(message.indexOf(' means nothing ') + 15)}`);
  }
  return diagnostics.filter(({ code, message }) => code !== 'MISSING_KEY' || !meant.has(message));
}

function diagnose(issue: Issue, around: Path, document: YamlDocument, schema: z.core.$ZodType): Diagnostic[] {
  const path = [...around, ...issue.path];
  const error = (code: string, message: string, at = document.at(path), remedy?: string): Diagnostic => ({
    severity: 'error',
    code,
    message,
    at,
    ...(remedy === undefined ? {} : { remedy }),
  });
  const value = valueAt(document.value, path);
  const isMissing = value === undefined;
  const missing = (): Diagnostic =>
    error('MISSING_KEY', `${String(path.at(-1) ?? document.file)} is missing ${where(path.slice(0, -1))}`);

  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => {
        const known = keysAt(schema, path);
        const list = unknownKeyRemedy(key, known);
        const written = valueAt(document.value, [...path, key]);
        // An entry that has lost its indentation.
        const section = path.length === 0 && typeof written === 'object' && list?.startsWith('here');
        const remedy = section ? `indent it, if it belongs to the section above; ${list}` : list;
        return error('UNKNOWN_KEY', `${key} means nothing ${where(path)}`, document.atKey([...path, key]), remedy);
      });
    case 'invalid_key':
      return issue.issues.map(inner => {
        const { code, remedy } = paramsOf(inner);
        return error(code ?? 'WRONG_VALUE', `${String(path.at(-1))}: ${inner.message}`, document.atKey(path), remedy);
      });
    case 'invalid_union': {
      if (isMissing) return [missing()];
      const meant = branchMeant(issue.errors);
      if (meant === undefined) {
        return [error('WRONG_VALUE', `${label(path)}${issue.message}`, document.at(path), remedyFor(undefined, value))];
      }
      return meant.flatMap(inner => diagnose(inner, path, document, schema));
    }
    case 'invalid_type':
      if (isMissing) return [missing()];
      return [
        error('WRONG_TYPE', `${label(path)}${issue.message}`, document.at(path), remedyFor(issue.expected, value)),
      ];
    default: {
      const { code, remedy } = paramsOf(issue);
      const general = isMissing && issue.code === 'invalid_value' ? 'MISSING_KEY' : 'WRONG_VALUE';
      return [error(code ?? general, `${label(path)}${issue.message}`, document.at(path), remedy)];
    }
  }
}

const typeCodes: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value']);

/** Says that the value itself is of another type; a union says so where each of its branches does. */
const ofAnotherType = (issue: Issue): boolean =>
  issue.path.length === 0 &&
  (typeCodes.has(issue.code) ||
    (issue.code === 'invalid_union' && issue.errors.every(branch => branch.some(ofAnotherType))));

/**
 * Of the branches of a union, the one that the writer was most likely after: the only one whose own type the value has.
 * Undefined where that cannot be told.
 */
function branchMeant(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const fitting = branches.filter(issues => !issues.some(ofAnotherType));
  return fitting.length === 1 ? fitting[0] : undefined;
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text (in quotes, where it looks like a number)',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping (key: value)',
  record: 'a mapping (key: value)',
  map: 'a mapping (key: value)',
  null: 'nothing',
};

/** The general messages, where the schema carries none of its own. */
const describe: z.core.$ZodErrorMap = issue => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.inst instanceof z.core.$ZodNumberFormat) return `must be ${typeWords.int}`;
      return `must be ${own(typeWords, issue.expected) ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values
        .map(String)
        .join(', ')
        .replace(/, ([^,]*)$/, ' or $1')}`;
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`
        : `needs at least ${issue.minimum} ${unit(issue.origin, Number(issue.minimum))}`;
    case 'too_big':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`
        : `may have at most ${issue.maximum} ${unit(issue.origin, Number(issue.maximum))}`;
    case 'invalid_union':
      return Array.isArray(issue.options)
        ? `must be ${oneOf(issue.options)}`
        : 'fits none of the forms that are allowed here';
    default:
      return undefined;
  }
};

const oneOf = (values: readonly unknown[]): string =>
  values
    .map(String)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1');

function unit(origin: string, count: number): string {
  const word = origin === 'string' ? 'character' : origin === 'array' || origin === 'set' ? 'item' : 'entry';
  return count === 1 ? word : word === 'entry' ? 'entries' : `${word}s`;
}

/** What to write in place of a value of another type, where that can be told. */
function remedyFor(expected: string | undefined, value: unknown): string | undefined {
  if (value === null)
    return 'no value stands here: write one, or remove the key; a key with a comma in it stands in quotes';
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  if (text === undefined || text.length > 80) return undefined;
  if (expected === 'array') return `write a list: [${text.replace(/^\((.*)\)$/, '$1')}]`;
  if (expected === 'boolean' && /^(yes|on|1)$/i.test(text)) return 'write true';
  if (expected === 'boolean' && /^(no|off|0)$/i.test(text)) return 'write false';
  return undefined;
}

function unknownKeyRemedy(key: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const guess = closest(key, known);
  const list = `here may stand: ${known.join(', ')}`;
  return guess === undefined ? list : `did you mean ${guess}? (${list})`;
}

const label = (path: Path): string => (path.length === 0 ? '' : `${showPath(path)} `);
const where = (path: Path): string => (path.length === 0 ? 'at the top level' : `in ${showPath(path)}`);
const showPath = (path: Path): string =>
  path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`))
    .join('');

function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here =
      Array.isArray(here) && typeof step === 'number' ? here[step] : own(here as Record<string, unknown>, String(step));
  }
  return here;
}

/** The keys that a schema knows at a path; of a union, those of all its branches. */
function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  const [step, ...rest] = path;
  if (schema instanceof z.core.$ZodObject) {
    const shape = schema._zod.def.shape;
    if (step === undefined) return Object.keys(shape);
    const inner = own(shape, String(step)) ?? schema._zod.def.catchall;
    return inner === undefined ? [] : keysAt(inner, rest);
  }
  if (schema instanceof z.core.$ZodUnion) {
    return [...new Set(schema._zod.def.options.flatMap(option => keysAt(option, path)))];
  }
  if (schema instanceof z.core.$ZodRecord) return step === undefined ? [] : keysAt(schema._zod.def.valueType, rest);
  if (schema instanceof z.core.$ZodArray) return step === undefined ? [] : keysAt(schema._zod.def.element, rest);
  if (schema instanceof z.core.$ZodPipe) return keysAt(schema._zod.def.in, path);
  if (schema instanceof z.core.$ZodLazy) return keysAt(schema._zod.innerType, path);
  if (
    schema instanceof z.core.$ZodOptional ||
    schema instanceof z.core.$ZodNullable ||
    schema instanceof z.core.$ZodDefault ||
    schema instanceof z.core.$ZodPrefault ||
    schema instanceof z.core.$ZodReadonly
  ) {
    return keysAt(schema._zod.def.innerType, path);
  }
  return [];
}
