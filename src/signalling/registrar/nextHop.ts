/**
 * Where a request to a registered contact is sent. A phone behind a NAT registers an address that leads nowhere: what
 * counts is where its REGISTER came from. This also keeps an extension from registering somebody else's address, to
 * have our INVITEs sent there.
 */
import { hasParam, type SipUri } from '../text/grammar.ts';

export interface Source {
  readonly address: string;
  readonly port: number;
  /** `udp`, `tcp`, … as the server names it. */
  readonly protocol: string;
  /** Whether the topmost Via asks for symmetric responses (RFC 3581): then the source port is the one that listens. */
  readonly symmetric: boolean;
}

export const uriHost = (address: string): string =>
  address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;

/** As a URI for the server; undefined where the contact leads to the source by itself. */
export const nextHop = (contact: SipUri, source: Source): string | undefined => {
  const host = uriHost(source.address);
  const protocol = source.protocol.toLowerCase();
  // A connection is found again by its far end, and nothing else leads back to a phone that only connects.
  if (protocol !== 'udp') return `sip:${host}:${source.port};transport=${protocol}`;
  const sameHost = contact.host.toLowerCase() === host.toLowerCase() && !hasParam(contact.params, 'maddr');
  if (sameHost && (contact.port ?? 5060) === source.port) return undefined;
  return sameHost && !source.symmetric ? undefined : `sip:${host}:${source.port}`;
};

/** `rport` in the topmost Via. */
export const asksForRport = (via: string | undefined): boolean => {
  const top = via?.split(',', 1)[0] ?? '';
  return /;\s*rport\s*(?:[;=]|$)/i.test(top);
};
