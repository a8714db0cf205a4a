import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readYaml, type YamlDocument } from '../../../../src/base/yaml/document.ts';

const lines = (...text: string[]): string => `${text.join('\n')}\n`;

function opened(text: string): YamlDocument {
  const { document, diagnostics } = readYaml('plan.yaml', text);
  expect(diagnostics).toEqual([]);
  if (document === undefined) throw new Error('not opened');
  return document;
}

const problems = (text: string, limits?: Parameters<typeof readYaml>[2]): string[] =>
  readYaml('f', text, limits).diagnostics.map(({ at, code, message }) => `${at.line}:${at.col} ${code} ${message}`);

describe('a YAML file', () => {
  it('tells where each value and each key stands', () => {
    const document = opened(lines('a:', '  b: [x, y]', '  "101":', '    name: Sales'));
    expect(document.value).toEqual({ a: { b: ['x', 'y'], 101: { name: 'Sales' } } });
    expect(document.at(['a', 'b', 1])).toEqual({ file: 'plan.yaml', line: 2, col: 10 });
    expect(document.atKey(['a', '101'])).toEqual({ file: 'plan.yaml', line: 3, col: 3 });
    expect(document.at(['a', '101', 'name'])).toEqual({ file: 'plan.yaml', line: 4, col: 11 });
  });

  it('gives the nearest part around what does not exist', () => {
    const document = opened(lines('a:', '  b: 1'));
    expect(document.at(['a', 'missing', 'deeper'])).toEqual(document.at(['a']));
    expect(document.at(['nothing'])).toEqual({ file: 'plan.yaml', line: 1, col: 1 });
  });

  it('leaves telephone numbers as text, and numbers as numbers', () => {
    const document = opened('[+3612345678, 0101, 101, 1.5, -3, "7", 99999999999999999999, true, ~]');
    expect(document.value).toEqual(['+3612345678', '0101', 101, 1.5, -3, '7', '99999999999999999999', true, null]);
  });

  it('keeps keys as they are written', () => {
    expect(Object.keys(opened(lines('+36: a', '0101: b', 'true: c', '"x y": d', '"*": e')).value as object)).toEqual([
      '+36',
      '0101',
      'true',
      'x y',
      '*',
    ]);
  });

  it('follows an alias, and gives the place of what it stands for', () => {
    const document = opened(lines('base: &b { ringFor: 20s }', 'other: *b'));
    expect(document.value).toEqual({ base: { ringFor: '20s' }, other: { ringFor: '20s' } });
    expect(document.at(['other', 'ringFor'])).toEqual({ file: 'plan.yaml', line: 1, col: 21 });
  });

  it('has the value null where it is empty', () => {
    expect(opened('').value).toBeNull();
    expect(opened('# only a comment\n').value).toBeNull();
  });

  it('names each fault with its place', () => {
    expect(problems('a: [1, 2\nb: 3\n')).toEqual(['1:4 YAML_SYNTAX this [ is not closed']);
    expect(problems(lines('a: 1', '101: x', 'a: 2', '"101": y'))).toEqual([
      '3:1 YAML_DUPLICATE_KEY a stands here twice; the first one is in line 1',
      '4:1 YAML_DUPLICATE_KEY 101 stands here twice; the first one is in line 2',
    ]);
    expect(problems('a: *nowhere\n')[0]).toMatch(/^1:4 YAML_(ALIAS|SYNTAX) /);
    expect(problems('a: &x [ *x ]\n')).toEqual(['1:9 YAML_ALIAS *x refers to the value that it is part of']);
    expect(problems('__proto__: { polluted: true }\n')).toEqual(['1:1 YAML_KEY a key must be a plain name or number']);
    expect(problems('? [a, b]\n: c\n')).toEqual(['1:3 YAML_KEY a key must be a plain name or number']);
    expect(problems('a: !!js/function "x"\n')[0]).toMatch(/^1:4 YAML_SYNTAX /);
    expect(readYaml('f', '*: reception\n').diagnostics).toContainEqual(
      expect.objectContaining({ remedy: 'put the key in quotes: "*":' }),
    );
    expect(problems('a: 1\n---\nb: 2\n')[0]).toMatch(/YAML_SYNTAX/);
  });

  it('refuses what would exhaust it', () => {
    const limits = { size: 1000, depth: 4, nodes: 50 };
    expect(problems('x'.repeat(1001), limits)).toEqual(['1:1 YAML_LIMIT the file is longer than 1000 characters']);
    expect(problems('[[[[[[1]]]]]]', limits)).toEqual(['1:6 YAML_LIMIT more than 4 levels inside one another']);
    const bomb = lines('a: &a [1,1,1,1,1]', 'b: &b [*a,*a,*a]', 'c: &c [*b,*b,*b]', 'd: [*c,*c,*c]');
    expect(problems(bomb, limits)).toEqual([expect.stringMatching(/YAML_LIMIT the file has more than 50 values$/)]);
    expect(problems('['.repeat(200_000))[0]).toMatch(/YAML_(LIMIT|SYNTAX)/);
  });

  it('never throws, whatever the text', () => {
    const pieces = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '&x ',
      '*x',
      '"',
      "'",
      '|',
      '>',
      '#',
      '!',
      '?',
      '\t',
      ',',
      '%',
      '\u0000',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), parts => {
        const { document, diagnostics } = readYaml('f', parts.join(''));
        expect(document === undefined).toBe(diagnostics.length > 0);
      }),
      { numRuns: 2000 },
    );
  });
});
