/**
 * Keeps one FreeSWITCH in use: connects, and when it is lost begins anew. One attempt at a time, and each begins with
 * nothing but a TCP connection to the event socket, so that a FreeSWITCH that is down costs next to nothing.
 *
 * - `connecting`: an attempt is under way. Entered from: the beginning, `waiting`. Leaves to `up`, `waiting`, `closed`.
 * - `waiting`: for the next attempt. Entered from: `connecting`, `up` by its loss. Leaves to `connecting`, `closed`.
 * - `up`: `server` is there. Entered from: `connecting`. Leaves to `waiting` when it is lost, `closed`.
 * - `closed`: final.
 */
import type { Duration, Timer } from '../../base/clock.ts';
import { isKozpontError, KozpontError, messageOf } from '../../base/errors.ts';
import { connectFreeswitch, type FreeswitchOptions } from './connect.ts';
import type { FreeswitchServer } from './server.ts';

export interface SupervisedOptions extends Omit<FreeswitchOptions, 'lost'> {
  readonly retry?: Partial<RetryOptions>;
  /** For tests. */
  readonly connect?: (options: FreeswitchOptions) => Promise<FreeswitchServer>;
}

export interface RetryOptions {
  /** Before the first further attempt; each wait is half as long again as the one before. */
  readonly first: Duration;
  readonly longest: Duration;
}

export interface SupervisorEvents {
  /** It takes endpoints from now on. */
  ready(server: FreeswitchServer): void;
  /** All its endpoints have been told. Another one may become ready later. */
  lost(server: FreeswitchServer, error: KozpontError): void;
}

export interface SupervisedFreeswitch {
  readonly name: string;
  /** Undefined: there is none now. */
  readonly server: FreeswitchServer | undefined;
  /** Why there is none; undefined where there is one, or nothing was tried yet. */
  readonly trouble: KozpontError | undefined;
  close(): Promise<void>;
}

const usual: RetryOptions = { first: 250, longest: 5_000 };

export function superviseFreeswitch(options: SupervisedOptions, events: SupervisorEvents): SupervisedFreeswitch {
  return new Supervisor(options, events);
}

class Supervisor implements SupervisedFreeswitch {
  readonly name: string;
  server: FreeswitchServer | undefined;
  trouble: KozpontError | undefined;

  private readonly retry: RetryOptions;
  private wait: Duration;
  private timer: Timer | undefined;
  private closed = false;
  private attempt: Promise<void>;

  constructor(
    private readonly options: SupervisedOptions,
    private readonly events: SupervisorEvents,
  ) {
    this.name = options.name;
    this.retry = { ...usual, ...options.retry };
    this.wait = this.retry.first;
    this.attempt = this.connect();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.timer?.cancel();
    await this.attempt;
    const { server } = this;
    this.server = undefined;
    await server?.close();
  }

  /** Never rejects. */
  private async connect(): Promise<void> {
    const { connect = connectFreeswitch } = this.options;
    let made: FreeswitchServer | undefined;
    try {
      made = await connect({ ...this.options, lost: error => this.lost(made, error) });
    } catch (error) {
      this.failed(error);
      return;
    }
    if (this.closed) return made.close();
    this.server = made;
    this.trouble = undefined;
    this.wait = this.retry.first;
    this.options.log.info({ media: this.name }, 'a FreeSWITCH is ready');
    this.tell(() => this.events.ready(made));
  }

  private lost(server: FreeswitchServer | undefined, error: KozpontError): void {
    if (server === undefined || this.server !== server) return;
    this.server = undefined;
    this.trouble = error;
    this.later();
    this.tell(() => this.events.lost(server, error));
  }

  private failed(error: unknown): void {
    const trouble = isKozpontError(error) ? error : new KozpontError('MEDIA_UNAVAILABLE', messageOf(error));
    // Each kind of trouble is logged once: it may last.
    if (trouble.message !== this.trouble?.message) {
      this.options.log.error({ media: this.name, error: trouble.message }, 'a FreeSWITCH cannot be used');
    }
    this.trouble = trouble;
    this.later();
  }

  private later(): void {
    if (this.closed) return;
    const { wait } = this;
    this.wait = Math.min(this.retry.longest, wait * 1.5);
    this.timer = this.options.clock.after(wait, () => {
      this.attempt = this.connect();
    });
  }

  private tell(event: () => void): void {
    try {
      event();
    } catch (error) {
      this.options.log.error({ err: error }, 'the loss or return of a FreeSWITCH was not handled');
    }
  }
}
