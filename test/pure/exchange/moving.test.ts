import { beforeEach, describe, expect, test } from 'vitest';
import { KozpontError } from '../../../src/base/errors.ts';
import { silentLog } from '../../../src/base/log.ts';
import { MediaPool } from '../../../src/media/pool/mediaPool.ts';
import type { FakeEndpoint } from '../../support/fakeMedia.ts';
import { FakeMedia } from '../../support/fakeMedia.ts';
import { refer } from '../../support/fakeSignalling.ts';
import { byFarEnd, TestHouse } from '../../support/house.ts';

const music = [{ kind: 'file', path: 'default.wav' }];
const ringback = [{ kind: 'tone', tone: 'ringback' }];

let first: FakeMedia;
let second: FakeMedia;
let pool: MediaPool;
let house: TestHouse;

beforeEach(() => {
  first = new FakeMedia('first');
  second = new FakeMedia('second');
  second.load = 0.5;
  pool = new MediaPool(silentLog);
  pool.add(first);
  pool.add(second);
  house = new TestHouse({ media: pool });
});

async function end(): Promise<void> {
  await house.close();
  expect(pool.endpoints).toBe(0);
}

async function lose(server: FakeMedia): Promise<void> {
  server.die();
  await house.settle();
}

/** The endpoint of a leg, wherever it is now. */
function endpoint(leg: string): FakeEndpoint {
  const found = [...first.all, ...second.all].find(({ options, destroyed }) => options.legId === leg && !destroyed);
  if (found === undefined) throw new Error(`no endpoint of ${leg}`);
  return found;
}

const recorded = (kind: string): number => house.records[0]?.steps.filter(step => step.kind === kind).length ?? 0;

describe('a media server dies', () => {
  test('under a conversation: both are taken to another one by re-INVITE, and joined again', async () => {
    const { caller, operator } = await house.conversation();
    expect([endpoint('caller').server, endpoint('leg1').server]).toEqual(['first', 'first']);
    await lose(first);
    expect([endpoint('caller').server, endpoint('leg1').server]).toEqual(['second', 'second']);
    expect(caller.leg.reinvites).toEqual([endpoint('caller').localSdp]);
    expect(operator.reinvites).toEqual([endpoint('leg1').localSdp]);
    expect(endpoint('caller').accepted).toBe(`answer to ${endpoint('caller').localSdp}`);
    expect(endpoint('caller').peer).toBe(endpoint('leg1'));
    expect([first.endpoints, second.endpoints]).toEqual([0, 2]);
    caller.events.ended(byFarEnd);
    await house.settle();
    expect([recorded('mediaLost'), recorded('mediaRestored')]).toEqual([2, 2]);
    await end();
  });

  test('and one phone takes its time: the other one hears music until it is there', async () => {
    const { operator } = await house.conversation();
    let answer = (_: string): void => undefined;
    operator.reinvited = () =>
      new Promise(resolve => {
        answer = resolve;
      });
    await lose(first);
    expect(endpoint('caller').playing).toEqual(music);
    expect(endpoint('caller').peer).toBeUndefined();
    answer('late');
    await house.settle();
    expect(endpoint('caller').peer).toBe(endpoint('leg1'));
    expect(endpoint('caller').playing).toBeUndefined();
    await end();
  });

  test('under a menu: the greeting is spoken again, and what was cut short is not taken for its end', async () => {
    const { leg } = await house.callIn();
    await lose(first);
    expect(leg.reinvites).toHaveLength(1);
    expect(endpoint('caller').playing).toEqual([{ kind: 'file', path: 'en/welcome.wav' }]);
    expect(endpoint('caller').done.filter(what => what === 'play')).toHaveLength(1);
    house.clock.advance(20_000);
    await house.settle();
    // The silence after a greeting that had ended would have sent the caller on by now.
    expect(endpoint('caller').playing).toEqual([{ kind: 'file', path: 'en/welcome.wav' }]);
    await end();
  });

  test('under a digit: it is understood on the next one', async () => {
    await house.callIn();
    await lose(first);
    endpoint('caller').options.events.digit('0');
    await house.settle();
    expect(house.signalling.to('10').request.offer).toBe(endpoint('leg1').localSdp);
    expect(endpoint('leg1').server).toBe('second');
    await end();
  });

  test('before the caller is answered: the answer is that of the next one, and no re-INVITE is needed', async () => {
    const { leg } = await house.dial('101', '102');
    expect(leg.answered).toBeUndefined();
    await lose(first);
    house.signalling.to('102').events.answered('an answer', '127.0.0.1');
    await house.settle();
    expect(leg.answered).toBe(endpoint('caller').localSdp);
    expect([endpoint('caller').server, leg.reinvites]).toEqual(['second', []]);
    expect(endpoint('caller').peer).toBe(endpoint('leg1'));
    await end();
  });

  test('while a phone rings: it has the offer of the dead one, and is brought along when it answers', async () => {
    const { events } = await house.callIn();
    events.digit('0');
    await house.settle();
    const operator = house.signalling.to('10');
    await lose(first);
    expect(operator.reinvites).toEqual([]);
    operator.events.answered('an answer to the dead', '127.0.0.1');
    await house.settle();
    expect(operator.reinvites).toEqual([endpoint('leg1').localSdp]);
    expect(endpoint('leg1').accepted).toBe(`answer to ${endpoint('leg1').localSdp}`);
    expect(endpoint('leg1').peer).toBe(endpoint('caller'));
    await end();
  });

  test('in the breath of an answer: the call hears of it once', async () => {
    const { events } = await house.callIn();
    events.digit('0');
    await house.settle();
    const operator = house.signalling.to('10');
    endpoint('leg1').before = () => new Promise(() => undefined);
    operator.events.answered('an answer', '127.0.0.1');
    await house.settle();
    await lose(first);
    // What was asked of the dead one stands in the way until its deadline: a real one fails at once.
    house.clock.advance(5_000);
    await house.settle();
    expect(endpoint('leg1').peer).toBe(endpoint('caller'));
    events.ended(byFarEnd);
    await house.settle();
    expect(recorded('answered')).toBe(1);
    await end();
  });

  test('while a transfer rings (case 18): the caller hears ringback again, and the target is connected', async () => {
    const { operator } = await house.conversation();
    operator.events.transferRequested(refer('101'));
    await house.settle();
    operator.events.ended(byFarEnd);
    await house.settle();
    await lose(first);
    expect(endpoint('caller').playing).toEqual(ringback);
    const target = house.signalling.to('101');
    target.events.answered('an answer', '127.0.0.1');
    await house.settle();
    expect(endpoint('leg2').peer).toBe(endpoint('caller'));
    await end();
  });

  test('one who holds stays on hold, and the other one has music again', async () => {
    const { operator } = await house.conversation();
    await operator.events.offered('hold');
    await house.settle();
    expect(endpoint('caller').playing).toEqual(music);
    operator.reinvited = async () => 'an answer on hold';
    await lose(first);
    expect(endpoint('caller').playing).toEqual(music);
    expect(endpoint('leg1').playing).toBeUndefined();
    await operator.events.offered('talk');
    await house.settle();
    expect(endpoint('caller').peer).toBe(endpoint('leg1'));
    await end();
  });

  test('a phone that makes an offer meanwhile is answered, although a re-INVITE of ours waits for it', async () => {
    const { operator } = await house.conversation();
    let answered = (_: string): void => undefined;
    operator.reinvited = () =>
      new Promise(resolve => {
        answered = resolve;
      });
    await lose(first);
    const answer = await operator.events.offered('an offer of theirs');
    expect(answer).toBe(endpoint('leg1').localSdp);
    answered('an answer that says nothing new');
    await house.settle();
    expect(endpoint('leg1').accepted).toBeUndefined();
    expect(endpoint('caller').peer).toBe(endpoint('leg1'));
    await end();
  });

  test('and a phone that refuses the re-INVITE is let go of; the caller is at the reception again', async () => {
    const { caller, operator } = await house.conversation();
    operator.reinvited = () => Promise.reject(new KozpontError('REQUEST_FAILED', 'refused: 488'));
    await lose(first);
    expect(operator.ended).toMatchObject({ status: 503, cause: 41 });
    expect(caller.leg.ended).toBeUndefined();
    expect(house.signalling.to('11')).toBeDefined();
    await end();
  });

  test('and a phone that does not answer the re-INVITE is let go of after a while', async () => {
    const { caller, operator } = await house.conversation();
    operator.reinvited = () => new Promise(() => undefined);
    await lose(first);
    house.clock.advance(9_999);
    await house.settle();
    expect(operator.ended).toBeUndefined();
    house.clock.advance(1);
    await house.settle();
    expect(operator.ended).toMatchObject({ status: 503 });
    expect(caller.leg.ended).toBeUndefined();
    await end();
  });

  test('and a caller who hangs up on the way leaves nothing behind', async () => {
    const { caller } = await house.conversation();
    let dialogEnded = (_: Error): void => undefined;
    caller.leg.reinvited = () =>
      new Promise((_, reject) => {
        dialogEnded = reject;
      });
    await lose(first);
    caller.events.ended(byFarEnd);
    dialogEnded(new KozpontError('DISPOSED', 'the dialog has ended'));
    await house.settle();
    expect(pool.endpoints).toBe(0);
    await end();
  });

  test('and the next one as well: both are told with a reason, and nobody stays in a dead call', async () => {
    const { caller, operator } = await house.conversation();
    await lose(second);
    await lose(first);
    expect(caller.leg.ended).toMatchObject({ cause: 41 });
    expect(operator.ended).toMatchObject({ status: 503 });
    expect(house.exchange.callsNow).toBe(0);
    await end();
  });

  test('again and again: a leg is not moved for ever', async () => {
    const { caller } = await house.conversation();
    for (let turn = 0; turn < 3; turn++) {
      endpoint('caller').die();
      await house.settle();
      expect(caller.leg.reinvites).toHaveLength(turn + 1);
    }
    endpoint('caller').die();
    await house.settle();
    expect(caller.leg.ended).toMatchObject({ status: 503 });
    await end();
  });

  test('an endpoint that dies alone moves to another server, in case nobody has noticed more', async () => {
    await house.conversation();
    endpoint('leg1').die();
    await house.settle();
    // The two are on two servers, and the phone of the house is brought back to where the caller is.
    expect(endpoint('caller').server).toBe('first');
    expect(endpoint('leg1').peer).toBe(endpoint('caller'));
    await end();
  });
});

describe('new calls', () => {
  test('are refused while no media server is there, and let in when one is', async () => {
    pool.remove(first);
    pool.remove(second);
    const refused = await house.callIn();
    expect(refused.leg.ended).toMatchObject({ status: 503, retryAfter: 5 });
    pool.add(first);
    const { leg } = await house.callIn();
    expect(leg.answered).toBeDefined();
    await end();
  });

  test('go to the least loaded, and all parties of a call to one', async () => {
    second.load = 0.1;
    first.load = 0.2;
    const { events } = await house.callIn();
    second.load = 0.9;
    events.digit('0');
    await house.settle();
    expect([endpoint('caller').server, endpoint('leg1').server]).toEqual(['second', 'second']);
    await end();
  });

  test('go to another server where one refuses', async () => {
    first.failure = new KozpontError('PORTS_EXHAUSTED', 'full');
    const { leg } = await house.callIn();
    expect([leg.answered, second.endpoints]).toEqual(['second-0', 1]);
    await end();
  });

  test('with a description that cannot be used are refused by the first', async () => {
    const { leg } = await house.callIn({ offer: 'bad' });
    expect([leg.ended, second.all.length]).toMatchObject([{ status: 488 }, 0]);
    await end();
  });

  test('do not go to a server that drains; the parties of its calls do', async () => {
    const { events } = await house.callIn();
    expect(pool.drain('first')).toBe('draining');
    const other = await house.callIn();
    events.digit('0');
    await house.settle();
    expect(endpoint('leg1').server).toBe('first');
    expect([first.endpoints, second.endpoints]).toEqual([2, 1]);
    other.events.ended(byFarEnd);
    expect([pool.drain('second'), pool.drain('third'), pool.ready]).toEqual(['last', 'unknown', true]);
    // It was stopped, and is there again.
    pool.remove(first);
    pool.add(first);
    expect(pool.drain('second')).toBe('draining');
    await end();
  });
});

describe('a media server dies while a leg moves to it', () => {
  test('with a re-INVITE on the way: the far end is told of the one after that', async () => {
    const { caller } = await house.conversation();
    let answer = (_: string): void => undefined;
    caller.leg.reinvited = () =>
      new Promise(resolve => {
        answer = resolve;
      });
    endpoint('caller').die();
    await house.settle();
    endpoint('caller').die();
    caller.leg.reinvited = async offer => `answer to ${offer}`;
    answer('to the one in between');
    await house.settle();
    expect(caller.leg.reinvites).toHaveLength(2);
    expect(caller.leg.reinvites[1]).toBe(endpoint('caller').localSdp);
    await end();
  });
});

describe('an attended transfer over two media servers', () => {
  /** The caller on the first, held; the colleague whom the operator asks on the second. */
  async function consultation() {
    const { caller, operator } = await house.conversation();
    first.load = 0.9;
    await operator.events.offered('hold');
    const consulting = await house.dial('10', '102');
    const colleague = house.signalling.to('102');
    colleague.events.answered('an answer', '127.0.0.1');
    await house.settle();
    expect([first.endpoints, second.endpoints]).toEqual([2, 2]);
    const transfer = async (): Promise<void> => {
      operator.events.transferRequested(refer('', consulting.leg));
      await house.settle();
    };
    return { caller, colleague, transfer };
  }

  const held = (server: FakeMedia): FakeEndpoint => {
    const found = server.all.find(({ peer, destroyed }) => peer !== undefined && !destroyed);
    if (found === undefined) throw new Error(`nobody talks on ${server.name}`);
    return found;
  };

  test('where the first has no room for one more: the caller comes along', async () => {
    const { caller, colleague, transfer } = await consultation();
    first.failure = new KozpontError('PORTS_EXHAUSTED', 'full');
    await transfer();
    await house.settle();
    expect(colleague.ended).toBeUndefined();
    expect(caller.leg.reinvites).toHaveLength(1);
    expect(held(second).peer?.server).toBe('second');
    await end();
  });

  test('and the endpoint that is left dies on the way: nothing of it is left', async () => {
    const { colleague, transfer } = await consultation();
    let open = (): void => undefined;
    first.gate = new Promise(resolve => {
      open = resolve;
    });
    await transfer();
    const left = second.all.find(({ options, destroyed }) => options.legId === 'leg1' && !destroyed);
    pool.remove(first);
    left?.die();
    await house.settle();
    open();
    for (let turn = 0; turn < 3; turn++) await house.settle();
    expect(colleague.ended).toBeUndefined();
    expect(held(second).peer?.server).toBe('second');
    await end();
    expect(first.endpoints).toBe(0);
  });

  test('and the colleague makes an offer before the move: it is answered, and does not stand in its way', async () => {
    const { colleague, transfer } = await consultation();
    const talks = second.all.find(({ options, destroyed }) => options.legId === 'leg1' && !destroyed);
    let go = (): void => undefined;
    if (talks !== undefined)
      talks.before = () =>
        new Promise(resolve => {
          go = resolve;
        });
    await transfer();
    let answered: string | undefined;
    void colleague.events.offered('an offer of theirs').then(sdp => {
      answered = sdp;
    });
    // One exchange at a time: ours waits for theirs.
    colleague.reinvited = offer =>
      new Promise(resolve => {
        const timer = setInterval(() => {
          if (answered === undefined) return;
          clearInterval(timer);
          resolve(`answer to ${offer}`);
        });
      });
    go();
    await house.settle();
    expect(answered).toBe(colleague.reinvites[0]);
    await new Promise(resolve => setTimeout(resolve, 5));
    await house.settle();
    expect(held(first).peer?.server).toBe('first');
    await end();
  });
});

test('an attended transfer joins two media servers: the phone of the house moves', async () => {
  const { operator } = await house.conversation();
  first.load = 0.9;
  await operator.events.offered('hold');
  const consulting = await house.dial('10', '102');
  const colleague = house.signalling.to('102');
  colleague.events.answered('an answer', '127.0.0.1');
  await house.settle();
  expect([endpoint('caller').server, first.endpoints, second.endpoints]).toEqual(['first', 2, 2]);
  operator.events.transferRequested(refer('', consulting.leg));
  await house.settle();
  const [caller] = first.all.filter(({ options }) => options.legId === 'caller');
  expect(colleague.reinvites).toHaveLength(1);
  expect(caller?.peer?.localSdp).toBe(colleague.reinvites[0]);
  expect(caller?.peer?.server).toBe('first');
  await end();
});
