/** A stranger, or many of them: complete requests at an even rate, from addresses that nobody knows. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type Clock, type Instant, systemClock } from '../base/clock.ts';
import { pause } from './bench.ts';
import { answerParent } from './child.ts';
import type { Flood, Flooded, ToFlood } from './messages.ts';
import { address, companyNumber } from './office.ts';

/** 127.0.1.1, 127.0.1.2 … */
const addressOf = (index: number): string => `127.0.${1 + Math.floor(index / 200)}.${1 + (index % 200)}`;

async function open(index: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
  socket.bind(0, addressOf(index));
  await once(socket, 'listening');
  return socket;
}

const offer = ['v=0', 'o=- 1 1 IN IP4 127.0.1.1', 's=-', 'c=IN IP4 127.0.1.1', 't=0 0', 'm=audio 9 RTP/AVP 8', ''];

function written(method: Flood, sipPort: number, from: Socket, number: number): string {
  const own = from.address();
  const host = `${own.address}:${own.port}`;
  const user = method === 'REGISTER' ? '' : `${companyNumber}@`;
  const body = method === 'INVITE' ? offer.join('\r\n') : '';
  return [
    `${method} sip:${user}${address}:${sipPort} SIP/2.0`,
    `Via: SIP/2.0/UDP ${host};branch=z9hG4bK${number};rport`,
    'Max-Forwards: 70',
    `From: <sip:101@${address}>;tag=${number}`,
    `To: <sip:101@${address}>`,
    `Call-ID: ${number}@${host}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:101@${host}>`,
    'User-Agent: a stranger',
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

async function flood(clock: Clock, of: Extract<ToFlood, { kind: 'flood' }>): Promise<Flooded> {
  const { sipPort, method, addresses, rate, milliseconds } = of;
  const sockets = await Promise.all(Array.from({ length: addresses }, (_, index) => open(index)));
  let answered = 0;
  for (const socket of sockets) socket.on('message', () => answered++);
  const start: Instant = clock.now();
  let sent = 0;
  for (;;) {
    const elapsed = clock.now() - start;
    if (elapsed >= milliseconds) break;
    for (const due = Math.floor((elapsed * rate) / 1000); sent < due; sent++) {
      const socket = sockets[sent % sockets.length] as Socket;
      socket.send(written(method, sipPort, socket, sent), sipPort, address);
    }
    await pause(clock, 1);
  }
  await pause(clock, 500);
  for (const socket of sockets) socket.close();
  return { sent, answered };
}

answerParent<ToFlood>(async question => (question.kind === 'flood' ? flood(systemClock, question) : undefined));
