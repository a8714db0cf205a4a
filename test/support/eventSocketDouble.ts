/** An event socket that says what a test has written down. */
import { createServer, type Server, type Socket } from 'node:net';

export interface EventSocketScript {
  readonly secret?: string;
  /** Instead of asking for the secret. */
  readonly greeting?: string;
  /** What an API command is answered with; undefined: with nothing, for ever. */
  api?(command: string): string | undefined;
}

export interface EventSocketDouble {
  readonly port: number;
  readonly asked: string[];
  /** Connections that are open. */
  readonly open: number;
  close(): Promise<void>;
}

export async function openEventSocketDouble(script: EventSocketScript = {}): Promise<EventSocketDouble> {
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  const server: Server = createServer(socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let held = '';
    socket.on('data', chunk => {
      held += chunk.toString();
      for (let end = held.indexOf('\n\n'); end >= 0; end = held.indexOf('\n\n')) {
        const command = held.slice(0, end);
        held = held.slice(end + 2);
        const reply = replyTo(command, script, asked);
        if (reply !== undefined) socket.write(reply);
      }
    });
    socket.write(script.greeting ?? 'Content-Type: auth/request\n\n');
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    asked,
    get open() {
      return sockets.size;
    },
    close: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function replyTo(command: string, script: EventSocketScript, asked: string[]): string | undefined {
  if (command.startsWith('auth ')) {
    const right = command === `auth ${script.secret ?? 'right'}`;
    return `Content-Type: command/reply\nReply-Text: ${right ? '+OK accepted' : '-ERR invalid'}\n\n`;
  }
  const api = command.replace(/^api /, '');
  asked.push(api);
  const body = script.api?.(api);
  // A message of another kind comes in between, as events do.
  return body === undefined
    ? undefined
    : `Content-Length: 3\nContent-Type: text/event-plain\n\nabcContent-Type: api/response\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`;
}
