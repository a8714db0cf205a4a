import { beforeEach, describe, expect, test } from 'vitest';
import type { Phone } from '../../support/world.ts';
import { Stage } from './stage.ts';

let stage: Stage;
let call: string;
let operator: Phone;
let caller: Phone;
beforeEach(() => {
  stage = new Stage();
  ({ call, operator } = stage.conversation());
  caller = { ...operator, leg: 'caller' };
});

/** What was asked of media since then. */
const since = (effects: number): readonly string[] =>
  stage.world.effects.slice(effects).flatMap(({ effect }) => {
    switch (effect.kind) {
      case 'play':
        return [`${effect.leg} ${effect.hearing.kind}`];
      case 'stopPlaying':
        return [`${effect.leg} nothing`];
      case 'bridge':
      case 'unbridge':
        return [`${effect.kind} ${effect.legs.join()}`];
      default:
        return [];
    }
  });
const now = (): number => stage.world.effects.length;

describe('two who talk, and the media of one of them is away', () => {
  test.each(['operator', 'caller'])('the %s: the other one waits with music, and they are joined again once', who => {
    const [gone, rest] = who === 'operator' ? [operator, caller] : [caller, operator];
    const before = now();
    stage.world.strand(gone);
    stage.world.strand(gone);
    expect(since(before)).toEqual([`${rest.leg} music`]);
    const after = now();
    stage.world.bringBack(gone);
    stage.world.bringBack(gone);
    expect(since(after)).toEqual([`bridge ${gone.leg},${rest.leg}`]);
  });

  test('and then that of the other one: nothing is played to nobody', () => {
    stage.world.strand(operator);
    const before = now();
    stage.world.strand(caller);
    expect(since(before)).toEqual([]);
    const after = now();
    stage.world.bringBack(caller);
    expect(since(after)).toEqual(['caller music']);
    stage.world.bringBack(operator);
    expect(since(after)).toEqual(['caller music', `bridge ${operator.leg},caller`]);
  });

  test.each(['operator', 'caller'])(
    'the %s, and they part meanwhile: only the other one is given something else',
    who => {
      const gone = who === 'operator' ? operator : caller;
      stage.world.strand(gone);
      const before = now();
      stage.world.refer(operator, '101');
      // There is no bridge to take apart, and nothing to stop for the one who is away.
      expect(since(before)).toEqual(
        who === 'operator'
          ? [`caller nothing`, 'caller ringback']
          : [`${operator.leg} nothing`, `${operator.leg} ringback`],
      );
      const after = now();
      stage.world.bringBack(gone);
      expect(since(after)).toEqual([`${gone.leg} ringback`]);
    },
  );
});

describe('what a party hears already', () => {
  test('is not begun anew: two who are joined stay joined through a transfer that is refused', () => {
    const other = stage.dial('10', '101');
    const own = stage.world.phoneOf(other, 'caller');
    stage.world.answer(stage.phone(other, '101'));
    if (own === undefined) throw new Error('10 calls');
    const before = now();
    // The leg that Replaces names has gone from the other call.
    const transferId = stage.world.refer(operator, '', { ...own, leg: 'nobody' });
    expect(stage.world.transfers.get(transferId)?.reports).toEqual([481]);
    expect(stage.phase(call).kind).toBe('talking');
    expect(since(before)).toEqual([]);
  });
});
