/** An application: the real drachtio-srf, connected. Its own typings are wrong in too many places to be of use here. */
import type { EventEmitter } from 'node:events';
import Srf from 'drachtio-srf';
import type { ServerUnderTest } from './server.ts';

export interface AppMessage {
  readonly method: string;
  readonly uri: string;
  readonly status: number;
  readonly reason: string;
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly source: string;
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  readonly stackTxnId: string;
  readonly stackDialogId: string;
  readonly receivedOn?: string;
  get(name: string): string;
  has(name: string): boolean;
  getParsedHeader(name: string): { readonly uri: string; readonly params: Record<string, string> };
}

export type AppRequest = AppMessage &
  EventEmitter & {
    isNewInvite: boolean;
    cancel(options?: object, callback?: (error: Error | null, request: AppMessage) => void): void;
    proxy(
      options: object,
    ): Promise<{ connected: boolean; finalStatus?: number; responses: { msgs: { status: number }[] }[] }>;
  };

export type AppResponse = AppMessage & {
  readonly finalResponseSent: boolean;
  send(
    status: number,
    reasonOrOptions?: string | object | ((error: unknown, message: AppMessage) => void),
    optionsOrCallback?: object | ((error: unknown, message: AppMessage) => void) | null,
    callback?: ((error: unknown, message: AppMessage) => void) | null,
    prack?: (request: AppRequest) => void,
  ): void;
};

export type AppDialog = EventEmitter & {
  readonly id: string;
  readonly connected: boolean;
  readonly sip: { callId: string; localTag: string; remoteTag: string };
  readonly local: { uri: string; sdp: string; contact: string };
  readonly remote: { uri: string; sdp: string };
  destroy(options?: object): Promise<AppMessage>;
  modify(sdp: string, options?: object): Promise<string>;
  request(options: object): Promise<AppResponse>;
};

type Handler = (request: AppRequest, response: AppResponse) => void;

export type Application = EventEmitter & {
  [method in
    | 'invite'
    | 'register'
    | 'options'
    | 'message'
    | 'subscribe'
    | 'notify'
    | 'info'
    | 'publish'
    | 'refer'
    | 'bye'
    | 'prack'
    | 'update']: (handler: Handler) => void;
} & {
  readonly idle: boolean;
  createUAS(request: AppRequest, response: AppResponse, options: object): Promise<AppDialog>;
  createUAC(uri: string, options: object, callbacks?: object): Promise<AppDialog>;
  createB2BUA(
    request: AppRequest,
    response: AppResponse,
    uri: string,
    options: object,
    callbacks?: object,
  ): Promise<{ uas: AppDialog; uac: AppDialog }>;
  proxyRequest(
    request: AppRequest,
    destination: string | string[],
    options?: object,
  ): Promise<{ connected: boolean; finalStatus?: number; responses: { msgs: { status: number }[] }[] }>;
  request(uri: string, options: object): Promise<AppRequest>;
  findDialogById(id: string): AppDialog | undefined;
  disconnect(): void;
};

export interface ConnectedApplication {
  readonly srf: Application;
  /** `udp/127.0.0.1:5060,…`, as the server says. */
  readonly hostports: string;
  /** Everything that was written to the server before has been carried out: it answers a request that cannot be sent. */
  settled(): Promise<void>;
  close(): void;
}

/** Rejects where the server does not take the secret. */
export const connectApplication = (
  server: Pick<ServerUnderTest, 'host' | 'port' | 'secret'>,
  tags: readonly string[] = [],
): Promise<ConnectedApplication> =>
  new Promise((resolve, reject) => {
    const srf = new (Srf as unknown as new (tags?: readonly string[]) => Application)(tags);
    srf.on('error', reject);
    srf.on('connect', (error: Error | null, hostports: string) => {
      let closed = false;
      const close = (): void => {
        if (!closed) srf.disconnect();
        closed = true;
      };
      if (error !== null && error !== undefined) {
        close();
        reject(error);
      } else {
        const settled = (): Promise<void> =>
          srf.request('sip:<>@', { method: 'OPTIONS' }).then(
            () => Promise.reject(new Error('it was sent')),
            () => undefined,
          );
        resolve({ srf, hostports, settled, close });
      }
    });
    (srf as unknown as { connect(options: object): void }).connect({
      host: server.host,
      port: server.port,
      secret: server.secret,
      reconnect: { maxAttempts: 1 },
    });
  });

/** The first response of this class or the final one to a request that was sent. */
export const finalOf = (request: AppRequest): Promise<AppResponse> =>
  new Promise(resolve => {
    request.on('response', (response: AppResponse, ack: () => void) => {
      if (response.status < 200) return;
      if (request.method === 'INVITE') ack();
      resolve(response);
    });
  });

export const once = <T>(emitter: EventEmitter, event: string): Promise<T> =>
  new Promise(resolve => emitter.once(event, (...args: unknown[]) => resolve(args[0] as T)));
