import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6 } from 'node:net';
import type { Clock, Duration } from '../../base/clock.ts';
import { randomId } from '../../base/ids.ts';
import type { Listener, MediaSettings } from '../../config/config.ts';
import type { ListenerFacts, PortState, RtpFacts } from '../facts.ts';
import { converse, dial } from './wire.ts';

/** Binds each listener's port for a moment; one that is taken is asked whether it speaks SIP. */
export async function lookAtListener(clock: Clock, listener: Listener, within: Duration): Promise<ListenerFacts> {
  const { transport, address, port } = listener;
  const cause = transport === 'udp' ? await bindUdp(address, port) : await bindTcp(address, port);
  return { listener, state: await stateAfter(cause, clock, listener, within) };
}

async function stateAfter(
  cause: string | undefined,
  clock: Clock,
  listener: Listener,
  within: Duration,
): Promise<PortState> {
  if (cause === undefined) return 'free';
  if (cause === 'EADDRNOTAVAIL') return 'elsewhere';
  if (cause === 'EACCES') return 'forbidden';
  return (await speaksSip(clock, listener, within)) ? 'sip' : 'taken';
}

/** Of the range as many ports as stand for it, spread evenly: at most `most`. */
export async function lookAtRtp({ address, ports }: MediaSettings, most = 500): Promise<RtpFacts> {
  const count = ports.to - ports.from + 1;
  const step = Math.max(1, Math.floor(count / most));
  let tried = 0;
  let taken = 0;
  for (let port = ports.from; port <= ports.to && tried < most; port += step) {
    const cause = await bindUdp(address, port);
    if (cause === 'EADDRNOTAVAIL') return { tried, taken, addressIsOurs: false };
    tried++;
    if (cause !== undefined) taken++;
  }
  return { tried, taken, addressIsOurs: true };
}

/** Of these addresses the ones at which somebody takes a TCP connection. */
export async function answersAt(
  clock: Clock,
  addresses: readonly string[],
  port: number,
  within: Duration,
): Promise<string[]> {
  const answers = await Promise.all(
    addresses.map(async address => {
      const dialled = await dial(clock, { host: address, port }, within);
      if (dialled.ok) dialled.value.destroy();
      return dialled.ok ? [address] : [];
    }),
  );
  return answers.flat();
}

/** What the system said against it (errno); undefined: it could be bound, and was let go of. */
async function bindUdp(address: string, port: number): Promise<string | undefined> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  const cause = await new Promise<string | undefined>(resolve => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.bind({ address, port, exclusive: true }, () => resolve(undefined));
  });
  const closed = once(socket, 'close');
  socket.close();
  await closed;
  return cause;
}

async function bindTcp(address: string, port: number): Promise<string | undefined> {
  const server = createServer();
  const cause = await new Promise<string | undefined>(resolve => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, address, () => resolve(undefined));
  });
  if (cause !== undefined) return cause;
  await new Promise<void>(resolve => {
    server.close(() => resolve());
  });
  return undefined;
}

/** OPTIONS (RFC 3261, §11): whatever answers with a SIP status line speaks it. */
async function speaksSip(clock: Clock, listener: Listener, within: Duration): Promise<boolean> {
  const { transport, port } = listener;
  const everywhere = listener.address === '0.0.0.0' || listener.address === '::';
  const host = everywhere ? (isIPv6(listener.address) ? '::1' : '127.0.0.1') : listener.address;
  return transport === 'tcp' ? overTcp(clock, host, port, within) : overUdp(clock, host, port, within);
}

async function overTcp(clock: Clock, host: string, port: number, within: Duration): Promise<boolean> {
  const dialled = await dial(clock, { host, port }, within);
  if (!dialled.ok) return false;
  const answer = await converse(clock, dialled.value, optionsTo(host, port, 'TCP', 9), isSip, within);
  dialled.value.destroy();
  return answer.ok && answer.value;
}

async function overUdp(clock: Clock, host: string, port: number, within: Duration): Promise<boolean> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  try {
    return await new Promise<boolean>(resolve => {
      const timer = clock.after(within, () => resolve(false));
      const done = (spoken: boolean): void => {
        timer.cancel();
        resolve(spoken);
      };
      socket.on('error', () => done(false));
      socket.on('message', message => done(isSip(message) === true));
      socket.connect(port, host, () => socket.send(optionsTo(host, port, 'UDP', socket.address().port)));
    });
  } finally {
    socket.close();
  }
}

const isSip = (bytes: Buffer): boolean => bytes.toString('latin1', 0, 8) === 'SIP/2.0 ';

function optionsTo(host: string, port: number, transport: string, from: number): string {
  const at = isIPv6(host) ? `[${host}]` : host;
  const id = randomId();
  return [
    `OPTIONS sip:doctor@${at}:${port} SIP/2.0`,
    `Via: SIP/2.0/${transport} ${at}:${from};rport;branch=z9hG4bK${id}`,
    'Max-Forwards: 70',
    `From: <sip:doctor@${at}>;tag=${id}`,
    `To: <sip:doctor@${at}:${port}>`,
    `Call-ID: ${id}@doctor`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}
