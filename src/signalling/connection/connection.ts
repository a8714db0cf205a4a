/**
 * The connection to the SIP server: made again when it is lost, and given up when it does not answer any more.
 *
 * - `connecting`: drachtio-srf tries, with a growing delay. Entered from: the beginning, `connected` by the loss of the
 *   connection. Leaves to `connected` by the right secret, to `closed`.
 * - `connected`: requests can be sent. Entered from: `connecting`. Leaves to `connecting` by the loss of the connection,
 *   to `closed`.
 * - `closed`: nothing more happens. Entered from: both. Final.
 */
import type { Clock, Timer } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { KozpontError, messageOf } from '../../base/errors.ts';
import { detach, FaultLog, type Faults, guard } from '../../base/faults.ts';
import type { Log } from '../../base/log.ts';
import { type Responder, responderOf } from '../drachtio/responder.ts';
import { createSrf, type SrfDialog, type SrfRequest } from '../drachtio/srf.ts';
import { guardIncoming } from './incoming.ts';
import { OpenInvites } from './openInvites.ts';
import { Outgoing, type OutgoingEvents, type OutgoingRequest, type Sending } from './outgoing.ts';
import { hangUpOnServer, ping, sendAtOnce, sendWithin } from './socket.ts';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

export interface SipListener {
  readonly transport: string;
  readonly address: string;
  readonly port: number;
}

/** `udp/192.0.2.1:5060,tcp/[2001:db8::1]:5060` */
export const sipListeners = (hostPorts: string): readonly SipListener[] =>
  hostPorts.split(',').flatMap(one => {
    const [, transport, address, port] = /^([a-z]+)\/\[?([^\]]+?)\]?:(\d+)$/.exec(one.trim()) ?? [];
    return transport === undefined || address === undefined ? [] : [{ transport, address, port: Number(port) }];
  });

export interface ConnectionEvents {
  connected(): void;
  /** Everything that was under way has been told that it failed. */
  lost(): void;
}

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Who hears of what a message makes throw; default: the log. */
  readonly faults?: Faults;
  readonly server: ServerAddress;
  readonly events: ConnectionEvents;
}

export type RequestHandler = (request: SrfRequest, respond: Responder) => void;

/** A dialog, as the connection sees it: what comes for its id goes there. */
export interface DialogHandler {
  readonly id: string;
  handle(request: SrfRequest, respond: Responder): void;
}

const connectWithin = 10_000;
const closeWithin = 1_000;
const pingEvery = 5_000;
const pongWithin = 5_000;
const retryMaxDelay = 2_000;

export class Connection {
  private state: 'connecting' | 'connected' | 'closed' = 'connecting';
  private readonly srf = createSrf();
  private readonly outgoing = new Set<Outgoing>();
  private readonly open = new OpenInvites();
  private pinging: Timer | undefined;
  /** Where the server listens for SIP, by its own word. */
  listening: readonly SipListener[] = [];

  private readonly faults: Faults;

  constructor(private readonly options: ConnectionOptions) {
    this.faults = options.faults ?? new FaultLog(options.clock, options.log);
  }

  get connected(): boolean {
    return this.state === 'connected';
  }

  /** Requests outside of dialogs; before `connect`. The handler runs as soon as the request is read. */
  route(method: string, handler: RequestHandler): void {
    this.srf.use(method.toLowerCase(), (request, response) => {
      this.guard(() => {
        const respond = responderOf(request, response);
        handler(request, request.method === 'INVITE' ? this.open.came(request, respond) : respond);
      });
    });
  }

  /** Until the first connection. Errors: `INVALID_CONFIG` (the secret is wrong), `DEADLINE_PASSED`. */
  async connect(): Promise<void> {
    const { host, port, secret } = this.options.server;
    const first = new Promise<void>((resolve, reject) => {
      this.srf.on('connect', (error, hostPorts) => {
        if (error === null || error === undefined) {
          this.listening = sipListeners(hostPorts ?? '');
          this.greeted(resolve);
        } else {
          this.options.log.error({ server: `${host}:${port}` }, 'the SIP server refuses our secret');
          reject(new KozpontError('INVALID_CONFIG', `the SIP server at ${host}:${port} refuses our secret`));
        }
      });
    });
    this.srf.on('error', error =>
      this.options.log.debug({ error: messageOf(error) }, 'no connection to the SIP server'),
    );
    this.srf.on('close', () => this.guard(() => this.closedByServer()));
    this.srf.connect({ host, port, secret, reconnect: { retryMaxDelay } });
    guardIncoming(this.srf, this.options.clock, this.options.log, this.faults);
    try {
      await withDeadline(this.options.clock, connectWithin, `connecting to the SIP server at ${host}:${port}`, first);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  request(request: OutgoingRequest, events: OutgoingEvents): Sending {
    const surroundings = {
      srf: this.srf,
      clock: this.options.clock,
      forget: (one: Outgoing) => void this.outgoing.delete(one),
    };
    const outgoing = new Outgoing(surroundings, request, events, run => this.guard(run));
    this.outgoing.add(outgoing);
    outgoing.send();
    return outgoing;
  }

  /** Gives what removes it again. */
  addDialog(dialog: DialogHandler): () => void {
    const entry: SrfDialog = {
      id: dialog.id,
      handle: (request, response) => this.guard(() => dialog.handle(request, responderOf(request, response))),
    };
    this.srf.addDialog(entry);
    return () => this.srf.removeDialog(entry);
  }

  /** Nothing that drachtio-srf calls may throw: it would fall out of its socket's handler and end the process. */
  guard(run: () => void): void {
    guard(this.faults, 'drachtio', run);
  }

  /** What was thrown in a task that nobody waits for. */
  caught(error: unknown): void {
    this.faults.caught('task', error);
  }

  async close(): Promise<void> {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.pinging?.cancel();
    this.failOutgoing();
    await hangUpOnServer(this.srf, this.options.clock, closeWithin);
  }

  /** The server knows our secret. The first pong says that it has read, too, which requests we take. */
  private greeted(ready: () => void): void {
    if (this.state === 'closed') {
      detach(this.faults, hangUpOnServer(this.srf, this.options.clock, closeWithin));
      return;
    }
    sendAtOnce(this.srf);
    this.ping(() => {
      if (this.state !== 'connecting') return;
      this.state = 'connected';
      this.options.log.info('connected to the SIP server');
      for (const { transaction, message } of this.open.lastWords()) sendWithin(this.srf, transaction, message);
      this.options.events.connected();
      ready();
    });
  }

  private ping(pong: () => void = () => {}): void {
    const late = this.options.clock.after(pongWithin, () => {
      this.options.log.error('the SIP server does not answer: the connection is given up');
      pinged?.destroy();
    });
    this.pinging?.cancel();
    this.pinging = late;
    const pinged = ping(this.srf, () => {
      if (this.pinging !== late || this.state === 'closed') return;
      late.cancel();
      this.pinging = this.options.clock.after(pingEvery, () => this.ping());
      this.guard(pong);
    });
  }

  private closedByServer(): void {
    this.pinging?.cancel();
    this.pinging = undefined;
    if (this.state !== 'connected') return;
    this.state = 'connecting';
    this.options.log.error('the connection to the SIP server is lost');
    this.open.lost([...this.outgoing].flatMap(one => one.openInvite ?? []));
    this.failOutgoing();
    this.options.events.lost();
  }

  private failOutgoing(): void {
    for (const one of [...this.outgoing]) this.guard(() => one.lost());
  }
}
