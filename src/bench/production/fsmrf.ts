/** What the bare script uses of drachtio-srf and drachtio-fsmrf, which has no typings; Kozpont itself is without the latter. */
import Srf_ from 'drachtio-srf';

interface Dialog {
  readonly remote: { readonly sdp: string };
  on(event: 'destroy', listener: () => void): unknown;
  destroy(): unknown;
}

export interface SrfRequest {
  readonly callingNumber: string;
}

export type SrfResponse = object;

export interface Srf {
  on(event: 'connect' | 'error', listener: (error: unknown) => void): unknown;
  connect(options: { readonly host: string; readonly port: number; readonly secret: string }): unknown;
  disconnect(): void;
  invite(handler: (request: SrfRequest, response: SrfResponse) => void): void;
  createUAC(
    uri: string,
    options: { readonly localSdp: string; readonly headers: Readonly<Record<string, string>> },
  ): Promise<Dialog>;
}

export interface FsmrfEndpoint {
  readonly local: { readonly sdp: string };
  playCollect(options: {
    readonly file: string;
    readonly min: number;
    readonly max: number;
    readonly tries: number;
    /** Milliseconds. */
    readonly timeout: number;
  }): Promise<{ readonly digits: string | undefined }>;
  modify(sdp: string): Promise<unknown>;
  bridge(other: FsmrfEndpoint): Promise<unknown>;
  destroy(): Promise<unknown>;
}

export interface MediaServer {
  connectCaller(
    request: SrfRequest,
    response: SrfResponse,
  ): Promise<{ readonly endpoint: FsmrfEndpoint; readonly dialog: Dialog }>;
  createEndpoint(): Promise<FsmrfEndpoint>;
  disconnect(): void;
}

export type Mrf = new (
  srf: Srf,
) => {
  connect(options: {
    readonly address: string;
    readonly port: number;
    readonly secret: string;
    readonly profile: string;
    /** Where FreeSWITCH connects to, for every channel. */
    readonly listenAddress: string;
  }): Promise<MediaServer>;
};

/** Only in a checkout with its development dependencies. */
const library: string = 'drachtio-fsmrf';

/** Error: what is to be installed, where it is not there. */
export async function loadFsmrf(): Promise<Mrf> {
  try {
    return ((await import(library)) as { readonly default: Mrf }).default;
  } catch (error) {
    throw new Error('the bare script needs drachtio-fsmrf: npm install --no-save drachtio-fsmrf@4.1.2', {
      cause: error,
    });
  }
}

export const createSrf = (): Srf => new (Srf_ as unknown as new () => Srf)();
