import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../../src/base/clock.ts';
import { TcpConnection } from '../../../../../src/embedded/sip/transport/tcp/tcpConnection.ts';
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

function connection(direction: 'incoming' | 'outgoing' = 'incoming', writeBacklog = 1_000_000) {
  const socket = new FakeSocket();
  const words: string[] = [];
  const tested = new TcpConnection(
    socket as unknown as Socket,
    { protocol: 'tcp', address: '192.0.2.1', port: 5060, listener: 'tcp/x' },
    direction === 'incoming' ? { kind: 'incoming' } : { kind: 'outgoing', connectTime: 5000 },
    clock,
    writeBacklog,
    defaultParseLimits,
    {
      message: bytes => words.push(`message ${/Call-ID: (\w+)/.exec(bytes.toString())?.[1]}`),
      broken: error => words.push(`broken ${error.reason}`),
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
  return { socket, words, tested, sending, overdue: () => tested.overdue(clock.now(), 60_000, 30_000) };
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
    expect(words).toEqual(['broken notSip']);
    expect([tested.usable, tested.open]).toEqual([false, false]);
    await socket.come(text('one'));
    expect(words).toEqual(['broken notSip']);
    clock.advance(30_001);
    expect(overdue()).toBe('the far end does not close it');
    tested.destroy('enough');
    sending('late');
    await settle();
    expect(words).toEqual(['broken notSip', 'closed', 'unsent late: tcp 192.0.2.1:5060: the connection is closed']);
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
    expect(words).toEqual(['unsent one: tcp 192.0.2.1:5060: it takes too long to connect', 'closed']);
    expect(tested.usable).toBe(false);
  });

  it('that fails says why, once', async () => {
    const { socket, words, sending } = connection('outgoing');
    sending('one');
    socket.destroy(new Error('refused'));
    await settle();
    expect(words).toEqual(['unsent one: tcp 192.0.2.1:5060: refused', 'closed']);
  });

  it('may be ended before it is up', async () => {
    const { words, tested } = connection('outgoing');
    tested.end();
    await settle();
    expect(words).toEqual(['closed']);
  });
});
