/**
 * The Path of a REGISTER (RFC 3327): the proxies that a request to the phone has to go through. It decides where our
 * requests go, so that it is believed where the one that we send to is the one that the REGISTER came from, and the user
 * has proved who they are. What that one does with the rest of the path is its own affair.
 */

import { hasParam, parseNameAddr, parseUri, type SipUri, serializeUri } from '../text/grammar.ts';
import { elementsOf, hasToken } from '../text/list.ts';
import { type Source, uriHost } from './nextHop.ts';

/** URIs, the one nearest to us first; empty: straight to the phone. */
export type Path = readonly string[];

export interface PathRefusal {
  readonly status: number;
  readonly reason: string;
  readonly headers?: Record<string, string>;
}

const mostProxies = 6;
/** Characters. */
const longestUri = 512;

export const noPath: Path = [];

export interface PathRequest {
  readonly path: string | undefined;
  readonly supported: string | undefined;
  readonly require: string | undefined;
  readonly source: Pick<Source, 'address'>;
  /** The server takes a Route from us. */
  readonly served: boolean;
}

export const readPath = ({ path, supported, require, source, served }: PathRequest): Path | PathRefusal => {
  const elements = elementsOf(path);
  if (elements.length === 0) return noPath;
  if (!served) return { status: 420, reason: 'Path Is Not Served', headers: { Unsupported: 'path' } };
  if (elements.length > mostProxies) return { status: 400, reason: 'Path Too Long' };
  // §5.3: the phone is to know that there is a path, so that no proxy puts itself between without its consent.
  if (!hasToken(supported, 'path') && !hasToken(require, 'path')) {
    return { status: 421, reason: 'Extension Required', headers: { Require: 'path' } };
  }
  const hops = elements.map(readHop);
  const [first] = hops;
  if (first === undefined || hops.includes(undefined)) return { status: 400, reason: 'Malformed Path' };
  if (canonical(first.host) !== canonical(uriHost(source.address))) {
    return { status: 403, reason: 'The Path Does Not Begin Where The Request Came From' };
  }
  return hops.flatMap(hop => (hop === undefined ? [] : [serializeUri(hop)]));
};

/** Whether a text is a URI of a path. */
export const isPathUri = (text: string): boolean => readHop(`<${text}>`) !== undefined;

/** An IPv6 address has many spellings (RFC 5952). */
const canonical = (host: string): string => {
  const url = `http://${host}`;
  return host.startsWith('[') && URL.canParse(url) ? new URL(url).hostname : host.toLowerCase();
};

/** Loose routers alone: a strict one would have us change the Request-URI. */
const readHop = (element: string): SipUri | undefined => {
  if (element.length > longestUri) return undefined;
  const parsed = parseNameAddr(element);
  if (!parsed.ok || parsed.value.uri.kind !== 'sip') return undefined;
  const { uri } = parsed.value;
  const plain = uri.scheme === 'sip' && uri.headers.length === 0 && !hasParam(uri.params, 'maddr');
  return plain && hasParam(uri.params, 'lr') ? uri : undefined;
};

/** The URI that a request to the phone goes to first. */
export const firstHop = (path: Path, contact: SipUri): SipUri => {
  const [first] = path;
  const parsed = first === undefined ? undefined : parseUri(first);
  return parsed?.ok && parsed.value.kind === 'sip' ? parsed.value : contact;
};

/** Of a request to the phone. */
export const routeField = (path: Path): Record<string, string> => (path.length === 0 ? {} : { Route: pathField(path) });

/** Of the answer to its REGISTER. */
export const pathField = (path: Path): string => path.map(uri => `<${uri}>`).join(', ');
