/** Digest (RFC 7616, RFC 8760) as a phone answers it. */
import { createHash } from 'node:crypto';
import { randomId } from '../../base/ids.ts';
import { type AuthParam, authParam, parseAuth, serializeAuth } from '../../sip/grammar/fields/auth.ts';
import { field, hasHeader, headers } from '../../sip/grammar/headers.ts';
import type { HeaderField, SipRequest, SipResponse } from '../../sip/message.ts';

export type DigestAlgorithm = 'SHA-256' | 'MD5';

const hashName: Readonly<Record<DigestAlgorithm, string>> = { 'SHA-256': 'sha256', MD5: 'md5' };

interface Challenge {
  readonly answerIn: 'Authorization' | 'Proxy-Authorization';
  readonly algorithm: DigestAlgorithm;
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly stale: boolean;
}

/** Who a phone is, and the last challenge that it met, which it answers again of its own accord with a further count. */
export class Identity {
  private known: { readonly challenge: Challenge; count: number } | undefined;

  constructor(
    private readonly user: string,
    private readonly password: string | undefined,
    /** Those that the phone can do. */
    private readonly algorithms: readonly DigestAlgorithm[],
  ) {}

  /** The header field with which `request` is sent again after a 401 or 407; undefined where that would be of no use. */
  answer(request: SipRequest, response: SipResponse): HeaderField | undefined {
    const challenge = this.choose(response);
    if (challenge === undefined || this.password === undefined) return undefined;
    const refused = hasHeader(request, challenge.answerIn) && this.known?.challenge.nonce === challenge.nonce;
    if (refused && !challenge.stale) return undefined;
    this.known = { challenge, count: 0 };
    return this.proof(request);
  }

  /** The header field for a request that has not been challenged yet: of use where the last nonce still stands. */
  ahead(request: SipRequest): HeaderField | undefined {
    return this.known === undefined ? undefined : this.proof(request);
  }

  forget(): void {
    this.known = undefined;
  }

  /** The first that we can do, as the server prefers it (RFC 8760, §2.4). */
  private choose(response: SipResponse): Challenge | undefined {
    const proxy = response.status === 407;
    for (const value of headers(response, proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate')) {
      const auth = parseAuth(value);
      if (!auth.ok || auth.value.scheme !== 'digest') continue;
      const get = (name: string): string | undefined => authParam(auth.value, name);
      const algorithm = this.algorithms.find(one => one.toLowerCase() === (get('algorithm') ?? 'MD5').toLowerCase());
      const [realm, nonce] = [get('realm'), get('nonce')];
      if (algorithm === undefined || realm === undefined || nonce === undefined) continue;
      return {
        answerIn: proxy ? 'Proxy-Authorization' : 'Authorization',
        algorithm,
        realm,
        nonce,
        opaque: get('opaque'),
        stale: get('stale')?.toLowerCase() === 'true',
      };
    }
    return undefined;
  }

  private proof(request: SipRequest): HeaderField | undefined {
    const { known, user, password } = this;
    if (known === undefined || password === undefined) return undefined;
    const { algorithm, realm, nonce, opaque, answerIn } = known.challenge;
    known.count++;
    const nc = known.count.toString(16).padStart(8, '0');
    const cnonce = randomId(8);
    const hash = (text: string): string => createHash(hashName[algorithm]).update(text).digest('hex');
    const secret = hash(`${user}:${realm}:${password}`);
    const response = hash(`${secret}:${nonce}:${nc}:${cnonce}:auth:${hash(`${request.method}:${request.uri}`)}`);
    const params: AuthParam[] = [
      quoted('username', user),
      quoted('realm', realm),
      quoted('nonce', nonce),
      quoted('uri', request.uri),
      quoted('response', response),
      plain('algorithm', algorithm),
      quoted('cnonce', cnonce),
      plain('qop', 'auth'),
      plain('nc', nc),
      ...(opaque === undefined ? [] : [quoted('opaque', opaque)]),
    ];
    return field(answerIn, serializeAuth({ scheme: 'digest', token68: null, params }));
  }
}

const quoted = (name: string, value: string): AuthParam => ({ name, value, quoted: true });
const plain = (name: string, value: string): AuthParam => ({ name, value, quoted: false });
