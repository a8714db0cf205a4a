import type { Instant } from '../base/clock.ts';
import type { Diagnostic } from '../base/yaml/diagnostic.ts';
import type { CredentialsOptions } from '../config/credentials.ts';

/** What a thread is to do. */
export type Job =
  | { readonly kind: 'check'; readonly bytes: Uint8Array; readonly shownAs: string; readonly now: Instant }
  | ({ readonly kind: 'credentials' } & CredentialsOptions);

/** Credentials as they come from another thread. */
export interface Passwords {
  /** By extension. */
  readonly known: ReadonlyMap<string, string>;
  readonly added: readonly string[];
}

/** What comes of `credentials`; that of `check` is an `Outcome`. */
export interface OpenedPasswords {
  readonly value?: Passwords;
  readonly diagnostics: readonly Diagnostic[];
}
