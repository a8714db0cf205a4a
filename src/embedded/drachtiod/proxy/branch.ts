/**
 * One target of a proxied request.
 *
 * - `waiting`: not tried yet. Entered from: the beginning. Leaves to `calling` by `start`, to `done` by `cancel`.
 * - `calling`: sent, and nothing has come back. Entered from `waiting`. Leaves to `proceeding` with a provisional
 *   response, to `done` with a final one, with a failure, its timeouts, a `cancel`.
 * - `proceeding`: a provisional response has come. Entered from `calling`. Leaves to `done` likewise; a `cancel` alone
 *   does not end it: the answer to the CANCEL does.
 * - `done`: it has its final response, or is given up. A 2xx that still comes is passed on. Final.
 */
import type { Duration, Timer } from '../../../base/clock.ts';
import type { SipRequest, SipResponse } from '../../../sip/message.ts';
import { responseTo } from '../../sip/responseTo.ts';
import type { ClientTransaction, RequestOptions, Source } from '../../sip/stack.ts';
import type { Core } from '../core/core.ts';

export interface BranchOptions {
  readonly request: SipRequest;
  /** Undefined: as the request's route says. */
  readonly target: string | undefined;
  readonly finish: NonNullable<RequestOptions['finish']>;
  readonly provisionalTimeout: Duration | undefined;
  readonly finalTimeout: Duration | undefined;
}

export interface BranchEvents {
  provisional(branch: Branch, response: SipResponse): void;
  /** Any 2xx, also after the branch was done. */
  accepted(branch: Branch, response: SipResponse, source: Source): void;
  /** A final response other than 2xx, once; without a source it is one of ours. */
  refused(branch: Branch, response: SipResponse, source: Source | undefined): void;
}

/** RFC 3261, §16.6, step 11: more than three minutes. */
const timerC = 181_000;

export class Branch {
  private state: 'waiting' | 'calling' | 'proceeding' | 'done' = 'waiting';
  private client: ClientTransaction | undefined;
  private timerC: Timer | undefined;
  private provisionalTimer: Timer | undefined;
  private finalTimer: Timer | undefined;

  constructor(
    private readonly core: Core,
    private readonly options: BranchOptions,
    private readonly events: BranchEvents,
  ) {}

  get target(): string | undefined {
    return this.options.target;
  }

  get uri(): string {
    return this.options.request.uri;
  }

  get waiting(): boolean {
    return this.state === 'waiting';
  }

  get pending(): boolean {
    return this.state === 'calling' || this.state === 'proceeding';
  }

  start(): void {
    const { core, options } = this;
    const { request, target, finish, provisionalTimeout, finalTimeout } = options;
    this.state = 'calling';
    this.client = core.stack.request(
      request,
      {
        response: (response, source) => this.response(response, source),
        failed: failure => this.giveUp(failure.status),
      },
      { finish, ...(target === undefined ? {} : { target }) },
    );
    if (provisionalTimeout !== undefined) {
      this.provisionalTimer = core.clock.after(provisionalTimeout, () => this.timedOut());
    }
    if (finalTimeout !== undefined) this.finalTimer = core.clock.after(finalTimeout, () => this.timedOut());
    if (request.method === 'INVITE') this.restartTimerC();
  }

  /** Nobody wants its answer. A target that has not said a word is not waited for. */
  cancel(): void {
    if (this.state === 'waiting') {
      this.done();
      return;
    }
    if (!this.pending) return;
    if (this.options.request.method !== 'INVITE') return;
    this.client?.cancel();
    if (this.state === 'calling') this.giveUp(487);
  }

  /** Forgets everything, without a word. */
  close(): void {
    this.done();
  }

  private response(response: SipResponse, source: Source): void {
    if (response.status >= 200 && response.status < 300) {
      this.done();
      this.events.accepted(this, response, source);
    } else if (this.state === 'done') {
      return;
    } else if (response.status >= 300) {
      this.done();
      this.events.refused(this, response, source);
    } else {
      this.state = 'proceeding';
      this.provisionalTimer?.cancel();
      if (response.status === 100) return;
      if (this.timerC !== undefined) this.restartTimerC();
      this.events.provisional(this, response);
    }
  }

  private restartTimerC(): void {
    this.timerC?.cancel();
    this.timerC = this.core.clock.after(timerC, () => this.timedOut());
  }

  /** The target is withdrawn from, and the next one need not wait until it has understood. */
  private timedOut(): void {
    if (!this.pending) return;
    if (this.options.request.method === 'INVITE') this.client?.cancel();
    this.giveUp(408);
  }

  private giveUp(status: number): void {
    if (this.state === 'done') return;
    const { request } = this.options;
    this.done();
    this.events.refused(this, responseTo(request, status), undefined);
  }

  private done(): void {
    this.state = 'done';
    this.timerC?.cancel();
    this.provisionalTimer?.cancel();
    this.finalTimer?.cancel();
  }
}
