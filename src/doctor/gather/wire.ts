import { connect, type Socket } from 'node:net';
import type { Clock, Duration } from '../../base/clock.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../facts.ts';

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** A TCP connection, or why there is none; never later than `within`. */
export function dial(clock: Clock, { host, port }: Place, within: Duration): Promise<Result<Socket, Failure>> {
  return new Promise(resolve => {
    const socket = connect({ host, port, noDelay: true });
    const done = (result: Result<Socket, Failure>): void => {
      timer.cancel();
      socket.removeAllListeners();
      // What comes later is nobody's; without a listener it would end the process.
      socket.on('error', () => {});
      if (!result.ok) socket.destroy();
      resolve(result);
    };
    const timer = clock.after(within, () =>
      done(fail({ kind: 'unreachable', detail: `no connection within ${within / 1000} s` })),
    );
    socket.once('connect', () => done(ok(socket)));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      done(fail({ kind: 'unreachable', detail: error.code ?? error.message })),
    );
  });
}

/** How a conversation takes what comes; `undefined`: it needs more. */
export type Reading<T> = (chunk: Buffer) => T | undefined;

/**
 * Writes `bytes`, and gives the first thing that `read` makes of what comes back. A server that says nothing, or hangs
 * up, is a failure like any other: nothing waits beyond `within`.
 */
export function converse<T>(
  clock: Clock,
  socket: Socket,
  bytes: Buffer | string | undefined,
  read: Reading<T>,
  within: Duration,
): Promise<Result<T, Failure>> {
  return new Promise(resolve => {
    const done = (result: Result<T, Failure>): void => {
      timer.cancel();
      socket.off('data', take);
      socket.off('close', closed);
      resolve(result);
    };
    const take = (chunk: Buffer): void => {
      const value = read(chunk);
      if (value !== undefined) done(ok(value));
    };
    const closed = (): void => done(fail({ kind: 'foreign', detail: 'it hung up' }));
    const timer = clock.after(within, () =>
      done(fail({ kind: 'silent', detail: `no answer within ${within / 1000} s` })),
    );
    socket.on('data', take);
    socket.on('close', closed);
    if (socket.destroyed) closed();
    else if (bytes !== undefined) socket.write(bytes);
  });
}
