/** HTTP at the rim: what is no request of ours gets a short answer, and nobody holds a connection for nothing. */

import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { KozpontError, messageOf } from '../base/errors.ts';
import { type Faults, guard } from '../base/faults.ts';
import { own } from '../base/own.ts';
import { type Answer, failure, give } from './answer.ts';
import { Connections } from './http/connections.ts';
import { hostsOf, isForUs } from './http/hosts.ts';
import { Requests } from './http/requests.ts';

/** Gives the answer, or takes the response over and ends it. */
export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<Answer | 'taken'> | Answer | 'taken';

/** By path, then by method. HEAD comes with GET. */
export type Routes = Readonly<Record<string, Readonly<Record<string, Handler>>>>;

export interface HttpServerOptions {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly listen: { readonly address: string; readonly port: number };
  /** Names in Host that are ours, beside loopback and the address that was reached. */
  readonly hosts?: readonly string[];
  readonly routes: Routes;
}

export interface HttpServer {
  readonly address: string;
  /** In the end: port 0 has become a port. */
  readonly port: number;
  /** What is being answered may end, for a second at most. Idempotent. */
  close(): Promise<void>;
}

/** Octets, of the request line and all header fields. */
const longestHead = 8_192;
const connectionLimits = { inAll: 100, ofNetwork: 50 };
/** A second, of one network. A supervisor and a Prometheus make one or two. */
const mostRequests = 300;
/** Milliseconds: for a request to be there, from its connection or the one before; for one that nothing moves on. */
const requestWithin = 5_000;
const idleAfter = 30_000;
const closeWithin = 1_000;

/** Error: `API_ADDRESS_IN_USE`, with the address in its message, for whatever keeps it from listening there. */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { clock, faults, listen } = options;
  const names = (options.hosts ?? []).map(name => name.toLowerCase());
  const connections = new Connections(connectionLimits);
  const requests = new Requests(clock, mostRequests);
  const server = createServer({
    maxHeaderSize: longestHead,
    headersTimeout: requestWithin,
    requestTimeout: requestWithin,
    keepAliveTimeout: requestWithin,
    connectionsCheckingInterval: 500,
  });
  server.timeout = idleAfter;
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    // Those who send the next one before they have the answer want to keep us busy.
    if (connections.has(socket, 'busy')) socket.destroy();
    // What else was in the same packet is still read.
    if (socket.destroyed) return;
    connections.is(socket, 'busy');
    response.once('close', () => connections.is(socket, 'idle'));
    if (!requests.take(socket.remoteAddress ?? '')) return give(response, tooMany);
    const { localAddress } = socket;
    const forUs = isForUs(hostsOf(request.rawHeaders), { localAddress, listening: listen.address, names });
    if (forUs) void serve(options, connections, request, response);
    else give(response, foreignHost);
  };
  server.on('request', onRequest);
  // Nobody is asked to send the body that is refused.
  server.on('checkContinue', onRequest);
  server.on('connection', socket => connections.add(socket));
  server.on('clientError', (error, stream) => void guard(faults, 'http', () => refuse(error, stream)));
  const { address, port } = await listening(server, listen);
  let closing: Promise<void> | undefined;
  return {
    address,
    port,
    close() {
      closing ??= new Promise(resolve => {
        const late = clock.after(closeWithin, () => server.closeAllConnections());
        server.close(() => {
          late.cancel();
          resolve();
        });
        server.closeIdleConnections();
      });
      return closing;
    },
  };
}

function listening(server: Server, { address, port }: HttpServerOptions['listen']): Promise<AddressInfo> {
  const shown = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  return new Promise((resolve, reject) => {
    server.once('error', cause => {
      const message = `the API cannot listen on ${shown}: ${messageOf(cause)}`;
      reject(new KozpontError('API_ADDRESS_IN_USE', message, { cause }));
    });
    server.listen({ host: address, port, exclusive: true }, () => {
      server.removeAllListeners('error');
      resolve(server.address() as AddressInfo);
    });
  });
}

const foreignHost = failure(421, 'that is no name of this server; api.hosts of the settings has those that are', {
  Connection: 'close',
});

const tooMany = failure(429, 'too many requests from there', { Connection: 'close', 'Retry-After': '1' });

async function serve(
  { routes, faults }: HttpServerOptions,
  connections: Connections,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Whoever has gone meanwhile is told nothing.
  response.on('error', () => undefined);
  try {
    const answer = await answerTo(routes, request, response);
    if (answer === 'taken') connections.is(request.socket, 'kept');
    else give(response, answer);
  } catch (error) {
    faults.caught('http', error, `${request.method} ${request.url}`);
    guard(faults, 'http', () => {
      if (response.headersSent) response.destroy();
      else give(response, failure(500, 'something in Kozpont failed; its log says what'));
    });
  }
}

async function answerTo(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<Answer | 'taken'> {
  if (hasBody(request)) return failure(413, 'no request of this API has a body', { Connection: 'close' });
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const route = own(routes, path);
  if (route === undefined) {
    return failure(404, `there is nothing here; there are ${Object.keys(routes).join(', ')}`);
  }
  const { method = '' } = request;
  const asked = method === 'HEAD' ? 'GET' : method;
  const handler = own(route, asked);
  if (handler !== undefined) return handler(request, response);
  const allowed = Object.keys(route)
    .flatMap(name => (name === 'GET' ? ['GET', 'HEAD'] : [name]))
    .join(', ');
  return failure(405, `${path} takes ${allowed}`, { Allow: allowed });
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** By the code of the parser's error; whatever is not here is 400. */
const refusals: ReadonlyMap<string, number> = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
  // RFC 9110, §9.1: a method that nobody knows.
  ['HPE_INVALID_METHOD', 501],
]);

/** No request came of it. */
function refuse(error: NodeJS.ErrnoException, stream: NodeJS.WritableStream): void {
  const socket = stream as Socket;
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = refusals.get(error.code ?? '') ?? 400;
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  // Not before it has left, and no longer than that.
  socket.end(head, () => socket.destroy());
}
