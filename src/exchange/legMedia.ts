import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { KozpontError, messageOf } from '../base/errors.ts';
import type { Facing } from '../base/facing.ts';
import { detach, type Faults, guard } from '../base/faults.ts';
import type { Log } from '../base/log.ts';
import type { DigitWay, MediaEndpoint, MediaServer, PlayOptions, PlayOutcome, Sound } from '../media/port.ts';

/** What the media of a leg needs of the leg. */
export interface LegMediaOwner {
  readonly id: string;
  readonly owner: { readonly id: string };
  /** Nothing of the leg is alive any more. */
  readonly gone: boolean;
  digit(digit: string, way?: DigitWay): void;
  /** Media comes from where nobody expects it, and is not heard. */
  mediaElsewhere(source: string): void;
  /** No endpoint could be had. */
  refused(error: unknown): void;
  /** The endpoint is lost, or did not do what it was asked to. */
  failed(error: unknown, what: string): void;
}

export interface LegMediaSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  /** Who hears of what nobody waits for. */
  readonly faults: Faults;
  readonly media: MediaServer;
  effectFailed(what: string): void;
}

export interface Opening {
  readonly offer: string | undefined;
  readonly signallingAddress: string | undefined;
  readonly facing: readonly Facing[];
  /** Where the other parties of the call are. */
  readonly beside: MediaEndpoint | undefined;
  /** The server that has just failed. */
  readonly avoid: string | undefined;
}

/** How long the media server may take for one thing. Milliseconds. */
const mediaDeadline = 5_000;
/** How long a sound that is being made is waited for in silence. Milliseconds. */
const shortWait = 300;
const ringback: readonly Sound[] = [{ kind: 'tone', tone: 'ringback' }];
const missing: readonly Sound[] = [{ kind: 'tone', tone: 'confirm' }];

/** What is to be played, looked up when its turn comes; a promise while some of it is still being made. */
export type AskedSounds = () => readonly Sound[] | Promise<readonly Sound[]>;

/**
 * The endpoint of a leg, and everything that is asked of it, in the order in which it was asked. An endpoint that fails
 * can be followed by another one: what was to be heard on the first is not heard on the second, unless it is asked for
 * again.
 */
export class LegMedia {
  private endpoint: Promise<MediaEndpoint> | undefined;
  private current: MediaEndpoint | undefined;
  private tail: Promise<unknown> = Promise.resolve();
  /** Counts the endpoints that were lost. */
  private losses = 0;
  /** Tells what plays now from what was asked for before. */
  private sound = 0;

  constructor(
    private readonly around: LegMediaSurroundings,
    private readonly leg: LegMediaOwner,
  ) {}

  /** The endpoint, once it is there and as long as the leg is. */
  get present(): MediaEndpoint | undefined {
    return this.leg.gone ? undefined : this.current;
  }

  /** The first endpoint, or the one after a loss. What is asked from now on waits for it. */
  open(opening: Opening): Promise<MediaEndpoint> {
    const before = this.current;
    const endpoint = this.create(opening).then(value => {
      if (this.endpoint === endpoint) this.current = value;
      else this.letGo(value);
      return value;
    });
    this.current = undefined;
    this.endpoint = endpoint;
    this.letGo(before);
    this.tail = this.tail
      .then(() => endpoint)
      .catch(error => this.contained(() => this.endpoint === endpoint && this.leg.refused(error)));
    return endpoint;
  }

  /** The endpoint is not to be used any more; `open` is to follow. Gives the name of its server. */
  lose(): string | undefined {
    this.losses += 1;
    this.sound += 1;
    return this.current?.server;
  }

  /** Another endpoint in the place of one that works. The caller has the turn. Rejects where that one is lost meanwhile. */
  async replace(opening: Opening): Promise<MediaEndpoint> {
    const { losses } = this;
    const endpoint = await this.create(opening);
    if (losses !== this.losses) {
      // A third one is on its way already.
      this.letGo(endpoint);
      throw new KozpontError('DISPOSED', 'the endpoint was lost before another one could take its place');
    }
    const before = this.current;
    this.current = endpoint;
    this.endpoint = Promise.resolve(endpoint);
    this.letGo(before);
    return endpoint;
  }

  destroy(): void {
    this.endpoint?.then(
      endpoint => this.letGo(endpoint),
      () => undefined,
    );
  }

  private letGo(endpoint: MediaEndpoint | undefined): void {
    if (endpoint !== undefined) detach(this.around.faults, endpoint.destroy());
  }

  /** What comes next has its turn, whatever this throws. */
  private contained(run: () => void): void {
    guard(this.around.faults, 'task', run);
  }

  /** One thing at a time: the next waits for this one, and what fails is told, unless the endpoint is another one by then. */
  inOrder(what: string, work: (endpoint: MediaEndpoint) => Promise<void>): void {
    this.tail = this.tail.then(async () => {
      const endpoint = await this.endpoint?.catch(() => undefined);
      if (endpoint === undefined || this.leg.gone) return;
      try {
        await work(endpoint);
      } catch (error) {
        if (this.is(endpoint)) this.contained(() => this.leg.failed(error, what));
      }
    });
  }

  /** In the order of everything else; what becomes of it is the business of whoever asks. */
  next<T>(work: () => Promise<T>): Promise<T> {
    const outcome = this.tail.then(work);
    this.tail = outcome.catch(() => undefined);
    return outcome;
  }

  is(endpoint: MediaEndpoint): boolean {
    return this.present === endpoint;
  }

  within<T>(what: string, work: Promise<T>): Promise<T> {
    return withDeadline(this.around.clock, mediaDeadline, what, work);
  }

  // What is heard

  /** `finished` is called once, unless the endpoint is lost before. */
  play(asked: AskedSounds, options: PlayOptions, finished: () => void): void {
    this.unlessLost('play', async endpoint => {
      this.sound += 1;
      const { sound, losses } = this;
      const isCurrent = (): boolean => this.is(endpoint) && sound === this.sound;
      const failed = async (error: unknown): Promise<void> => {
        if (!this.is(endpoint)) return;
        this.around.log.error({ leg: this.leg.id, error: messageOf(error) }, 'a sound cannot be played');
        this.around.effectFailed('play');
        // Nobody is left in silence: where there is no music, it rings; where a prompt is missing, a tone says so.
        if (sound === this.sound) await endpoint.play(options.loop === true ? ringback : missing, options);
      };
      const play = (sounds: readonly Sound[]): Promise<PlayOutcome> => endpoint.play(sounds, options);
      const begin = async (): Promise<PlayOutcome> => {
        const sounds = asked();
        if (!(sounds instanceof Promise)) return play(sounds);
        const made = await this.ringWhile(sounds, endpoint, isCurrent);
        return isCurrent() ? play(made) : 'stopped';
      };
      // The end of the sound is not the end of its turn: what is asked next may interrupt it.
      const played = begin()
        .then(outcome => (outcome === 'failed' ? failed('one of the sounds could not be had') : undefined), failed)
        .catch(() => undefined);
      detach(
        this.around.faults,
        played.then(() => losses === this.losses && finished()),
      );
    });
  }

  /** A sound that takes a while to be made is waited for with ringback. */
  private async ringWhile<T>(making: Promise<T>, endpoint: MediaEndpoint, isCurrent: () => boolean): Promise<T> {
    const rings = this.around.clock.after(shortWait, () => {
      if (isCurrent()) endpoint.play(ringback, { loop: true }).catch(() => undefined);
    });
    try {
      return await making;
    } finally {
      rings.cancel();
    }
  }

  stop(): void {
    this.unlessLost('stop', endpoint => {
      this.sound += 1;
      return this.within('stop', endpoint.stop());
    });
  }

  /** `together` brings the two to one server where they are on two. Of `failed` the one that is told is chosen by it. */
  bridge(other: LegMedia, together: () => Promise<void>, failed: (error: unknown) => void): void {
    this.withOther(other, failed, async () => {
      if (this.present === undefined || other.present === undefined) return;
      this.sound += 1;
      other.sound += 1;
      if (this.present.server !== other.present.server) await together();
      const [mine, theirs] = [this.present, other.present];
      if (mine !== undefined && theirs !== undefined) await this.within('bridge', mine.bridge(theirs));
    });
  }

  /** Where one of the two has gone meanwhile, the other one still is to be free before anything else is asked of it. */
  unbridge(other: LegMedia, failed: (error: unknown) => void): void {
    this.withOther(other, failed, async () => {
      const endpoint = this.present ?? other.present;
      if (endpoint !== undefined) await this.within('unbridge', endpoint.unbridge());
    });
  }

  /** Nothing that was asked before a loss is done after it. */
  private unlessLost(what: string, work: (endpoint: MediaEndpoint) => Promise<void>): void {
    const { losses } = this;
    this.inOrder(what, async endpoint => {
      if (losses === this.losses) await work(endpoint);
    });
  }

  /** In the order of both legs. */
  private withOther(other: LegMedia, failed: (error: unknown) => void, work: () => Promise<void>): void {
    const [mine, theirs] = [this.losses, other.losses];
    const asBefore = (): boolean => mine === this.losses && theirs === other.losses;
    const both = Promise.all([this.tail, other.tail]).then(async () => {
      if (!asBefore()) return;
      try {
        await work();
      } catch (error) {
        if (asBefore() && !this.leg.gone && !other.leg.gone) this.contained(() => failed(error));
      }
    });
    this.tail = both;
    other.tail = both;
  }

  private create({ offer, signallingAddress, facing, beside, avoid }: Opening): Promise<MediaEndpoint> {
    const { leg } = this;
    let created: MediaEndpoint | undefined;
    let stillborn: KozpontError | undefined;
    const creating = this.around.media.createEndpoint({
      callId: leg.owner.id,
      legId: leg.id,
      ...(offer === undefined ? {} : { offer }),
      ...(signallingAddress === undefined ? {} : { signallingAddress }),
      ...(facing.length === 0 ? {} : { facing }),
      ...(beside === undefined ? {} : { beside }),
      ...(avoid === undefined ? {} : { avoid }),
      events: {
        digit: (digit, way) => leg.digit(digit, way),
        elsewhere: source => leg.mediaElsewhere(source),
        gone: error => {
          if (created === undefined) stillborn = error;
          else if (this.is(created)) leg.failed(error, 'media');
        },
      },
    });
    const inTime = withDeadline(this.around.clock, mediaDeadline, 'createEndpoint', creating, late => {
      this.letGo(late);
    });
    return inTime.then(value => {
      if (leg.gone || stillborn !== undefined) {
        this.letGo(value);
        throw stillborn ?? new KozpontError('DISPOSED', 'the leg has ended');
      }
      created = value;
      return value;
    });
  }
}
