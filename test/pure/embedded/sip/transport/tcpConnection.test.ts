import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../../src/base/clock.ts';
import { type Backlog, TcpConnection } from '../../../../../src/embedded/sip/transport/tcp/tcpConnection.ts';
import { defaultParseLimits } from '../../../../../src/sip/grammar/limits.ts';
import { settle } from '../../../../support/sip/party.ts';
import { optionsText } from '../../../../support/sip/wire.ts';

/** What a connection uses of a socket; `come` is the far end. */
class FakeSocket extends Duplex {
  readonly written: string[] = [];
  held: ((error?: Error) => void) | undefined;
  holding = false;
  setNoDelay(): void {}
  setKeepAlive(): void {}
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.written.push(chunk.toString());
    if (this.holding) this.held = done;
    else done();
  }
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    done(error);
    this.held?.(new Error('closed'));
  }
  async come(text: string): Promise<void> {
    this.push(text);
    await settle();
  }
}

const clock = new VirtualClock();
const made: TcpConnection[] = [];
afterEach(async () => {
  for (const connection of made.splice(0)) connection.destroy('the test is over');
  await settle();
  expect(clock.armed).toBe(0);
});

function connection(
  direction: 'incoming' | 'outgoing' = 'incoming',
  writeBacklog = 1_000_000,
  backlog: Backlog = { bytes: 0 },
) {
  const socket = new FakeSocket();
  const words: string[] = [];
  const owed = { now: false };
  const rest = { time: 0 };
  const tested = new TcpConnection(
    socket as unknown as Socket,
    { protocol: 'tcp', address: '192.0.2.1', port: 5060, listener: 'tcp/x' },
    direction === 'incoming' ? { kind: 'incoming' } : { kind: 'outgoing', connectTime: 5000 },
    clock,
    { writeBacklog, writeBacklogs: 2_000_000, crowdedBacklog: 1_000, answerTime: 32_000 },
    backlog,
    defaultParseLimits,
    {
      guarded: run => {
        run();
        return true;
      },
      took: () => rest.time,
      message: bytes => words.push(`message ${/Call-ID: (\w+)/.exec(bytes.toString())?.[1]}`),
      broken: error => words.push(`broken ${error.reason}`),
      owes: () => owed.now,
      deaf: () => words.push('deaf'),
      closed: () => words.push('closed'),
    },
  );
  made.push(tested);
  const sending = (text: string, connectWithin?: number): void => {
    tested.send(
      Buffer.from(text),
      error => words.push(error === undefined ? `sent ${text}` : `unsent ${text}: ${error.message}`),
      connectWithin === undefined ? undefined : { connectWithin },
    );
  };
  const overdue = (inUse = false): string | undefined => tested.overdue(clock.now(), 60_000, 30_000, () => inUse);
  return { socket, words, owed, rest, tested, sending, overdue, keep: () => tested.keep(clock.now()) };
}

const text = (id: string) => optionsText(id, 'TCP', 5060);

describe('a connection of the far end', () => {
  it('has as long for its first message as for any, however slowly the bytes come', async () => {
    const { socket, overdue } = connection();
    for (let second = 0; second < 30; second++) {
      expect(overdue()).toBeUndefined();
      await socket.come('O');
      clock.advance(1000);
    }
    expect(overdue()).toBeUndefined();
    clock.advance(1000);
    expect(overdue()).toBe('a message takes too long');
  });

  it('counts the time of each message from its own first byte', async () => {
    const { socket, words, overdue } = connection();
    await socket.come(text('one') + text('two').slice(0, 5));
    clock.advance(20_000);
    await socket.come(text('two').slice(5) + text('three').slice(0, 5));
    expect(words).toEqual(['message one', 'message two']);
    clock.advance(20_000);
    await socket.come(text('three').slice(5, 10));
    expect(overdue()).toBeUndefined();
    clock.advance(10_001);
    expect(overdue()).toBe('a message takes too long');
    await socket.come(text('three').slice(10));
    expect(overdue()).toBeUndefined();
  });

  it('is idle when nothing comes and nothing is sent, and may be as long as it likes once it is proven', async () => {
    const { socket, sending, overdue } = connection();
    expect(connection().overdue()).toBeUndefined();
    await socket.come(text('one'));
    clock.advance(60_000);
    expect(overdue()).toBeUndefined();
    await socket.come('\r\n\r\n');
    expect(socket.written).toEqual(['\r\n']);
    clock.advance(60_000);
    expect(overdue()).toBeUndefined();
    sending('x');
    await settle();
    clock.advance(60_000);
    expect(overdue()).toBeUndefined();
    clock.advance(1);
    expect(overdue()).toBe('it is idle');
  });

  it('that brings nothing is let go', () => {
    const { overdue } = connection();
    clock.advance(30_000);
    expect(overdue()).toBeUndefined();
    clock.advance(1);
    expect(overdue()).toBe('no message came');
  });

  it('that cannot be read any more takes the answer, and is not read', async () => {
    const { socket, words, tested, sending, overdue } = connection();
    await socket.come('GET / HTTP/1.1\r\n\r\n');
    expect(words).toEqual(['broken notSip', 'deaf']);
    expect([tested.usable, tested.answerable]).toEqual([false, false]);
    await socket.come(text('one'));
    expect(words).toEqual(['broken notSip', 'deaf']);
    clock.advance(30_001);
    expect(overdue()).toBe('the far end does not close it');
    tested.destroy('enough');
    sending('late');
    await settle();
    expect(words).toEqual([
      'broken notSip',
      'deaf',
      'closed',
      'unsent late: tcp 192.0.2.1:5060: the connection is closed',
    ]);
  });

  it('that cannot be read any more takes what it is owed first, and is ended then', async () => {
    const { socket, words, owed, tested, sending } = connection();
    owed.now = true;
    await socket.come(`${text('one')}GET / HTTP/1.1\r\n\r\n`);
    expect(words).toEqual(['message one', 'broken notSip', 'deaf']);
    expect([tested.usable, tested.answerable, socket.writableEnded]).toEqual([false, true, false]);
    sending('100');
    expect(socket.writableEnded).toBe(false);
    owed.now = false;
    sending('200');
    await settle();
    expect([socket.written, socket.writableEnded, tested.answerable]).toEqual([['100', '200'], true, false]);
    expect(clock.armed).toBe(0);
  });

  it('that cannot be read any more does not wait for an answer for ever', async () => {
    const { socket, owed, tested } = connection();
    owed.now = true;
    await socket.come(`${text('one')}GET / HTTP/1.1\r\n\r\n`);
    clock.advance(31_999);
    expect(tested.answerable).toBe(true);
    clock.advance(1);
    expect([tested.answerable, socket.writableEnded]).toEqual([false, true]);
  });

  it('whose far end has ended its half still takes the answer', async () => {
    const { socket, words, owed, tested, sending } = connection();
    owed.now = true;
    await socket.come(text('one'));
    socket.push(null);
    await settle();
    expect([words, tested.answerable]).toEqual([['message one', 'deaf'], true]);
    owed.now = false;
    sending('200');
    await settle();
    expect([socket.written, socket.writableEnded]).toEqual([['200'], true]);
  });

  it('whose far end ends within a message says so', async () => {
    const { socket, words } = connection();
    await socket.come(text('one').slice(0, -2));
    socket.push(null);
    await settle();
    expect(words).toEqual(['broken unfinishedHeaders', 'deaf', 'closed']);
  });

  it('that something rests on is never idle', async () => {
    const { socket, overdue } = connection();
    await socket.come(text('one'));
    clock.advance(3_600_000);
    expect([overdue(true), overdue(false)]).toEqual([undefined, 'it is idle']);
    await socket.come('OPT');
    clock.advance(30_001);
    expect(overdue(true)).toBe('a message takes too long');
  });

  it('that something rests on is pinged; what never answered is not asked a third time', async () => {
    const { socket, keep } = connection();
    await socket.come(text('one'));
    for (let i = 0; i < 60; i++) {
      clock.advance(5_000);
      expect(keep()).toBeUndefined();
    }
    expect(socket.written).toEqual(['\r\n\r\n', '\r\n\r\n']);
  });

  it('that answers pings is closed when it does not any more', async () => {
    const { socket, keep } = connection();
    clock.advance(60_000);
    for (let i = 0; i < 3; i++) {
      expect(keep()).toBeUndefined();
      await socket.come('\r\n');
      clock.advance(60_000);
    }
    expect(socket.written).toHaveLength(3);
    expect(keep()).toBeUndefined();
    clock.advance(10_000);
    expect(keep()).toBeUndefined();
    clock.advance(9_999);
    expect(keep()).toBeUndefined();
    clock.advance(1);
    expect(keep()).toBe('its pings are not answered any more');
    expect(socket.written).toHaveLength(5);
  });

  it('that pings without reading our pongs is closed', async () => {
    const { socket, words } = connection('incoming', 8);
    socket.holding = true;
    for (let n = 0; n < 6; n++) await socket.come('\r\n\r\n');
    expect(words).toEqual(['deaf', 'closed']);
  });

  it('gets one pong for all the pings that come together', async () => {
    const { socket } = connection();
    await socket.come('\r\n'.repeat(1_000));
    expect(socket.written).toEqual(['\r\n']);
  });

  it('that pings by itself gets its pong while ours is awaited, and is not held to answer', async () => {
    const { socket, keep } = connection();
    clock.advance(60_000);
    keep();
    await socket.come('\r\n\r\n');
    expect(socket.written).toEqual(['\r\n\r\n', '\r\n']);
    for (let i = 0; i < 60; i++) {
      clock.advance(10_000);
      expect(keep()).toBeUndefined();
    }
  });

  it('that does not read is closed, not within the call that sends', async () => {
    const { socket, words, sending } = connection('incoming', 20);
    socket.holding = true;
    sending('0123456789');
    sending('0123456789');
    sending('0123456789');
    expect(words).toEqual([]);
    await settle();
    expect(words.filter(word => word === 'closed')).toHaveLength(1);
    expect(words.filter(word => word.startsWith('unsent'))).toHaveLength(3);
  });
});

describe('a connection of ours', () => {
  it('holds what is sent until it is up', async () => {
    const { socket, words, sending } = connection('outgoing');
    sending('one');
    sending('two', 1000);
    await settle();
    expect([socket.written, words]).toEqual([[], []]);
    socket.emit('connect');
    await settle();
    expect(socket.written).toEqual(['one', 'two']);
    expect(words).toEqual(['sent one', 'sent two']);
    expect(clock.armed).toBe(0);
  });

  it('lets go of what would not wait longer, which then never leaves', async () => {
    const { socket, words, sending } = connection('outgoing');
    sending('patient');
    sending('hasty', 1000);
    clock.advance(1000);
    expect(words).toEqual(['unsent hasty: tcp 192.0.2.1:5060: it takes too long to connect']);
    socket.emit('connect');
    await settle();
    expect(socket.written).toEqual(['patient']);
  });

  it('that does not come up in time fails all that waits', async () => {
    const { words, sending, tested } = connection('outgoing');
    sending('one');
    clock.advance(4999);
    expect(words).toEqual([]);
    clock.advance(1);
    expect(words).toEqual(['unsent one: tcp 192.0.2.1:5060: it takes too long to connect', 'deaf', 'closed']);
    expect(tested.usable).toBe(false);
  });

  it('that fails says why, once', async () => {
    const { socket, words, sending } = connection('outgoing');
    sending('one');
    socket.destroy(new Error('refused'));
    await settle();
    expect(words).toEqual(['unsent one: tcp 192.0.2.1:5060: refused', 'deaf', 'closed']);
  });

  it('may be ended before it is up', async () => {
    const { words, tested } = connection('outgoing');
    tested.end();
    await settle();
    expect(words).toEqual(['deaf', 'closed']);
  });
});

describe('a connection whose far end takes more than its share', () => {
  it('is not read for a while, and then goes on', async () => {
    const { socket, words, rest } = connection();
    rest.time = 50;
    await socket.come(text('first'));
    expect(socket.isPaused()).toBe(true);
    await socket.come(text('second'));
    expect(words).toEqual(['message first']);
    clock.advance(49);
    await settle();
    expect(words).toEqual(['message first']);
    rest.time = 0;
    clock.advance(1);
    await settle();
    expect(words).toEqual(['message first', 'message second']);
  });

  it('is closed while it is not read', async () => {
    const { socket, words, rest, tested } = connection();
    rest.time = 50;
    await socket.come(text('first'));
    tested.destroy('enough');
    expect(words).toEqual(['message first', 'deaf', 'closed']);
    expect(clock.armed).toBe(0);
  });

  it('is closed sooner where much waits on all connections together', async () => {
    const backlog = { bytes: 0 };
    const { socket, words, sending } = connection('incoming', 1_000_000, backlog);
    socket.holding = true;
    sending('x'.repeat(600));
    sending('x'.repeat(600));
    await settle();
    expect(words).toEqual([]);
    expect(backlog.bytes).toBe(1_200);
    backlog.bytes += 2_000_000;
    sending('x');
    await settle();
    expect(words).toContain('closed');
    await settle();
    // What was never written does not wait any more.
    expect(backlog.bytes).toBe(2_000_000);
  });
});
