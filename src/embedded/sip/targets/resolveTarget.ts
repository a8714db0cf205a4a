import { KozpontError } from '../../../base/errors.ts';
import { isNobodys } from '../../../base/network.ts';
import { param } from '../../../sip/grammar/fields/params.ts';
import { parseUri, type SipUri } from '../../../sip/grammar/fields/uri.ts';
import type { Resolver, ServiceRecord } from '../stack.ts';
import { type Family, familyOf, withoutBrackets } from '../transport/addresses.ts';
import type { Hop, Protocol } from '../transport/transport.ts';
import { defaultPort } from '../transport/transportSet.ts';

export interface TargetContext {
  readonly resolver: Resolver;
  /** Whether a listener of ours can send there. */
  serves(protocol: Protocol, family?: Family): boolean;
  /** From 0 up to, not including, 1. */
  random(): number;
}

const protocols: readonly string[] = ['udp', 'tcp', 'tls', 'ws', 'wss'] satisfies readonly Protocol[];

/**
 * The hops of a URI in order (RFC 3261, §8.1.2; RFC 3263, §4, without NAPTR): at once where the URI names an IP address,
 * else after asking the resolver. Errors, thrown or as a rejection: `REQUEST_FAILED`.
 */
export function resolveTarget(uri: string, context: TargetContext): readonly Hop[] | Promise<readonly Hop[]> {
  const parsed = parseUri(uri);
  if (!parsed.ok || parsed.value.kind !== 'sip') throw unresolved(uri, 'it is no SIP URI');
  const sip = parsed.value;
  const host = withoutBrackets(param(sip.params, 'maddr') ?? sip.host);
  const named = namedProtocol(sip);
  if (named === 'unknown') throw unresolved(uri, 'its transport is not known');
  const family = familyOf(host);
  if (family !== undefined) {
    if (isNobodys(host)) throw unresolved(uri, 'its address is of no one party');
    const protocol = named ?? plainProtocol(sip, context);
    if (!context.serves(protocol, family)) throw unresolved(uri, `no listener serves ${protocol} over IPv${family}`);
    return [{ protocol, address: host, port: sip.port ?? defaultPort(protocol) }];
  }
  return resolveName(uri, sip, host, named, context);
}

async function resolveName(
  uri: string,
  sip: SipUri,
  host: string,
  named: Protocol | undefined,
  context: TargetContext,
): Promise<readonly Hop[]> {
  const hops: Hop[] = [];
  // A single label (`localhost`, a container's name) has no service records worth the wait.
  if (sip.port === null && host.includes('.')) {
    for (const protocol of named === undefined ? candidates(sip) : [named]) {
      if (context.serves(protocol)) hops.push(...(await serviceHops(host, protocol, context)));
    }
  }
  if (hops.length === 0) {
    const protocol = named ?? plainProtocol(sip, context);
    hops.push(...(await addressHops(host, sip.port ?? defaultPort(protocol), protocol, context)));
  }
  if (hops.length === 0) throw unresolved(uri, 'the name has no address that a listener serves');
  return hops;
}

/** By `transport` (RFC 3261, §19.1.1); `sips` asks for TLS over whatever it names. */
function namedProtocol(uri: SipUri): Protocol | 'unknown' | undefined {
  const value = param(uri.params, 'transport')?.toLowerCase();
  if (uri.scheme === 'sips') {
    if (value === undefined || value === 'tcp' || value === 'tls') return 'tls';
    return value === 'ws' || value === 'wss' ? 'wss' : 'unknown';
  }
  if (value === undefined) return undefined;
  return isProtocol(value) ? value : 'unknown';
}

const isProtocol = (value: string): value is Protocol => protocols.includes(value);

/** Where neither the URI nor DNS says which (RFC 3263, §4.1): UDP, or TCP where we have no UDP. */
const plainProtocol = (uri: SipUri, { serves }: TargetContext): Protocol =>
  uri.scheme === 'sips' ? 'tls' : serves('udp') || !serves('tcp') ? 'udp' : 'tcp';

const candidates = (uri: SipUri): readonly Protocol[] => (uri.scheme === 'sips' ? ['tls'] : ['udp', 'tcp']);

async function serviceHops(host: string, protocol: Protocol, context: TargetContext): Promise<readonly Hop[]> {
  const name = protocol === 'tls' ? `_sips._tcp.${host}` : `_sip._${protocol}.${host}`;
  const records = inOrder(await context.resolver.services(name), context.random);
  const hops: Hop[] = [];
  for (const record of records) hops.push(...(await addressHops(record.host, record.port, protocol, context)));
  return hops;
}

async function addressHops(
  host: string,
  port: number,
  protocol: Protocol,
  { resolver, serves }: TargetContext,
): Promise<readonly Hop[]> {
  const found = await resolver.addresses(host);
  return found
    .filter(({ address, family }) => serves(protocol, family) && !isNobodys(address))
    .map(({ address }) => ({ protocol, address, port }));
}

/** RFC 2782: by priority; within one, each next record is drawn with a chance that follows its weight. */
function inOrder(records: readonly ServiceRecord[], random: () => number): readonly ServiceRecord[] {
  const ordered: ServiceRecord[] = [];
  const left = [...records].sort((a, b) => a.priority - b.priority || a.weight - b.weight);
  while (left.length > 0) {
    const priority = left[0]?.priority;
    const drawn = left.filter(record => record.priority === priority);
    const chosen = draw(drawn, random());
    if (chosen === undefined) break;
    ordered.push(chosen);
    left.splice(left.indexOf(chosen), 1);
  }
  return ordered;
}

function draw(records: readonly ServiceRecord[], chance: number): ServiceRecord | undefined {
  const mark = chance * records.reduce((sum, record) => sum + record.weight, 0);
  let passed = 0;
  for (const record of records) {
    passed += record.weight;
    if (passed > mark) return record;
  }
  return records[0];
}

const unresolved = (uri: string, why: string): KozpontError =>
  new KozpontError('REQUEST_FAILED', `${JSON.stringify(uri.slice(0, 200))} has no next hop: ${why}`);
