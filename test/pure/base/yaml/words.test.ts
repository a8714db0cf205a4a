import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest } from '../../../../src/base/yaml/closest.ts';
import { hasErrors, inReadingOrder, showDiagnostic } from '../../../../src/base/yaml/diagnostic.ts';
import { parseDuration, showDuration } from '../../../../src/base/yaml/duration.ts';

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['20s', 20_000],
    ['1m30s', 90_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['0s', 0],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '20', 's', '-5s', '1.5s', '5 s', '5sec', '5S', `${'9'.repeat(30)}s`, '1s'.repeat(40)])(
    '%j is none',
    text => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('reads back what it shows', () => {
    fc.assert(fc.property(fc.nat(400_000_000), value => parseDuration(showDuration(value)) === value));
  });
});

describe('a slip of the fingers', () => {
  it('is brought back to the word that was meant', () => {
    expect(closest('ringfor', ['ringFor', 'retryAfter'])).toBe('ringFor');
    expect(closest('greting', ['greeting', 'keys'])).toBe('greeting');
    expect(closest('teh', ['the', 'ten'])).toBe('the');
  });

  it('is left alone where nothing is near', () => {
    expect(closest('voicemail', ['greeting', 'keys'])).toBeUndefined();
    expect(closest('x', [])).toBeUndefined();
  });
});

describe('a diagnostic', () => {
  const at = { file: 'a.yaml', line: 3, col: 7 };

  it('is one line, and one more for its remedy', () => {
    expect(showDiagnostic({ severity: 'error', code: 'X', message: 'is wrong', at })).toBe('a.yaml:3:7 X is wrong');
    expect(showDiagnostic({ severity: 'warning', code: 'X', message: 'is odd', remedy: 'do so', at })).toBe(
      'a.yaml:3:7 X warning: is odd\n    → do so',
    );
  });

  it('stops a start only as an error', () => {
    expect(hasErrors([{ severity: 'warning', code: 'X', message: '', at }])).toBe(false);
    expect(hasErrors([{ severity: 'error', code: 'X', message: '', at }])).toBe(true);
  });

  it('is read in the order of the file', () => {
    const make = (file: string, line: number, col: number) => ({
      severity: 'error' as const,
      code: 'X',
      message: '',
      at: { file, line, col },
    });
    const sorted = [make('a', 1, 2), make('a', 1, 10), make('a', 9, 1), make('b', 1, 1)];
    expect(inReadingOrder([...sorted].reverse())).toEqual(sorted);
  });
});
