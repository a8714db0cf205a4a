import { expect, test } from 'vitest';
import { rollbackTarget } from '../../../src/reload/rollback.ts';
import { readHistory } from '../../../src/reload/versions.ts';

const [a, b, c] = ['aaaaaaaaaaaaaaaa', 'aabbbbbbbbbbbbbb', 'cccccccccccccccc'] as const;
const history = readHistory(`2026-11-01T08:00:00.000Z ${a}
no line of ours
2026-11-02T08:00:00.000Z ${b}
2026-11-03T08:00:00.000Z ${c}
2026-11-04T08:00:00.000Z ${b}
2026-11-05T08:00:00.000Z ../../etc/passwd
`);

test('the history has each version once, and the one that was taken up last', () => {
  expect(history.versions.map(({ version }) => version)).toEqual([a, b, c]);
  expect(history.versions[1]?.since).toBe('2026-11-02T08:00:00.000Z');
  expect(history.current).toBe(b);
  expect(readHistory('')).toEqual({ versions: [], current: undefined });
});

test.each([
  ['the one before', c, undefined, b],
  ['once more, the one before that', b, undefined, a],
  ['the one that takes calls, in place of one that never did', 'dddddddddddddddd', undefined, b],
  ['the one that takes calls, where there is no file', undefined, undefined, b],
  ['the one that is named', b, 'cc', c],
])('goes back to %s', (_, held, wanted, expected) => {
  expect(rollbackTarget(history, held, wanted)).toEqual({ ok: true, value: expected });
});

test.each([
  ['the first', a, undefined, 'there is no version before this one'],
  ['one that nobody knows', b, 'ff', 'there is no version ff'],
  ['one of several', b, 'aa', '2 versions begin with aa'],
])('says why it does not go back from or to %s', (_, held, wanted, error) => {
  expect(rollbackTarget(history, held, wanted)).toEqual({ ok: false, error });
});
