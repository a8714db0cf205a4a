/**
 * The bindings of one address of record (RFC 3261, §10.3): a value, and what a REGISTER makes of it. Time is an
 * argument; all of a request is taken, or nothing of it.
 */
import type { Instant } from '../../base/clock.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { type SipUri, uriEquals } from '../text/grammar.ts';
import type { Path } from './path.ts';

export interface Binding {
  /** As the phone gave it: the Request-URI of what is sent to it. */
  readonly contact: string;
  readonly uri: SipUri;
  /** RFC 5626, §4.1: the same phone, whatever its address is now. */
  readonly instance: string | undefined;
  /** 0 to 1 (RFC 3261, §20.10). */
  readonly q: number;
  /** RFC 5626, §4.2: which of the phone's flows it is. */
  readonly regId: number | undefined;
  /** Where the REGISTER came from, where the contact (or the path) does not lead there: `sip:address:port`. */
  readonly nextHop: string | undefined;
  /** The address of ours that the REGISTER came to. */
  readonly local?: string | undefined;
  /** The proxies on the way to it (RFC 3327). */
  readonly path: Path;
  /** The phone's own socket as we see it, `sip:address:port;transport=…`; undefined behind a proxy. */
  readonly socket: string | undefined;
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
  readonly regId: number | undefined;
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
  readonly local?: string | undefined;
  /** Where it came from, when no proxy stands between. */
  readonly socket: string | undefined;
  readonly path: Path;
  wayTo(contact: SipUri): Way;
}

export interface Way {
  readonly nextHop: string | undefined;
  /** Over UDP, from an address that is not the contact's. */
  readonly behindNat: boolean;
}

/** Seconds. */
export interface RegistrarLimits {
  readonly minExpires: number;
  readonly defaultExpires: number;
  readonly maxExpires: number;
  /** The longest for a phone behind a NAT over UDP: what it does not send, the NAT forgets. */
  readonly natExpires: number;
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
    const replaced = bindings.filter(
      one => isSamePhone(one, wish) || (seconds > 0 && current.includes(one) && isGhost(one, wish, request)),
    );
    if (replaced.some(one => isOvertaken(one, request) && current.includes(one))) return fail({ kind: 'outOfOrder' });
    const others = bindings.filter(one => !replaced.includes(one));
    bindings = seconds === 0 ? others : [bind(wish, request, seconds, now, limits), ...others];
  }
  return ok(bindings.slice(0, Math.max(limits.maxContacts, 1)));
};

const isOvertaken = (binding: Binding, request: RegisterRequest): boolean =>
  binding.callId === request.callId && request.cseq <= binding.cseq;

type Identity = Pick<Binding, 'uri' | 'instance' | 'regId'>;

/** Whether the one takes the other's place. Two flows of one phone are two bindings (RFC 5626, §6). */
export const isSamePhone = (one: Identity, other: Identity): boolean => {
  const sameInstance = other.instance !== undefined && one.instance === other.instance;
  if (sameInstance && one.regId !== undefined && other.regId !== undefined) return one.regId === other.regId;
  return sameInstance || uriEquals(one.uri, other.uri);
};

/** Of a phone that has begun anew with another user part, as some do at each start: one socket is one phone. */
const isGhost = (one: Binding, wish: ContactWish, request: RegisterRequest): boolean => {
  if (one.socket === undefined || one.socket !== request.socket) return false;
  return one.instance === undefined || wish.instance === undefined || one.instance === wish.instance;
};

const bind = (
  wish: ContactWish,
  request: RegisterRequest,
  seconds: number,
  now: Instant,
  { maxExpires, natExpires }: RegistrarLimits,
): Binding => {
  const { nextHop, behindNat } = request.wayTo(wish.uri);
  const most = behindNat ? Math.min(natExpires, maxExpires) : maxExpires;
  return {
    contact: wish.contact,
    uri: wish.uri,
    instance: wish.instance,
    regId: wish.regId,
    q: wish.q,
    nextHop,
    local: request.local,
    path: request.path,
    socket: request.socket,
    callId: request.callId,
    cseq: request.cseq,
    expiresAt: now + Math.min(seconds, most) * 1000,
  };
};

/**
 * What is rung: of each phone the flow that was registered last, and behind it the others, which are for when that one
 * fails (RFC 5626, §5.3).
 */
export const byPhone = (bindings: Bindings): readonly (readonly [Binding, ...Binding[]])[] => {
  const phones: [Binding, ...Binding[]][] = [];
  for (const one of bindings) {
    const known = phones.find(([first]) => first.instance !== undefined && first.instance === one.instance);
    if (known === undefined) phones.push([one]);
    else known.push(one);
  }
  return phones;
};
