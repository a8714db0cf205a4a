import { describe, expect, test } from 'vitest';
import { compileDialplan } from '../../../src/dialplan/compileDialplan.ts';
import type { Dialplan } from '../../../src/dialplan/plan.ts';
import { extension, officePlan } from '../../support/plan.ts';
import { Stage } from './stage.ts';

const { extensions } = officePlan();
const undisturbed = (...numbers: string[]): Partial<Dialplan> => ({
  extensions: {
    ...extensions,
    ...Object.fromEntries(numbers.map(number => [number, extension(number, { doNotDisturb: true })])),
  },
});
const dialled = (stage: Stage): readonly string[] => stage.effects('dial').map(({ extension: number }) => number);

describe('a transfer to who is not to be disturbed', () => {
  test('is busy at once by REFER: nothing rings, and the operator has the caller again (R4)', () => {
    const stage = new Stage(undisturbed('101'));
    const { call, operator } = stage.conversation();
    expect(dialled(stage)).toEqual(['10']);
    const transferId = stage.world.refer(operator, '101');
    expect(stage.phase(call)).toMatchObject({ kind: 'talking', party: 'caller', peer: operator.leg });
    expect(dialled(stage)).toEqual(['10']);
    expect(stage.world.transfers.get(transferId)?.reports.at(-1)).toBe(486);
    expect(stage.events()).toEqual(['transferStarted', 'transferFailed']);
    expect(stage.effects('notify').at(-1)?.event).toMatchObject({ reason: 'busy', status: 486, target: '101' });
    expect([stage.hears(call), stage.hears(call, operator.leg)]).toEqual(['10', '+36301111111']);
  });

  test('comes back to an operator whose phone hangs up after its REFER (R5)', () => {
    const stage = new Stage(undisturbed('101'));
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '101');
    stage.world.hangUp(operator);
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', operator: '10', reason: 'busy' });
    expect(stage.effects('dial').at(-1)?.shown).toMatchObject({ alert: 'recall' });
    expect(dialled(stage)).toEqual(['10', '10']);
    stage.world.answer(stage.phone(call, '10'));
    expect(stage.phase(call).kind).toBe('talking');
  });

  test.each([
    ['blind', '##101'],
    ['attended', '*2101'],
  ])('is busy at once from the keypad (%s)', (_, keys) => {
    const stage = new Stage(undisturbed('101'));
    const { call, operator } = stage.conversation();
    stage.press(call, keys, operator.leg);
    // 101 could go on to a longer number.
    stage.later(3_000);
    expect(stage.events()).toEqual(['transferStarted', 'transferFailed']);
    expect(stage.phase(call)).toMatchObject({ kind: 'talking', party: 'caller', peer: operator.leg });
    expect(dialled(stage)).toEqual(['10']);
    stage.world.hangUp(operator);
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', reason: 'busy' });
  });

  test('leaves everybody else to be transferred to', () => {
    const stage = new Stage(undisturbed('101'));
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '102');
    expect(stage.phase(call).kind).toBe('transferring');
  });
});

test('a call comes back to an operator who is not to be disturbed (R5)', () => {
  const stage = new Stage(undisturbed('101'));
  // With INVITE with Replaces, 101 takes Anna from the desk: whom it calls itself, it is not disturbed by.
  const { call, operator } = stage.conversation();
  stage.world.replace(operator, '101');
  const boss = stage.phone(call, '101');
  expect(stage.phase(call)).toMatchObject({ kind: 'talking' });
  expect(dialled(stage)).toEqual(['10']);
  stage.world.refer(boss, '102');
  stage.world.hangUp(boss);
  stage.fail(stage.phone(call, '102'), 'busy');
  expect(stage.phase(call)).toMatchObject({ kind: 'recalling', operator: '101', reason: 'busy' });
  expect(dialled(stage)).toEqual(['10', '102', '101']);
});

describe('who is not to be disturbed', () => {
  const compiled = compileDialplan(
    `kozpont: 1
company: { name: Office, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: Goodbye. }
extensions:
  "10": { name: Reception, doNotDisturb: true }
  "11": { name: Second desk }
  "101": { name: Anna, doNotDisturb: true }
  "102": { name: Péter }
  "103": { name: Nóra }
groups:
  all: { members: ["101", "102", "103"], strategy: simultaneous, otherwise: goodbye:bye }
  turns: { members: ["101", "102", "103"], strategy: sequential, otherwise: goodbye:bye }
queues:
  reception: { agents: ["10", "11"], overflow: goodbye:bye }
numbers: { "+361": group:all, "+362": group:turns, "+363": queue:reception }
transfer: { recall: { otherwise: goodbye:bye } }
`,
    'quiet.yaml',
  );
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  const { plan } = compiled.value;

  test.each([
    ['a group that rings together', '+361', ['102', '103']],
    ['a group that rings in turn', '+362', ['102']],
    ['a queue', '+363', ['11']],
  ])('is passed over by %s', (_, number, rung) => {
    const stage = new Stage(plan);
    stage.arrive(number);
    expect(dialled(stage)).toEqual(rung);
  });

  test('is not offered the calls of a queue when the others do not answer', () => {
    const stage = new Stage(plan);
    const call = stage.arrive('+363');
    expect(stage.phase(call)).toMatchObject({ kind: 'queued', offer: { extension: '11' } });
    stage.later(60_000);
    expect(new Set(dialled(stage))).toEqual(new Set(['11']));
    expect(stage.phase(call).kind).toBe('queued');
  });
});
