/** Route preprocessing of a request that reaches us by a route of ours (RFC 3261, §16.4). */
import { parseNameAddr } from '../../../sip/grammar/fields/nameAddr.ts';
import { hasParam } from '../../../sip/grammar/fields/params.ts';
import { parseUri, serializeUri, type Uri } from '../../../sip/grammar/fields/uri.ts';
import { header, headers, withHeader, withoutHeader } from '../../../sip/grammar/headers.ts';
import type { SipRequest } from '../../../sip/message.ts';

/** Is this host and port one of ours? */
export type IsLocal = (host: string, port?: number) => boolean;

export const isLocalUri = (uri: Uri | undefined, isLocal: IsLocal): boolean =>
  uri?.kind === 'sip' && isLocal(uri.host, uri.port ?? undefined);

const routeUri = (value: string): Uri | undefined => {
  const parsed = parseNameAddr(value);
  return parsed.ok ? parsed.value.uri : undefined;
};

const requestUri = (request: SipRequest): Uri | undefined => {
  const parsed = parseUri(request.uri);
  return parsed.ok ? parsed.value : undefined;
};

const withRoutes = (request: SipRequest, routes: readonly string[]): SipRequest =>
  routes.length === 0 ? withoutHeader(request, 'Route') : withHeader(request, 'Route', ...routes);

/** The request without our own routes; undefined where none of its routes is ours. */
export const throughOurRoute = (request: SipRequest, isLocal: IsLocal): SipRequest | undefined => {
  let routes = headers(request, 'Route');
  const uri = requestUri(request);
  const strict = uri?.kind === 'sip' && uri.user === null && hasParam(uri.params, 'lr') && isLocalUri(uri, isLocal);
  let uriText = request.uri;
  if (strict && routes.length > 0) {
    // A strict router in front of us has put us into the Request-URI, and the target to the end of the routes.
    const last = routeUri(routes.at(-1) as string);
    if (last === undefined) return undefined;
    uriText = serializeUri(last);
    routes = routes.slice(0, -1);
  } else if (!isLocalUri(routeUri(routes[0] ?? ''), isLocal)) {
    return undefined;
  }
  const next = routes.findIndex(route => !isLocalUri(routeUri(route), isLocal));
  return withRoutes({ ...request, uri: uriText }, next === -1 ? [] : routes.slice(next));
};

/** Where a request goes that is given no target (RFC 3261, §16.6, steps 6 and 7): the topmost loose Route, else the Request-URI. */
export const nextHopUri = (request: SipRequest): string => {
  const first = routeUri(header(request, 'Route') ?? '');
  return first?.kind === 'sip' && hasParam(first.params, 'lr') ? serializeUri(first) : request.uri;
};

/** The next hop is a strict router: it expects itself in the Request-URI (§16.6, step 6). */
export const towardsStrictRouter = (request: SipRequest): SipRequest => {
  const routes = headers(request, 'Route');
  const first = routeUri(routes[0] ?? '');
  if (first?.kind !== 'sip' || hasParam(first.params, 'lr')) return request;
  return withRoutes({ ...request, uri: serializeUri(first) }, [...routes.slice(1), `<${request.uri}>`]);
};
