import { parseDocument } from 'yaml';
import type { Position } from '../position.ts';
import type { Diagnostic } from './diagnostic.ts';
import { linesOf } from './lines.ts';
import { readNode, type YamlLimits, type YamlNode } from './node.ts';
import { explainSyntax } from './syntax/explain.ts';

/** The way to a value: keys of mappings and indices of sequences. */
export type Path = readonly PropertyKey[];

/** A YAML file, read: its plain value, and where each part of it stands. */
export interface YamlDocument {
  readonly file: string;
  /** Mappings are objects without a prototype, sequences are arrays; null where the file is empty. */
  readonly value: unknown;
  /** Where the value at `path` stands, or the nearest part around it that exists. */
  at(path: Path): Position;
  /** Where the key at the end of `path` stands (for an item of a sequence: the item). */
  atKey(path: Path): Position;
}

export const yamlLimits: YamlLimits = { size: 1_000_000, depth: 32, nodes: 100_000 };

export interface YamlReading {
  /** Absent where there are errors. */
  readonly document?: YamlDocument;
  /** Present where the errors are of single keys and aliases: the document without them, to look for more errors. */
  readonly salvaged?: YamlDocument;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads one YAML 1.2 document (core schema). Codes: `YAML_SYNTAX`, `YAML_LIMIT`, `YAML_KEY`, `YAML_DUPLICATE_KEY`,
 * `YAML_ALIAS`. Never throws, whatever the text.
 */
export function readYaml(file: string, text: string, limits: YamlLimits = yamlLimits): YamlReading {
  const position = linesOf(file, text);
  const refuse = (code: string, message: string): YamlReading => ({
    diagnostics: [{ severity: 'error', code, message, at: { file, line: 1, col: 1 } }],
  });

  if (text.length > limits.size) return refuse('YAML_LIMIT', `the file is longer than ${limits.size} characters`);
  let parsed: ReturnType<typeof parseDocument>;
  try {
    // Keys are compared by `readNode`, which knows that 101 and "101" are one key here.
    parsed = parseDocument(text, { prettyErrors: false, uniqueKeys: false, version: '1.2' });
  } catch (error) {
    // The parser recurses: a file of brackets alone exhausts the stack.
    if (error instanceof RangeError) return refuse('YAML_LIMIT', 'the file is nested too deeply');
    throw error;
  }
  const complaints = [...parsed.errors, ...parsed.warnings];
  if (complaints.length > 0) {
    const diagnostics = complaints.map(
      (complaint): Diagnostic => ({
        severity: 'error',
        code: 'YAML_SYNTAX',
        message: sentence(complaint.message),
        at: position(complaint.pos[0]),
        ...(complaint.code === 'BAD_ALIAS' ? { remedy: 'a text that begins with * stands in quotes: "*"' } : {}),
      }),
    );
    return { diagnostics: explainSyntax(diagnostics, text) };
  }
  const { root, problems } = readNode(parsed.contents, limits);
  const document = open(file, root, position);
  if (problems.length > 0) {
    return {
      ...(problems.some(({ code }) => code === 'YAML_LIMIT') ? {} : { salvaged: document }),
      diagnostics: problems.map(({ offset, other, message, ...problem }) => ({
        severity: 'error',
        ...problem,
        message: other === undefined ? message : `${message}; the first one is in line ${position(other).line}`,
        at: position(offset),
      })),
    };
  }
  return { document, diagnostics: [] };
}

function open(file: string, root: YamlNode, position: (offset: number) => Position): YamlDocument {
  const find = (path: Path): { readonly node: YamlNode; readonly key: number } => {
    let node = root;
    let key = root.offset;
    for (const step of path) {
      const entry = node.entries?.get(String(step));
      const next = entry?.node ?? (typeof step === 'number' ? node.items?.[step] : undefined);
      if (next === undefined) break;
      key = entry?.offset ?? next.offset;
      node = next;
    }
    return { node, key };
  };
  return {
    file,
    value: root.value,
    at: path => position(find(path).node.offset),
    atKey: path => position(find(path).key),
  };
}

const sentence = (message: string): string => (message.split('\n', 1)[0] ?? '').trim().replace(/[.:]$/, '');
