/** Where registrations are written down, so that a process that is started again can ring the phones. */
import type { Instant } from '../../base/clock.ts';

/** A binding (`bindings.ts`) as plain data, of the extension that it is one of. */
export interface SavedBinding {
  readonly extension: string;
  readonly contact: string;
  readonly instance?: string | undefined;
  readonly q: number;
  readonly regId?: number | undefined;
  readonly nextHop?: string | undefined;
  readonly local?: string | undefined;
  /** Absent: none. */
  readonly path?: readonly string[] | undefined;
  readonly socket?: string | undefined;
  readonly callId: string;
  readonly cseq: number;
  readonly expiresAt: Instant;
}

export interface RegistrationStore {
  /** What another process left, in the shape of this one's; none where there is nothing. Never rejects. */
  load(): Promise<readonly SavedBinding[]>;
  /** Something has changed. `all` is asked when it is written, a moment later. Never throws. */
  changed(all: () => readonly SavedBinding[]): void;
}
