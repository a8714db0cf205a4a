import { expect, test } from 'vitest';
import { type DrainLine, readDrainLine, writeDrainLine } from '../../../src/api/drain/drainLine.ts';

test.each<DrainLine>([{ calls: 0 }, { calls: 1000 }, { over: true, cut: 3 }])('%j comes through', line => {
  expect(writeDrainLine(line)).toMatch(/^[^\n]*\n$/);
  expect(readDrainLine(writeDrainLine(line))).toEqual(line);
});

test.each(['', '{', 'null', '3', '[]', '{"calls":"3"}', '{"over":true}', '<html>'])('%j is no such line', text => {
  expect(readDrainLine(text)).toBeUndefined();
});
