/**
 * drachtio-srf as it is: its own typings promise what its code does not keep (header values that are never undefined,
 * a `connect` that gives a promise, events that do not exist). Only what we use is here, and nothing else of the
 * library is imported anywhere.
 *
 * We use its wire protocol and its transactions, and none of its `Dialog`: that one guesses at hold from the text of a
 * description, answers a re-INVITE without an offer by itself, delays INFO and REFER past a BYE that came after them,
 * and blocks for ever after a refused re-INVITE. `addDialog` takes anything that can handle requests.
 */
import type { Socket } from 'node:net';
import Srf from 'drachtio-srf';

/** Names in lower case (`X-` and `P-` other than P-Asserted as they came); repeated fields are joined by commas. */
export type SrfHeaders = Readonly<Record<string, string | undefined>>;

interface SrfMessage {
  readonly headers: SrfHeaders;
  readonly body: string | undefined;
  /** `application`: what the server sent by itself and tells us of. */
  readonly source: 'network' | 'application';
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  readonly stackTxnId: string;
  /** Empty or undefined outside a dialog. */
  readonly stackDialogId: string | undefined;
}

export interface SrfRequest extends SrfMessage {
  readonly method: string;
  /** Of requests outside of dialogs. */
  readonly receivedOn?: string;
  readonly uri: string;
  on(event: 'cancel', listener: () => void): this;
  on(event: 'response', listener: (response: SrfIncomingResponse, acknowledge: Acknowledge) => void): this;
  /** An UPDATE that came while this request of ours, or this INVITE of theirs, is pending. */
  on(event: 'update', listener: (request: SrfRequest, response: SrfResponse) => void): this;
  /** Throws where the connection is gone. */
  cancel(options: { readonly headers?: Record<string, string> }, callback: (error: unknown) => void): void;
}

/** ACK for a 2xx, PRACK for a reliable provisional. Throws where the connection is gone. */
export type Acknowledge = (options?: { readonly headers?: Record<string, string>; readonly body?: string }) => void;

export interface SrfIncomingResponse extends SrfMessage {
  readonly status: number;
  readonly reason: string;
}

export interface SrfResponse {
  /** Who answered: set once `callback` was called. */
  readonly stackDialogId: string | undefined;
  /**
   * Throws where `status` is none that it knows. `callback` hears of the response as it was sent, or of a string where
   * the server did not send it; it is not called at all where the connection is lost meanwhile.
   */
  send(
    status: number,
    reason: string,
    options: { readonly headers: Record<string, string>; readonly body?: string },
    callback?: (error: unknown, sent: { readonly headers: SrfHeaders } | undefined) => void,
  ): void;
}

export interface SrfRequestOptions {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  /** Where it is sent, whatever the Request-URI says. */
  readonly proxy?: string;
  readonly stackDialogId?: string;
}

/** What `addDialog` needs of a dialog. */
export interface SrfDialog {
  readonly id: string;
  handle(request: SrfRequest, response: SrfResponse): void;
}

export type SrfHandler = (request: SrfRequest, response: SrfResponse) => void;

/** `frame`: a line of words divided by `|`, and behind it what it is about: a SIP message as the server has it. */
export type FrameListener = (socket: Socket, frame: string) => void;

/** The inside of the library, for what it offers no way to do: to ping, and to stop trying to connect. */
export interface SrfAgent {
  readonly mapServer: Map<
    Socket,
    { readonly pendingRequests: Map<string, (tokens: readonly string[]) => void>; readonly authenticated: boolean }
  >;
  readonly wp: {
    closing?: boolean;
    /** Of a later attempt to connect; the first one is kept nowhere. */
    readonly socket?: Socket;
    readonly reconnectVars: { retryTimer: NodeJS.Timeout | null };
    send(socket: Socket, message: string): string;
    /** An emitter: `connect` for each socket, `msg` for each frame that came. */
    on(event: 'connect', listener: (socket: Socket) => void): void;
    on(event: 'msg', listener: FrameListener): void;
    listeners(event: 'msg'): FrameListener[];
    removeAllListeners(event: 'msg'): void;
  };
}

export interface DrachtioSrf {
  on(event: 'connect', listener: (error: unknown, hostPorts: string | undefined) => void): this;
  on(event: 'error', listener: (error: unknown) => void): this;
  on(event: 'close', listener: () => void): this;
  connect(options: {
    readonly host: string;
    readonly port: number;
    readonly secret: string;
    readonly reconnect: { readonly retryMaxDelay: number };
  }): void;
  /** Requests outside of dialogs, by method in lower case; to be called before `connect`. */
  use(method: string, handler: SrfHandler): void;
  /** Throws where there is no connection; `callback` is not called where it is lost meanwhile. */
  request(
    uri: string,
    options: SrfRequestOptions,
    callback: (error: unknown, sent: SrfRequest | undefined) => void,
  ): void;
  addDialog(dialog: SrfDialog): void;
  removeDialog(dialog: SrfDialog): void;
  readonly app: { readonly client: SrfAgent };
}

export const createSrf = (): DrachtioSrf => new (Srf as unknown as new () => DrachtioSrf)();
