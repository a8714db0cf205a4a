import type { Result } from '../../../../base/result.ts';
import type { FieldFault } from '../fault.ts';

/** A challenge (WWW-Authenticate, Proxy-Authenticate) or credentials (Authorization, Proxy-Authorization): RFC 3261, §20.7, §20.44; RFC 7235. */
export interface Auth {
  /** Lower case: `digest`. */
  readonly scheme: string;
  /** `Bearer` and `Basic` have this instead of parameters. */
  readonly token68: string | null;
  readonly params: readonly AuthParam[];
}

export interface AuthParam {
  /** Lower case. */
  readonly name: string;
  /** Without quotes and escapes. */
  readonly value: string;
  /** How it came, and how it is written: some phones insist. */
  readonly quoted: boolean;
}

export declare function parseAuth(value: string): Result<Auth, FieldFault>;
export declare function serializeAuth(auth: Auth): string;
export declare function authParam(auth: Auth, name: string): string | undefined;
