/**
 * The connections that phones have registered over, as the responses to their REGISTERs say: how long each stays, and
 * which of them have gone (RFC 5626, §5.3: what is sent to such a flow fails, and nothing is connected to in its place).
 */
import type { Clock, Instant } from '../../../base/clock.ts';
import { parseContact } from '../../../sip/grammar/fields/nameAddr.ts';
import { param } from '../../../sip/grammar/fields/params.ts';
import { type SipUri, uriEquals } from '../../../sip/grammar/fields/uri.ts';
import { header, headers } from '../../../sip/grammar/headers.ts';
import { splitList } from '../../../sip/grammar/splitList.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../../sip/message.ts';
import type { Hop, Source } from '../../sip/stack.ts';
import { keyOfHop } from '../../sip/transport/transport.ts';
import type { AppDialog } from '../dialogs/appDialog.ts';

/** Addresses of record on one connection: more share the time of the last one. */
const mostAors = 256;
/** Connections that are remembered as gone; the longest known is forgotten first. */
const mostLost = 10_000;

export class Flows {
  /** By connection and by address of record: until when. */
  private readonly registered = new Map<string, Map<string, Instant>>();
  private readonly lost = new Map<string, Instant>();

  constructor(
    private readonly clock: Clock,
    private readonly dialogs: { all(): Iterable<AppDialog> },
    /** A connection has gone that a phone had registered over. */
    private readonly tellLost: (hop: Hop) => void,
  ) {}

  /** A request that belongs to no dialog has its final response. */
  answered(request: SipRequest, response: SipResponse, source: Source): void {
    if (request.method !== 'REGISTER' || source.protocol === 'udp') return;
    if (response.status < 200 || response.status >= 300) return;
    const seconds = secondsGranted(request, response);
    if (seconds === undefined) return;
    const key = keyOfHop(source);
    const aors = this.registered.get(key) ?? new Map<string, Instant>();
    const to = header(request, 'To') ?? '';
    const aor = aors.has(to) || aors.size < mostAors ? to : '';
    if (seconds === 0) aors.delete(aor);
    else aors.set(aor, this.clock.now() + seconds * 1000);
    if (aors.size === 0) this.registered.delete(key);
    else this.registered.set(key, aors);
    this.lost.delete(key);
  }

  /** The hops on which a registration or a dialog rests now. */
  inUse(): (hop: Hop) => boolean {
    const keys = new Set<string>();
    for (const key of this.registered.keys()) if (this.until(key) !== undefined) keys.add(key);
    for (const { hop, natHop } of this.dialogs.all()) {
      keys.add(keyOfHop(hop));
      if (natHop !== undefined) keys.add(keyOfHop(natHop));
    }
    return hop => keys.has(keyOfHop(hop));
  }

  connectionLost(hop: Hop): void {
    const key = keyOfHop(hop);
    const until = this.until(key);
    this.registered.delete(key);
    if (until === undefined) return;
    const [oldest] = this.lost.size < mostLost ? [] : this.lost.keys();
    if (oldest !== undefined) this.lost.delete(oldest);
    this.lost.set(key, until);
    this.tellLost(hop);
  }

  /** A phone has registered over a connection to this hop that has gone since, and has not registered there again. */
  isLost(hop: Hop): boolean {
    const until = this.lost.get(keyOfHop(hop));
    if (until === undefined) return false;
    if (until > this.clock.now()) return true;
    this.lost.delete(keyOfHop(hop));
    return false;
  }

  /** The end of the last registration on it; forgets those that have run out. */
  private until(key: string): Instant | undefined {
    const aors = this.registered.get(key);
    if (aors === undefined) return undefined;
    const now = this.clock.now();
    for (const [aor, until] of aors) if (until <= now) aors.delete(aor);
    if (aors.size > 0) return Math.max(...aors.values());
    this.registered.delete(key);
    return undefined;
  }
}

interface Contact {
  readonly uri: SipUri;
  readonly expires: number;
}

/** How long what the request registered lasts; 0: it is gone. Undefined: the request has registered nothing. */
function secondsGranted(request: SipRequest, response: SipResponse): number | undefined {
  const asked = headers(request, 'Contact');
  if (asked.length === 0) return undefined;
  if (asked.some(value => value.trim() === '*')) return 0;
  const wanted = contactsOf(request);
  const granted = contactsOf(response).filter(one => wanted.some(other => uriEquals(one.uri, other.uri)));
  return Math.max(0, ...granted.map(({ expires }) => expires));
}

function contactsOf(message: SipMessage): readonly Contact[] {
  const byHeader = Number(header(message, 'Expires') ?? 0);
  return headers(message, 'Contact')
    .flatMap(value => splitList(value))
    .flatMap(value => {
      const parsed = parseContact(value);
      if (!parsed.ok || parsed.value === '*' || parsed.value.uri.kind !== 'sip') return [];
      const expires = Number(param(parsed.value.params, 'expires') ?? byHeader);
      return [{ uri: parsed.value.uri, expires: expires > 0 ? Math.min(expires, 2 ** 31) : 0 }];
    });
}
