import { afterEach, describe, expect, it } from 'vitest';
import type { Dialog } from '../../../../../src/embedded/sip/dialogs/dialog.ts';
import { responseTo } from '../../../../../src/embedded/sip/responseTo.ts';
import type { ServerTransaction } from '../../../../../src/embedded/sip/stack.ts';
import { type AcceptedAnswer, sendInvite } from '../../../../../src/embedded/sip/userAgent/inviteClient.ts';
import { AcceptedInvites } from '../../../../../src/embedded/sip/userAgent/inviteServer.ts';
import { release } from '../../../../../src/embedded/sip/userAgent/release.ts';
import { field, header } from '../../../../../src/sip/grammar/headers.ts';
import { createWorld, type Party, requestTo, type World } from '../../../../support/sip/party.ts';

const bob = 'sip:b@10.0.0.2';
let world: World;
let answers: AcceptedInvites | undefined;
afterEach(async () => {
  answers?.close();
  await world.close();
  await world.pass(100);
  expect(world.clock.armed).toBe(0);
});

/** A caller's core that notes down what it hears. */
function call(a: Party, options: { acknowledge?: boolean; onAccepted?: (answer: AcceptedAnswer) => void } = {}) {
  const words: string[] = [];
  const dialogs: (Dialog | undefined)[] = [];
  const accepted: AcceptedAnswer[] = [];
  const client = sendInvite(a.stack, requestTo('INVITE', bob), {
    provisional: (response, dialog) => {
      words.push(String(response.status));
      dialogs.push(dialog);
    },
    accepted: answer => {
      words.push(`accepted ${answer.dialog.remoteTag}`);
      accepted.push(answer);
      if (options.acknowledge !== false) answer.acknowledge();
      options.onAccepted?.(answer);
    },
    refused: response => words.push(`refused ${response.status}`),
    failed: failure => words.push(failure.kind),
    ended: () => words.push('ended'),
  });
  return { client, words, dialogs, accepted };
}

/** A callee's core: 180, then a 2xx that is repeated until its ACK comes. */
function accepting(b: Party, words: string[]): AcceptedInvites {
  answers = new AcceptedInvites(world.clock);
  const repeating = answers;
  b.onRequest = transaction => {
    if (transaction.request.method !== 'INVITE') {
      words.push(transaction.request.method);
      transaction.respond(responseTo(transaction.request, 200));
      return;
    }
    const options = { toTag: 'b', headers: [field('Contact', `<${bob}>`)] };
    transaction.respond(responseTo(transaction.request, 180, options));
    repeating.accept(transaction, responseTo(transaction.request, 200, options), {
      acknowledged: ack => words.push(`acknowledged ${ack.body.length}`),
      unacknowledged: () => words.push('unacknowledged'),
    });
  };
  b.onAck = ack => void words.push(repeating.acknowledge(ack));
  return repeating;
}

const oks = () => world.network.sent(/^SIP\/2.0 200.*INVITE/);

describe('a 2xx to INVITE (race 2)', () => {
  it('is sent once where its ACK comes at once', async () => {
    world = createWorld();
    const [a, b] = [await world.party('10.0.0.1'), await world.party('10.0.0.2')];
    const words: string[] = [];
    const repeating = accepting(b, words);
    const { words: heard, dialogs } = call(a);
    expect(heard).toEqual([]);
    await world.pass(5000);
    expect(heard).toEqual(['180', 'accepted b']);
    expect(dialogs.map(dialog => dialog?.state)).toEqual(['early']);
    expect(words).toEqual(['acknowledged 0', 'first']);
    expect(oks()).toHaveLength(1);
    expect(repeating.size).toBe(1);
    await world.pass(32_000);
    expect(repeating.size).toBe(0);
    expect(heard.at(-1)).toBe('ended');
  });

  it('is repeated at T1, 2·T1 … T2 until the ACK comes, over TCP as well; each repetition has its ACK', async () => {
    for (const transport of ['', ';transport=tcp']) {
      world = createWorld();
      const [a, b] = [await world.party('10.0.0.1'), await world.party('10.0.0.2')];
      const words: string[] = [];
      accepting(b, words);
      const accepted: AcceptedAnswer[] = [];
      sendInvite(a.stack, requestTo('INVITE', bob + transport), {
        provisional: () => {},
        accepted: answer => accepted.push(answer),
        refused: () => {},
        failed: () => {},
      });
      await world.pass(12_000);
      const [first, ...repeated] = oks().map(({ at }) => at);
      expect(repeated.map(at => at - (first ?? 0))).toEqual([500, 1500, 3500, 7500, 11_500]);
      expect(accepted).toHaveLength(1);
      expect(words).toEqual([]);
      accepted[0]?.acknowledge({ body: 'v=0', contentType: 'application/sdp' });
      await world.pass(10);
      expect(words).toEqual(['acknowledged 3', 'first']);
      await world.pass(10_000);
      expect(oks()).toHaveLength(6);
      answers?.close();
      await world.close();
    }
  });

  it('whose ACK is lost is repeated, and so is the ACK, with its SDP', async () => {
    world = createWorld({ rules: [{ match: /^ACK/, nth: 1, then: 'drop' }] });
    const [a, b] = [await world.party('10.0.0.1'), await world.party('10.0.0.2')];
    const words: string[] = [];
    accepting(b, words);
    const { accepted } = call(a, {
      acknowledge: false,
      onAccepted: answer => answer.acknowledge({ body: 'v=0', contentType: 'application/sdp' }),
    });
    await world.pass(400);
    expect(words).toEqual([]);
    accepted[0]?.acknowledge({ body: 'another', contentType: 'application/sdp' });
    await world.pass(400);
    expect(words).toEqual(['acknowledged 3', 'first']);
    expect(world.network.sent(/^ACK/)).toHaveLength(2);
  });

  it('whose ACK comes twice is acknowledged once', async () => {
    world = createWorld({ rules: [{ match: /^ACK/, then: 'double' }] });
    const [a, b] = [await world.party('10.0.0.1'), await world.party('10.0.0.2')];
    const words: string[] = [];
    accepting(b, words);
    call(a);
    await world.pass(100);
    expect(words).toEqual(['acknowledged 0', 'first', 'repeated']);
  });

  it('whose ACK never comes is given up after 64·T1', async () => {
    world = createWorld({ rules: [{ match: /^ACK/, then: 'drop' }] });
    const [a, b] = [await world.party('10.0.0.1'), await world.party('10.0.0.2')];
    const words: string[] = [];
    const repeating = accepting(b, words);
    call(a);
    await world.pass(31_900);
    expect(words).toEqual([]);
    await world.pass(200);
    expect(words).toEqual(['unacknowledged']);
    expect(repeating.size).toBe(0);
  });

  it('of a dialog that ended meanwhile is not repeated any more', async () => {
    world = createWorld({ rules: [{ match: /^ACK/, then: 'drop' }] });
    const [a, b] = [await world.party('10.0.0.1'), await world.party('10.0.0.2')];
    const words: string[] = [];
    const repeating = accepting(b, words);
    const { accepted } = call(a);
    await world.pass(100);
    repeating.abandon(accepted[0]?.response ?? expect.fail());
    await world.pass(40_000);
    expect(oks()).toHaveLength(1);
    expect(words).toEqual([]);
  });

  it('an ACK of nothing is unknown, and a transaction that is over takes no 2xx', async () => {
    world = createWorld();
    const [a, b] = [await world.party('10.0.0.1'), await world.party('10.0.0.2')];
    const repeating = accepting(b, []);
    expect(repeating.acknowledge(requestTo('ACK', bob, { toTag: 'b' }))).toBe('unknown');
    b.onRequest = transaction => {
      transaction.respond(responseTo(transaction.request, 486, { toTag: 'b' }));
      const late = repeating.accept(transaction, responseTo(transaction.request, 200, { toTag: 'b' }), {
        acknowledged: () => {},
        unacknowledged: () => {},
      });
      expect(late).toBe(false);
    };
    const { words } = call(a);
    await world.pass(100);
    expect(words).toEqual(['refused 486']);
    expect(repeating.size).toBe(0);
  });
});

describe('forks (race 4)', () => {
  const fork = (transaction: ServerTransaction, status: number, tag: string): void => {
    transaction.respond(
      responseTo(transaction.request, status, { toTag: tag, headers: [field('Contact', `<sip:${tag}@10.0.0.2>`)] }),
    );
  };

  it('each To tag is a dialog of its own; of several that accept each is told once', async () => {
    world = createWorld();
    const [a, b] = [await world.party('10.0.0.1'), await world.party('10.0.0.2')];
    b.onRequest = transaction => {
      if (transaction.request.method === 'BYE') transaction.respond(responseTo(transaction.request, 200));
      else {
        for (const tag of ['one', 'two', 'three']) fork(transaction, 180, tag);
        fork(transaction, 183, 'one');
        for (const tag of ['two', 'three', 'two']) fork(transaction, 200, tag);
      }
    };
    let byes = 0;
    const { words, dialogs } = call(a, {
      acknowledge: false,
      onAccepted: answer => {
        if (answer.earlier === 0) answer.acknowledge();
        else release(a.stack, answer, [field('Reason', 'SIP;cause=200')], () => byes++);
      },
    });
    await world.pass(6000);
    expect(words).toEqual(['180', '180', '180', '183', 'accepted two', 'accepted three']);
    expect(dialogs.map(dialog => dialog?.remoteTag)).toEqual(['one', 'two', 'three', 'one']);
    expect(byes).toBe(1);
    // Two for the fork whose 200 came twice, one for the one that is let go.
    expect(world.network.sent(/^ACK/).map(({ what }) => what.split(' ')[1])).toEqual([
      'sip:two@10.0.0.2',
      'sip:three@10.0.0.2',
      'sip:two@10.0.0.2',
    ]);
    const bye = b.requests.find(({ request }) => request.method === 'BYE')?.request ?? expect.fail();
    expect(bye.uri).toBe('sip:three@10.0.0.2');
    expect(header(bye, 'CSeq')).toBe('2 BYE');
    expect(header(bye, 'Reason')).toBe('SIP;cause=200');
  });

  it('a callee that rings by ever new To tags begins 32 dialogs at most, and may accept by any of them', async () => {
    world = createWorld();
    const [a, b] = [await world.party('10.0.0.1'), await world.party('10.0.0.2')];
    b.onRequest = transaction => {
      const say = (status: number, toTag: string): void => {
        const headers = [field('Contact', `<${bob}>`)];
        transaction.respond(responseTo(transaction.request, status, { toTag, headers }));
      };
      for (let n = 1; n <= 40; n++) say(180, `fork-${n}`);
      say(180, 'fork-1');
      world.clock.after(1_000, () => say(200, 'fork-40'));
    };
    const { words, dialogs } = call(a);
    await world.pass(500);
    expect([dialogs.length, new Set(dialogs).size]).toEqual([41, 33]);
    expect(dialogs.filter(dialog => dialog === undefined)).toHaveLength(8);
    await world.pass(40_000);
    expect(words.slice(-2)).toEqual(['accepted fork-40', 'ended']);
  });

  it('a 200 that crosses our CANCEL gets ACK, then BYE (race 1)', async () => {
    world = createWorld({ delay: 50 });
    const [a, b] = [await world.party('10.0.0.1'), await world.party('10.0.0.2')];
    b.onRequest = transaction => {
      if (transaction.request.method === 'BYE') transaction.respond(responseTo(transaction.request, 200));
      else {
        fork(transaction, 180, 'b');
        world.clock.after(80, () => fork(transaction, 200, 'b'));
      }
    };
    let cancelled = false;
    let released = false;
    const { client, words } = call(a, {
      acknowledge: false,
      onAccepted: answer => {
        if (cancelled) release(a.stack, answer, [], () => (released = true));
      },
    });
    await world.pass(120);
    expect(words).toEqual(['180']);
    cancelled = true;
    client.cancel();
    await world.pass(200);
    expect(words).toEqual(['180', 'accepted b']);
    await world.pass(5100);
    expect(released).toBe(true);
    const order = world.network.sent(/^(CANCEL|ACK|BYE)/).map(({ what }) => what.split(' ')[0]);
    expect(order).toEqual(['CANCEL', 'ACK', 'BYE']);
  });
});

describe('calls over a network that loses, doubles and reorders', () => {
  it.each([1, 2, 3])('seed %i: each call is answered and ended once, nothing is left', async seed => {
    world = createWorld({
      seed,
      delay: 20,
      rules: [
        { chance: 0.1, then: 'drop' },
        { chance: 0.1, then: 'double' },
        { chance: 0.1, then: { delay: 300 } },
      ],
    });
    const [a, b] = [await world.party('10.0.0.1'), await world.party('10.0.0.2')];
    const calleeWords: string[] = [];
    const repeating = accepting(b, calleeWords);
    let ended = 0;
    const calls = 40;
    for (let i = 0; i < calls; i++) call(a, { onAccepted: answer => release(a.stack, answer, [], () => ended++) });
    expect(a.stack.counts.clientTransactions).toBe(calls);
    await world.pass(120_000);
    const count = (word: string) => calleeWords.filter(heard => heard === word).length;
    expect(count('acknowledged 0')).toBe(calls);
    expect(count('BYE')).toBe(calls);
    expect(ended).toBe(calls);
    for (const { stack } of [a, b]) {
      expect(stack.counts).toMatchObject({ clientTransactions: 0, serverTransactions: 0 });
    }
    expect(repeating.size).toBe(0);
    expect(world.clock.armed).toBe(0);
  });
});
