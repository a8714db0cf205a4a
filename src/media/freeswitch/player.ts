/**
 * What a channel is made to hear: what was asked for last (`wanted`), and what FreeSWITCH is doing about it (`running`).
 * The two are apart, because FreeSWITCH takes a frame or two to stop: the next play waits for the end of the one before,
 * while whoever asked for that one has long been told.
 *
 * On a channel of its own a list is an application (`playback`), and its end is an event. On a bridged one an application
 * would keep the other party from being heard; there the list is laid over what comes from the other one, which is muted.
 */
import type { Clock, Duration, Timer } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { randomId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { PlayOutcome, Sound } from '../port.ts';
import type { Channel } from './channel.ts';
import { type Encoded, ownId, text, wholeNumber } from './encode.ts';
import type { EventSocket } from './eventSocket/eventSocket.ts';
import type { Fields } from './eventSocket/frames.ts';
import { type PathMap, type PlayList, playListOf } from './sounds.ts';

export interface PlayerContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly socket: EventSocket;
  readonly channel: Channel;
  readonly paths: PathMap;
  /** Resolves when no change of bridges is under way. */
  settled(): Promise<void>;
}

interface Play {
  readonly loop: boolean;
  readonly settle: (outcome: PlayOutcome) => void;
  list: PlayList | undefined;
  attempts: number;
}

interface Running {
  readonly play: Play;
  readonly id: string;
  /** Laid over the sound of a bridge, or an application. */
  readonly over: Encoded | undefined;
  stopping: boolean;
  /** Stopping takes too long, or the list does. */
  timer: Timer | undefined;
}

/** How much longer than its sounds a play may take. */
const grace: Duration = 5_000;
const stopWithin: Duration = 2_000;
const stopAgain: Duration = 60;
/** A break that came too late for its own play ends the next one before its first frame: it is played again. */
const attempts = 3;

export class Player {
  private wanted: Play | undefined;
  private running: Running | undefined;
  private over = false;
  private waiting: (() => void)[] = [];

  constructor(private readonly context: PlayerContext) {}

  play(sounds: readonly Sound[], loop: boolean): Promise<PlayOutcome> {
    this.stop();
    return new Promise(resolve => {
      const play: Play = { loop, settle: resolve, list: undefined, attempts: 0 };
      this.wanted = play;
      void this.prepare(play, sounds);
    });
  }

  stop(): void {
    this.settle('stopped');
    this.silence();
  }

  /** Resolves when FreeSWITCH plays nothing any more. */
  silent(): Promise<void> {
    if (this.running === undefined) return Promise.resolve();
    return new Promise(resolve => this.waiting.push(resolve));
  }

  /** The channel has gone. */
  end(): void {
    this.over = true;
    this.running?.timer?.cancel();
    this.running = undefined;
    this.tellWaiting();
    this.settle('stopped');
  }

  executed(id: string, fields: Fields): void {
    const { running } = this;
    if (running === undefined || running.id !== id || running.over !== undefined) return;
    const heard = Number(fields.get('variable_playback_samples') ?? 0) > 0;
    const response = fields.get('Application-Response');
    const round = running.play.loop && heard && !running.stopping && response === 'FILE PLAYED';
    if (!round)
      this.ended(running, heard ? outcomes.get(response ?? '') : response === 'FILE NOT FOUND' ? 'failed' : undefined);
  }

  displaced(target: string): void {
    const { running } = this;
    if (running?.over !== undefined && running.over === target) this.ended(running, 'completed');
  }

  private async prepare(play: Play, sounds: readonly Sound[]): Promise<void> {
    try {
      play.list = await playListOf(sounds, play.loop, this.context.paths);
      if (this.wanted !== play) return;
      if (play.list.duration === 0) this.settle('completed');
      else await this.begin();
    } catch (error) {
      this.context.log.warn({ error: messageOf(error) }, 'a sound cannot be played');
      if (this.wanted === play) this.settle('failed');
    }
  }

  /** Begins what is wanted, unless something is still running. */
  private async begin(): Promise<void> {
    await this.context.settled();
    // Where it is still on its way, the command would be carried out on the way, and keep it from arriving.
    await this.context.channel.rest();
    const { wanted: play } = this;
    if (play?.list === undefined || this.running !== undefined || this.over) return;
    play.attempts++;
    const { channel, socket, clock } = this.context;
    const over = channel.state === 'bridged' ? play.list.argument : undefined;
    const running: Running = { play, id: randomId(), over, stopping: false, timer: undefined };
    this.running = running;
    if (!play.loop && play.list.duration !== undefined) {
      running.timer = clock.after(play.list.duration + grace, () => this.takesTooLong(running));
    }
    try {
      if (over !== undefined) await this.layOver(over, play.loop);
      else {
        const loops = wholeNumber(play.loop ? -1 : 1);
        const { argument } = play.list;
        await socket.execute({
          channel: channel.id,
          application: text`playback`,
          argument,
          id: ownId(running.id),
          loops,
        });
      }
    } catch (error) {
      // Where the channel takes no command any more, its end is about to be told.
      this.context.log.warn({ error: messageOf(error) }, 'FreeSWITCH plays nothing');
      this.ended(running, over === undefined ? 'stopped' : 'failed');
    }
  }

  private async layOver(list: Encoded, loop: boolean): Promise<void> {
    const { channel, socket } = this.context;
    const muted = socket.api(text`uuid_audio ${channel.id} start write mute 1`);
    const flags = loop ? text`ml` : text`m`;
    const [, laid] = await Promise.all([muted, socket.api(text`uuid_displace ${channel.id} start ${list} 0 ${flags}`)]);
    if (!laid.startsWith('+OK')) throw new Error(laid.trim());
  }

  private silence(): void {
    const { running } = this;
    const { channel, socket, clock } = this.context;
    if (running === undefined || running.stopping) return;
    running.stopping = true;
    running.timer?.cancel();
    const until = clock.now() + stopWithin;
    const command =
      running.over === undefined
        ? text`uuid_break ${channel.id}`
        : text`uuid_displace ${channel.id} stop ${running.over}`;
    // What FreeSWITCH has not begun yet cannot be broken off: it is told again.
    const tell = (): void => {
      if (this.running !== running) return;
      if (clock.now() >= until) {
        this.context.log.warn('FreeSWITCH does not say that a sound has stopped');
        // Whatever is still waiting to be played is not to be.
        socket.api(text`uuid_break ${channel.id} all`).catch(() => {});
        this.ended(running, undefined);
        return;
      }
      socket.api(command).catch(() => {});
      running.timer = clock.after(stopAgain, tell);
    };
    tell();
  }

  private takesTooLong(running: Running): void {
    this.context.log.warn('a sound has not ended long after its time');
    if (this.wanted === running.play) this.settle('completed');
    this.silence();
  }

  /** Undefined: nothing was heard, and nobody wanted that. */
  private ended(running: Running, outcome: PlayOutcome | undefined): void {
    if (this.running !== running) return;
    this.running = undefined;
    running.timer?.cancel();
    if (running.over !== undefined) {
      this.context.socket.api(text`uuid_audio ${this.context.channel.id} stop`).catch(() => {});
    }
    if (this.wanted === running.play) {
      if (outcome !== undefined) this.settle(outcome);
      else if (running.play.attempts >= attempts) this.settle('failed');
    }
    this.tellWaiting();
    this.begin().catch(error => this.context.log.error({ err: error }, 'a sound cannot be begun'));
  }

  private tellWaiting(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private settle(outcome: PlayOutcome): void {
    const { wanted } = this;
    this.wanted = undefined;
    wanted?.settle(outcome);
  }
}

/** By `Application-Response`; what is neither was cut short by what became of the channel. */
const outcomes: ReadonlyMap<string, PlayOutcome> = new Map([
  ['FILE PLAYED', 'completed'],
  ['FILE NOT FOUND', 'failed'],
  ['PLAYBACK ERROR', 'stopped'],
]);
