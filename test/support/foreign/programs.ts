import type { ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';

/** Milliseconds that a program may take to end when it is asked to. */
const goodbye = 5_000;

/** Why a program cannot be had, or a file of it that not every build has; undefined where it can. */
export function missing(program: string, part?: string): string | undefined {
  const path = (process.env.PATH ?? '').split(delimiter);
  if (!path.some(folder => isThere(join(folder, program), constants.X_OK))) return `${program} is not installed`;
  return part === undefined || isThere(part, constants.R_OK) ? undefined : `${part} is not installed`;
}

function isThere(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}

/** Asks it to end, and ends it where it does not. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = systemClock.after(goodbye, () => child.kill('SIGKILL'));
  await exited;
  patience.cancel();
}

/** One that nobody listens at, on 127.0.0.1: for programs that want to be told. */
export async function freePort(transport: 'udp' | 'tcp'): Promise<number> {
  const socket = transport === 'udp' ? createSocket('udp4') : createServer();
  if ('bind' in socket) socket.bind(0, '127.0.0.1');
  else socket.listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const address = socket.address();
  const closed = once(socket, 'close');
  socket.close();
  await closed;
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Resolves when somebody listens there; by the system's own table, which disturbs nobody. */
export async function listens(transport: 'udp' | 'tcp', port: number): Promise<void> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  const state = transport === 'udp' ? ' 07 ' : ' 0A ';
  await vi.waitFor(
    async () => {
      const table = await readFile(`/proc/net/${transport}`, 'utf8');
      const there = table.split('\n').some(line => line.slice(0, 24).includes(wanted) && line.includes(state));
      if (!there) throw new Error(`nobody listens at ${transport} port ${port}`);
    },
    { timeout: goodbye, interval: 20 },
  );
}
