import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KozpontError } from '../../../src/base/errors.ts';
import { FakeInbound } from '../../support/fakeSignalling.ts';
import { byFarEnd, TestHouse } from '../../support/house.ts';

let house: TestHouse;
beforeEach(() => {
  house = new TestHouse();
});
afterEach(() => house.close());

const music = [{ kind: 'file', path: 'default.wav' }];
const ringing = [{ kind: 'tone', tone: 'ringback' }];

/** A promise, and what settles it. */
function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const passed = new Promise<void>(resolve => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

describe('descriptions', () => {
  test('an ACK that brings no answer to our offer ends the call, which nobody could hear', async () => {
    const leg = new FakeInbound();
    leg.acknowledged = Promise.reject(new KozpontError('INVALID_SDP', 'no answer'));
    leg.acknowledged.catch(() => undefined);
    house.exchange.callArrived(leg.arriving({ offer: undefined }));
    await house.settle();
    expect(leg.ended).toMatchObject({ status: 488 });
    expect(house.exchange.callsNow).toBe(0);
  });

  test('a re-INVITE waits until the answer to the INVITE has been taken', async () => {
    const { events } = await house.callIn();
    events.digit('0');
    await house.settle();
    const endpoint = house.media.of('leg1');
    const { passed, open } = gate();
    endpoint.before = what => (what === 'accept' ? passed : Promise.resolve());
    const operator = house.signalling.to('10');
    operator.events.answered('an answer', '127.0.0.1');
    const answered = operator.events.offered('hold');
    await house.settle();
    expect(endpoint.done).toEqual([]);
    open();
    expect(await answered).toBe(endpoint.localSdp);
    await house.settle();
    expect(endpoint.done.slice(0, 2)).toEqual(['accept', 'answer']);
    expect(house.media.of('caller').playing).toEqual(music);
  });

  test('a re-INVITE that cannot be used is refused, and the conversation goes on', async () => {
    const { operator } = await house.conversation();
    await expect(operator.events.offered('bad')).rejects.toMatchObject({ code: 'INVALID_SDP' });
    await house.settle();
    expect(operator.ended).toBeUndefined();
    expect(house.media.of('caller').peer).toBe(house.media.of('leg1'));
    await operator.events.offered('hold');
    await house.settle();
    expect(house.media.of('caller').playing).toEqual(music);
  });

  test('an answer that cannot be used counts as unreachable', async () => {
    const { events } = await house.callIn();
    events.digit('0');
    await house.settle();
    const operator = house.signalling.to('10');
    operator.events.answered('a bad answer', '127.0.0.1');
    await house.settle();
    expect(operator.ended).toMatchObject({ status: 488 });
    expect(house.signalling.to('11')).toBeDefined();
  });

  test('one who has answered a media server that takes no answer is taken to another endpoint', async () => {
    const { events } = await house.callIn();
    events.digit('0');
    await house.settle();
    const stuck = house.media.of('leg1');
    stuck.before = () => new Promise(() => undefined);
    const operator = house.signalling.to('10');
    operator.events.answered('an answer', '127.0.0.1');
    await house.settle();
    expect(stuck.destroyed).toBe(false);
    house.clock.advance(5_000);
    await house.settle();
    expect(stuck.destroyed).toBe(true);
    expect(operator.reinvites).toEqual([house.media.of('leg1').localSdp]);
    expect(house.media.of('leg1').peer).toBe(house.media.of('caller'));
  });

  test('a phone does not ring for a caller whose description cannot be used', async () => {
    const { leg } = await house.dial('101', '102', { offer: 'bad' });
    expect([leg.ringing, leg.ended]).toMatchObject([false, { status: 488 }]);
    const other = await house.dial('101', '102');
    expect(other.leg.ringing).toBe(true);
  });
});

describe('a bridge', () => {
  test('that cannot be made loses the extension, never the caller from outside', async () => {
    const caller = await house.callIn();
    caller.events.digit('0');
    await house.settle();
    const [ours, theirs] = [house.media.of('caller'), house.media.of('leg1')];
    for (const endpoint of [ours, theirs]) {
      endpoint.before = what =>
        what === 'bridge' ? Promise.reject(new KozpontError('MEDIA_UNAVAILABLE', 'no')) : Promise.resolve();
    }
    const operator = house.signalling.to('10');
    operator.events.answered('an answer', '127.0.0.1');
    await house.settle();
    expect([operator.ended, caller.leg.ended]).toMatchObject([{ status: 503 }, undefined]);
    expect(ours.playing).toEqual(music);
    expect(house.signalling.to('11')).toBeDefined();
  });

  test('is not waited for for ever', async () => {
    const caller = await house.callIn();
    caller.events.digit('0');
    await house.settle();
    for (const name of ['caller', 'leg1']) {
      house.media.of(name).before = what => (what === 'bridge' ? new Promise(() => undefined) : Promise.resolve());
    }
    const operator = house.signalling.to('10');
    operator.events.answered('an answer', '127.0.0.1');
    await house.settle();
    expect(operator.ended).toBeUndefined();
    house.clock.advance(5_000);
    await house.settle();
    expect([operator.ended, caller.leg.ended]).toMatchObject([{ status: 503 }, undefined]);
  });

  test('is left before its leg is joined to somebody else, although the other side has gone', async () => {
    const { operator, caller } = await house.conversation();
    const consultation = await house.dial('10', '102');
    house.signalling.to('102').events.answered('an answer', '127.0.0.1');
    await house.settle();
    const target = house.media.all[3];
    expect(target?.done).toEqual(['accept', 'bridge']);
    operator.events.transferRequested({
      target: '',
      replaces: consultation.leg,
      accept() {},
      refuse() {},
      progress() {},
    });
    await house.settle();
    expect(target?.done).toEqual(['accept', 'bridge', 'unbridge', 'bridge']);
    expect(target?.peer).toBe(house.media.all[0]);
    expect(caller.leg.ended).toBeUndefined();
  });
});

describe('a sound that cannot be had', () => {
  test('is ringback where it was to go on until somebody answers', async () => {
    const caller = await house.callIn();
    const endpoint = house.media.of('caller');
    endpoint.mute = true;
    caller.events.digit('0');
    await house.settle();
    expect(endpoint.playing).toEqual([{ kind: 'tone', tone: 'ringback' }]);
    house.signalling.to('10').events.answered('an answer', '127.0.0.1');
    await house.settle();
    expect(endpoint.playing).toBeUndefined();
    expect(endpoint.peer).toBe(house.media.of('leg1'));
  });

  test('is not made up for when somebody is there already', async () => {
    const caller = await house.callIn();
    const endpoint = house.media.of('caller');
    let plays = 0;
    let fail = (): void => undefined;
    endpoint.play = () => {
      plays += 1;
      return new Promise(resolve => {
        fail = () => resolve('failed');
      });
    };
    caller.events.digit('0');
    await house.settle();
    const operator = house.signalling.to('10');
    const music = [plays, fail] as const;
    operator.events.answered('an answer', '127.0.0.1');
    await house.settle();
    music[1]();
    await house.settle();
    expect(plays).toBe(music[0]);
    await operator.events.offered('hold');
    await house.settle();
    const second = [plays, fail] as const;
    expect(second[0]).toBe(music[0] + 1);
    second[1]();
    await house.settle();
    expect(plays).toBe(second[0] + 1);
  });

  test('is a short tone, and passed over, where something follows it', async () => {
    const leg = new FakeInbound();
    house.exchange.callArrived(leg.arriving());
    await Promise.resolve();
    const endpoint = house.media.of('caller');
    endpoint.mute = true;
    await house.settle();
    expect(endpoint.playing).toEqual([{ kind: 'tone', tone: 'confirm' }]);
    endpoint.end('completed');
    await house.settle();
    expect(endpoint.playing).toEqual([{ kind: 'silence', duration: 1_000 }]);
    for (let round = 0; round < 2; round++) {
      house.clock.advance(5_000);
      await house.settle();
      if (endpoint.playing?.[0]?.kind === 'tone') endpoint.end('completed');
      await house.settle();
    }
    house.clock.advance(5_000);
    await house.settle();
    expect(house.signalling.to('10')).toBeDefined();
  });
});

describe('a sound that is still being made', () => {
  const prompt = [{ kind: 'file', path: 'made.wav' }];
  /** A house in which every prompt is made when the test says so. */
  function making() {
    let made = (_path: string): void => undefined;
    let fails = (_error: Error): void => undefined;
    const file = new Promise<string>((resolve, reject) => {
      made = resolve;
      fails = reject;
    });
    file.catch(() => undefined);
    house = new TestHouse({ sounds: { prompt: () => file, music: name => `${name}.wav` } });
    return { made: () => made('made.wav'), fails: () => fails(new KozpontError('PROMPT_UNAVAILABLE', 'no voice')) };
  }

  test('is waited for a moment, then with ringback, and heard once it is there', async () => {
    const { made } = making();
    await house.callIn();
    const endpoint = house.media.of('caller');
    expect(endpoint.playing).toBeUndefined();
    house.clock.advance(300);
    await house.settle();
    expect(endpoint.playing).toEqual(ringing);
    made();
    await house.settle();
    expect(endpoint.playing).toEqual(prompt);
    house.clock.advance(1_000);
    await house.settle();
    expect(endpoint.playing).toEqual(prompt);
  });

  test('is heard without ringback where it comes at once', async () => {
    const { made } = making();
    await house.callIn();
    made();
    await house.settle();
    house.clock.advance(1_000);
    await house.settle();
    expect(house.media.of('caller').playing).toEqual(prompt);
    expect(house.media.of('caller').done.filter(what => what === 'play')).toHaveLength(1);
  });

  test('is not heard any more where the caller has gone on by then', async () => {
    const { made } = making();
    const caller = await house.callIn();
    caller.events.digit('0');
    await house.settle();
    expect(house.media.of('caller').playing).toEqual(music);
    house.clock.advance(1_000);
    made();
    await house.settle();
    expect(house.media.of('caller').playing).toEqual(music);
  });

  test('and cannot be had in the end is a short tone, and passed over', async () => {
    const { fails } = making();
    await house.callIn();
    const endpoint = house.media.of('caller');
    house.clock.advance(300);
    await house.settle();
    fails();
    await house.settle();
    expect(endpoint.playing).toEqual([{ kind: 'tone', tone: 'confirm' }]);
    endpoint.end('completed');
    await house.settle();
    expect(endpoint.playing).toEqual([{ kind: 'silence', duration: 1_000 }]);
  });
});

describe('an extension is occupied', () => {
  /** Both operators talk, a caller waits for the next of them. */
  async function waiting() {
    const first = await house.conversation();
    const second = await house.conversation('11');
    const third = await house.callIn();
    third.events.digit('0');
    await house.settle();
    expect(house.signalling.dialed).toHaveLength(2);
    return { first, second, third };
  }

  test('while its leg goes over to another call: nobody who waits is offered to it', async () => {
    const first = await house.conversation();
    const consultation = await house.dial('10', '11');
    house.signalling.to('11').events.answered('an answer', '127.0.0.1');
    await house.settle();
    const third = await house.callIn();
    third.events.digit('0');
    await house.settle();
    first.operator.events.transferRequested({
      target: '',
      replaces: consultation.leg,
      accept() {},
      refuse() {},
      progress() {},
    });
    await house.settle();
    expect(house.signalling.dialed.map(({ request }) => request.target.number)).toEqual(['10', '11']);
    first.operator.events.ended(byFarEnd);
    await house.settle();
    expect(house.signalling.dialed.map(({ request }) => request.target.number)).toEqual(['10', '11', '10']);
  });

  test('by the recall of a caller whom it left on hold, before anybody who waits', async () => {
    const { first } = await waiting();
    await first.operator.events.offered('hold');
    await house.settle();
    first.operator.events.ended(byFarEnd);
    await house.settle();
    const rung = house.signalling.dialed.slice(2);
    expect(rung.map(({ request }) => [request.target.number, request.alert])).toEqual([['10', 'recall']]);
  });

  test('until it hangs up: then the one who waits is next', async () => {
    const { second, third } = await waiting();
    second.operator.events.ended(byFarEnd);
    await house.settle();
    const rung = house.signalling.dialed.slice(2);
    expect(rung.map(({ request }) => [request.target.number, request.alert])).toEqual([['11', 'external']]);
    third.events.ended(byFarEnd);
    await house.settle();
    expect(rung[0]?.ended).toBeDefined();
  });
});
