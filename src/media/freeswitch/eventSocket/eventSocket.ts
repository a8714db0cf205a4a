/**
 * One connection to FreeSWITCH's event socket, never made again: FreeSWITCH forgets what was subscribed to and what was
 * asked, so that whoever needs one afterwards opens another.
 *
 * Replies have no numbers: they come in the order of the commands. A reply that stays out is the end of the connection,
 * since nobody could say whose the next one is.
 *
 * - `open`: commands are answered, events come. Entered from: `EventSocket.open`, which has told our secret.
 *   Leaves to `over` by `close`; by the end of the socket, by silence, by text that is none, and then `lost` is told.
 * - `over`: everything that was asked has failed. Final.
 */
import { createConnection, type Socket } from 'node:net';
import type { Clock, Duration, Timer } from '../../../base/clock.ts';
import { withDeadline } from '../../../base/deadline.ts';
import { KozpontError, messageOf } from '../../../base/errors.ts';
import { FaultLog, type Faults, guard } from '../../../base/faults.ts';
import type { Log } from '../../../base/log.ts';
import { type Encoded, secret as encodeSecret, text } from '../encode.ts';
import { Fields, type Frame, FrameReader } from './frames.ts';

export interface EventSocketAddress {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

export interface EventSocketDeadlines {
  /** Connecting, and being let in. */
  readonly connect: Duration;
  /** A reply to a command. */
  readonly reply: Duration;
  /** After this much silence we ask whether anybody is there. */
  readonly silence: Duration;
}

export interface EventSocketEvents {
  /** What was subscribed to. */
  event(name: string, fields: Fields): void;
  /** Once, unless it was closed by us. */
  lost(error: KozpontError): void;
}

interface Asked {
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: KozpontError) => void;
  /** When its reply is late. */
  readonly until: number;
}

export interface Execution {
  readonly channel: Encoded;
  readonly application: Encoded;
  readonly argument: Encoded;
  /** Comes back as `Application-UUID`. */
  readonly id: Encoded;
  /** -1: for ever. */
  readonly loops: Encoded;
}

export class EventSocket {
  private readonly reader = new FrameReader();
  private asked: Asked[] = [];
  private over = false;
  private heard: number;
  private watch: Timer | undefined;
  private events: EventSocketEvents | undefined;
  private authRequested: () => void = () => {};
  private failed: (error: KozpontError) => void = () => {};

  private constructor(
    private readonly clock: Clock,
    private readonly faults: Faults,
    private readonly deadlines: EventSocketDeadlines,
    private readonly socket: Socket,
    /** For messages. */
    private readonly at: string,
  ) {
    this.heard = clock.now();
    // A command in several small packets would wait for the other side's delayed acknowledgement: 40 ms each.
    socket.setNoDelay(true);
    socket.on('data', bytes => this.read(bytes));
    socket.on('error', error => this.lose(`it failed: ${messageOf(error)}`));
    socket.on('close', () => this.lose('FreeSWITCH closed it'));
  }

  /** Errors: `INVALID_CONFIG` (the secret is wrong, our address is not allowed), `MEDIA_UNAVAILABLE`, `DEADLINE_PASSED`. */
  static async open(
    address: EventSocketAddress,
    surroundings: {
      readonly clock: Clock;
      readonly log: Log;
      readonly faults?: Faults | undefined;
      readonly deadlines: EventSocketDeadlines;
    },
  ): Promise<EventSocket> {
    const { clock, log, deadlines } = surroundings;
    const faults = surroundings.faults ?? new FaultLog(clock, log);
    const { host, port } = address;
    const secret = encodeSecret(address.secret);
    const socket = createConnection({ host, port });
    const at = `the event socket at ${host}:${port}`;
    const opened = new EventSocket(clock, faults, deadlines, socket, at);
    try {
      await withDeadline(clock, deadlines.connect, `connecting to ${at}`, opened.authenticate(secret));
    } catch (error) {
      opened.close();
      throw error;
    }
    opened.lookAfter();
    return opened;
  }

  /** Subscribes to these events, and from now on tells of them. */
  async listen(names: Encoded, filters: readonly Encoded[], events: EventSocketEvents): Promise<void> {
    this.events = events;
    const all = [...filters.map(filter => this.send(text`filter ${filter}`)), this.send(text`event plain ${names}`)];
    for (const reply of await Promise.all(all)) accepted(reply);
  }

  /** What the API command says, as it stands. Errors: `CONNECTION_LOST`. */
  async api(command: Encoded): Promise<string> {
    return (await this.send(text`api ${command}`)).body;
  }

  /** Has a channel run an application, after those that it runs already. Errors: `CONNECTION_LOST`, `MEDIA_UNAVAILABLE`. */
  async execute({ channel, application, argument, id, loops }: Execution): Promise<void> {
    const message = text`sendmsg ${channel}
call-command: execute
execute-app-name: ${application}
execute-app-arg: ${argument}
loops: ${loops}
event-lock: true
Event-UUID: ${id}`;
    accepted(await this.send(message));
  }

  /** Idempotent; nothing is told. */
  close(): void {
    if (this.over) return;
    this.finish(new KozpontError('CONNECTION_LOST', `${this.at} was closed`));
  }

  private async authenticate(secret: Encoded): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.authRequested = resolve;
      this.failed = reject;
    });
    const reply = (await this.send(text`auth ${secret}`)).headers.get('Reply-Text') ?? '';
    if (!reply.startsWith('+OK')) throw new KozpontError('INVALID_CONFIG', `${this.at} refuses our secret`);
  }

  /** In one write: each is one packet then. */
  private send(command: Encoded): Promise<Frame> {
    if (this.over) return Promise.reject(new KozpontError('CONNECTION_LOST', `${this.at} is closed`));
    return new Promise((resolve, reject) => {
      this.asked.push({ resolve, reject, until: this.clock.now() + this.deadlines.reply });
      this.socket.write(`${command}\n\n`);
    });
  }

  /** One timer for all commands: it looks at the oldest one, and asks something itself where all is silent. */
  private lookAfter(): void {
    const { silence, reply } = this.deadlines;
    this.watch = this.clock.after(Math.min(silence, reply) / 4, () => {
      const now = this.clock.now();
      const oldest = this.asked[0];
      if (oldest !== undefined && oldest.until <= now) return this.lose(`it has not answered for ${reply} ms`);
      if (oldest === undefined && now - this.heard >= silence) this.api(text`uuid_exists 0`).catch(() => {});
      this.lookAfter();
    });
  }

  private read(bytes: Buffer): void {
    if (this.over) return;
    this.heard = this.clock.now();
    try {
      for (const frame of this.reader.read(bytes)) {
        if (!this.over) this.take(frame);
      }
    } catch (error) {
      this.lose(`what it sends cannot be read: ${messageOf(error)}`);
    }
  }

  private take(frame: Frame): void {
    switch (frame.headers.get('Content-Type')) {
      case 'command/reply':
      case 'api/response':
        return this.asked.shift()?.resolve(frame);
      case 'text/event-plain':
        return this.tell(frame.body);
      case 'auth/request':
        return this.authRequested();
      case 'text/rude-rejection':
        return this.finish(new KozpontError('INVALID_CONFIG', `${this.at} does not let our address in`));
      case 'text/disconnect-notice':
        return this.lose('FreeSWITCH says goodbye');
      default:
    }
  }

  private tell(body: string): void {
    const fields = new Fields(body);
    try {
      this.events?.event(fields.get('Event-Name') ?? '', fields);
    } catch (error) {
      this.faults.caught('eventSocket', error, body);
    }
  }

  private lose(why: string): void {
    if (this.over) return;
    const error = new KozpontError('CONNECTION_LOST', `${this.at} is lost: ${why}`);
    this.finish(error);
    guard(this.faults, 'eventSocket', () => this.events?.lost(error));
  }

  private finish(error: KozpontError): void {
    this.over = true;
    this.watch?.cancel();
    this.socket.destroy();
    const { asked } = this;
    this.asked = [];
    for (const { reject } of asked) reject(error);
    this.failed(error);
  }
}

function accepted(reply: Frame): void {
  const text = reply.headers.get('Reply-Text') ?? '';
  if (!text.startsWith('+OK')) throw new KozpontError('MEDIA_UNAVAILABLE', `FreeSWITCH refuses a command: ${text}`);
}
