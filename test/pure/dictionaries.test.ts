/**
 * An object literal is no dictionary: it has `constructor`, `toString` and `__proto__` in it before anything is put there.
 * Where strangers' words can come, a record is indexed by a word through `base/own.ts`, or is a Map. The compiler knows
 * which expressions do otherwise.
 */
import { relative, resolve } from 'node:path';
import { type ElementAccessExpression, type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import { API, type Checker, type Project, type Type } from 'typescript/unstable/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Where words of strangers come: every layer but those that know the dialplan alone, whose records have no prototype. */
const layers = [
  'api',
  'base',
  'call/acd',
  'config',
  'embedded',
  'engines',
  'exchange',
  'journal',
  'main.ts',
  'media',
  'phone',
  'prompts',
  'records',
  'signalling',
  'sip',
];
const helper = 'src/base/own.ts';

/** `things[word]`, or `word in things`. */
interface Use {
  readonly node: Node;
  readonly things: Node;
  readonly word: Node;
}

function usesIn(file: SourceFile): readonly Use[] {
  const uses: Use[] = [];
  const visit = (node: Node): void => {
    if (node.kind === SyntaxKind.ElementAccessExpression) {
      const { expression, argumentExpression } = node as ElementAccessExpression;
      uses.push({ node, things: expression, word: argumentExpression });
    } else if (node.kind === SyntaxKind.BinaryExpression) {
      const { left, operatorToken, right } = node as Node & { left: Node; operatorToken: Node; right: Node };
      if (operatorToken.kind === SyntaxKind.InKeyword && left.kind !== SyntaxKind.PrivateIdentifier) {
        uses.push({ node, things: right, word: left });
      }
    }
    node.forEachChild(visit);
  };
  visit(file);
  return uses;
}

/** Any word at all; not one of a few that the type names. */
function isAnyWord(checker: Checker, type: Type | undefined): boolean {
  if (type === undefined) return true;
  return checker.isTypeAssignableTo(checker.getStringType(), checker.getBaseConstraintOfType(type) ?? type);
}

function offences(name: string, { program, checker }: Project): readonly string[] {
  const file = program.getSourceFile(name);
  if (file === undefined) throw new Error(`the compiler does not know ${name}`);
  const uses = usesIn(file);
  if (uses.length === 0) return [];
  const words = checker.getTypeAtLocation(uses.map(({ word }) => word));
  return uses
    .filter((_, at) => isAnyWord(checker, words[at]))
    .map(({ node }) => {
      const start = node.getStart(file);
      const line = file.text.slice(0, start).split('\n').length;
      return `${relative(root, name)}:${line} ${file.text.slice(start, node.end).replace(/\s+/g, ' ')}`;
    });
}

function projectOf(api: API): Project {
  const [project] = api.updateSnapshot({ openProject: resolve(root, 'tsconfig.json') }).getProjects();
  if (project === undefined) throw new Error('there is no tsconfig.json');
  return project;
}

describe('dictionaries', () => {
  let api: API;
  let project: Project;
  beforeAll(() => {
    api = new API({ cwd: root });
    project = projectOf(api);
  }, 60_000);
  afterAll(() => api.close());

  const sources = (): readonly string[] =>
    project.program.getSourceFileNames().filter(name => {
      const path = relative(root, name);
      return layers.some(layer => path === `src/${layer}` || path.startsWith(`src/${layer}/`));
    });

  test('no record is indexed by a word but through own', () => {
    expect(sources().length).toBeGreaterThan(200);
    expect(
      sources()
        .flatMap(name => offences(name, project))
        .filter(one => !one.startsWith(helper)),
    ).toEqual([]);
  });

  test('the helper itself is seen to do so', () => {
    expect(offences(resolve(root, helper), project)).toEqual([expect.stringContaining('things[key]')]);
  });
});
