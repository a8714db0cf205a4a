import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasErrors } from '../../../src/base/yaml/diagnostic.ts';
import { catalogue, compileDialplan, type Diagnostic } from '../../../src/dialplan/index.ts';
import { guardLimits } from '../../../src/dialplan/source/guard.ts';

const sample = readFileSync(new URL('../../../dialplans/sample.yaml', import.meta.url), 'utf8');
const head = `kozpont: 1
company: { name: Example, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: Goodbye. }
transfer: { recall: { otherwise: goodbye:bye } }
`;

function diagnose(text: string): readonly Diagnostic[] {
  const result = compileDialplan(text, 'hostile.yaml');
  const diagnostics = result.ok ? result.value.diagnostics : result.error;
  expect(hasErrors(diagnostics)).toBe(!result.ok);
  return diagnostics;
}

const repeat = (unit: string, length = guardLimits.size): string => unit.repeat(Math.floor(length / unit.length));
const list = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => item(i)).join('');

describe('a hostile file', () => {
  it.each([
    ['10 MB', repeat('# nothing\n', 10_000_000)],
    ['brackets', repeat('[')],
    ['braces', repeat('{a: ')],
    ['closed brackets', repeat('[', 400_000) + repeat(']', 400_000)],
    ['dashes', repeat('- ')],
    ['questions', repeat('? ')],
    ['commas', `[${repeat(',', 900_000)}`],
    ['deep indentation', list(1300, depth => `${' '.repeat(depth)}a:\n`)],
    ['anchors', list(60_000, i => `- &a${i} x\n`)],
    ['aliases', `- &a x\n${list(90_000, () => '- *a\n')}`],
    ['tags', repeat('!a ')],
    ['directives', repeat('%a b\n')],
    ['keys', list(90_000, i => `k${i}:\n`)],
  ])('of %s is one error about its size', (_, text) => {
    expect(diagnose(text).map(({ code }) => code)).toEqual(['YAML_LIMIT']);
  });

  it('of many aliases is stopped while they unfold', () => {
    const bomb = list(
      9,
      i => `${'abcdefghi'[i]}: &${'abcdefghi'[i]} [${list(9, () => (i === 0 ? 'x,' : `*${'abcdefghi'[i - 1]},`))}]\n`,
    );
    expect(diagnose(head + bomb).map(({ code }) => code)).toEqual(['YAML_LIMIT']);
  });

  it('of one long chain is followed to its end', () => {
    const chain = list(3000, i => `  a${i}: { say: bye, then: announcement:a${(i + 1) % 3000} }\n`);
    const loops = diagnose(`${head}announcements:\n${chain}`).filter(({ code }) => code === 'ENDLESS_LOOP');
    expect(loops).toHaveLength(1);
    expect(loops[0]?.message.length).toBeLessThan(1000);
  });

  it('of nothing but mistakes is told every one of them', () => {
    const wrong = list(1000, i => `  a${i}: { say: bye, then: announcement:b${i} }\n`);
    const found = diagnose(`${head}announcements:\n${wrong}`);
    expect(found.map(({ code }) => code)).toEqual(Array.from({ length: 1000 }, () => 'DANGLING_DESTINATION'));
  });

  it('pollutes no prototype', () => {
    diagnose(`${head}__proto__: { polluted: true }\nmenus: { __proto__: { polluted: true } }\n`);
    expect('polluted' in {}).toBe(false);
  });

  it('cannot move the cursor of a terminal with what it is called', () => {
    for (const { message } of diagnose(`${head}"\\u001b[2J": 1\n`))
      expect(JSON.stringify(message)).not.toMatch(/\\r|\\n/);
  });
});

describe('any text', () => {
  const knownCodes = new Set(Object.keys(catalogue));

  function check(text: string): void {
    const lines = text.split('\n');
    for (const { at, code, remedy } of diagnose(text)) {
      expect(knownCodes).toContain(code);
      expect(remedy).toBeTruthy();
      expect(at.line).toBeGreaterThanOrEqual(1);
      expect(at.line).toBeLessThanOrEqual(lines.length);
      expect(at.col).toBeGreaterThanOrEqual(1);
      expect(at.col).toBeLessThanOrEqual((lines[at.line - 1] ?? '').length + 1);
    }
  }

  it('is compiled or explained, at places that exist', () => {
    const piece = fc.constantFrom(
      'kozpont: 1\n',
      'menus:\n',
      '  main: ',
      '{',
      '}',
      '[',
      ']',
      ': ',
      ', ',
      '- ',
      '\n',
      '"',
      "'",
      '&a ',
      '*a',
      '101',
      'menu:main',
      '|\n ',
      '!t ',
      '? ',
      '#',
      '\t',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), pieces => check(pieces.join(''))),
      { numRuns: 500 },
    );
  });

  it('that was a dialplan before somebody slipped is explained', () => {
    const lines = sample.split('\n');
    const slip = fc.record({
      line: fc.nat(lines.length - 1),
      what: fc.oneof(
        fc.constant({ kind: 'delete' } as const),
        fc.constant({ kind: 'double' } as const),
        fc.record({
          kind: fc.constant('insert' as const),
          column: fc.nat(60),
          text: fc.constantFrom(' ', '\t', ':', '"', '{', '}', '[', ']', 'x', '0', ',', '*', '&', '!', '-'),
        }),
        fc.record({ kind: fc.constant('cut' as const), column: fc.nat(60), length: fc.integer({ min: 1, max: 12 }) }),
        fc.record({ kind: fc.constant('take' as const), from: fc.nat(lines.length - 1) }),
      ),
    });
    fc.assert(
      fc.property(fc.array(slip, { minLength: 1, maxLength: 3 }), slips => {
        const changed = [...lines];
        for (const { line, what } of slips) {
          const text = changed[line] ?? '';
          if (what.kind === 'delete') changed[line] = '';
          else if (what.kind === 'double') changed[line] = `${text}\n${text}`;
          else if (what.kind === 'insert')
            changed[line] = text.slice(0, what.column) + what.text + text.slice(what.column);
          else if (what.kind === 'cut')
            changed[line] = text.slice(0, what.column) + text.slice(what.column + what.length);
          else changed[line] = lines[what.from] ?? '';
        }
        check(changed.join('\n'));
      }),
      { numRuns: 100 },
    );
  });
});
