/**
 * Which target has challenged: the request that comes back with credentials for its nonce goes to that target alone,
 * whatever the application says this time (drachtio-server does the same).
 */
import type { Clock, Timer } from '../../../base/clock.ts';
import { authParam, parseAuth } from '../../../sip/grammar/fields/auth.ts';
import { headers } from '../../../sip/grammar/headers.ts';
import type { SipRequest, SipResponse } from '../../../sip/message.ts';

/** Milliseconds: a client that knows its password answers at once. */
const memory = 8_000;
const mostRemembered = 10_000;

const nonces = (message: SipRequest | SipResponse, names: readonly string[]): string[] =>
  names
    .flatMap(name => headers(message, name))
    .flatMap(value => {
      const auth = parseAuth(value);
      const nonce = auth.ok ? authParam(auth.value, 'nonce') : undefined;
      return nonce === undefined ? [] : [nonce];
    });

export class Challenges {
  private readonly byNonce = new Map<string, { readonly target: string; readonly expiry: Timer }>();

  constructor(private readonly clock: Clock) {}

  remember(response: SipResponse, target: string): void {
    for (const nonce of nonces(response, ['WWW-Authenticate', 'Proxy-Authenticate'])) {
      if (this.byNonce.size >= mostRemembered) return;
      this.byNonce.get(nonce)?.expiry.cancel();
      const expiry = this.clock.after(memory, () => void this.byNonce.delete(nonce));
      this.byNonce.set(nonce, { target, expiry });
    }
  }

  /** The target whose challenge this request answers. */
  targetOf(request: SipRequest): string | undefined {
    for (const nonce of nonces(request, ['Authorization', 'Proxy-Authorization'])) {
      const known = this.byNonce.get(nonce);
      if (known === undefined) continue;
      known.expiry.cancel();
      this.byNonce.delete(nonce);
      return known.target;
    }
    return undefined;
  }

  close(): void {
    for (const { expiry } of this.byNonce.values()) expiry.cancel();
    this.byNonce.clear();
  }
}
