import { guards } from '../../src/call/call.ts';
import { statusOf } from '../../src/call/failure.ts';
import type { Dialplan, Unanswered } from '../../src/dialplan/plan.ts';
import { handledPlan } from '../support/handledPlan.ts';
import { extension, officePlan, to } from '../support/plan.ts';
import { type Observed, type Phone, World } from '../support/world.ts';
import { Ears } from './ears.ts';
import { keepsPromises, nobodyIsStranded, serialises } from './promises.ts';
import { queuesAgree } from './queues.ts';

const office = officePlan();
const reception = office.queues.reception;
if (reception === undefined) throw new Error('the office has a reception');
/** The world begins at an hour at which the office is open; the code turns it over for whoever comes after. */
const handled = handledPlan();
const plan: Dialplan = {
  ...handled,
  // Shares an agent with the reception.
  // One of the group may be in one call, the other in any number.
  extensions: { ...handled.extensions, '102': extension('102', { maxCalls: 1 }) },
  queues: { ...office.queues, support: { ...reception, name: 'support', agents: ['11', '103'] } },
  internalNumbers: {
    ...office.internalNumbers,
    '5': to('group', 'sales'),
    '6': to('menu', 'main'),
    '7': to('queue', 'support'),
  },
};

/** Where a schedule begins: most of what can go wrong lies deep in a call, where chance alone seldom gets. */
export const scenes = [
  ...(['arriving', 'talking', 'consulting', 'transferring', 'abandonedTransfer'] as const),
  ...(['heldReturn', 'heldRecall', 'crowd'] as const),
];
export type Scene = (typeof scenes)[number];

function set(world: World, scene: Scene): void {
  const anna = world.arrive('+3612345678', { number: '+36301111111', display: 'Anna', extension: undefined });
  if (scene === 'arriving') return;
  world.post(anna, { kind: 'digitPressed', leg: 'caller', digit: '0' });
  const operator = world.phone(anna, '10');
  if (operator === undefined) throw new Error('the operator does not ring');
  world.answer(operator);
  if (scene === 'talking') return;
  if (scene === 'crowd') {
    for (const key of ['0', '0', '0', '2']) {
      const next = world.arrive('+3612345678', { number: '+36303333333', display: undefined, extension: undefined });
      world.post(next, { kind: 'digitPressed', leg: 'caller', digit: key });
      world.clock.advance(100);
    }
    return;
  }
  if (scene === 'consulting') {
    operator.held = true;
    world.post(anna, { kind: 'legHeld', leg: operator.leg });
    world.arrive('102', { number: '10', display: 'Reception', extension: '10' }, { kind: 'extension', number: '10' });
    return;
  }
  const holds = scene === 'heldReturn' || scene === 'heldRecall';
  if (holds) world.hold(operator, true);
  world.refer(operator, '102');
  if (scene === 'abandonedTransfer') world.hangUp(operator);
  if (!holds) return;
  const target = world.phone(anna, '102');
  if (target === undefined) throw new Error('the target does not ring');
  world.fail(target, 'busy');
  if (scene === 'heldReturn') return;
  // Rung on one line, the operator asks a colleague on another one.
  world.clock.advance(guards.resume);
  const asks = { number: '10', display: 'Reception', extension: '10' };
  const asked = world.phone(world.arrive('103', asks, { kind: 'extension', number: '10' }), '103');
  if (asked === undefined) throw new Error('the colleague does not ring');
  world.answer(asked);
}

/** One choice of a schedule: which of the things that can happen now does, after how many milliseconds. */
export interface Choice {
  readonly what: number;
  readonly detail: number;
  readonly wait: number;
}

const failures: readonly Unanswered[] = [
  ...(['busy', 'declined', 'unreachable', 'noAnswer', 'unavailable', 'noSuchNumber'] as const),
];
const targets = ['101', '102', '103', '10', '11', '0', '5', '6', '7', 'nobody', '', '+3612345678', '*28'];
const keys = ['0', '1', '2', '3', '9', '#', '*'];

/**
 * Plays a schedule against the promises: two callers from outside, phones that do whatever phones do, in any order,
 * in virtual time. Then everybody falls silent, and each call must come to a good end by itself.
 */
export function play(scene: Scene, choices: readonly Choice[], seen = new Map<string, number>()): void {
  const ears = new Ears();
  const world = new World(plan, observed => {
    keepsPromises(observed);
    ears.listen(observed);
    count(seen, observed);
  });
  set(world, scene);
  for (const { what, detail, wait } of choices) {
    world.clock.advance(wait);
    const possible = whatCanHappen(world, detail);
    possible[what % possible.length]?.();
    queuesAgree(world);
  }
  nobodyIsStranded(world);
  for (const call of world.calls.values()) serialises(call);
  fallSilent(world);
}

/** What the schedules came to: phases entered, transfer events, ends. A promise that is never put to the test is no proof. */
function count(seen: Map<string, number>, { stimulus, before, result: { call, effects } }: Observed): void {
  const add = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
  add(stimulus.kind);
  if (stimulus.kind === 'legEnded') add(`lost by ${stimulus.by}`);
  if (call.phase.kind !== before?.phase.kind) add(call.phase.kind);
  const heldBy = before?.phase.kind === 'recalling' ? before.phase.heldBy : undefined;
  if (heldBy !== undefined && call.phase.kind !== 'recalling') {
    add(`${stimulus.kind}${'leg' in stimulus && stimulus.leg === heldBy ? ' by who holds' : ''}, not resumed before`);
  }
  for (const effect of effects) {
    if (effect.kind === 'notify') add(effect.event.kind);
    if (effect.kind === 'beep') add('beep');
    if (effect.kind === 'identify' && effect.returned === true) add('told who is back');
    if (effect.kind === 'setCalendar') add(`calendar ${effect.override?.state ?? 'by its timetable'}`);
  }
  if (call.trail.some(({ kind }) => kind === 'calendarOverridden')) add('went by hand');
  if (call.trail.some(({ kind }) => kind === 'busy')) add('busy with other calls');
}

function whatCanHappen(world: World, detail: number): (() => void)[] {
  const possible: (() => void)[] = [];
  const pick = <T>(items: readonly T[]): T => items[detail % items.length] as T;
  if (world.calls.size < 7) {
    possible.push(() =>
      world.arrive('+3612345678', { number: '+36302222222', display: undefined, extension: undefined }),
    );
    const operator = pick(['10', '11', '101']);
    const who = { number: operator, display: 'An operator', extension: operator };
    possible.push(() =>
      world.arrive(pick(['101', '102', '0', '103', '5', '7', '*28', '*281']), who, {
        kind: 'extension',
        number: operator,
      }),
    );
  }
  const agent = pick(['10', '11', '103']);
  possible.push(() => world.register(agent, !world.reachable(agent)));
  const [first] = world.calls.values();
  if (detail % 40 === 0 && first !== undefined) possible.push(() => world.stop(first.id));
  if (detail % 7 === 0) possible.push(() => world.restart());
  for (const phone of world.alive()) possible.push(...ofPhone(world, phone, detail));
  return possible.length > 0 ? possible : [() => undefined];
}

function ofPhone(world: World, phone: Phone, detail: number): (() => void)[] {
  const { callId, leg } = phone;
  const pick = <T>(items: readonly T[]): T => items[detail % items.length] as T;
  switch (phone.state) {
    case 'offered':
      return [() => (detail % 3 === 0 ? world.hangUp(phone) : undefined)];
    case 'dialed':
    case 'ringing': {
      const fail = (): void => {
        phone.state = 'gone';
        const reason = pick(failures);
        world.post(callId, { kind: 'legFailed', leg, reason, status: statusOf(reason).status });
      };
      const ring = (): void => {
        phone.state = 'ringing';
        world.post(callId, { kind: 'legRinging', leg });
      };
      const announce = (): void => {
        phone.state = 'ringing';
        world.post(callId, { kind: 'legEarlyMedia', leg });
      };
      return [
        fail,
        ring,
        announce,
        () => world.answer(phone),
        () => world.answer(phone),
        ...lost(world, phone, detail),
      ];
    }
    case 'cancelled':
      return [
        () => {
          phone.state = 'gone';
          world.post(callId, { kind: 'legFailed', leg, reason: 'cancelled', status: 487 });
        },
        // The 200 crosses the CANCEL.
        () => world.answer(phone),
      ];
    case 'answered':
      return [...ofConversation(world, phone, detail), ...lost(world, phone, detail)];
    case 'gone':
      return [];
  }
}

/** What befalls any phone, seldom. */
function lost(world: World, phone: Phone, detail: number): (() => void)[] {
  const by = detail % 2 === 0 ? 'network' : 'media';
  const colleague = ['101', '102', '103'][detail % 3] ?? '101';
  return [
    () => (detail % 5 === 0 ? world.lose(phone, by) : undefined),
    () => (detail % 3 === 0 ? world.strand(phone) : undefined),
    () => world.bringBack(phone),
    () => (detail % 3 === 0 ? world.replace(phone, colleague) : undefined),
  ];
}

function ofConversation(world: World, phone: Phone, detail: number): (() => void)[] {
  const { callId, leg } = phone;
  const pick = <T>(items: readonly T[]): T => items[detail % items.length] as T;
  const possible = [
    () => (detail % 3 === 0 ? world.hangUp(phone) : undefined),
    () => world.post(callId, { kind: 'digitPressed', leg, digit: pick(keys) }),
    () => {
      phone.held = !phone.held;
      world.post(callId, { kind: phone.held ? 'legHeld' : 'legResumed', leg });
    },
  ];
  if (phone.extension !== undefined) {
    const code = pick([
      ['#', '#', '1', '0', '2'],
      ['*', '2', '1', '0', '3'],
      ['*', '0'],
      ['#', '#', '7'],
      ['#', '#', '5'],
      ['*', '2', '6'],
    ]);
    const others = world.alive().filter(other => other !== phone && other.extension === phone.extension);
    const other = others.length === 0 ? undefined : pick(others);
    possible.push(
      () => void world.refer(phone, pick(targets)),
      () => void world.refer(phone, pick(targets)),
      () => {
        for (const digit of code) world.post(phone.callId, { kind: 'digitPressed', leg: phone.leg, digit });
      },
    );
    if (other !== undefined)
      possible.push(
        () => void world.refer(phone, '', other),
        () => void world.refer(phone, '', other),
      );
  }
  return possible;
}

/** Nobody does anything any more: phones ring out, callers listen to the end, those who talk hang up at last. */
function fallSilent(world: World): void {
  for (let turns = 0; turns < 2_000; turns++) {
    for (const phone of world.alive()) {
      if (phone.state !== 'cancelled') continue;
      phone.state = 'gone';
      world.post(phone.callId, { kind: 'legFailed', leg: phone.leg, reason: 'cancelled', status: 487 });
    }
    for (const phone of world.alive()) world.bringBack(phone);
    const open = [...world.calls.values()].filter(({ phase }) => phase.kind !== 'ended');
    if (open.length === 0) break;
    const talk = open.find(({ phase }) => phase.kind === 'talking');
    if (talk?.phase.kind === 'talking') {
      const { party } = talk.phase;
      const phone = world.alive(talk.id).find(({ leg }) => leg === party);
      if (phone === undefined) throw new Error(`the party of ${talk.id} has no phone`);
      world.hangUp(phone);
      continue;
    }
    const consulting = open.find(({ phase }) => phase.kind === 'consulting' && phase.stage === 'talking');
    if (consulting?.phase.kind === 'consulting') {
      const { transferor } = consulting.phase;
      const phone = world.alive(consulting.id).find(({ leg }) => leg === transferor);
      if (phone !== undefined) world.hangUp(phone);
      continue;
    }
    if (!world.clock.step()) throw new Error(`stuck: ${open.map(({ id, phase }) => `${id} ${phase.kind}`).join(', ')}`);
  }
  const open = [...world.calls.values()].filter(({ phase }) => phase.kind !== 'ended');
  if (open.length > 0) throw new Error(`R3: no end: ${open.map(({ id, phase }) => `${id} ${phase.kind}`).join(', ')}`);
  nobodyIsStranded(world);
  for (const phone of world.alive()) throw new Error(`R8: ${phone.callId} ${phone.leg} is left ${phone.state}`);
}
