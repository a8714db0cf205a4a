import { describe, expect, it } from 'vitest';
import { createLog } from '../../../src/base/log.ts';
import { hostileTexts } from '../../support/hostileTexts.ts';

function logged(text: string): string[] {
  const lines: string[] = [];
  createLog({ level: 'info' }, { write: line => void lines.push(line) }).info({ text }, `said ${text}`);
  return lines;
}

describe('a log line', () => {
  it.each(['\u007f', '\u009b2J', '\u2028', '\u2029', 'a\u202eb', '\u2066\u2069', '\u200f', '\x1b[2J', ...hostileTexts])(
    'shows %j as text, and gives it back',
    text => {
      const [line = '', ...more] = logged(text);
      expect(more).toEqual([]);
      expect(line.endsWith('\n')).toBe(true);
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      const read = JSON.parse(line);
      expect([read.text, read.msg]).toEqual([text, `said ${text}`]);
    },
  );

  it('leaves letters alone', () => {
    expect(logged('Kovács Éva – телефон ☎')[0]).toContain('"text":"Kovács Éva – телефон ☎"');
  });
});
