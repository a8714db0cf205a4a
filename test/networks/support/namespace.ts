/** Network namespaces of Linux: machines of a test, with the networks between them. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import type { Socket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';

const run = (...args: string[]): void => void execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });

/** Why there are none here; undefined: there are. */
export const withoutNamespaces = ((): string | undefined => {
  if (process.platform !== 'linux') return 'only Linux has network namespaces';
  if (process.getuid?.() !== 0) return 'network namespaces are for root alone';
  const name = `kozpont-${process.pid}-try`;
  try {
    run('netns', 'add', name);
    run('netns', 'delete', name);
    return undefined;
  } catch {
    return 'ip netns (of iproute2) is not there, or not allowed';
  }
})();

let made = 0;

export class Namespace {
  readonly name: string;
  private agent: Agent | undefined;

  constructor(what: string) {
    this.name = `kozpont-${process.pid}-${what}`;
    run('netns', 'add', this.name);
    this.ip('link', 'set', 'lo', 'up');
  }

  /** `ip` within it. */
  ip(...args: string[]): void {
    run('-n', this.name, ...args);
  }

  spawn(program: string, args: readonly string[], options: Parameters<typeof spawn>[2] = {}): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.name, program, ...args], options);
  }

  async socket(address: string): Promise<RemoteSocket> {
    this.agent ??= new Agent(this);
    return this.agent.open(address);
  }

  async remove(): Promise<void> {
    await this.agent?.end();
    run('netns', 'delete', this.name);
  }
}

/** A network of two machines, each with its addresses (`10.0.0.1/24`) on it. */
export const connect = (
  one: Namespace,
  ones: readonly string[],
  other: Namespace,
  others: readonly string[],
): { readonly interfaces: readonly [string, string] } => {
  const [a, b] = [`kz${process.pid % 10_000}a${made}`, `kz${process.pid % 10_000}b${made}`] as const;
  made += 1;
  run('link', 'add', a, 'netns', one.name, 'type', 'veth', 'peer', 'name', b, 'netns', other.name);
  for (const [namespace, link, addresses] of [
    [one, a, ones],
    [other, b, others],
  ] as const) {
    namespace.ip('link', 'set', link, 'up');
    // Without duplicate address detection an address of IPv6 is there at once.
    for (const address of addresses) {
      namespace.ip('addr', 'add', address, 'dev', link, ...(address.includes(':') ? ['nodad'] : []));
    }
  }
  return { interfaces: [a, b] };
};

class Agent {
  private readonly child: ChildProcess;
  private readonly sockets = new Map<number, RemoteSocket>();
  private next = 0;

  constructor(namespace: Namespace) {
    const script = new URL('./sockets.mjs', import.meta.url).pathname;
    this.child = namespace.spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.child.stdout === null) throw new Error('no output');
    createInterface({ input: this.child.stdout }).on('line', line => {
      const event = JSON.parse(line) as {
        kind: string;
        id: number;
        port: number;
        data: string;
        from: object;
        text: string;
      };
      this.sockets.get(event.id)?.told(event);
    });
  }

  async open(address: string): Promise<RemoteSocket> {
    const id = this.next++;
    const socket = new RemoteSocket(address, rest => this.child.stdin?.write(`${JSON.stringify({ ...rest, id })}\n`));
    this.sockets.set(id, socket);
    const listening = once(socket, 'listening');
    socket.ask({ what: 'open', address });
    await listening;
    return socket;
  }

  async end(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.stdin?.end();
    await gone;
  }
}

/** As much of a `dgram.Socket` as the phones of the tests need. */
export class RemoteSocket extends EventEmitter {
  private port = 0;

  constructor(
    private readonly host: string,
    readonly ask: (request: Record<string, unknown>) => void,
  ) {
    super();
  }

  told(event: { kind: string; port: number; data: string; from: object; text: string }): void {
    if (event.kind === 'open') {
      this.port = event.port;
      this.emit('listening');
    } else if (event.kind === 'message') this.emit('message', Buffer.from(event.data, 'base64'), event.from);
    else if (event.kind === 'closed') this.emit('close');
    else this.emit('error', new Error(event.text));
  }

  address() {
    return { address: this.host, port: this.port, family: this.host.includes(':') ? 'IPv6' : 'IPv4' };
  }

  send(data: string | Buffer, port: number, address: string): void {
    this.ask({ what: 'send', data: Buffer.from(data).toString('base64'), port, address });
  }

  close(): void {
    this.ask({ what: 'close' });
  }

  get asDgram(): Socket {
    return this as unknown as Socket;
  }
}
