import type { HeaderField, SipMessage, SipRequest } from '../../message.ts';

/** What a user agent does with a message before it looks at what the message is about. */
export type Verdict =
  /** It goes on to its transaction. */
  | { readonly kind: 'accept'; readonly message: SipMessage }
  /** No answer; `because` is for the log: ours throughout, it quotes nothing of the message. */
  | { readonly kind: 'drop'; readonly because: string }
  /** `request` can be answered (see `FaultAnswer`); `headers` go into the response (Unsupported, Accept, Allow …). */
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly reason: string;
      readonly headers: readonly HeaderField[];
      readonly request: SipRequest;
      /** For the log. */
      readonly because: string;
    };

/** What the user agent can do. Whatever is absent is not asked: the application decides. */
export interface Abilities {
  /** Upper case. Another method: 405 where RFC 3261 or an extension defines it, else 501. */
  readonly methods?: readonly string[];
  /** Schemes of the Request-URI: 416. */
  readonly schemes?: readonly string[];
  /** Option tags of Require: 420. */
  readonly extensions?: readonly string[];
  /** Of the body, lower case: 415. */
  readonly contentTypes?: readonly string[];
  /** Of the body, lower case: 415. `identity` always is one. */
  readonly contentEncodings?: readonly string[];
  /** What our answer to an INVITE carries, to be admitted by its Accept: 406. */
  readonly answerType?: string;
  /** Never a proxy: a response with more than one Via is not for us, and dropped (RFC 3261, §8.1.3.3). */
  readonly loneVia?: boolean;
}
