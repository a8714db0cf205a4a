/**
 * A client of FreeSWITCH's event socket that asks questions and goes. Every answer has a deadline: a wrong secret, an
 * address that is not wanted and a server that says nothing are three different answers here, and never a wait.
 */
import type { Socket } from 'node:net';
import type { Clock, Duration } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ServerAddress } from '../../config/config.ts';
import { type Frame, FrameReader } from '../../media/freeswitch/eventSocket/frames.ts';
import type { Failure } from '../facts.ts';
import { converse, dial } from './wire.ts';

export class EventSocket {
  private readonly reader = new FrameReader();
  private readonly waiting: Frame[] = [];

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
    if (typeOf(greeting.value) === 'text/rude-rejection') {
      return { kind: 'denied', detail: greeting.value.body.trim() };
    }
    const reply = await this.exchange(`auth ${secret}\n\n`, ['command/reply']);
    if (!reply.ok) return reply.error;
    const text = reply.value.headers.get('Reply-Text') ?? '';
    return text.startsWith('+OK') ? undefined : { kind: 'refused', detail: text };
  }

  /** The next message of one of these types; others (events, disconnect notices) are passed over. */
  private async exchange(bytes: string | undefined, types: readonly string[]): Promise<Result<Frame, Failure>> {
    const found = (): Frame | undefined => {
      for (let frame = this.waiting.shift(); frame !== undefined; frame = this.waiting.shift()) {
        if (types.includes(typeOf(frame) ?? '')) return frame;
      }
      return undefined;
    };
    const read = (chunk: Buffer): Result<Frame, Failure> | undefined => {
      try {
        this.waiting.push(...this.reader.read(chunk));
      } catch (error) {
        return fail({ kind: 'foreign', detail: messageOf(error) });
      }
      // Every message of an event socket says what it is.
      if (this.waiting.some(frame => typeOf(frame) === undefined)) {
        return fail({ kind: 'foreign', detail: 'it sends what is no event socket message' });
      }
      const frame = found();
      return frame === undefined ? undefined : ok(frame);
    };
    const answer = await converse(this.clock, this.socket, bytes, read, this.within);
    return answer.ok ? answer.value : answer;
  }
}

const typeOf = ({ headers }: Frame): string | undefined => headers.get('Content-Type');
