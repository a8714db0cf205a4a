import type { Clock, Duration, Instant } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { messageOf } from '../../base/errors.ts';
import type { LoadResult } from '../messages.ts';
import { companyNumber } from '../office.ts';
import { Delays } from './delays.ts';
import { Pacing, type RtpSocket, type RtpTally, Stream, StreamSockets } from './rtp.ts';
import type { SipAgent, SipCall } from './sip.ts';

/** Among the reasons, though no call fails for it. */
export const lateLoad = '(the load itself was late by more than 10 ms)';

const patience: Duration = 6_000;
/** For each side: enough that their buffers together take a stumble of either process. */
const socketsPerSide = 32;

/** The people, the wires, and the measures of one run. */
export class Stage {
  private readonly tally: RtpTally = { paused: false, expected: 0, lost: 0, delays: new Delays() };
  private readonly measures = new Map<string, Delays>();
  private readonly reasons = new Map<string, number>();
  private readonly ringing = new Map<string, (call: SipCall) => void>();
  private readonly pacing: Pacing;
  private tried = 0;
  private failed = 0;
  private streams = 0;

  private constructor(
    readonly clock: Clock,
    readonly sip: SipAgent,
    private readonly callers: StreamSockets,
    private readonly phones: StreamSockets,
  ) {
    this.pacing = new Pacing(clock);
    sip.onInvite = call => this.ringing.get(call.remoteUser)?.(call);
  }

  static async open(clock: Clock, sip: SipAgent): Promise<Stage> {
    return new Stage(clock, sip, await StreamSockets.open(socketsPerSide), await StreamSockets.open(socketsPerSide));
  }

  /** Whether RTP is counted: not while the calls are only being set up. */
  set counting(on: boolean) {
    this.tally.paused = !on;
  }

  get counting(): boolean {
    return !this.tally.paused;
  }

  measure(name: string, value: Duration): void {
    const delays = this.measures.get(name) ?? new Delays();
    this.measures.set(name, delays);
    delays.add(value);
  }

  /** Lets a new caller live through `story`; whatever that fails with is a reason that is counted. */
  async play(story: (scene: Scene) => Promise<void>): Promise<void> {
    const scene = new Scene(this, `+3620${1_000_000 + this.tried++}`);
    try {
      await story(scene);
    } catch (error) {
      this.failed++;
      const reason = messageOf(error);
      this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
      scene.giveUp();
      await this.pause(500);
    } finally {
      scene.close();
    }
  }

  pause(duration: Duration): Promise<void> {
    return new Promise(resolve => this.clock.after(duration, resolve));
  }

  soon<T>(what: string, work: Promise<T>): Promise<T> {
    return withDeadline(this.clock, patience, what, work);
  }

  socket(side: 'caller' | 'phone'): RtpSocket {
    return this.socketsOf(side).take();
  }

  stream(side: 'caller' | 'phone', socket: RtpSocket, remotePort: number): Stream {
    const stream = new Stream(this.clock, socket.socket, this.tally, ++this.streams, remotePort);
    this.socketsOf(side).add(stream);
    this.pacing.add(stream);
    return stream;
  }

  endStream(side: 'caller' | 'phone', stream: Stream): void {
    this.pacing.remove(stream);
    this.socketsOf(side).remove(stream);
    stream.count();
  }

  /** Whoever is told of the next INVITEs on behalf of this caller. */
  whenRinging(number: string, take: ((call: SipCall) => void) | undefined): void {
    if (take === undefined) this.ringing.delete(number);
    else this.ringing.set(number, take);
  }

  result(): LoadResult {
    const { expected, lost, delays } = this.tally;
    const late = this.pacing.late;
    return {
      tried: this.tried,
      failed: this.failed,
      reasons: Object.fromEntries([...this.reasons, ...(late > 0 ? [[lateLoad, late] as const] : [])]),
      measured: {
        ...Object.fromEntries([...this.measures].map(([name, measure]) => [name, measure.spread()])),
        'RTP, from end to end': delays.spread(),
      },
      rtp: { expected, lost },
    };
  }

  close(): void {
    this.pacing.close();
    this.callers.close();
    this.phones.close();
  }

  private socketsOf(side: 'caller' | 'phone'): StreamSockets {
    return side === 'caller' ? this.callers : this.phones;
  }
}

/** One caller's story: what was begun in it ends with it. */
export class Scene {
  readonly caller: SipCall;
  readonly callerSocket: RtpSocket;
  private readonly calls: SipCall[];
  private readonly streams: (() => void)[] = [];
  private readonly rung: SipCall[] = [];
  private awaited: ((call: SipCall) => void) | undefined;

  constructor(
    readonly stage: Stage,
    private readonly number: string,
  ) {
    stage.whenRinging(number, call => {
      this.calls.push(call);
      if (this.awaited === undefined) this.rung.push(call);
      else this.awaited(call);
      this.awaited = undefined;
    });
    this.callerSocket = stage.socket('caller');
    this.caller = stage.sip.call(number, companyNumber, this.callerSocket.port);
    this.calls = [this.caller];
  }

  /** The next INVITE that comes to a phone for this caller. */
  rings(what: string): Promise<SipCall> {
    const known = this.rung.shift();
    if (known !== undefined) return Promise.resolve(known);
    return this.stage.soon(what, new Promise(resolve => (this.awaited = resolve)));
  }

  /** Until the switchboard has answered the caller, and their RTP flows. */
  async answered(): Promise<Stream> {
    const { caller, stage } = this;
    await stage.soon('answer to the caller', caller.settled.happened);
    if (caller.status !== 200) throw new Error(`the caller got ${caller.status}`);
    return this.stream('caller', this.callerSocket, caller.remoteRtpPort);
  }

  /** Until the extension of this key rings; gives when the key was pressed, too. */
  async choose(stream: Stream, key: string): Promise<{ readonly phone: SipCall; readonly pressed: Instant }> {
    let pressed: Instant = 0;
    stream.pressKey(key, at => {
      pressed = at;
    });
    const phone = await this.rings('INVITE at the extension');
    return { phone, pressed };
  }

  /** The phone answers, and its RTP flows. */
  async pickUp(phone: SipCall): Promise<Stream> {
    const socket = this.stage.socket('phone');
    phone.answer(socket.port);
    await this.stage.soon('ACK at the extension', phone.settled.happened);
    return this.stream('phone', socket, phone.remoteRtpPort);
  }

  /** The caller hangs up, and `phone` sees it. */
  async hangUp(phone: SipCall): Promise<void> {
    const { caller, stage } = this;
    for (const end of this.streams.splice(0)) end();
    caller.hangUp();
    await stage.soon('answer to the BYE', caller.over.happened);
    await stage.soon('BYE at the extension', phone.over.happened);
  }

  giveUp(): void {
    for (const call of this.calls) if (call.over.at === undefined && call.remoteTag !== '') call.hangUp();
  }

  close(): void {
    this.stage.whenRinging(this.number, undefined);
    for (const end of this.streams) end();
    for (const call of this.calls) call.forget();
  }

  private stream(side: 'caller' | 'phone', socket: RtpSocket, remotePort: number): Stream {
    const stream = this.stage.stream(side, socket, remotePort);
    this.streams.push(() => this.stage.endStream(side, stream));
    return stream;
  }
}
