import type { Result } from '../../../../base/result.ts';
import type { HeaderField, SipMessage, SipRequest } from '../../message.ts';
import type { SipParseError } from '../fault.ts';

/** What a user agent does with a message before it looks at what the message is about (RFC 3261, §8.2.1 to §8.2.3, §8.1.3.3). */
export type Verdict =
  /** It goes on to its transaction. */
  | { readonly kind: 'accept'; readonly message: SipMessage }
  /** No answer; `because` is for the log. */
  | { readonly kind: 'drop'; readonly because: string }
  /** `request` can be answered (see `FaultAnswer`); `headers` go into the response (Unsupported, Accept, Allow …). */
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly reason: string;
      readonly headers: readonly HeaderField[];
      readonly request: SipRequest;
    };

/** What the user agent can do. Whatever is absent is not asked: the application decides. */
export interface Abilities {
  /** Upper case. Another method: 501 where RFC 3261 and its extensions do not know it, else 405. */
  readonly methods?: readonly string[];
  /** Schemes of the Request-URI: 416. */
  readonly schemes?: readonly string[];
  /** Option tags of Require: 420. */
  readonly extensions?: readonly string[];
  /** Of the body: 415. */
  readonly contentTypes?: readonly string[];
  /** Of the body: 415. `identity` always is. */
  readonly contentEncodings?: readonly string[];
  /** What the answer to an INVITE carries, to be admitted by its Accept: 406. */
  readonly answerType?: string;
}

/** `judgeSyntax`, then, for requests other than ACK and CANCEL, `judgeAbilities`. */
export declare function judge(parsed: Result<SipMessage, SipParseError>, abilities?: Abilities): Verdict;

/**
 * Whether what every SIP element relies on is there, once, and well formed: Via, From, To, Call-ID, CSeq and the method in it,
 * Max-Forwards, the Request-URI, Contact and the routes. A request is refused with 400, a response dropped.
 */
export declare function judgeSyntax(message: SipMessage): Verdict;

/** RFC 3261, §8.2.1 to §8.2.3. */
export declare function judgeAbilities(request: SipRequest, abilities: Abilities): Verdict;
