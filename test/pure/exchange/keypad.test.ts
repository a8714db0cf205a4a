import { expect, test } from 'vitest';
import { Keypad } from '../../../src/exchange/keypad.ts';

test('a press that is heard both ways counts once, although the next one was quicker than its second way', () => {
  const keypad = new Keypad();
  const heard = (
    [
      ['1', 'event', 0],
      ['2', 'event', 100],
      ['1', 'info', 120],
      ['2', 'info', 220],
      ['1', 'event', 300],
      ['1', 'info', 350],
    ] as const
  ).filter(([digit, way, at]) => keypad.pressed(digit, way, at));
  expect(heard.map(([digit]) => digit)).toEqual(['1', '2', '1']);
});

test('the tones of a phone that sends INFO are no presses, from its first INFO on', () => {
  const keypad = new Keypad();
  const heard = (
    [
      ['1', 'tone', 0],
      // When the key was released.
      ['1', 'info', 900],
      ['1', 'tone', 2000],
      ['1', 'info', 2900],
      ['2', 'tone', 3000],
      ['2', 'info', 3100],
    ] as const
  ).filter(([digit, way, at]) => keypad.pressed(digit, way, at));
  expect(heard).toEqual([
    ['1', 'tone', 0],
    ['1', 'info', 2900],
    ['2', 'info', 3100],
  ]);
});
