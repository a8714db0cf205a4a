/** The least that a relay of RTP in Node can be: two connected sockets a call, and nothing done to a packet. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { answerParent } from './child.ts';
import type { RelayOpened, ServerState, ToRelay } from './messages.ts';
import { address } from './office.ts';

const sockets: Socket[] = [];

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  // The load has left while a packet was on its way.
  socket.on('error', () => {});
  sockets.push(socket);
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

/** Connected to whoever sends first. */
function join(left: Socket, right: Socket): void {
  let connected = false;
  left.on('message', (packet, from) => {
    if (!connected) {
      connected = true;
      left.connect(from.port, from.address);
    }
    try {
      right.send(packet);
    } catch {
      // The other one has not sent anything yet.
    }
  });
}

async function open(calls: number): Promise<RelayOpened> {
  const ports: [number, number][] = [];
  for (let call = 0; call < calls; call++) {
    const [left, right] = [await bound(), await bound()];
    join(left, right);
    join(right, left);
    ports.push([left.address().port, right.address().port]);
  }
  return { ports };
}

function state(): ServerState {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return { cpu: (user + system) / 1000, rss, heap: heapUsed, alive: {} };
}

answerParent<ToRelay>(async question => {
  switch (question.kind) {
    case 'open':
      return open(question.calls);
    case 'state':
      return state();
    case 'close':
      for (const socket of sockets) socket.close();
      return undefined;
  }
});
