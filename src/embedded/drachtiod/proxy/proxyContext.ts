/**
 * A request on its way through us (RFC 3261, §16.7): the response context of a stateful proxy.
 *
 * - `searching`: no final response has gone back. Entered from: the beginning. Leaves to `answered` with a 2xx, with the
 *   best of the refusals once no target is left; to `cancelling` by a CANCEL or a 6xx.
 * - `cancelling`: no further target is tried, those that ring are sent CANCEL. Entered from `searching`. Leaves to
 *   `answered` likewise.
 * - `answered`: the final response has gone back; a 2xx of another branch follows it. Final.
 */
import type { Duration } from '../../../base/clock.ts';
import { randomId } from '../../../base/ids.ts';
import { withoutTopHeader } from '../../../sip/grammar/headers.ts';
import type { HeaderField, SipRequest, SipResponse } from '../../../sip/message.ts';
import { responseTo } from '../../sip/responseTo.ts';
import type { LocalAddress, ServerTransaction, Source } from '../../sip/stack.ts';
import type { Core } from '../core/core.ts';
import { bestResponse } from './bestResponse.ts';
import { Branch, type BranchEvents } from './branch.ts';
import { withAppFields, withOurRoute } from './forwardedRequest.ts';
import { redirectTargets } from './redirectTargets.ts';

export interface ProxyTarget {
  /** The next hop; undefined: as the request's route says. */
  readonly target: string | undefined;
  /** The Request-URI that it gets. */
  readonly uri: string;
}

export interface ProxyContextOptions {
  readonly transaction: ServerTransaction;
  /** As it is passed on, but for the Request-URI. */
  readonly request: SipRequest;
  readonly targets: readonly ProxyTarget[];
  readonly recordRoute: boolean;
  readonly followRedirects: boolean;
  readonly forking: 'serial' | 'simultaneous';
  readonly provisionalTimeout: Duration | undefined;
  readonly finalTimeout: Duration | undefined;
  readonly headers: readonly HeaderField[];
  readonly events: ProxyEvents;
}

export interface ProxyEvents {
  /** A provisional response or a 2xx goes back; `target` is the Request-URI that it answers. */
  passedBack?(response: SipResponse, target: string): void;
  /** A target's final response. */
  final(response: SipResponse, source: Source): void;
  /** The search is over. */
  done(): void;
}

/** Targets in all, those that redirects lead to included. */
const mostTargets = 32;

export class ProxyContext implements BranchEvents {
  private state: 'searching' | 'cancelling' | 'answered' = 'searching';
  private readonly branches: Branch[];
  /** As they would go back. */
  private readonly refusals: SipResponse[] = [];
  private readonly tried = new Set<string>();
  private byCaller = false;
  private readonly cameIn: LocalAddress;

  constructor(
    private readonly core: Core,
    private readonly options: ProxyContextOptions,
  ) {
    const { transaction, targets } = options;
    this.cameIn = core.stack.localFor(transaction.source);
    this.branches = targets.slice(0, mostTargets).map(target => this.branch(target));
    core.proxies.add(this);
    transaction.observe({
      cancelled: () => this.cancel(true),
      ended: () => this.forgetIfOver(),
    });
    this.startNext();
  }

  provisional(branch: Branch, response: SipResponse): void {
    if (this.state === 'answered') return;
    this.options.events.passedBack?.(response, branch.uri);
    this.options.transaction.respond(withoutTopHeader(response, 'Via'));
  }

  accepted(branch: Branch, response: SipResponse, source: Source): void {
    const { transaction, events } = this.options;
    const upstream = withoutTopHeader(response, 'Via');
    const first = this.state !== 'answered';
    if (!first && transaction.request.method !== 'INVITE') return;
    events.passedBack?.(response, branch.uri);
    if (!transaction.respond(upstream)) {
      // Another final response has gone back: a 2xx to INVITE follows it all the same (§16.7, step 5).
      this.core.stack
        .sendResponse(upstream, transaction)
        .catch(error => this.core.log.info({ err: error }, 'a late 2xx could not be passed on'));
    }
    if (first) {
      this.state = 'answered';
      events.final(response, source);
      for (const branch of this.branches) branch.cancel();
      events.done();
    }
    this.forgetIfOver();
  }

  refused(branch: Branch, response: SipResponse, source: Source | undefined): void {
    const { events, followRedirects } = this.options;
    if (this.state === 'answered') {
      this.forgetIfOver();
      return;
    }
    if (source !== undefined) events.final(response, source);
    const redirected =
      followRedirects && response.status < 400 && this.state === 'searching' && this.redirect(branch, response);
    if (!redirected) {
      this.refusals.push(source === undefined ? this.ownAnswer(response.status) : withoutTopHeader(response, 'Via'));
    }
    if (response.status >= 600) {
      this.cancel(false);
    } else if (response.status === 401 || response.status === 407) {
      // The client is to answer this target's challenge, before any other is asked.
      if (branch.target !== undefined) this.core.challenges.remember(response, branch.target);
      for (const other of this.branches) if (other.waiting) other.cancel();
    }
    this.proceed();
  }

  /** Forgets everything, without a word. */
  close(): void {
    for (const branch of this.branches) branch.close();
    this.core.proxies.delete(this);
  }

  private startNext(): void {
    if (this.state !== 'searching') return;
    for (const branch of [...this.branches]) {
      if (!branch.waiting) continue;
      branch.start();
      if (this.options.forking === 'serial') return;
    }
  }

  private proceed(): void {
    if (this.state === 'answered') return;
    const rings = this.branches.some(branch => branch.pending);
    if (!rings || this.options.forking === 'simultaneous') this.startNext();
    if (!this.branches.some(branch => branch.pending || branch.waiting)) this.answerBest();
  }

  private cancel(byCaller: boolean): void {
    if (this.state !== 'searching') return;
    this.state = 'cancelling';
    this.byCaller = byCaller;
    for (const branch of this.branches) branch.cancel();
    this.proceed();
  }

  private answerBest(): void {
    const { transaction, events } = this.options;
    this.state = 'answered';
    const best = bestResponse(this.refusals);
    const own = best === undefined || (this.byCaller && best.status === 408);
    transaction.respond(own ? this.ownAnswer(this.byCaller ? 487 : 408) : best);
    events.done();
    this.forgetIfOver();
  }

  private ownAnswer(status: number): SipResponse {
    return responseTo(this.options.transaction.request, status, { toTag: randomId() });
  }

  private redirect(branch: Branch, response: SipResponse): boolean {
    const targets = redirectTargets(response).filter(uri => !this.tried.has(uri));
    const room = mostTargets - this.branches.length;
    const added = targets.slice(0, Math.max(0, room)).map(uri => this.branch({ target: uri, uri }));
    this.branches.splice(this.branches.indexOf(branch) + 1, 0, ...added);
    return added.length > 0;
  }

  private branch({ target, uri }: ProxyTarget): Branch {
    const { request, recordRoute, headers, provisionalTimeout, finalTimeout } = this.options;
    this.tried.add(target ?? uri);
    const options = {
      request: { ...request, uri },
      target,
      provisionalTimeout,
      finalTimeout,
      finish: (message: SipRequest, local: LocalAddress): SipRequest => {
        const routed = recordRoute ? withOurRoute(message, this.cameIn, local) : message;
        return withAppFields(routed, headers, local);
      },
    };
    return new Branch(this.core, options, this);
  }

  private forgetIfOver(): void {
    if (this.state === 'answered' && !this.branches.some(branch => branch.pending)) this.core.proxies.delete(this);
  }
}
