import { describe, expect, test } from 'vitest';
import { rotated } from '../../../src/call/flow/ringing.ts';
import type { Dialplan } from '../../../src/dialplan/plan.ts';
import { extension, officePlan, to } from '../../support/plan.ts';
import { Stage } from './stage.ts';

const at = { file: 'office.yaml', line: 1, col: 1 };
const office = officePlan();
const anna = { number: '+36301111111', display: 'Anna', extension: undefined };

const withExtension = (number: string, change: Parameters<typeof extension>[1]): Partial<Dialplan> => ({
  extensions: { ...office.extensions, [number]: extension(number, change) },
});

describe('an extension that forwards', () => {
  test('does not ring: the caller goes on at once', () => {
    const stage = new Stage(withExtension('101', { forward: to('extension', '102') }));
    const call = stage.arrive();
    stage.press(call, '101');
    expect(stage.phase(call)).toMatchObject({ kind: 'ringing', node: { kind: 'extension', number: '102' } });
    expect(stage.effects('dial').map(({ extension: number }) => number)).toEqual(['102']);
  });

  test('leaves it to the menu what follows where the other says nothing', () => {
    const stage = new Stage(withExtension('101', { forward: to('extension', '102') }));
    const call = stage.arrive();
    stage.press(call, '101');
    stage.fail(stage.phone(call, '102'), 'busy');
    expect(stage.phase(call)).toMatchObject({ kind: 'queued', queue: 'reception' });
  });

  test('rings all the same in a group', () => {
    const stage = new Stage(withExtension('101', { forward: to('goodbye', 'bye') }));
    const call = stage.arrive();
    stage.press(call, '2');
    expect(stage.phone(call, '101')).toBeDefined();
  });

  test('never goes round for ever, whatever the plan', () => {
    const stage = new Stage(withExtension('101', { forward: to('extension', '101') }));
    const call = stage.arrive();
    stage.press(call, '101');
    expect(stage.phase(call)).toMatchObject({ kind: 'ended', termination: { result: 'failed' } });
  });
});

describe('an extension that is not to be disturbed', () => {
  test('does not ring, and the caller goes where a declined call goes', () => {
    const failover = { declined: to('group', 'support'), noAnswer: to('goodbye', 'bye') };
    const stage = new Stage(withExtension('101', { doNotDisturb: true, failover }));
    const call = stage.arrive();
    stage.press(call, '101');
    expect(stage.phase(call)).toMatchObject({ kind: 'ringing', node: { kind: 'group', name: 'support' } });
    expect(stage.effects('dial').map(({ extension: number }) => number)).toEqual(['102']);
  });

  test('is told to a colleague by the status', () => {
    const stage = new Stage(withExtension('101', { doNotDisturb: true }));
    const call = stage.dial('102', '101');
    expect(stage.effects('dial')).toEqual([]);
    expect(stage.phase(call)).toMatchObject({ kind: 'ended', termination: { result: 'refused' } });
  });
});

describe('a group that takes turns', () => {
  const members = ['101', '102', '103'];

  test('begins with another member from call to call, and each comes first equally often', () => {
    const first = new Map<string, number>();
    for (let i = 0; i < 3000; i++) {
      const order = rotated(members, `call${i}`);
      expect([...order].sort()).toEqual(members);
      first.set(order[0] ?? '', (first.get(order[0] ?? '') ?? 0) + 1);
    }
    for (const member of members) expect(Math.abs((first.get(member) ?? 0) - 1000)).toBeLessThan(150);
    expect(rotated(members, 'call7')).toEqual(rotated(members, 'call7'));
    expect(rotated([], 'call7')).toEqual([]);
  });

  test('rings one after the other, every one of them', () => {
    const support = { ...office.groups.support, members, strategy: 'roundRobin' } as Dialplan['groups'][string];
    const stage = new Stage({ groups: { ...office.groups, support } });
    const call = stage.arrive();
    stage.press(call, '3');
    const rung = (): string[] => stage.effects('dial').map(({ extension: number }) => number);
    expect(rung()).toHaveLength(1);
    stage.later(10_000);
    stage.later(10_000);
    expect(rung()).toEqual(rotated(members, call));
    stage.later(10_000);
    expect(stage.hears(call)).toBe('en: bye');
  });
});

describe('a choice by the number of the caller', () => {
  const callers: Dialplan['callers'] = {
    known: {
      name: 'known',
      rules: [
        { from: [{ kind: 'prefix', prefix: '+3630' }], anonymous: false, then: to('extension', '103') },
        { from: [], anonymous: true, then: to('goodbye', 'bye') },
      ],
      otherwise: to('menu', 'main'),
      at,
    },
  };
  const numbers: Dialplan['numbers'] = [
    { match: { kind: 'exact', number: '+361' }, route: to('callers', 'known'), at },
  ];

  test.each([
    ['+36301111111', { kind: 'ringing', node: { number: '103' } }],
    ['', { kind: 'announcing', then: undefined }],
    ['anna', { kind: 'menu', menu: 'main' }],
    ['+36201111111', { kind: 'menu', menu: 'main' }],
  ])('%s', (number, phase) => {
    const stage = new Stage({ callers, numbers });
    const call = stage.world.arrive('+361', { ...anna, number });
    expect(stage.phase(call)).toMatchObject(phase);
  });
});

describe('a number of one trunk', () => {
  const numbers: Dialplan['numbers'] = [
    { match: { kind: 'exact', number: '+361' }, trunk: 'backup', route: to('goodbye', 'bye'), at },
    { match: { kind: 'pattern', pattern: '+36x', prefix: '+36' }, route: to('menu', 'main'), at },
  ];

  test.each([
    ['backup', 'announcing'],
    ['telecom', 'menu'],
  ])('as %s brings it: %s', (name, kind) => {
    const stage = new Stage({ numbers });
    const call = stage.world.arrive('+361', anna, { kind: 'trunk', name });
    expect(stage.phase(call).kind).toBe(kind);
  });

  test('is not what a colleague reaches', () => {
    const stage = new Stage({ numbers });
    expect(stage.phase(stage.dial('101', '+361')).kind).toBe('menu');
  });
});

describe('a name that is spelled', () => {
  const menu = { ...office.menus.main, directDial: false, names: { '266': '101', '2662': '101', '568': '102' } };
  const spelling = (): Stage => new Stage({ menus: { main: menu as Dialplan['menus'][string] } });

  test('is acted on at once where no other begins so, and else after the wait, or #', () => {
    const stage = spelling();
    const call = stage.arrive();
    stage.press(call, '56');
    expect(stage.phase(call)).toMatchObject({ kind: 'menu', stage: 'dialling' });
    stage.press(call, '8');
    expect(stage.phase(call)).toMatchObject({ kind: 'ringing', node: { number: '102' } });

    const other = stage.arrive();
    stage.press(other, '266');
    expect(stage.phase(other).kind).toBe('menu');
    stage.press(other, '#');
    expect(stage.phase(other)).toMatchObject({ kind: 'ringing', node: { number: '101' } });
  });

  test('goes after a key, and means nothing where nobody has it', () => {
    const stage = spelling();
    const call = stage.arrive();
    stage.press(call, '577');
    expect(stage.hears(call)).toBe('en: sorry, welcome');
  });
});
