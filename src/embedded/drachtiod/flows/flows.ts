/**
 * The connections that phones have registered over, as the responses to their REGISTERs say: how long each stays, and
 * which of them have gone (RFC 5626, §5.3: what is sent to such a flow fails, and nothing is connected to in its place).
 *
 * A connection stays for the bindings that the registrar has of it now: one that is registered over another connection,
 * or that the registrar does not list any more, keeps nothing open.
 */
import type { Clock, Instant } from '../../../base/clock.ts';
import { parseContact, parseNameAddr } from '../../../sip/grammar/fields/nameAddr.ts';
import { param } from '../../../sip/grammar/fields/params.ts';
import { type SipUri, serializeUri, uriEquals } from '../../../sip/grammar/fields/uri.ts';
import { header, headers } from '../../../sip/grammar/headers.ts';
import { splitList } from '../../../sip/grammar/splitList.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../../sip/message.ts';
import type { Hop, Source } from '../../sip/stack.ts';
import { keyOfHop } from '../../sip/transport/transport.ts';
import type { AppDialog } from '../dialogs/appDialog.ts';

interface Registered {
  readonly aor: string;
  readonly uri: SipUri;
  /** Of the phone and its flow (RFC 5626, §4), as the Contact says; empty: it does not. */
  readonly flow: string;
  /** The connection's. */
  readonly key: string;
  readonly until: Instant;
}

/** Connections that are remembered as gone; the longest known is forgotten first. */
const mostLost = 10_000;

export class Flows {
  private readonly byAor = new Map<string, readonly Registered[]>();
  private readonly byConnection = new Map<string, Set<Registered>>();
  private readonly lost = new Map<string, Instant>();

  constructor(
    private readonly clock: Clock,
    private readonly dialogs: { all(): Iterable<AppDialog> },
    /** A connection has gone that a phone had registered over. */
    private readonly tellLost: (hop: Hop) => void,
  ) {}

  /** A request that belongs to no dialog has its final response. */
  answered(request: SipRequest, response: SipResponse, source: Source): void {
    if (request.method !== 'REGISTER' || response.status < 200 || response.status >= 300) return;
    const aor = aorOf(request);
    const asked = contactsOf(request);
    const listed = contactsOf(response);
    const now = this.clock.now();
    const granted = source.protocol === 'udp' ? [] : listed.filter(one => asked.some(other => isSame(one, other)));
    const key = keyOfHop(source);
    const added = granted.map(({ uri, flow, expires }) => ({ aor, uri, flow, key, until: now + expires * 1000 }));
    const kept = (this.byAor.get(aor) ?? []).filter(
      one =>
        one.until > now &&
        listed.some(other => uriEquals(one.uri, other.uri)) &&
        // Registered anew, over whatever transport.
        !asked.some(other => isSame(one, other)),
    );
    this.keep(aor, [...kept, ...added]);
    if (added.length > 0) this.lost.delete(key);
  }

  /** The hops on which a registration or a dialog rests now. */
  inUse(): (hop: Hop) => boolean {
    const keys = new Set<string>();
    for (const key of [...this.byConnection.keys()]) if (this.until(key) !== undefined) keys.add(key);
    for (const { hop, natHop } of this.dialogs.all()) {
      keys.add(keyOfHop(hop));
      if (natHop !== undefined) keys.add(keyOfHop(natHop));
    }
    return hop => keys.has(keyOfHop(hop));
  }

  connectionLost(hop: Hop): void {
    const key = keyOfHop(hop);
    const until = this.until(key);
    if (until === undefined) return;
    for (const one of [...(this.byConnection.get(key) ?? [])]) this.drop(one);
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
    const now = this.clock.now();
    let last: Instant | undefined;
    for (const one of [...(this.byConnection.get(key) ?? [])]) {
      if (one.until <= now) this.drop(one);
      else last = Math.max(last ?? one.until, one.until);
    }
    return last;
  }

  private drop(gone: Registered): void {
    this.keep(
      gone.aor,
      (this.byAor.get(gone.aor) ?? []).filter(one => one !== gone),
    );
  }

  /** `registered` is all that there is of this address of record. */
  private keep(aor: string, registered: readonly Registered[]): void {
    for (const one of this.byAor.get(aor) ?? []) {
      const others = this.byConnection.get(one.key);
      others?.delete(one);
      if (others?.size === 0) this.byConnection.delete(one.key);
    }
    if (registered.length === 0) this.byAor.delete(aor);
    else this.byAor.set(aor, registered);
    for (const one of registered) {
      const others = this.byConnection.get(one.key);
      if (others === undefined) this.byConnection.set(one.key, new Set([one]));
      else others.add(one);
    }
  }
}

type Contact = Pick<Registered, 'uri' | 'flow'> & { readonly expires: number };

/** Two flows of one phone may have the same URI. */
const isSame = (one: Pick<Registered, 'uri' | 'flow'>, other: Pick<Registered, 'uri' | 'flow'>): boolean =>
  uriEquals(one.uri, other.uri) && (one.flow === other.flow || one.flow === '' || other.flow === '');

const aorOf = (request: SipRequest): string => {
  const text = header(request, 'To') ?? '';
  const to = parseNameAddr(text);
  return to.ok && to.value.uri.kind === 'sip' ? serializeUri(to.value.uri) : text;
};

function contactsOf(message: SipMessage): readonly Contact[] {
  const byHeader = Number(header(message, 'Expires') ?? 0);
  return headers(message, 'Contact')
    .flatMap(value => splitList(value))
    .flatMap(value => {
      const parsed = parseContact(value);
      if (!parsed.ok || parsed.value === '*' || parsed.value.uri.kind !== 'sip') return [];
      const { uri, params } = parsed.value;
      const expires = Number(param(params, 'expires') ?? byHeader);
      const flow = `${param(params, '+sip.instance') ?? ''}${param(params, 'reg-id') ?? ''}`;
      return [{ uri, flow, expires: expires > 0 ? Math.min(expires, 2 ** 31) : 0 }];
    });
}
