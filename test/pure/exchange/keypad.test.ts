import { expect, test } from 'vitest';
import { Keypad } from '../../../src/exchange/keypad.ts';

test('a press that is heard both ways counts once, although the next one was quicker than its second way', () => {
  const keypad = new Keypad();
  const heard = (
    [
      ['1', 'rtp', 0],
      ['2', 'rtp', 100],
      ['1', 'info', 120],
      ['2', 'info', 220],
      ['1', 'rtp', 300],
      ['1', 'info', 350],
    ] as const
  ).filter(([digit, way, at]) => keypad.pressed(digit, way, at));
  expect(heard.map(([digit]) => digit)).toEqual(['1', '2', '1']);
});
