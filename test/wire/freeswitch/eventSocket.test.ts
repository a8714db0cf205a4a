import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { type ErrorCode, isKozpontError, type KozpontError } from '../../../src/base/errors.ts';
import { FaultLog } from '../../../src/base/faults.ts';
import { silentLog } from '../../../src/base/log.ts';
import { channelId, ownId, text, wholeNumber } from '../../../src/media/freeswitch/encode.ts';
import { EventSocket, type EventSocketDeadlines } from '../../../src/media/freeswitch/eventSocket/eventSocket.ts';
import {
  apiReply,
  reply,
  type ScriptedEventSocket,
  scriptedEventSocket,
} from '../../support/production/scriptedEventSocket.ts';

describe('the event socket', () => {
  let server: ScriptedEventSocket;
  let opened: EventSocket[] = [];
  beforeEach(async () => {
    server = await scriptedEventSocket();
  });
  afterEach(async () => {
    for (const socket of opened) socket.close();
    opened = [];
    await server.close();
  });

  const open = async (deadlines: Partial<EventSocketDeadlines> = {}, secret = 'secret'): Promise<EventSocket> => {
    const socket = await EventSocket.open(
      { host: '127.0.0.1', port: server.port, secret },
      { clock: systemClock, log: silentLog, deadlines: { connect: 5_000, reply: 5_000, silence: 5_000, ...deadlines } },
    );
    opened.push(socket);
    return socket;
  };
  const is = (code: ErrorCode) => (error: unknown) => isKozpontError(error, code);
  /** Resolves with what is told when it is lost. */
  const watch = async (socket: EventSocket, events: string[] = []): Promise<Promise<KozpontError>[]> => {
    const lost: Promise<KozpontError>[] = [];
    let tell: (error: KozpontError) => void = () => {};
    lost.push(new Promise(resolve => (tell = resolve)));
    await socket.listen(text`DTMF`, [], { event: name => events.push(name), lost: error => tell(error) });
    return lost;
  };

  it('goes on after an event whose handler throws, which is counted', async () => {
    const faults = new FaultLog(systemClock, silentLog);
    const socket = await EventSocket.open(
      { host: '127.0.0.1', port: server.port, secret: 'secret' },
      { clock: systemClock, log: silentLog, faults, deadlines: { connect: 5_000, reply: 5_000, silence: 5_000 } },
    );
    opened.push(socket);
    const heard = new Promise<string>(resolve => {
      const event = (name: string): void => {
        if (name !== 'DTMF') throw new Error('poison');
        resolve(name);
      };
      void socket.listen(text`DTMF`, [], { event, lost: () => {} }).then(() => {
        for (const body of ['Event-Name: constructor\n\n', 'Event-Name: DTMF\n\n']) {
          server.say(`Content-Length: ${body.length}\nContent-Type: text/event-plain\n\n${body}`);
        }
      });
    });
    expect(await heard).toBe('DTMF');
    expect(await socket.api(text`status`)).toBe('+OK');
    expect([...faults.counts]).toEqual([['eventSocket', 1]]);
  });

  it('refuses a wrong secret, and says so', async () => {
    await expect(open({}, 'wrong')).rejects.toSatisfy(is('INVALID_CONFIG'));
    await expect(open({}, 'secret\n\napi status')).rejects.toSatisfy(is('INVALID_CONFIG'));
    expect(server.pieces).toEqual(['auth wrong\n\n']);
  });

  it('that lets our address not in says so', async () => {
    server.greeting = 'Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n';
    await expect(open()).rejects.toSatisfy(is('INVALID_CONFIG'));
  });

  it.each(['', 'HTTP/1.1 400 Bad Request\n\n', 'Content-Length: x\n\n'])(
    'that greets with %j is given up',
    async greeting => {
      server.greeting = greeting;
      await expect(open({ connect: 100 })).rejects.toThrow();
    },
  );

  it('that never says whether the secret is right is given up', async () => {
    server.answer = () => undefined;
    await expect(open({ connect: 100 })).rejects.toSatisfy(is('DEADLINE_PASSED'));
  });

  it('where nobody listens is tried once', async () => {
    const { port } = server;
    await server.close();
    await expect(open()).rejects.toSatisfy(is('CONNECTION_LOST'));
    server = await scriptedEventSocket();
    expect(server.port === port ? server.connections : 0).toBe(0);
  });

  it('gets each command in one piece, so that none waits for an acknowledgement', async () => {
    const socket = await open();
    await socket.api(text`uuid_break ${channelId('a')}`);
    const execution = { channel: channelId('a'), application: text`playback`, argument: text`silence_stream://1` };
    await socket.execute({ ...execution, id: ownId('ab'), loops: wholeNumber(1) });
    expect(server.pieces).toHaveLength(3);
    expect(server.pieces[2]).toMatch(/^sendmsg a\ncall-command: execute\n(.*\n)*Event-UUID: ab\n\n$/);
  });

  it('answers in order, and events between the answers are told', async () => {
    const events: string[] = [];
    const socket = await open();
    await watch(socket, events);
    const event = 'Event-Name: DTMF\n\n';
    server.answer = command =>
      `Content-Type: text/event-plain\nContent-Length: ${event.length}\n\n${event}${apiReply(command)}`;
    const asked = ['a', 'b', 'c'].map(id => socket.api(text`uuid_break ${channelId(id)}`));
    expect(await Promise.all(asked)).toEqual(['api uuid_break a', 'api uuid_break b', 'api uuid_break c']);
    expect(events).toEqual(['DTMF', 'DTMF', 'DTMF']);
  });

  it('that goes fails everything that was asked, and is told once', async () => {
    const socket = await open();
    const [lost] = await watch(socket);
    server.answer = () => undefined;
    const asked = [socket.api(text`status`), socket.api(text`status`)];
    server.hangUp();
    for (const one of asked) await expect(one).rejects.toSatisfy(is('CONNECTION_LOST'));
    expect((await lost)?.code).toBe('CONNECTION_LOST');
    await expect(socket.api(text`status`)).rejects.toSatisfy(is('CONNECTION_LOST'));
    expect(server.connections).toBe(1);
  });

  it('that owes an answer is lost', async () => {
    const socket = await open({ reply: 100 });
    const [lost] = await watch(socket);
    server.answer = () => undefined;
    await expect(socket.api(text`status`)).rejects.toSatisfy(is('CONNECTION_LOST'));
    expect((await lost)?.code).toBe('CONNECTION_LOST');
  });

  it('that has fallen silent is asked, and lost where it does not answer', async () => {
    const socket = await open({ silence: 50, reply: 100 });
    const [lost] = await watch(socket);
    await expect.poll(() => server.pieces.filter(piece => piece.startsWith('api ')).length).toBeGreaterThan(1);
    server.answer = () => undefined;
    expect((await lost)?.code).toBe('CONNECTION_LOST');
  });

  it.each(['Content-Length: 99999999\n\n', 'x'.repeat(70_000)])('that sends what is none is lost', async words => {
    const socket = await open();
    const [lost] = await watch(socket);
    server.say(words);
    expect((await lost)?.code).toBe('CONNECTION_LOST');
  });

  it('tells of an answer that is a refusal', async () => {
    const socket = await open();
    server.answer = () => reply('-ERR invalid session id');
    const execution = { channel: channelId('a'), application: text`playback`, argument: text`silence_stream://1` };
    await expect(socket.execute({ ...execution, id: ownId('ab'), loops: wholeNumber(1) })).rejects.toSatisfy(
      is('MEDIA_UNAVAILABLE'),
    );
  });

  it('that we close is not told of', async () => {
    const socket = await open();
    let told = 0;
    await socket.listen(text`DTMF`, [], { event: () => {}, lost: () => told++ });
    server.answer = () => undefined;
    const asked = socket.api(text`status`);
    socket.close();
    socket.close();
    await expect(asked).rejects.toSatisfy(is('CONNECTION_LOST'));
    expect(told).toBe(0);
  });
});
