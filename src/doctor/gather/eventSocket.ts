/**
 * A client of FreeSWITCH's event socket that asks questions and goes. Every answer has a deadline: a wrong secret, an
 * address that is not wanted and a server that says nothing are three different answers here, and never a wait.
 */
import type { Socket } from 'node:net';
import type { Clock, Duration } from '../../base/clock.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ServerAddress } from '../../config/config.ts';
import type { Failure } from '../facts.ts';
import { type EventSocketFrame, EventSocketReader } from './eventSocketFrames.ts';
import { converse, dial } from './wire.ts';

export class EventSocket {
  private readonly reader = new EventSocketReader();
  private readonly waiting: EventSocketFrame[] = [];

  private constructor(
    private readonly clock: Clock,
    private readonly socket: Socket,
    private readonly within: Duration,
  ) {}

  /** Connected, and let in. */
  static async open(
    clock: Clock,
    { host, port, secret }: ServerAddress,
    within: Duration,
  ): Promise<Result<EventSocket, Failure>> {
    const dialled = await dial(clock, { host, port }, within);
    if (!dialled.ok) return dialled;
    const self = new EventSocket(clock, dialled.value, within);
    const failure = await self.authenticate(secret);
    if (failure === undefined) return ok(self);
    self.close();
    return fail(failure);
  }

  /** The text that an API command answers with. `command` is ours, and has no line break in it. */
  async api(command: string): Promise<Result<string, Failure>> {
    if (/[\r\n]/.test(command)) throw new Error(`a command with a line break: ${JSON.stringify(command)}`);
    const frame = await this.exchange(`api ${command}\n\n`, ['api/response']);
    return frame.ok ? ok(frame.value.body) : frame;
  }

  close(): void {
    this.socket.destroy();
  }

  private async authenticate(secret: string): Promise<Failure | undefined> {
    const greeting = await this.exchange(undefined, ['auth/request', 'text/rude-rejection']);
    if (!greeting.ok) return greeting.error;
    if (greeting.value.headers['content-type'] === 'text/rude-rejection') {
      return { kind: 'denied', detail: greeting.value.body.trim() };
    }
    const reply = await this.exchange(`auth ${secret}\n\n`, ['command/reply']);
    if (!reply.ok) return reply.error;
    const text = reply.value.headers['reply-text'] ?? '';
    return text.startsWith('+OK') ? undefined : { kind: 'refused', detail: text };
  }

  /** The next message of one of these types; others (events, disconnect notices) are passed over. */
  private async exchange(
    bytes: string | undefined,
    types: readonly string[],
  ): Promise<Result<EventSocketFrame, Failure>> {
    const found = (): EventSocketFrame | undefined => {
      for (let frame = this.waiting.shift(); frame !== undefined; frame = this.waiting.shift()) {
        if (types.includes(frame.headers['content-type'] ?? '')) return frame;
      }
      return undefined;
    };
    const read = (chunk: Buffer): Result<EventSocketFrame, Failure> | undefined => {
      const frames = this.reader.push(chunk);
      if (!frames.ok) return fail({ kind: 'foreign', detail: frames.error });
      this.waiting.push(...frames.value);
      const frame = found();
      return frame === undefined ? undefined : ok(frame);
    };
    const answer = await converse(this.clock, this.socket, bytes, read, this.within);
    return answer.ok ? answer.value : answer;
  }
}
