/**
 * A request that reaches us twice on two ways (RFC 3261, §8.2.2.2): refused, as long as we answer the first one as a user
 * agent. A request that we proxy may come back to us (it spirals), and is forgotten here.
 */
import { header } from '../../../sip/grammar/headers.ts';
import type { SipRequest } from '../../../sip/message.ts';
import { fromTag } from '../../sip/tags.ts';

const keyOf = (request: SipRequest): string =>
  `${header(request, 'Call-ID')}\n${fromTag(request)}\n${header(request, 'CSeq')}`;

export class MergedRequests {
  private readonly alive = new Set<string>();

  get size(): number {
    return this.alive.size;
  }

  /** False: the same request is being answered already, as another transaction. */
  admit(request: SipRequest): boolean {
    const key = keyOf(request);
    if (this.alive.has(key)) return false;
    this.alive.add(key);
    return true;
  }

  forget(request: SipRequest): void {
    this.alive.delete(keyOf(request));
  }
}
