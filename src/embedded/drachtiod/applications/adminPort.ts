/** The port that applications connect to. */

import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../../base/clock.ts';
import { KozpontError, messageOf } from '../../../base/errors.ts';
import type { Faults } from '../../../base/faults.ts';
import type { Log } from '../../../base/log.ts';
import { Connection, type ConnectionEvents, type ConnectionLimits, defaultConnectionLimits } from './connection.ts';
import { secretCheck } from './secret.ts';

export interface AdminPortLimits extends ConnectionLimits {
  readonly applications: number;
  /** Connections that have not authenticated yet. */
  readonly strangers: number;
}

export const defaultAdminPortLimits: AdminPortLimits = { ...defaultConnectionLimits, applications: 256, strangers: 32 };

export interface AdminPortOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: Faults;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly secret: string;
  readonly limits?: Partial<AdminPortLimits>;
  readonly greeting: () => string;
  readonly events: ConnectionEvents;
}

export class AdminPort {
  private readonly server: Server;
  private readonly connections = new Set<Connection>();
  private readonly limits: AdminPortLimits;
  private readonly secretIsRight: (offered: string) => boolean;
  private closed = false;

  /** Error: `INVALID_CONFIG` for a secret that protects nothing. */
  constructor(private readonly options: AdminPortOptions) {
    this.limits = { ...defaultAdminPortLimits, ...options.limits };
    this.secretIsRight = secretCheck(options.secret);
    this.server = createServer({ noDelay: true }, socket => {
      if (this.full()) {
        options.log.warn({ address: socket.remoteAddress }, 'too many connections of applications: one is refused');
        socket.destroy();
        return;
      }
      this.take(socket, {});
    });
  }

  /** The port that was bound. Errors: `ADDRESS_IN_USE`; what the system says of an address that is not ours. */
  listen(): Promise<number> {
    const { host, port } = this.options;
    return new Promise((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException): void => {
        const taken = error.code === 'EADDRINUSE';
        reject(
          taken
            ? new KozpontError(
                'ADDRESS_IN_USE',
                `TCP ${host}:${port} is taken: the port of drachtiod's applications moves by admin.port`,
                { cause: error },
              )
            : new KozpontError('INVALID_CONFIG', `cannot listen at TCP ${host}:${port}: ${messageOf(error)}`, {
                cause: error,
              }),
        );
      };
      this.server.once('error', failed);
      this.server.listen(port, host, () => {
        this.server.off('error', failed);
        this.server.on('error', error => this.options.log.error({ err: error }, 'the port of the applications failed'));
        const address = this.server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /**
   * Connects to an application that listens (drachtio-srf: `srf.listen`); it authenticates all the same. Error:
   * `CONNECTION_LOST`.
   */
  reach(host: string, port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const lost = (reason: string): void =>
        reject(new KozpontError('CONNECTION_LOST', `the application at ${host}:${port} is lost: ${reason}`));
      if (this.closed) {
        lost('the server closes');
        return;
      }
      const socket = connect({ host, port, noDelay: true });
      // The time for authentication runs from here: connecting is part of it.
      this.take(socket, { ready: resolve, closed: () => lost('it did not authenticate') });
      socket.once('error', error => lost(messageOf(error)));
    });
  }

  get applications(): number {
    let count = 0;
    for (const connection of this.connections) if (connection.connected) count += 1;
    return count;
  }

  /** Connections that have not authenticated. */
  get strangers(): number {
    return this.connections.size - this.applications;
  }

  close(): Promise<void> {
    this.closed = true;
    for (const connection of [...this.connections]) connection.destroy();
    return new Promise(resolve => this.server.close(() => resolve()));
  }

  private take(socket: Socket, told: Partial<ConnectionEvents>): void {
    const { clock, log, faults, greeting, events } = this.options;
    const { limits, secretIsRight } = this;
    const connection = new Connection({
      socket,
      clock,
      log,
      faults,
      limits,
      secretIsRight,
      greeting,
      events: {
        ready: application => {
          events.ready(application);
          told.ready?.(application);
        },
        command: (application, command) => events.command(application, command),
        closed: application => {
          this.connections.delete(application);
          events.closed(application);
          told.closed?.(application);
        },
      },
    });
    this.connections.add(connection);
  }

  private full(): boolean {
    return this.applications >= this.limits.applications || this.strangers >= this.limits.strangers;
  }
}
