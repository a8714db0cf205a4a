/** An event socket that says what a test wants: for what a real FreeSWITCH does only when it is ill. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface ScriptedEventSocket {
  readonly port: number;
  /** As they came: one entry for each piece that the socket gave. */
  readonly pieces: string[];
  /** Connections so far. */
  connections: number;
  /** What is said to each command; undefined: nothing. */
  answer: (command: string) => string | undefined;
  /** What is said to a connection at once. */
  greeting: string;
  say(text: string): void;
  hangUp(): void;
  close(): Promise<void>;
}

export const reply = (text: string): string => `Content-Type: command/reply\nReply-Text: ${text}\n\n`;
export const apiReply = (body: string): string =>
  `Content-Type: api/response\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`;

/** Lets everybody in whose secret is `secret`, and says yes to everything. */
export async function scriptedEventSocket(secret = 'secret'): Promise<ScriptedEventSocket> {
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    scripted.connections++;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.write(scripted.greeting);
    let text = '';
    socket.on('data', bytes => {
      scripted.pieces.push(bytes.toString());
      text += bytes.toString();
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const said = scripted.answer(text.slice(0, end));
        text = text.slice(end + 2);
        if (said !== undefined && !socket.destroyed) socket.write(said);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const scripted: ScriptedEventSocket = {
    port: (server.address() as AddressInfo).port,
    pieces: [],
    connections: 0,
    greeting: 'Content-Type: auth/request\n\n',
    answer(command) {
      if (command.startsWith('auth ')) return reply(command === `auth ${secret}` ? '+OK accepted' : '-ERR invalid');
      return command.startsWith('api ') ? apiReply('+OK') : reply('+OK');
    },
    say(text) {
      for (const socket of sockets) socket.write(text);
    },
    hangUp() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      scripted.hangUp();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
  return scripted;
}
