/** The port that applications connect to. */
import { createServer, type Server } from 'node:net';
import type { Clock } from '../../../base/clock.ts';
import { KozpontError, messageOf } from '../../../base/errors.ts';
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

  /** Error: `INVALID_CONFIG` for a secret that protects nothing. */
  constructor(private readonly options: AdminPortOptions) {
    this.limits = { ...defaultAdminPortLimits, ...options.limits };
    const secretIsRight = secretCheck(options.secret);
    const events: ConnectionEvents = {
      ready: application => options.events.ready(application),
      command: (application, command) => options.events.command(application, command),
      closed: application => {
        this.connections.delete(application);
        options.events.closed(application);
      },
    };
    this.server = createServer({ noDelay: true }, socket => {
      if (this.full()) {
        options.log.warn({ address: socket.remoteAddress }, 'too many connections of applications: one is refused');
        socket.destroy();
        return;
      }
      const { clock, log, greeting } = options;
      this.connections.add(
        new Connection({ socket, clock, log, limits: this.limits, secretIsRight, greeting, events }),
      );
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

  get applications(): number {
    let count = 0;
    for (const connection of this.connections) if (connection.authenticated) count += 1;
    return count;
  }

  /** Connections that have not authenticated. */
  get strangers(): number {
    return this.connections.size - this.applications;
  }

  close(): Promise<void> {
    for (const connection of [...this.connections]) connection.destroy();
    return new Promise(resolve => this.server.close(() => resolve()));
  }

  private full(): boolean {
    return this.applications >= this.limits.applications || this.strangers >= this.limits.strangers;
  }
}
