import { z } from 'zod';
import { dialplanGrammar } from './dialplan.ts';
import { explanations } from './explanations.ts';

/** A JSON Schema, or a part of one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/**
 * The grammar as a JSON Schema (draft 7, which every editor reads): completes and explains each key. What it refuses
 * is refused by `check` too, which says more and knows more: whether what is named is there, and where calls lead.
 */
export function dialplanSchema(): JsonSchema {
  const schema = z.toJSONSchema(dialplanGrammar, { io: 'input', target: 'draft-7', override: onlyText });
  const { $schema, ...rest } = schema as JsonSchema;
  return { $schema, title: 'Kozpont dialplan, version 1', ...explained(rest, []) };
}

/** Where the grammar takes any number, it is to say what is wrong with it (`12.24` is no date). */
function onlyText({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  const [text, number, ...more] = jsonSchema.anyOf ?? [];
  if (text?.type !== 'string' || number?.type !== 'number' || more.length > 0) return;
  delete jsonSchema.anyOf;
  Object.assign(jsonSchema, text);
}

/** Explained once, and not wherever a route or a failover may stand. */
const everywhere: Readonly<Record<string, string>> = {
  language: "the caller's language, which then stays for the rest of the call",
  then: 'where the caller goes',
  busy: 'where the caller goes when the extension is busy',
  noAnswer: 'where the caller goes when nobody answers in time',
  declined: 'where the caller goes when the call is declined',
  unreachable: 'where the caller goes when no telephone is registered, or none can be reached',
  otherwise: 'where the caller goes for the reasons that are not named',
};

function explained(schema: JsonSchema, path: readonly string[]): JsonSchema {
  const last = path.at(-1) ?? '';
  const description = explanations[path.join('.')] ?? (path.length > 1 ? everywhere[last] : undefined);
  const inner: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) inner[keyword] = explainedKeyword(keyword, value, path);
  return description === undefined ? inner : { description, ...inner };
}

function explainedKeyword(keyword: string, value: unknown, path: readonly string[]): unknown {
  if (!isSchema(value) && !Array.isArray(value)) return value;
  if (keyword === 'properties' && isSchema(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, isSchema(each) ? explained(each, [...path, name]) : each]),
    );
  }
  if (keyword === 'additionalProperties' && isSchema(value)) return explained(value, [...path, '*']);
  if (keyword === 'items' && isSchema(value)) return explainedItem(value, path);
  if (keyword === 'anyOf' && Array.isArray(value)) return value.map(each => withoutOwn(explained(each, path)));
  return value;
}

/** A list of mappings has the path of the list; a list of texts is explained itself. */
const explainedItem = (item: JsonSchema, path: readonly string[]): JsonSchema =>
  item.properties === undefined ? item : withoutOwn(explained(item, path));

/** The description of a union stands at the union, and not again at each of its options. */
function withoutOwn({ description: _, ...rest }: JsonSchema): JsonSchema {
  return rest;
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
