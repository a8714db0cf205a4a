import { afterEach, describe, expect, it } from 'vitest';
import { responseTo } from '../../../../../src/embedded/sip/responseTo.ts';
import type { ServerTransaction } from '../../../../../src/embedded/sip/stack.ts';
import {
  ReliableProvisionalOrder,
  ReliableProvisionals,
} from '../../../../../src/embedded/sip/userAgent/reliableProvisionals.ts';
import { field, header } from '../../../../../src/sip/grammar/headers.ts';
import type { SipResponse } from '../../../../../src/sip/message.ts';
import { createWorld, listening, requestTo, type World } from '../../../../support/sip/party.ts';

const bob = 'sip:b@10.0.0.2';
let world: World;
afterEach(async () => {
  await world.close();
  await world.pass(100);
  expect(world.clock.armed).toBe(0);
});

async function ringing() {
  world = createWorld();
  const [a, b] = [await world.party('10.0.0.1'), await world.party('10.0.0.2')];
  const heard = listening();
  a.stack.request(requestTo('INVITE', bob), heard);
  await world.pass(10);
  const transaction: ServerTransaction = b.requests[0] ?? expect.fail('no INVITE');
  const words: string[] = [];
  const reliable = new ReliableProvisionals(
    world.clock,
    transaction,
    {
      acknowledged: (_prack, response) => words.push(`acknowledged ${response.status}`),
      unacknowledged: response => words.push(`unacknowledged ${response.status}`),
    },
    7,
  );
  const send = (status: number) => reliable.send(responseTo(transaction.request, status, { toTag: 'b' }));
  const prack = (rack: string) => reliable.acknowledge(requestTo('PRACK', bob, { headers: [field('RAck', rack)] }));
  return { heard, transaction, reliable, words, send, prack };
}

describe('reliable provisional responses (RFC 3262, §3)', () => {
  it('carry Require and RSeq, and are repeated at doubled pauses until their PRACK', async () => {
    const { heard, send, prack, words, reliable } = await ringing();
    send(183);
    await world.pass(3600);
    const sent = world.network.sent(/^SIP.*183/);
    expect(sent.map(({ at }) => at - (sent[0]?.at ?? 0))).toEqual([0, 500, 1500, 3500]);
    const response = heard.responses[0] ?? expect.fail();
    expect([header(response, 'Require'), header(response, 'RSeq')]).toEqual(['100rel', '7']);
    expect(reliable.pending).toBe(1);
    expect(prack('7 1 INVITE')).toBe(true);
    expect(words).toEqual(['acknowledged 183']);
    expect(reliable.pending).toBe(0);
    await world.pass(10_000);
    expect(world.network.sent(/^SIP.*183/)).toHaveLength(4);
  });

  it('go one after the other, with numbers in sequence', async () => {
    const { heard, send, prack, reliable } = await ringing();
    send(183);
    send(180);
    await world.pass(10);
    expect(heard.responses.map(({ status }) => status)).toEqual([183]);
    expect(reliable.pending).toBe(2);
    expect(prack('7 1 INVITE')).toBe(true);
    await world.pass(10);
    expect(heard.responses.map(response => header(response, 'RSeq'))).toEqual(['7', '8']);
    expect(prack('8 1 INVITE')).toBe(true);
  });

  it('are not acknowledged by another number, another request, another method, twice, or nonsense', async () => {
    const { send, prack, reliable } = await ringing();
    expect(prack('7 1 INVITE')).toBe(false);
    send(183);
    for (const rack of ['8 1 INVITE', '7 2 INVITE', '7 1 UPDATE', 'x', '']) expect(prack(rack), rack).toBe(false);
    expect(reliable.pending).toBe(1);
    expect(prack('7 1 INVITE')).toBe(true);
    expect(prack('7 1 INVITE')).toBe(false);
  });

  it('fail after 64·T1 without a PRACK', async () => {
    const { send, words } = await ringing();
    send(183);
    await world.pass(31_900);
    expect(words).toEqual([]);
    await world.pass(200);
    expect(words).toEqual(['unacknowledged 183']);
  });

  it('stop with the final response', async () => {
    const { send, transaction, reliable, words } = await ringing();
    send(183);
    send(180);
    transaction.respond(responseTo(transaction.request, 486, { toTag: 'b' }));
    reliable.stop();
    await world.pass(40_000);
    expect(world.network.sent(/^SIP.*183/)).toHaveLength(1);
    expect(world.network.sent(/^SIP.*180/)).toHaveLength(0);
    expect(words).toEqual([]);
    send(180);
    expect(reliable.pending).toBe(0);
  });
});

describe('the client of reliable provisional responses (RFC 3262, §4)', () => {
  it('takes each once and in order', async () => {
    const { transaction } = await ringing();
    const numbered = (rseq: number | undefined): SipResponse =>
      responseTo(transaction.request, 183, {
        toTag: 'b',
        headers: rseq === undefined ? [] : [field('Require', '100rel'), field('RSeq', String(rseq))],
      });
    const order = new ReliableProvisionalOrder();
    expect(order.judge(numbered(undefined))).toBe('unreliable');
    expect(order.judge(numbered(20))).toBe('new');
    expect(order.judge(numbered(20))).toBe('drop');
    expect(order.judge(numbered(22))).toBe('drop');
    expect(order.judge(numbered(21))).toBe('new');
    expect(order.judge(numbered(22))).toBe('new');
  });
});
