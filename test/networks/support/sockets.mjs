/**
 * UDP sockets in another network namespace, moved from outside of it: a line of JSON for each thing that is asked, and for
 * each that happens. Run by `ip netns exec`.
 */
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';

const sockets = new Map();
const tell = event => process.stdout.write(`${JSON.stringify(event)}\n`);

const asked = {
  open({ id, address }) {
    const six = address.includes(':');
    const lookup = (host, _options, found) => found(null, host, six ? 6 : 4);
    const socket = createSocket({ type: six ? 'udp6' : 'udp4', lookup });
    socket.on('message', (data, from) => tell({ kind: 'message', id, data: data.toString('base64'), from }));
    socket.on('error', error => tell({ kind: 'error', id, text: String(error) }));
    socket.bind(0, address, () => tell({ kind: 'open', id, port: socket.address().port }));
    sockets.set(id, socket);
  },
  send({ id, data, port, address }) {
    sockets.get(id)?.send(Buffer.from(data, 'base64'), port, address);
  },
  close({ id }) {
    sockets.get(id)?.close(() => tell({ kind: 'closed', id }));
    sockets.delete(id);
  },
};

createInterface({ input: process.stdin }).on('line', line => {
  const { what, ...rest } = JSON.parse(line);
  asked[what](rest);
});
process.stdin.on('end', () => process.exit(0));
