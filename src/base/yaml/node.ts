import { isAlias, isMap, isScalar, isSeq, type Scalar } from 'yaml';

export interface YamlLimits {
  /** Characters. */
  readonly size: number;
  /** Mappings and sequences inside one another. */
  readonly depth: number;
  /** Values, each alias counted with all that it stands for. */
  readonly nodes: number;
}

/** A value and the offset at which it stands in the text. */
export interface YamlNode {
  readonly value: unknown;
  readonly offset: number;
  /** Of a mapping: `offset` is where the key stands. */
  readonly entries?: Entries;
  readonly items?: readonly YamlNode[];
}

export interface YamlProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  readonly offset: number;
  /** Of two that cannot both be: where the first one stands. */
  readonly other?: number;
}

/** Thrown to stop at the first limit that is passed: what comes after it would only repeat the complaint. */
class LimitPassed extends Error {}

/** The parser's tree as plain values with offsets; aliases are followed, within the limits. */
export function readNode(contents: unknown, limits: YamlLimits): { root: YamlNode; problems: readonly YamlProblem[] } {
  const reader = new NodeReader(limits);
  try {
    return { root: reader.read(contents, 0, 0), problems: reader.problems };
  } catch (error) {
    if (error instanceof LimitPassed) return { root: { value: null, offset: 0 }, problems: reader.problems };
    throw error;
  }
}

class NodeReader {
  readonly problems: YamlProblem[] = [];
  /** The latest node of each anchor, in the order of the text; null while it is being read (an alias to itself). */
  private readonly anchors = new Map<string, unknown>();
  private count = 0;

  constructor(private readonly limits: YamlLimits) {}

  /** `around`: the offset to give to a value that is not written (`key:` with nothing after it). */
  read(node: unknown, around: number, depth: number): YamlNode {
    const offset = offsetOf(node) ?? around;
    if (++this.count > this.limits.nodes) this.limit(offset, `the file has more than ${this.limits.nodes} values`);
    if (depth > this.limits.depth) this.limit(offset, `more than ${this.limits.depth} levels inside one another`);
    if (isAlias(node)) return this.follow(node.source, offset, depth);

    const anchor = anchorOf(node);
    if (anchor !== undefined) this.anchors.set(anchor, null);
    const read = this.readPlain(node, offset, depth);
    if (anchor !== undefined) this.anchors.set(anchor, node);
    return read;
  }

  private readPlain(node: unknown, offset: number, depth: number): YamlNode {
    if (isMap(node)) return this.readMapping(node.items, offset, depth);
    if (isSeq(node)) {
      const items = node.items.map(item => this.read(item, offset, depth + 1));
      return { value: items.map(item => item.value), offset, items };
    }
    return { value: isScalar(node) ? scalarValue(node) : null, offset };
  }

  private readMapping(pairs: readonly { key: unknown; value: unknown }[], offset: number, depth: number): YamlNode {
    const entries = new Map<string, { offset: number; node: YamlNode }>();
    const again = new Map<string, Entries[]>();
    for (const pair of pairs) {
      const keyOffset = offsetOf(pair.key) ?? offset;
      const key = isScalar(pair.key) ? keyText(pair.key) : undefined;
      const node = this.read(pair.value, keyOffset, depth + 1);
      if (key === undefined || key === '__proto__') {
        this.problem('YAML_KEY', 'a key must be a plain name or number', keyOffset);
        continue;
      }
      const first = entries.get(key);
      if (first === undefined) {
        entries.set(key, { offset: keyOffset, node });
        continue;
      }
      this.problems.push({
        code: 'YAML_DUPLICATE_KEY',
        message: `${key} stands here twice`,
        offset: keyOffset,
        other: first.offset,
        remedy: 'remove one, or give it another name',
      });
      if (first.node.entries === undefined || node.entries === undefined) continue;
      const others = again.get(key);
      if (others === undefined) again.set(key, [first.node.entries, node.entries]);
      else others.push(node.entries);
    }
    // What names an entry of the second of two mappings is not to be blamed for that as well.
    for (const [key, all] of again) {
      const first = entries.get(key);
      if (first === undefined) continue;
      const merged = new Map(all.toReversed().flatMap(each => [...each]));
      entries.set(key, { offset: first.offset, node: mapping(merged, first.node.offset) });
    }
    return mapping(entries, offset);
  }

  private follow(anchor: string, offset: number, depth: number): YamlNode {
    const target = this.anchors.get(anchor);
    if (target === undefined || target === null) {
      if (target === null) this.problem('YAML_ALIAS', `*${anchor} refers to the value that it is part of`, offset);
      else {
        const message = `*${anchor} without quotes is an alias (YAML), and there is no anchor &${anchor} before it`;
        this.problem('YAML_ALIAS', message, offset, `if it is a number to dial, put it in quotes: "*${anchor}"`);
      }
      return { value: null, offset };
    }
    return this.readPlain(target, offset, depth);
  }

  private problem(code: string, message: string, offset: number, remedy?: string): void {
    this.problems.push({ code, message, offset, ...(remedy === undefined ? {} : { remedy }) });
  }

  private limit(offset: number, message: string): never {
    this.problem('YAML_LIMIT', message, offset);
    throw new LimitPassed();
  }
}

type Entries = ReadonlyMap<string, { readonly offset: number; readonly node: YamlNode }>;

const mapping = (entries: Entries, offset: number): YamlNode => {
  const values = [...entries].map(([key, { node }]) => [key, node.value]);
  return { value: Object.assign(Object.create(null), Object.fromEntries(values)), offset, entries };
};

/**
 * A number is one only where it is written as it is written back: `0101` and `+3612345678` are telephone numbers and
 * stay text, and so does `12.10`.
 */
function scalarValue(scalar: Scalar): unknown {
  const { value, source } = scalar;
  if (typeof value !== 'number' || source === undefined) return value;
  return /^[-+]?[0-9]+([.][0-9]+)?$/.test(source) && String(value) !== source ? source : value;
}

/** A key is the text that stands in the file, whatever type YAML makes of it. */
const keyText = (scalar: Scalar): string =>
  typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value));

function offsetOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  return node.range[0];
}

const anchorOf = (node: unknown): string | undefined =>
  (isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined ? node.anchor : undefined;
