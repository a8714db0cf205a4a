import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Fork,
  type ForkEffect,
  type ForkInput,
  startFork,
  stepFork,
} from '../../../../src/signalling/outbound/fork.ts';
import { failureOf } from '../../../../src/signalling/outbound/outcome.ts';

const word = (effect: ForkEffect): string => {
  switch (effect.kind) {
    case 'failed':
      return `failed ${effect.failure.reason} ${effect.failure.status}`;
    case 'cancel':
      return `cancel ${effect.branch} ${effect.why}`;
    case 'ringing':
      return 'ringing';
    default:
      return `${effect.kind} ${effect.branch}`;
  }
};

/** Each input comes `apart` milliseconds after the one before. */
const playAfter = (
  { apart, fixed }: { readonly apart: number; readonly fixed: boolean },
  branches: readonly number[],
  ...inputs: readonly ForkInput[]
): { fork: Fork; effects: string[][] } => {
  const started = startFork(branches, fixed);
  let { fork } = started;
  const effects = [started.effects.map(word)];
  for (const [index, input] of inputs.entries()) {
    const step = stepFork(fork, input, 1_000_000 + index * apart);
    fork = step.fork;
    effects.push(step.effects.map(word));
  }
  return { fork, effects: effects.slice(started.effects.length === 0 ? 1 : 0) };
};

const play = (branches: readonly number[], ...inputs: readonly ForkInput[]): ReturnType<typeof playAfter> =>
  playAfter({ apart: 10_000, fixed: false }, branches, ...inputs);

const ringing = (branch: number): ForkInput => ({ kind: 'ringing', branch });
const answered = (branch: number): ForkInput => ({ kind: 'answered', branch });
const refused = (branch: number, status: number): ForkInput => ({ kind: 'refused', branch, status, text: '' });
const cancel: ForkInput = { kind: 'cancel' };

describe('a fork', () => {
  test('to nobody fails at once', () => {
    expect(play([]).effects).toEqual([['failed unreachable 480']]);
  });

  test('rings once, however many phones do', () => {
    expect(play([0, 1], ringing(0), ringing(1), ringing(0)).effects).toEqual([['ringing'], [], []]);
  });

  test('keeps the first that answers and lets go of the others, the late one too', () => {
    expect(play([0, 1, 2], ringing(1), refused(2, 486), answered(1), answered(0), refused(0, 487)).effects).toEqual([
      ['ringing'],
      [],
      ['keep 1', 'cancel 0 answeredElsewhere'],
      ['release 0'],
      [],
    ]);
  });

  test.each([
    [[486, 480, 404], 'busy 486'],
    [[404, 486, 403], 'busy 486'],
    [[404, 403], 'declined 403'],
    [[404, 503], 'unreachable 404'],
  ])('fails by what says most: %j is %s', (statuses, expected) => {
    const branches = statuses.map((_, i) => i);
    const { effects } = play(branches, ...statuses.map((status, i) => refused(i, status)));
    expect(effects.at(-1)).toEqual([`failed ${expected}`]);
    expect(effects.slice(0, -1).flat()).toEqual([]);
  });

  test('ends by a 6xx, whoever else is still asked', () => {
    const { effects } = play([0, 1], refused(0, 603), refused(1, 487));
    expect(effects).toEqual([['cancel 1 notWanted', 'failed declined 603'], []]);
  });

  test('tells a phone that rang from one that did not', () => {
    expect(play([0], ringing(0), refused(0, 480)).effects.at(-1)).toEqual(['failed noAnswer 480']);
    expect(play([0], refused(0, 480)).effects.at(-1)).toEqual(['failed unavailable 480']);
    const soon = playAfter({ apart: 4_999, fixed: false }, [0], ringing(0), refused(0, 480));
    expect(soon.effects.at(-1)).toEqual(['failed unavailable 480']);
    const late = playAfter({ apart: 5_000, fixed: false }, [0], ringing(0), refused(0, 480));
    expect(late.effects.at(-1)).toEqual(['failed noAnswer 480']);
    // The other phone rang for ten seconds, this one did not.
    const other = play([0, 1], ringing(0), refused(1, 480), refused(0, 500));
    expect(other.effects.at(-1)).toEqual(['failed unavailable 480']);
  });

  test('tells a number that is none from a phone that has gone', () => {
    const gateway = playAfter({ apart: 0, fixed: true }, [0], refused(0, 404));
    expect(gateway.effects.at(-1)).toEqual(['failed noSuchNumber 404']);
    expect(play([0], refused(0, 404)).effects.at(-1)).toEqual(['failed unreachable 404']);
  });

  test('is taken back once; a late answer is released', () => {
    expect(play([0, 1], ringing(0), cancel, cancel, answered(0), refused(1, 487)).effects).toEqual([
      ['ringing'],
      ['cancel 0 notWanted', 'cancel 1 notWanted', 'failed cancelled 487'],
      [],
      ['release 0'],
      [],
    ]);
    expect(play([0], answered(0), cancel).effects).toEqual([['keep 0'], []]);
  });

  test('goes on at the phones that it is sent on to', () => {
    const diverted: ForkInput = { kind: 'diverted', branch: 0, into: [1, 2] };
    expect(play([0], diverted, refused(1, 404), answered(2)).effects).toEqual([[], [], ['keep 2']]);
    expect(play([0], { kind: 'diverted', branch: 0, into: [] }).effects).toEqual([['failed unreachable 480']]);
  });

  test('in any order of events: one end, one kept at most, everybody else is let go of', () => {
    const branch = fc.nat(3);
    const input: fc.Arbitrary<ForkInput> = fc.oneof(
      fc.record({ kind: fc.constant('ringing' as const), branch }),
      fc.record({ kind: fc.constant('answered' as const), branch }),
      fc.record({
        kind: fc.constant('refused' as const),
        branch,
        status: fc.constantFrom(302, 404, 408, 480, 486, 487, 503, 600, 603),
        text: fc.constant(''),
      }),
      fc.constant(cancel),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(input, { maxLength: 20 }), (size, inputs) => {
        const branches = [...Array(size).keys()];
        let { fork } = startFork(branches, false);
        const kept: number[] = [];
        const released = new Set<number>();
        const cancelled = new Set<number>();
        const answers = new Set<number>();
        const over = new Set<number>();
        let failures = 0;
        let rings = 0;
        for (const one of inputs) {
          const before = fork;
          const step = stepFork(fork, one, 0);
          fork = step.fork;
          const first = one.kind !== 'cancel' && one.branch < size && !over.has(one.branch);
          if (first && one.kind === 'answered') answers.add(one.branch);
          if (first && one.kind !== 'ringing') over.add(one.branch);
          for (const effect of step.effects) {
            if (effect.kind === 'keep') kept.push(effect.branch);
            if (effect.kind === 'release') released.add(effect.branch);
            if (effect.kind === 'cancel') cancelled.add(effect.branch);
            if (effect.kind === 'failed') failures += 1;
            if (effect.kind === 'ringing') rings += 1;
          }
          if (before.state !== 'asking') expect(fork.state).toBe(before.state);
        }
        expect(kept.length + failures).toBeLessThanOrEqual(1);
        expect(rings).toBeLessThanOrEqual(1);
        expect(fork.state === 'asking').toBe(kept.length + failures === 0);
        // Who answered is kept or released, and nobody else is.
        expect([...kept, ...released].sort()).toEqual([...answers].sort());
        // When it is decided, nobody rings on who was not told to stop.
        if (fork.state !== 'asking') {
          for (const id of branches) {
            const done = over.has(id) || cancelled.has(id) || kept.includes(id);
            expect(done).toBe(true);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

test('statuses in the words of call control', () => {
  const words = (rangFor: number | undefined, fixed = false) =>
    [403, 408, 433, 480, 486, 487, 600, 603, 604, 606, 607, 608, 302, 401, 404, 410, 484, 488, 500, 503].map(
      status => `${status} ${failureOf(status, { rangFor, fixed })}`,
    );
  const common = {
    before: ['403 declined'],
    user: ['600 busy', '603 declined', '604 noSuchNumber', '606 unreachable', '607 declined', '608 declined'],
    network: [302, 401, 404, 410, 484, 488, 500, 503].map(status => `${status} unreachable`),
  };
  const { before, user, network } = common;
  const rang = ['408 noAnswer', '433 declined', '480 noAnswer', '486 busy', '487 noAnswer'];
  const silent = ['408 unreachable', '433 declined', '480 unavailable', '486 busy', '487 unreachable'];
  expect(words(20_000)).toEqual([...before, ...rang, ...user, ...network]);
  expect(words(undefined)).toEqual([...before, ...silent, ...user, ...network]);
  expect(words(undefined, true).filter(one => one.endsWith('noSuchNumber'))).toEqual(
    [604, 404, 410, 484].map(status => `${status} noSuchNumber`),
  );
});
