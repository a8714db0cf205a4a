/**
 * Where a request to a registered contact is sent. A phone behind a NAT registers an address that leads nowhere: what
 * counts is where its REGISTER came from. This also keeps an extension from registering somebody else's address, to
 * have our INVITEs sent there.
 */
import { isIP } from 'node:net';
import { hasParam, param, parseUri, type SipUri } from '../text/grammar.ts';

/** The far end of a connection, or of what takes its place. */
export interface Flow {
  /** `udp`, `tcp`, … as the server names it. */
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

export interface Source extends Flow {
  /** Whether the topmost Via asks for symmetric responses (RFC 3581): then the source port is the one that listens. */
  readonly symmetric: boolean;
}

export const uriHost = (address: string): string =>
  address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;

/** Leads over that connection, and nowhere else once it has gone. */
export const connectionUri = ({ protocol, address, port }: Flow): string =>
  `sip:${uriHost(address)}:${port};transport=${protocol.toLowerCase()}`;

/** Whether it leads over a connection: `connectionUri` made it. */
export const isConnection = (hop: string | undefined): boolean => hop?.includes(';transport=') === true;

/** As a URI for the server; undefined where the contact leads to the source by itself. */
export const nextHop = (contact: SipUri, source: Source): string | undefined => {
  const host = uriHost(source.address);
  const protocol = source.protocol.toLowerCase();
  // A connection is found again by its far end, and nothing else leads back to a phone that only connects.
  if (protocol !== 'udp') return connectionUri(source);
  const sameHost = contact.host.toLowerCase() === host.toLowerCase() && !hasParam(contact.params, 'maddr');
  if (sameHost && (contact.port ?? 5060) === source.port) return undefined;
  return sameHost && !source.symmetric ? undefined : `sip:${host}:${source.port}`;
};

/** Whether a text is such a URI: an address, a port, and no more than a transport. */
export const isNextHop = (text: string): boolean => {
  const uri = parseUri(text);
  if (!uri.ok || uri.value.kind !== 'sip' || uri.value.scheme !== 'sip') return false;
  const { user, host, port, params, headers } = uri.value;
  const onlyTransport = params.length === 0 || (params.length === 1 && transportOf(uri.value) !== undefined);
  return (
    user === null && isIP(host.replace(/^\[|\]$/g, '')) !== 0 && port !== null && onlyTransport && headers.length === 0
  );
};

/**
 * The way to a phone whose connection, if it had one, is gone; undefined where there is none any more. Such a phone is
 * connected to anew where its contact says that it listens: at the address that it connected from, so that no NAT stands
 * between, and at another port than that of the connection, which was of no use but for that. Any other phone has seen
 * its connection close, and registers again by itself.
 */
export const withoutConnection = (
  contact: SipUri,
  hop: string | undefined,
): { readonly nextHop: string | undefined } | undefined => {
  const uri = hop === undefined ? undefined : parseUri(hop);
  if (uri === undefined || !uri.ok || uri.value.kind !== 'sip') return { nextHop: hop };
  const transport = transportOf(uri.value);
  if (transport === undefined) return { nextHop: hop };
  const sameHost = contact.host.toLowerCase() === uri.value.host.toLowerCase() && !hasParam(contact.params, 'maddr');
  const listens = transportOf(contact) === transport && (contact.port ?? 5060) !== uri.value.port;
  return sameHost && listens ? { nextHop: undefined } : undefined;
};

const transportOf = (uri: SipUri): string | undefined => param(uri.params, 'transport')?.toLowerCase();

/** `rport` in the topmost Via. */
export const asksForRport = (via: string | undefined): boolean => {
  const top = via?.split(',', 1)[0] ?? '';
  return /;\s*rport\s*(?:[;=]|$)/i.test(top);
};
