import { transactionBranch, type Via } from '../../../sip/grammar/fields/via.ts';
import { header } from '../../../sip/grammar/headers.ts';
import type { SipRequest } from '../../../sip/message.ts';
import { fromTag } from '../tags.ts';

/** What a request says about the transaction it belongs to, taken from it as it came. */
export interface Identity {
  readonly request: SipRequest;
  readonly via: Via;
  /** The value of the topmost Via, before anything was added to it. */
  readonly viaText: string;
}

/**
 * The key of the server transaction that a request of `method` on this identity matches (RFC 3261, §17.2.3): branch,
 * sent-by and method; ACK matches INVITE's. A branch without the magic cookie, or of the cookie alone, identifies
 * nothing: then what RFC 2543 compares counts (Request-URI, From tag, Call-ID, CSeq, the topmost Via). The To tag, which
 * RFC 2543 compares too, is left out: it tells no two transactions apart that differ in nothing else.
 */
export function serverKey({ request, via, viaText }: Identity, method: string): string {
  const matched = method === 'ACK' ? 'INVITE' : method;
  const branch = transactionBranch(via);
  if (branch !== undefined) return `${matched}\n${branch}\n${via.host.toLowerCase()}:${via.port ?? ''}`;
  const sequence = Number.parseInt(header(request, 'CSeq') ?? '', 10);
  return `${matched}\n${request.uri}\n${fromTag(request) ?? ''}\n${header(request, 'Call-ID')}\n${sequence}\n${viaText}`;
}

/** The key of a client transaction (§17.1.3): our branches are unique but for the CANCEL, which has its INVITE's. */
export const clientKey = (branch: string, method: string): string =>
  method === 'CANCEL' ? `${branch}\nCANCEL` : branch;

/** What a request outside of a dialog has in common with its copies that took another way (§8.2.2.2). */
export const mergeKey = (request: SipRequest): string =>
  `${header(request, 'Call-ID')}\n${fromTag(request) ?? ''}\n${header(request, 'CSeq')}`;
