/** Connections, of phones and of applications: those that go, those that are hostile, and ports that are taken. */
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock, VirtualClock } from '../../../src/base/clock.ts';
import { isKozpontError } from '../../../src/base/errors.ts';
import { silentLog } from '../../../src/base/log.ts';
import { type Drachtiod, type DrachtiodOptions, startDrachtiod } from '../../../src/embedded/drachtiod/drachtiod.ts';
import { type AppDialog, connectApplication, once } from '../../support/drachtio/application.ts';
import { Peer, sdp } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { testSecret } from '../../support/drachtio/server.ts';
import { eventually } from '../../support/drachtio/stage.ts';

const admin = { host: '127.0.0.1', port: 0, secret: testSecret };
const open: Drachtiod[] = [];

const start = async (options: Partial<DrachtiodOptions> = {}): Promise<Drachtiod> => {
  const server = await startDrachtiod({
    clock: systemClock as Clock,
    log: silentLog,
    contacts: [{ protocol: 'udp', address: '127.0.0.1', port: 0 }],
    admin,
    ...options,
  });
  open.push(server);
  return server;
};

afterEach(async () => {
  await Promise.all(open.splice(0).map(server => server.close()));
});

/** What a socket is told until it is closed. */
const told = async (socket: Socket): Promise<string> => {
  let text = '';
  socket.on('data', chunk => {
    text += chunk.toString();
  });
  socket.on('error', () => {});
  await once(socket, 'close');
  return text;
};

const frame = (text: string): string => `${Buffer.byteLength(text)}#${text}`;

const codeOf = (attempt: Promise<unknown>): Promise<{ code: string; message: string }> =>
  attempt.then(
    () => Promise.reject(new Error('it started')),
    error => (isKozpontError(error) ? { code: error.code, message: error.message } : Promise.reject(error)),
  );

describe('ports', () => {
  test('an admin port that is taken: which one, by which setting it moves, and nothing is left open', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const probe = await start();
    const sip = probe.contacts[0]?.port ?? 0;
    await probe.close();
    const contacts = [{ protocol: 'udp' as const, address: '127.0.0.1', port: sip }];
    const failure = await codeOf(start({ admin: { ...admin, port }, contacts }));
    expect(failure.code).toBe('ADDRESS_IN_USE');
    expect(failure.message).toMatch(new RegExp(`127.0.0.1:${port}.*admin.port`));
    await new Promise(resolve => taken.close(resolve));
    expect((await start({ admin: { ...admin, port }, contacts })).adminPort).toBe(port);
  });

  test('a SIP port that is taken', async () => {
    const first = await start();
    const port = first.contacts[0]?.port ?? 0;
    const failure = await codeOf(start({ contacts: [{ protocol: 'udp', address: '127.0.0.1', port }] }));
    expect(failure.code).toBe('ADDRESS_IN_USE');
    expect(failure.message).toContain(String(port));
  });

  test.each(['', 'short', 'cymru', 'ClueCon', 'with|a pipe'])('the secret %j is refused', async secret => {
    expect((await codeOf(start({ admin: { ...admin, secret } }))).code).toBe('INVALID_CONFIG');
  });

  test('close leaves nothing: no timer, no socket, and can be called twice', async () => {
    const clock = new VirtualClock();
    const server = await start({ clock });
    const app = await connectApplication({ host: '127.0.0.1', port: server.adminPort, secret: testSecret });
    expect(server.stats().applications).toBe(1);
    const closed = once(app.srf, 'close');
    app.srf.on('error', () => {});
    await server.close();
    await server.close();
    await closed;
    expect(clock.armed).toBe(0);
    expect(server.stats()).toMatchObject({ applications: 0, dialogs: 0, incoming: 0, outgoing: 0, accepted: 0 });
    await expect(
      connectApplication({ host: '127.0.0.1', port: server.adminPort, secret: testSecret }),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('strangers at the admin port', () => {
  const stranger = async (server: Drachtiod): Promise<Socket> => {
    const socket = connect(server.adminPort, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };

  test.each([
    ['no length', 'hello#world'],
    ['no length at all', '#x'],
    ['an empty frame', '0#'],
    ['a length of many digits', '99999999999#'],
    ['more than a stranger may send', '4096#'],
    ['no id', frame('|ping')],
    ['one token', frame('ping')],
  ])('%s: cut off', async (_title, bytes) => {
    const server = await start();
    const socket = await stranger(server);
    socket.write(bytes);
    await told(socket);
    expect(server.stats().applications).toBe(0);
  });

  test.each(['ping', 'route|invite', 'sip|||\r\nOPTIONS sip:a@127.0.0.1 SIP/2.0\r\n\r\n', 'nonsense'])(
    '%j without authentication: told so, and cut off',
    async command => {
      const server = await start();
      const socket = await stranger(server);
      socket.write(frame(`7|${command}`));
      expect(await told(socket)).toMatch(/\|response\|7\|NO\|/);
    },
  );

  test('silence: cut off when its time is over', async () => {
    const clock = new VirtualClock();
    const server = await start({ clock });
    const socket = await stranger(server);
    const end = told(socket);
    await eventually(() => clock.armed > 0);
    clock.advance(4_999);
    expect(socket.destroyed).toBe(false);
    clock.advance(1);
    await end;
  });

  test('too many of them: no more, while applications stay', async () => {
    const server = await start({ admin: { ...admin, limits: { strangers: 2 } } });
    const app = await connectApplication({ host: '127.0.0.1', port: server.adminPort, secret: testSecret });
    const patient = [await stranger(server), await stranger(server)];
    await told(connect(server.adminPort, '127.0.0.1'));
    expect(patient.every(socket => !socket.destroyed)).toBe(true);
    await app.settled();
    for (const socket of patient) socket.destroy();
    app.close();
  });

  test('a frame byte by byte, and many in one piece', async () => {
    const server = await start();
    const socket = await stranger(server);
    const heard = new Queue<string>();
    socket.on('data', chunk => heard.push(chunk.toString()));
    for (const byte of frame(`1|authenticate|${testSecret}|a,b`)) {
      socket.write(byte);
      await new Promise(resolve => setImmediate(resolve));
    }
    expect(await heard.next()).toMatch(/\|response\|1\|OK\|udp/);
    let answers = '';
    socket.on('data', chunk => {
      answers += chunk.toString();
    });
    socket.write(Array.from({ length: 100 }, (_, i) => frame(`p${i}|ping`)).join(''));
    await eventually(() => (answers.match(/\|pong/g) ?? []).length === 100);
    expect([...answers.matchAll(/response\|(p\d+)/g)].map(([, id]) => id)).toEqual(
      Array.from({ length: 100 }, (_, i) => `p${i}`),
    );
    socket.destroy();
  });

  test('commands that make no sense are answered, and the connection goes on', async () => {
    const server = await start();
    const socket = await stranger(server);
    let answers = '';
    socket.on('data', chunk => {
      answers += chunk.toString();
    });
    socket.write(frame(`0|authenticate|${testSecret}`));
    const nonsense = [
      'nonsense',
      'route|',
      'sip|||\r\nnot SIP at all',
      'sip||\r\nSIP/2.0 200 OK\r\n\r\n',
      'sip|unknown|\r\nSIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n',
      'sip|unknown|\r\nCANCEL sip:a@b SIP/2.0\r\n\r\n',
      // drachtio-server ends by an assertion here.
      'sip|unknown|\r\nINFO sip:a@b SIP/2.0\r\n\r\n',
      'sip||no such dialog|\r\nBYE sip:placeholder SIP/2.0\r\n\r\n',
      'sip||no such dialog|\r\nACK sip:placeholder SIP/2.0\r\n\r\n',
      'sip|||\r\nACK sip:a@127.0.0.1 SIP/2.0\r\n\r\n',
      'sip|||\r\nOPTIONS sip:a@127.0.0.1 SIP/2.0\r\nFrom: <<<\r\n\r\n',
      'proxy|unknown|remainInDialog|fullResponse||serial|||sip:a@b\r\nINVITE sip:a@b SIP/2.0\r\n\r\n',
      'proxy|x',
    ];
    nonsense.forEach((command, i) => {
      socket.write(frame(`n${i}|${command}`));
    });
    await eventually(() => (answers.match(/\|response\|n\d+\|N/g) ?? []).length === nonsense.length);
    socket.write(frame('last|ping'));
    await eventually(() => answers.includes('|response|last|OK|pong'));
    expect(server.stats()).toMatchObject({ dialogs: 0, incoming: 0, outgoing: 0 });
    socket.destroy();
  });
});

describe('phones over TCP', () => {
  test('a connection that has gone: the BYE goes where the Contact says', async () => {
    const server = await start({ contacts: [{ protocol: 'tcp', address: '127.0.0.1', port: 0 }] });
    const port = server.contacts[0]?.port ?? 0;
    const app = await connectApplication({ host: '127.0.0.1', port: server.adminPort, secret: testSecret });
    const dialogs = new Queue<AppDialog>();
    app.srf.invite(async (req, res) => {
      dialogs.push(await app.srf.createUAS(req, res, { localSdp: sdp('app') }));
    });
    await app.settled();
    const listener = await Peer.open({ protocol: 'tcp' });
    const socket = connect(port, '127.0.0.1');
    const message = (first: string, cseq: string, to: string): string =>
      [
        first,
        `Via: SIP/2.0/TCP 127.0.0.1:${listener.port};branch=z9hG4bK${cseq.replace(' ', '')}`,
        'From: <sip:phone@example.com>;tag=phone',
        `To: <sip:app@example.com>${to}`,
        'Call-ID: over-tcp',
        `CSeq: ${cseq}`,
        `Contact: <sip:phone@127.0.0.1:${listener.port};transport=tcp>`,
        'Max-Forwards: 70',
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n');
    socket.write(message(`INVITE sip:app@127.0.0.1:${port} SIP/2.0`, '1 INVITE', ''));
    let heard = '';
    socket.on('data', chunk => {
      heard += chunk.toString();
    });
    const dialog = await dialogs.next();
    await eventually(() => heard.includes('SIP/2.0 200'));
    const acknowledged = once(dialog, 'ack');
    socket.write(message(`ACK sip:app@127.0.0.1:${port} SIP/2.0`, '1 ACK', `;tag=${dialog.sip.localTag}`));
    await acknowledged;
    socket.destroy();
    await eventually(() => server.stats().stack.connections === 0);
    const destroyed = dialog.destroy();
    (await listener.next('BYE')).respond(200);
    await destroyed;
    app.close();
    await listener.close();
  });
});
