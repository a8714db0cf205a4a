import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { NotPlayable } from '../../../src/live/index.ts';
import { createPhone } from '../../../src/phone/phone.ts';
import { LiveHouse, passwordOf, storyOf } from '../../support/live/house.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';

let house: LiveHouse;

leaveNoSocketOpen();
beforeAll(async () => {
  house = await LiveHouse.open();
});
afterAll(() => house.close());

const called = 'at: 2026-11-23T10:00\n    from: "+36301111111"\n    to: "+3612345678"';
const story = (steps: readonly string[], ends = '', head = called) => storyOf(house.plan, head, steps, ends);

const messages = (list: readonly { readonly message: string }[]): readonly string[] =>
  list.map(({ message }) => message);

describe('a story on real telephones', { timeout: 60_000 }, () => {
  test('comes as it says: a menu, the operator, a transfer that comes back, and a goodbye', async () => {
    const told = story(
      [
        'hears: { what: welcome, language: en }',
        'presses: 8',
        'hears: { what: welcome, language: hu }',
        'presses: 7',
        'hears: sorry',
        'hears: welcome',
        'presses: 0',
        'enters: queue:reception',
        'hears: music',
        'rings: { who: 10, shows: "+36301111111" }',
        'answers: 10',
        'talks: [caller, 10]',
        'holds: 10',
        'hears: music',
        'resumes: 10',
        'talks: [10, caller]',
        'transfers: { who: 10, to: 777, refused: 404 }',
        'transfers: { who: 10, to: 101 }',
        'rings: 101',
        'hears: ringback',
        'rings: { who: 10, shows: "R: no answer 101" }',
        'stops: 101',
        'declines: 10',
        'hears: bye',
      ],
      '{ result: goodbye, by: system, talkedWith: [10], language: hu, returns: 1, through: [menu:main, queue:reception], record: { steps: [{ kind: recallStarted, operator: "10" }] } }',
    );
    const outcome = await house.play(told);
    expect(messages(outcome.failures), house.page(told, outcome)).toEqual([]);
    expect(outcome.unverified).toEqual([]);
    expect(outcome.steps).toHaveLength(told.steps.length);
  });

  test('is played anew each time: who was busy or declined is asked again, in the order of the dialplan', async () => {
    const told = story(
      ['presses: 0', 'rings: 10', 'declines: 10', 'rings: 11', 'answers: 11', 'hangsUp: 11'],
      '{ result: completed, by: callee }',
    );
    for (let round = 0; round < 2; round++) {
      const outcome = await house.play(told);
      expect(messages(outcome.failures), house.page(told, outcome)).toEqual([]);
    }
  });

  test('shows why it rings again, though the caller shows no number', async () => {
    const told = story(
      [
        'presses: 0',
        'answers: 10',
        'transfers: { who: 10, to: 101 }',
        'busy: 101',
        'rings: { who: 10, shows: "R: busy 101 – anonymous" }',
        'answers: 10',
        'hangsUp: 10',
      ],
      '{ result: completed, returns: 1 }',
      'at: 2026-11-23T10:00\n    to: "+3612345678"',
    );
    const outcome = await house.play(told);
    expect(messages(outcome.failures), house.page(told, outcome)).toEqual([]);
  });

  test('knows an attended transfer, and a colleague who calls', async () => {
    const told = story(
      [
        'rings: { who: 10, shows: Anna }',
        'hears: ringback',
        'answers: 10',
        'talks: [101, 10]',
        'consults: { who: 10, with: 11 }',
        'rings: { who: 11, shows: Reception }',
        'answers: 11',
        'talks: [10, 11]',
        'completes: 10',
        'talks: [caller, 11]',
        'hangsUp: caller',
      ],
      '{ result: completed, by: caller, talkedWith: [10, 11] }',
      'at: 2026-11-23T10:00\n    from: 101\n    to: 10',
    );
    const outcome = await house.play(told);
    expect(messages(outcome.failures), house.page(told, outcome)).toEqual([]);
  });

  test('shows where it does not come as it says, and what came instead', async () => {
    const told = story(['hears: welcome', 'presses: 7', 'hears: welcome'], '{ result: goodbye }');
    const outcome = await house.play(told);
    expect(messages(outcome.failures)).toEqual(['caller hears welcome: caller hears sorry (en) instead']);
    const page = house.page(told, outcome);
    expect(page).toMatch(/✗ caller hears welcome {2,}│ +\+[0-9.]+ {2}caller hears sorry \(en\)/);
    expect(page).toMatch(/✓ caller presses 7 {2,}│/);
  });

  test('says what of its end is otherwise', async () => {
    const told = story(
      ['hears: welcome', 'hangsUp: caller', 'enters: queue:reception'],
      '{ result: goodbye, returns: 2 }',
    );
    const { failures } = await house.play(told);
    expect(messages(failures)).toEqual([
      'the result is "abandoned", not "goodbye"',
      'returns is 0, not 2',
      '→ queue:reception: the call never comes there, but through menu:main',
    ]);
  });

  test('is honest about what cannot be seen from outside', async () => {
    const told = story(
      ['hears: welcome', 'presses: 9', 'enters: menu:main'],
      '{ result: goodbye, returns: 0, language: en }',
    );
    const { failures, unverified } = await house.play(told, { records: false, change: { sounds: undefined } });
    expect(failures).toEqual([]);
    expect(messages(unverified)).toEqual([
      'caller hears welcome: something is heard; what it is was not compared',
      'ends: language is not seen from outside',
      'ends: returns is not seen from outside',
      '→ menu:main: it is not seen from outside',
    ]);
  });

  test('ends by its deadline where nothing comes', async () => {
    const told = story(['hears: welcome', 'hears: 11'], '{ result: goodbye }');
    const { failures } = await house.play(told, { slack: 500 });
    expect(messages(failures)).toEqual(['caller hears 11: caller never does']);
  });
});

describe('telephones', { timeout: 60_000 }, () => {
  const common = { clock: systemClock, log: silentLog };

  test('that somebody has registered are not rung', async () => {
    const told = story(['presses: 0', 'rings: 10', 'answers: 10', 'hangsUp: caller']);
    const real = await createPhone({
      ...common,
      user: '10',
      password: passwordOf('10'),
      server: house.switchboard.server,
    });
    await real.register();
    const refused = house.play(told);
    await expect(refused).rejects.toThrow(NotPlayable);
    await expect(refused).rejects.toThrow(`a telephone of extension 10 would ring: ${real.uri} (--disturb)`);
    expect(await real.registration.addresses()).toEqual([real.uri]);
    expect((await house.play(told, { change: { disturb: true } })).failures).toEqual([]);
    expect(await real.registration.addresses()).toEqual([real.uri]);
    await real.close();
  });

  test('of whom no password is known cannot be had', async () => {
    const told = story(['presses: 0', 'rings: 10']);
    const passwordOf = () => undefined;
    await expect(house.play(told, { change: { passwordOf } })).rejects.toThrow('there is no password of extension 10');
    const wrong = { passwordOf: () => 'not-the-password' };
    await expect(house.play(told, { change: wrong })).rejects.toThrow(
      /^extension 1[01] cannot be registered: REGISTER: 40[13]/,
    );
  });

  test('are all gone after an interruption', async () => {
    const interruption = new AbortController();
    const told = story(['hears: welcome', 'presses: 0', 'answers: 10', 'waits: 30s']);
    const playing = house.play(told, { signal: interruption.signal });
    await expect.poll(() => house.kozpont.alive().legs, { timeout: 10_000 }).toBe(2);
    interruption.abort(new Error('SIGINT'));
    await expect(playing).rejects.toThrow('SIGINT');
    const asking = await createPhone({
      ...common,
      user: '10',
      password: passwordOf('10'),
      server: house.switchboard.server,
    });
    expect(await asking.registration.addresses()).toEqual([]);
    await asking.close();
  });

  test('are gone where the switchboard is', async () => {
    const nowhere = { server: { address: '127.0.0.1', port: 9 } };
    const interruption = new AbortController();
    const playing = house.play(story(['presses: 0', 'rings: 10']), { change: nowhere, signal: interruption.signal });
    interruption.abort(new Error('enough'));
    await expect(playing).rejects.toThrow('enough');
  });
});
