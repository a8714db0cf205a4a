/**
 * The bindings of one address of record (RFC 3261, §10.3): a value, and what a REGISTER makes of it. Time is an
 * argument; all of a request is taken, or nothing of it.
 */
import type { Instant } from '../../base/clock.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { type SipUri, uriEquals } from '../text/grammar.ts';

export interface Binding {
  /** As the phone gave it: the Request-URI of what is sent to it. */
  readonly contact: string;
  readonly uri: SipUri;
  /** RFC 5626, §4.1: the same phone, whatever its address is now. */
  readonly instance: string | undefined;
  /** 0 to 1 (RFC 3261, §20.10). */
  readonly q: number;
  /** Where the REGISTER came from, where the contact does not lead there: `sip:address:port`. */
  readonly nextHop: string | undefined;
  readonly callId: string;
  readonly cseq: number;
  readonly expiresAt: Instant;
}

/** The most recently registered first. */
export type Bindings = readonly Binding[];

export interface ContactWish {
  readonly contact: string;
  readonly uri: SipUri;
  readonly instance: string | undefined;
  readonly q: number;
  /** Seconds; undefined where the Contact says nothing of it. */
  readonly expires: number | undefined;
}

export interface RegisterRequest {
  /** `all`: `Contact: *`. None: what is registered is only asked for. */
  readonly contacts: readonly ContactWish[] | 'all';
  /** The Expires header field, seconds. */
  readonly expires: number | undefined;
  readonly callId: string;
  readonly cseq: number;
  nextHop(contact: SipUri): string | undefined;
}

/** Seconds. */
export interface RegistrarLimits {
  readonly minExpires: number;
  readonly defaultExpires: number;
  readonly maxExpires: number;
  /** Phones of one extension; one more replaces the one that registered longest ago. */
  readonly maxContacts: number;
}

export type RegisterRefusal =
  | { readonly kind: 'tooBrief'; readonly minExpires: number }
  /** A request that was overtaken by a later one (§10.3, step 7). */
  | { readonly kind: 'outOfOrder' }
  | { readonly kind: 'malformed' };

export const alive = (bindings: Bindings, now: Instant): Bindings =>
  bindings.every(one => one.expiresAt > now) ? bindings : bindings.filter(one => one.expiresAt > now);

/** When the next binding goes. */
export const nextExpiry = (bindings: Bindings): Instant | undefined =>
  bindings.length === 0 ? undefined : Math.min(...bindings.map(one => one.expiresAt));

/** Seconds, as a Contact of the response tells them. */
export const secondsLeft = (binding: Binding, now: Instant): number =>
  Math.max(0, Math.round((binding.expiresAt - now) / 1000));

export const register = (
  before: Bindings,
  request: RegisterRequest,
  now: Instant,
  limits: RegistrarLimits,
): Result<Bindings, RegisterRefusal> => {
  const current = alive(before, now);
  if (request.contacts === 'all') {
    if (request.expires !== 0) return fail({ kind: 'malformed' });
    return current.some(one => isOvertaken(one, request)) ? fail({ kind: 'outOfOrder' }) : ok([]);
  }
  let bindings = current;
  // From the last to the first, so that the response lists them as the request did.
  for (const wish of [...request.contacts].reverse()) {
    const seconds = wish.expires ?? request.expires ?? limits.defaultExpires;
    if (seconds > 0 && seconds < limits.minExpires) return fail({ kind: 'tooBrief', minExpires: limits.minExpires });
    const replaced = bindings.filter(one => isSamePhone(one, wish));
    if (replaced.some(one => isOvertaken(one, request) && current.includes(one))) return fail({ kind: 'outOfOrder' });
    const others = bindings.filter(one => !replaced.includes(one));
    bindings =
      seconds === 0 ? others : [bind(wish, request, now + Math.min(seconds, limits.maxExpires) * 1000), ...others];
  }
  return ok(bindings.slice(0, Math.max(limits.maxContacts, 1)));
};

const isOvertaken = (binding: Binding, request: RegisterRequest): boolean =>
  binding.callId === request.callId && request.cseq <= binding.cseq;

type Identity = Pick<Binding, 'uri' | 'instance'>;

export const isSamePhone = (one: Identity, other: Identity): boolean =>
  uriEquals(one.uri, other.uri) || (other.instance !== undefined && one.instance === other.instance);

const bind = (wish: ContactWish, request: RegisterRequest, expiresAt: Instant): Binding => ({
  contact: wish.contact,
  uri: wish.uri,
  instance: wish.instance,
  q: wish.q,
  nextHop: request.nextHop(wish.uri),
  callId: request.callId,
  cseq: request.cseq,
  expiresAt,
});
