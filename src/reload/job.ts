import type { Instant } from '../base/clock.ts';
import type { Result } from '../base/result.ts';
import type { Diagnostic } from '../base/yaml/diagnostic.ts';
import type { CredentialsOptions } from '../config/credentials.ts';
import type { Piece } from './pieces.ts';

/** What a thread is to do. */
export type Job =
  | { readonly kind: 'check'; readonly bytes: Uint8Array; readonly shownAs: string; readonly now: Instant }
  | ({ readonly kind: 'credentials' } & CredentialsOptions);

/** The `Outcome` of a check, as it comes from another thread. */
export type Checked = Result<
  { readonly pieces: readonly Piece[]; readonly diagnostics: readonly Diagnostic[] },
  readonly Diagnostic[]
>;

/** Credentials as they come from another thread. */
export interface Passwords {
  /** By extension. */
  readonly known: ReadonlyMap<string, string>;
  readonly added: readonly string[];
}

export interface OpenedPasswords {
  readonly value?: Passwords;
  readonly diagnostics: readonly Diagnostic[];
}
