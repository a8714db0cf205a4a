/**
 * One application's connection.
 *
 * - `waiting`: connected, and nothing is known of the peer. Entered from: the beginning. Leaves to `ready` by the right
 *   secret; to `leaving` by a wrong one, or by any other command; to `closed` by a frame that cannot be read, by the
 *   deadline.
 * - `ready`: its commands are carried out. Entered from: `waiting`. Leaves to `leaving` by a wrong secret; to `closed` by
 *   a frame that cannot be read, by an application that does not read, by the end of the connection.
 * - `leaving`: it was told why it must go, and has a moment to read that. Entered from: `waiting`, `ready`. Leaves to
 *   `closed` when it has gone, or that moment is over.
 * - `closed`: nothing more is read or written. Entered from: every state. Final.
 */

import type { Socket } from 'node:net';
import type { Clock, Duration, Timer } from '../../../base/clock.ts';
import { type Faults, guard } from '../../../base/faults.ts';
import { randomId } from '../../../base/ids.ts';
import type { Log } from '../../../base/log.ts';
import { type AuthenticateCommand, type Command, parseCommand } from '../protocol/command.ts';
import { FrameReader } from '../protocol/frame.ts';
import { noFrame, nokFrame, okFrame } from '../protocol/outgoing.ts';

export interface ConnectionLimits {
  /** How long a peer may take to authenticate. Milliseconds. */
  readonly authenticationTime: Duration;
  /** Bytes of one frame before authentication. */
  readonly strangerFrame: number;
  /** Bytes of one frame. */
  readonly frame: number;
  /** Bytes that may wait to be written; an application that is further behind is cut off. */
  readonly writeBacklog: number;
}

export const defaultConnectionLimits: ConnectionLimits = {
  authenticationTime: 5_000,
  strangerFrame: 2_048,
  frame: 1024 * 1024,
  writeBacklog: 32 * 1024 * 1024,
};

/** Milliseconds that a peer has to read why it is sent away. */
const farewell: Duration = 1_000;

/** An application, as the rest of the server sees it. */
export interface Application {
  readonly id: string;
  /** What it called itself when it authenticated. */
  readonly tags: ReadonlySet<string>;
  /** False from the moment its connection is lost. */
  readonly connected: boolean;
  /** One frame, in one write. */
  send(frame: Buffer): void;
}

export interface ConnectionEvents {
  /** The secret was right. `greeting` is what the answer says behind `OK|`. */
  ready(application: Connection): void;
  command(application: Connection, command: Exclude<Command, AuthenticateCommand>): void;
  /** Once, whatever the state was. */
  closed(application: Connection): void;
}

export interface ConnectionOptions {
  readonly socket: Socket;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: Faults;
  readonly limits: ConnectionLimits;
  readonly secretIsRight: (offered: string) => boolean;
  /** What the answer to the right secret says. */
  readonly greeting: () => string;
  readonly events: ConnectionEvents;
}

export class Connection implements Application {
  readonly id = randomId(4);
  tags: ReadonlySet<string> = new Set();
  private state: 'waiting' | 'ready' | 'leaving' | 'closed' = 'waiting';
  private readonly reader: FrameReader;
  private deadline: Timer;
  private readonly socket: Socket;
  private readonly log: Log;

  constructor(private readonly options: ConnectionOptions) {
    const { socket, limits, clock } = options;
    this.socket = socket;
    this.log = options.log.child({ application: this.id });
    this.reader = new FrameReader(limits.strangerFrame);
    this.deadline = clock.after(limits.authenticationTime, () => {
      this.log.info('an application did not authenticate in time');
      this.destroy();
    });
    // Without this a BYE can overtake, in the application's eyes, the answer that it belongs to by 40 ms of Nagle.
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 15_000);
    const { faults } = options;
    socket.on('data', chunk => {
      // Where the next frame begins is not known any more.
      if (!guard(faults, 'application', () => this.received(chunk), chunk)) this.destroy();
    });
    socket.on('error', error => this.log.debug({ err: error }, 'the connection of an application failed'));
    socket.on('close', () => guard(faults, 'application', () => this.ended()));
    socket.on('end', () => guard(faults, 'application', () => this.destroy()));
  }

  get connected(): boolean {
    return this.state === 'ready';
  }

  send(frame: Buffer): void {
    if (this.isOver()) return;
    this.socket.write(frame);
    if (this.socket.writableLength > this.options.limits.writeBacklog) {
      this.log.error({ waiting: this.socket.writableLength }, 'an application does not read: it is cut off');
      this.destroy();
    }
  }

  destroy(): void {
    this.socket.destroy();
    this.ended();
  }

  private received(chunk: Buffer): void {
    if (this.isOver()) return;
    const frames = this.reader.push(chunk);
    if (!frames.ok) {
      this.log.warn({ reason: frames.error }, 'an application sent what is no frame');
      this.destroy();
      return;
    }
    for (const frame of frames.value) {
      // A frame can be the last one that is read.
      if (this.isOver()) return;
      if (!guard(this.options.faults, 'application', () => this.frame(frame), frame)) this.fault(frame);
    }
  }

  private frame(payload: Buffer): void {
    const command = parseCommand(payload);
    if (!command.ok) {
      const { id, reason } = command.error;
      this.log.warn({ reason }, 'an application sent what is no command');
      if (id === '' || this.state === 'waiting') this.refuse(id, reason);
      else this.send(noFrame(id, reason));
    } else if (command.value.kind === 'authenticate') {
      this.authenticate(command.value);
    } else if (this.state === 'waiting') {
      this.refuse(command.value.id, 'not authenticated');
    } else {
      this.options.events.command(this, command.value);
    }
  }

  /** The command made us throw: its application is not to wait for an answer. */
  private fault(payload: Buffer): void {
    const end = payload.indexOf('|');
    if (this.state === 'ready' && end > 0) this.send(nokFrame(payload.toString('latin1', 0, end), 'Internal error'));
  }

  private authenticate(command: AuthenticateCommand): void {
    if (!this.options.secretIsRight(command.secret)) {
      this.log.warn({ address: this.socket.remoteAddress }, 'an application offered a wrong secret');
      this.refuse(command.id, 'incorrect secret');
      return;
    }
    this.send(okFrame(command.id, this.options.greeting()));
    if (this.state !== 'waiting') return;
    this.deadline.cancel();
    this.reader.limit = this.options.limits.frame;
    this.tags = new Set(command.tags);
    this.state = 'ready';
    this.log.info({ address: this.socket.remoteAddress, tags: command.tags }, 'an application has joined');
    this.options.events.ready(this);
  }

  /** Says why, and closes: the peer gets to read the answer before the end. */
  private refuse(id: string, reason: string): void {
    if (id === '') {
      this.destroy();
      return;
    }
    this.state = 'leaving';
    this.deadline.cancel();
    this.deadline = this.options.clock.after(farewell, () => this.destroy());
    this.socket.end(noFrame(id, reason));
  }

  private isOver(): boolean {
    return this.state === 'leaving' || this.state === 'closed';
  }

  private ended(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.deadline.cancel();
    this.options.events.closed(this);
  }
}
