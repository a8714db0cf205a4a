import { describe, expect, it } from 'vitest';
import { splitList } from '../../../../src/sip/grammar/splitList.ts';

describe('splitList', () => {
  it.each<[string, readonly string[]]>([
    ['', ['']],
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    ['a \t,\t b', ['a', 'b']],
    [',', ['', '']],
    ['a,,b,', ['a', '', 'b', '']],
    ['"a,b", c', ['"a,b"', 'c']],
    ['"a\\",b", c', ['"a\\",b"', 'c']],
    ['"a\\\\", b', ['"a\\\\"', 'b']],
    ['<a,b>, <c>', ['<a,b>', '<c>']],
    ['"<" <a,b>;x=">,<", c', ['"<" <a,b>;x=">,<"', 'c']],
    ['(a,b), c', ['(a,b)', 'c']],
    ['(a,(b,c),d), e', ['(a,(b,c),d)', 'e']],
    ['(a\\),b), c', ['(a\\),b)', 'c']],
    ['sip:a(b@x, sip:c', ['sip:a(b@x', 'sip:c']],
    ['((a,b), c', ['((a', 'b)', 'c']],
    ['a), (b, c)', ['a)', '(b, c)']],
    ['"a, b', ['"a, b']],
    ['<a, b', ['<a, b']],
    ['a, "', ['a', '"']],
    ['301 x "a, b", 302 y "c"', ['301 x "a, b"', '302 y "c"']],
  ])('%j has %j', (value, elements) => {
    expect(splitList(value)).toEqual(elements);
  });
});
