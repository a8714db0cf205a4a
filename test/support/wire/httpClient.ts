import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** A connection that says what the test says, and keeps what comes back. */
export class RawHttp {
  private text = '';
  private over = false;
  private wake = (): void => {};

  private constructor(private readonly socket: Socket) {
    socket.on('data', bytes => {
      this.text += bytes.toString('latin1');
      this.wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.over = true;
      this.wake();
    });
  }

  static async open({ address, port }: { readonly address: string; readonly port: number }): Promise<RawHttp> {
    const socket = connect(port, address);
    const http = new RawHttp(socket);
    await once(socket, 'connect');
    return http;
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  get received(): string {
    return this.text;
  }

  get isOver(): boolean {
    return this.over;
  }

  /** All that came, when the far end has closed. */
  async closed(): Promise<string> {
    while (!this.over) await this.more();
    return this.text;
  }

  async until(found: (text: string) => boolean): Promise<void> {
    while (!found(this.text)) {
      if (this.over) throw new Error(`the connection was closed; there came ${this.text}`);
      await this.more();
    }
  }

  private more(): Promise<void> {
    return new Promise(resolve => {
      this.wake = resolve;
    });
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** One request on a connection of its own, which is closed afterwards. */
export async function ask(
  server: { readonly address: string; readonly port: number },
  line: string,
  fields: readonly string[] = [],
  body = '',
): Promise<HttpAnswer> {
  const http = await RawHttp.open(server);
  http.send(
    [
      `${line} HTTP/1.1`,
      `Host: ${server.address.includes(':') ? `[${server.address}]` : server.address}:${server.port}`,
      'Connection: close',
      ...fields,
      '',
      body,
    ].join('\r\n'),
  );
  const text = await http.closed();
  return answerIn(text);
}

export function answerIn(text: string): HttpAnswer {
  const end = text.indexOf('\r\n\r\n');
  const headers = text.slice(0, end);
  const body = text.slice(end + 4);
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(headers)?.[1] ?? 0), headers, body };
}
