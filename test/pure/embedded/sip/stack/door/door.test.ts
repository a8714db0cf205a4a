import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../../../src/base/clock.ts';
import { type Acquaintances, Door } from '../../../../../../src/embedded/sip/stack/door/door.ts';
import { FairQueue } from '../../../../../../src/embedded/sip/stack/door/fairQueue.ts';
import { KnownFlows } from '../../../../../../src/embedded/sip/stack/door/knownFlows.ts';
import { peekCallId } from '../../../../../../src/embedded/sip/stack/door/peekCallId.ts';
import { TimeBudget } from '../../../../../../src/embedded/sip/stack/door/timeBudget.ts';
import type { DoorLimits } from '../../../../../../src/embedded/sip/transport/limits.ts';
import type { Source } from '../../../../../../src/embedded/sip/transport/transport.ts';

const message = (callId: string): Buffer => Buffer.from(`OPTIONS sip:a@b SIP/2.0\r\nCall-ID: ${callId}\r\n\r\n`);

describe('the Call-ID of bytes that nobody has parsed', () => {
  it.each([
    ['Call-ID: abc@host', 'abc@host'],
    ['call-id:abc', 'abc'],
    ['i: abc', 'abc'],
    ['I:\t abc ', 'abc'],
    ['Call-Id:  a b', 'a b'],
    ['CaLL-iD: abc', undefined],
    ['X-Call-ID: abc', undefined],
    ['Subject: abc', undefined],
  ])('%j', (line, expected) => {
    expect(peekCallId(Buffer.from(`BYE sip:a@b SIP/2.0\r\nVia: x\r\n${line}\r\nTo: <sip:a@b>\r\n\r\n`))).toBe(expected);
  });

  it('is looked for at the beginning alone, and nothing is wrong with bytes that are no message', () => {
    expect(peekCallId(Buffer.concat([Buffer.alloc(5_000, 0x61), message('x')]))).toBeUndefined();
    expect(peekCallId(Buffer.from('\nCall-ID: no end'))).toBeUndefined();
    expect(peekCallId(Buffer.alloc(0))).toBeUndefined();
  });
});

describe('a fair queue', () => {
  const limits = { perKey: 3, entries: 5, bytes: 100 };
  const drained = (queue: FairQueue<string>): string[] => {
    const all: string[] = [];
    for (let next = queue.take(); next !== undefined; next = queue.take()) all.push(next);
    return all;
  };

  it('serves the lines in turn, each in its own order', () => {
    const queue = new FairQueue<string>(limits);
    for (const entry of ['a1', 'a2', 'a3', 'b1', 'c1']) queue.add(entry.charAt(0), 1, () => entry);
    expect(queue.size).toBe(5);
    expect(drained(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
    expect(queue.size).toBe(0);
  });

  it('has no room for more of one line, or for more bytes', () => {
    const queue = new FairQueue<string>(limits);
    expect(['a1', 'a2', 'a3', 'a4'].map(entry => queue.add('a', 1, () => entry))).toEqual([0, 0, 0, 1]);
    expect(queue.add('b', 101, () => 'b1')).toBe(1);
    expect(drained(queue)).toEqual(['a1', 'a2', 'a3']);
  });

  it('where it is full the longest line gives up its last entry', () => {
    const queue = new FairQueue<string>(limits);
    for (const entry of ['a1', 'a2', 'a3', 'b1', 'b2']) queue.add(entry.charAt(0), 1, () => entry);
    expect(queue.add('c', 1, () => 'c1')).toBe(1);
    expect(drained(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2']);
    for (const entry of ['a1', 'b1']) queue.add(entry.charAt(0), 40, () => entry);
    expect(queue.add('c', 90, () => 'c1')).toBe(2);
    expect(drained(queue)).toEqual(['c1']);
  });
});

describe('a share of the time', () => {
  it('is saved up to a limit, and what was overspent is waited for', () => {
    const budget = new TimeBudget(10);
    expect(budget.has(0, 0.1)).toBe(true);
    budget.spend(15);
    expect(budget.has(0, 0.1)).toBe(false);
    expect(budget.wait).toBe(50);
    expect(budget.has(50, 0.1)).toBe(false);
    expect(budget.has(51, 0.1)).toBe(true);
    budget.has(100_000, 0.1);
    budget.spend(10);
    expect(budget.has(100_000, 0.1)).toBe(false);
  });
});

describe('a flow that the core knows', () => {
  it('is known for its time, the longest that was said', () => {
    const clock = new VirtualClock();
    const flows = new KnownFlows(clock);
    const flow = { protocol: 'udp', address: '10.0.0.1', port: 5060 } as const;
    flows.add(flow, 1_000);
    flows.add(flow, 500);
    clock.advance(999);
    expect([flows.has(flow), flows.has({ ...flow, port: 5061 }), flows.has({ ...flow, protocol: 'tcp' })]).toEqual([
      true,
      false,
      false,
    ]);
    clock.advance(1);
    expect(flows.has(flow)).toBe(false);
  });
});

describe('the door', () => {
  const limits: DoorLimits = {
    known: { shareAtRest: 0.4, share: 0.4, burst: 4, waiting: { perKey: 20, entries: 100, bytes: 10_000 } },
    strangers: { shareAtRest: 0.3, share: 0.1, burst: 2, waiting: { perKey: 4, entries: 100, bytes: 10_000 } },
    manyCalls: 10,
    handedOn: 1,
    longestWait: 1_000,
  };
  const from = (address: string, clock: VirtualClock, port = 5060): Source => ({
    protocol: 'udp',
    address,
    port,
    listener: 'x',
    receivedAt: clock.now(),
  });
  const opened = () => {
    const clock = new VirtualClock();
    const read: string[] = [];
    let dropped = 0;
    let calls = 10;
    const acquaintances: Acquaintances = {
      calls: () => calls,
      call: callId => callId.startsWith('call'),
      flow: ({ port }) => port === 1,
      address: address => address === 'trunk',
    };
    const door = new Door(clock, limits, acquaintances, {
      handle: (_bytes, source) => {
        read.push(source.address);
        return true;
      },
      answerable: source => source.address !== 'gone',
      unasked: () => read.push('unasked'),
      dropped: count => {
        dropped += count;
      },
    });
    return { clock, door, read, dropped: () => dropped, callsUp: (count: number) => (calls = count) };
  };

  it('strangers are read at once while there is time for them, and then one after the other', () => {
    const { clock, door, read, dropped } = opened();
    for (let n = 0; n < 10; n++) door.receive(message('x'), from('s', clock));
    expect(read).toHaveLength(2);
    expect([door.waiting, dropped()]).toEqual([4, 4]);
    clock.advance(5);
    expect(read).toHaveLength(3);
    clock.advance(100);
    expect([read.length, door.waiting, clock.armed]).toEqual([6, 0, 0]);
  });

  it('they get more of the time while no call is up', () => {
    const { clock, door, read, callsUp } = opened();
    callsUp(0);
    for (let n = 0; n < 10; n++) door.receive(message('x'), from('s', clock));
    clock.advance(12);
    expect(read).toHaveLength(6);
  });

  it('knows which connections it holds a message of', () => {
    const { clock, door } = opened();
    const connection: Source = { ...from('s', clock), protocol: 'tcp' };
    expect(door.holds(connection)).toBe(false);
    for (let n = 0; n < 10; n++) door.receive(message('x'), connection);
    expect([door.holds(connection), door.holds({ ...connection, port: 1 })]).toEqual([true, false]);
    clock.advance(100);
    expect([door.waiting, door.holds(connection)]).toEqual([0, false]);
  });

  it('who floods waits for their own: another stranger is the next', () => {
    const { clock, door, read } = opened();
    for (let n = 0; n < 10; n++) door.receive(message('x'), from('flooder', clock));
    door.receive(message('x'), from('honest', clock));
    clock.advance(30);
    expect(read.indexOf('honest')).toBe(3);
  });

  it('strangers of one /64 are one', () => {
    const { clock, door, read } = opened();
    for (let n = 0; n < 10; n++) door.receive(message('x'), from(`2001:db8::${n + 1}`, clock));
    door.receive(message('x'), from('honest', clock));
    clock.advance(30);
    expect(read.indexOf('honest')).toBe(3);
  });

  it('what belongs to calls is read at once, whoever floods, and takes nothing of anybody’s time', () => {
    const { clock, door, read } = opened();
    for (let n = 0; n < 10; n++) door.receive(message('x'), from('s', clock));
    for (let n = 0; n < 20; n++) door.receive(message('call-1'), from('t', clock));
    expect(read.slice(2)).toEqual(Array.from({ length: 20 }, () => 't'));
  });

  it('a response to nothing is dropped unread, one to a request of ours is read at once', () => {
    const { clock, door, read } = opened();
    const response = (callId: string): Buffer => Buffer.from(`SIP/2.0 200 OK\r\nCall-ID: ${callId}\r\n\r\n`);
    for (let n = 0; n < 5; n++) door.receive(response('x'), from('s', clock));
    door.receive(response('call-1'), from('t', clock));
    expect(read).toEqual([...Array.from({ length: 5 }, () => 'unasked'), 't']);
    expect(door.waiting).toBe(0);
  });

  it('registered phones and trunks have a share of their own', () => {
    const { clock, door, read } = opened();
    for (let n = 0; n < 10; n++) door.receive(message('x'), from('s', clock));
    for (let n = 0; n < 10; n++) door.receive(message('x'), from('trunk', clock));
    door.receive(message('x'), from('phone', clock, 1));
    expect(read.slice(2)).toEqual(['trunk', 'trunk', 'trunk', 'trunk']);
    clock.advance(6);
    expect(read.slice(6).filter(address => address !== 's')).toEqual(['trunk', 'phone', 'trunk']);
  });

  it('what has waited for too long is dropped', () => {
    const { clock, door, read, dropped } = opened();
    for (let n = 0; n < 4; n++) door.receive(message('x'), { ...from('s', clock), receivedAt: clock.now() - 999 });
    clock.advance(100);
    expect([read.length, dropped(), door.waiting]).toEqual([3, 1, 0]);
  });

  it('what came by a connection waits longer, as nobody sends it again', () => {
    const { clock, door, read, dropped } = opened();
    const tcp = (age: number): Source => ({ ...from('s', clock), protocol: 'tcp', receivedAt: clock.now() - age });
    for (let n = 0; n < 2; n++) door.receive(message('x'), from('s', clock));
    for (const age of [3_900, 4_001]) door.receive(message('x'), tcp(age));
    clock.advance(100);
    expect([read.length, dropped(), door.waiting]).toEqual([3, 1, 0]);
  });

  it('whose connection is gone is not read', () => {
    const { clock, door, read, dropped } = opened();
    for (const address of ['s', 's', 'gone', 't']) door.receive(message('x'), from(address, clock));
    clock.advance(50);
    expect([read, dropped()]).toEqual([['s', 's', 't'], 1]);
  });

  it('leaves no timer when it is closed', () => {
    const { clock, door } = opened();
    for (let n = 0; n < 10; n++) door.receive(message('x'), from('s', clock));
    expect(clock.armed).toBe(1);
    door.close();
    expect([clock.armed, door.waiting]).toEqual([0, 0]);
  });
});
