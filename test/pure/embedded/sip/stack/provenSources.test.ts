import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../../src/base/clock.ts';
import { responseTo } from '../../../../../src/embedded/sip/responseTo.ts';
import { ProvenSources } from '../../../../../src/embedded/sip/stack/provenSources.ts';
import { header } from '../../../../../src/sip/grammar/headers.ts';
import { createWorld, listening, requestTo, settle } from '../../../../support/sip/party.ts';

describe('who has proven something', () => {
  it('is known for an hour', () => {
    const clock = new VirtualClock();
    const proven = new ProvenSources(clock);
    expect(proven.has('a')).toBe(false);
    proven.add('a');
    clock.advance(3_599_000);
    expect(proven.has('a')).toBe(true);
    clock.advance(1_000);
    expect(proven.has('a')).toBe(false);
  });

  it('has proven nothing while it owes eight ACKs, and after it never sent one', () => {
    const proven = new ProvenSources(new VirtualClock());
    proven.add('a');
    const settled = Array.from({ length: 8 }, () => proven.refused('a'));
    expect(proven.has('a')).toBe(false);
    settled[0]?.(true);
    expect(proven.has('a')).toBe(true);
    settled[1]?.(false);
    expect(proven.has('a')).toBe(false);
    for (const done of settled.slice(2)) done(true);
    expect(proven.has('a')).toBe(false);
    proven.add('a');
    expect(proven.has('a')).toBe(true);
  });

  it('is trusted from the beginning, but not while many refusals wait for their ACKs', () => {
    const proven = new ProvenSources(new VirtualClock(), address => address === 'trunk');
    expect([proven.has('trunk'), proven.has('other')]).toEqual([true, false]);
    const settled = Array.from({ length: 64 }, () => proven.refused('trunk'));
    expect(proven.has('trunk')).toBe(false);
    for (const done of settled) done(false);
    expect(proven.has('trunk')).toBe(true);
  });

  it('is bounded in number', () => {
    const proven = new ProvenSources(new VirtualClock());
    for (let n = 0; n < 65_537; n++) proven.add(String(n));
    expect([proven.has('0'), proven.has('1'), proven.has('65536')]).toEqual([false, true, true]);
  });
});

describe('a stack that doubts its sources', () => {
  const refusing = async () => {
    const world = createWorld();
    const a = await world.party('10.0.0.1');
    const b = await world.party('10.0.0.2', { doubtsSources: true });
    b.onRequest = transaction => {
      transaction.respond(responseTo(transaction.request, 100));
      void settle().then(() => transaction.respond(responseTo(transaction.request, 403, { toTag: 'ours' })));
    };
    return { world, a, b };
  };
  const answers = (world: Awaited<ReturnType<typeof refusing>>['world']): string[] =>
    world.network.sent(/^SIP/).map(({ bytes }) => bytes.toString().slice(8, 11));

  it('refuses an INVITE once while nobody acknowledges, and repeats the refusal to who has', async () => {
    const { world, a } = await refusing();
    world.network.inject(
      Buffer.from(
        [
          'INVITE sip:b@10.0.0.2 SIP/2.0',
          'Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKx',
          'From: <sip:a@x>;tag=1',
          'To: <sip:b@x>',
          'Call-ID: x',
          'CSeq: 1 INVITE',
          'Contact: <sip:a@10.0.0.9>',
          'Max-Forwards: 70',
          '',
          '',
        ].join('\r\n'),
      ),
      { protocol: 'udp', address: '10.0.0.9', port: 5060 },
      { protocol: 'udp', address: '10.0.0.2', port: 5060 },
    );
    await world.pass(60_000);
    expect(answers(world)).toEqual(['403']);
    const heard = listening();
    a.stack.request(requestTo('INVITE', 'sip:b@10.0.0.2'), heard);
    await world.pass(60_000);
    expect(heard.responses.map(({ status }) => status)).toEqual([403]);
    expect(header(heard.responses[0] ?? expect.fail(), 'To')).toContain('tag=ours');
    const again = listening();
    a.stack.request(requestTo('INVITE', 'sip:b@10.0.0.2'), again);
    await world.pass(60_000);
    expect(again.responses.map(({ status }) => status)).toEqual([100, 403]);
    await world.close();
  });

  it('who calls for the first time hears the refusal of a slow core although it is lost, twice', async () => {
    const world = createWorld({ rules: [1, 2].map(nth => ({ match: /^SIP\S+ 403/, nth, then: 'drop' }) as const) });
    const a = await world.party('10.0.0.1');
    const b = await world.party('10.0.0.2', { doubtsSources: true });
    b.onRequest = transaction => {
      transaction.respond(responseTo(transaction.request, 100));
      world.clock.after(1_000, () => transaction.respond(responseTo(transaction.request, 403, { toTag: 'ours' })));
    };
    const heard = listening();
    a.stack.request(requestTo('INVITE', 'sip:b@10.0.0.2'), heard);
    await world.pass(8_000);
    expect(heard.responses.map(({ status }) => status)).toEqual([403]);
    await world.close();
  });

  it('who has been given a 100 by a slower core hears the refusal although it is lost once', async () => {
    const world = createWorld({ rules: [{ match: /^SIP\S+ 403/, nth: 1, then: 'drop' }] });
    const a = await world.party('10.0.0.1');
    const b = await world.party('10.0.0.2', { doubtsSources: true });
    b.onRequest = transaction => {
      transaction.respond(responseTo(transaction.request, 100));
      world.clock.after(3_000, () => transaction.respond(responseTo(transaction.request, 403, { toTag: 'ours' })));
    };
    const heard = listening();
    a.stack.request(requestTo('INVITE', 'sip:b@10.0.0.2'), heard);
    await world.pass(8_000);
    expect(heard.responses.map(({ status }) => status)).toEqual([100, 403]);
    expect(answers(world).length).toBeLessThanOrEqual(world.network.sent(/^INVITE/).length);
    await world.close();
  });

  it('a trunk whose first call rings for long gets its 100 at once', async () => {
    const world = createWorld();
    const a = await world.party('10.0.0.1');
    const b = await world.party('10.0.0.2', { doubtsSources: true, trusted: address => address === '10.0.0.1' });
    b.onRequest = transaction => transaction.respond(responseTo(transaction.request, 100));
    const heard = listening();
    a.stack.request(requestTo('INVITE', 'sip:b@10.0.0.2'), heard);
    await world.pass(2_000);
    expect(heard.responses.map(({ status }) => status)).toEqual([100]);
    expect(world.network.sent(/^INVITE/)).toHaveLength(1);
    await world.close();
  });
});
