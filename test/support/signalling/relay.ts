/** A relay between signalling and its server: the wire that can be cut, held, and let go in one piece. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class TcpRelay {
  private readonly pairs = new Set<readonly [client: Socket, server: Socket]>();
  private held: { readonly to: Socket; readonly data: Buffer }[] | undefined;
  private deaf = false;
  private pings = 0;
  private pongs = 0;
  refusing = false;

  private constructor(private readonly server: Server) {}

  static async open(host: string, port: number): Promise<TcpRelay> {
    const listener = createServer();
    const relay = new TcpRelay(listener);
    listener.on('connection', client => {
      if (relay.refusing) return void client.destroy();
      const upstream = connect(port, host);
      client.setNoDelay(true);
      upstream.setNoDelay(true);
      const pair = [client, upstream] as const;
      relay.pairs.add(pair);
      client.on('data', data => {
        if (relay.deaf) return;
        if (data.includes('|ping')) relay.pings += 1;
        upstream.write(data);
      });
      upstream.on('data', data => {
        if (data.includes('|OK|pong')) relay.pongs += 1;
        if (relay.held === undefined) client.write(data);
        else relay.held.push({ to: client, data });
      });
      for (const socket of pair) {
        socket.on('error', () => {});
        socket.on('close', () => {
          relay.pairs.delete(pair);
          client.destroy();
          upstream.destroy();
        });
      }
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return relay;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.pairs.size;
  }

  /** What the server sends stays here. */
  hold(): void {
    this.held ??= [];
  }

  private get heldText(): string {
    return Buffer.concat((this.held ?? []).map(({ data }) => data)).toString();
  }

  /** Until what the server has sent, and is held, says that. */
  async untilHeld(pattern: RegExp): Promise<void> {
    const deadline = Date.now() + 8_000;
    while (!pattern.test(this.heldText)) {
      if (Date.now() > deadline) throw new Error(`the server did not send ${pattern}: ${this.heldText}`);
      await new Promise(resolve => setImmediate(resolve));
    }
  }

  /** Until the server has answered every ping. */
  async untilPonged(): Promise<void> {
    while (this.pongs < this.pings && this.pairs.size > 0) await new Promise(resolve => setImmediate(resolve));
  }

  /** Everything that was held, in one write. */
  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    const [first] = held;
    if (first !== undefined) first.to.write(Buffer.concat(held.map(({ data }) => data)));
  }

  /** What the application sends gets lost: a server that has stopped. */
  ignore(): void {
    this.deaf = true;
  }

  listen(): void {
    this.deaf = false;
  }

  cut(): void {
    for (const [client, upstream] of this.pairs) {
      client.destroy();
      upstream.destroy();
    }
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }
}
