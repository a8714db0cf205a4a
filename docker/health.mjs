/**
 * Whether Kozpont takes calls: OPTIONS over UDP to the address at which its SIP server listens, answered with 200 within
 * three seconds. A Kozpont that drains says 503; drachtio-server without a Kozpont says 503, too. Nothing but Node is
 * needed: it runs in the image.
 *
 * node health.mjs [host:port]     (else HEALTH_SIP says where)
 */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

const match = /^\[?([0-9a-fA-F.:]+?)\]?:(\d{1,5})$/.exec(process.argv[2] ?? process.env.HEALTH_SIP ?? '');
if (match === null) {
  console.error('usage: node health.mjs host:port, or HEALTH_SIP=host:port');
  process.exit(2);
}
const [, host = '', port = ''] = match;
const at = isIPv6(host) ? `[${host}]` : host;
const id = randomBytes(8).toString('hex');
const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');

const end = (status, why) => {
  (status === 0 ? console.log : console.error)(why);
  process.exit(status);
};

socket.on('error', error => end(1, `${host}:${port}: ${error.message}`));
socket.on('message', message => {
  const [line = ''] = message.toString('latin1').split('\r\n');
  const status = Number(/^SIP\/2\.0 (\d{3})/.exec(line)?.[1]);
  if (status >= 200) end(status === 200 ? 0 : 1, line);
});
socket.connect(Number(port), host, () => {
  const request = [
    `OPTIONS sip:health@${at}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${at}:${socket.address().port};rport;branch=z9hG4bK${id}`,
    'Max-Forwards: 70',
    `From: <sip:health@${at}>;tag=${id}`,
    `To: <sip:health@${at}:${port}>`,
    `Call-ID: ${id}@health`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
  const send = () => socket.send(request);
  send();
  // Over UDP one of them may be lost.
  setInterval(send, 1000);
});
setTimeout(() => end(1, `${host}:${port} does not answer`), 3000);
