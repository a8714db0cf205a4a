/** Servers that nobody here wrote, as processes of the bench or of a test: begun, listened to, ended by their own id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { systemClock } from '../../base/clock.ts';

export interface ServerProcess {
  readonly pid: number;
  /** What it has written so far, the last 64 kB. */
  output(): string;
  running(): boolean;
  signal(name: NodeJS.Signals): void;
  /** Ends it, and waits for that. Idempotent. */
  stop(): Promise<void>;
}

export function startServer(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): ServerProcess {
  const child: ChildProcess = spawn(program, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const keep = (bytes: Buffer): void => {
    text = `${text}${bytes.toString('utf8')}`.slice(-65_536);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.on('error', error => keep(Buffer.from(`${error.message}\n`)));
  const running = (): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0,
    output: () => text,
    running,
    signal: name => void child.kill(name),
    async stop() {
      if (!running()) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      // A process that is stopped dies by SIGKILL too.
      await ended;
    },
  };
}

/** Until the port takes connections. Throws where the process ends before. */
export async function untilListening(server: ServerProcess, port: number): Promise<void> {
  while (server.running()) {
    const socket = connect({ host: '127.0.0.1', port });
    const open = await new Promise<boolean>(resolve => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await new Promise<void>(resolve => void systemClock.after(50, resolve));
  }
  throw new Error(`the server ended before it listened:\n${server.output().slice(-2000)}`);
}
