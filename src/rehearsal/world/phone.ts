/**
 * A phone of the world, as one leg of a call sees it.
 *
 * ```
 * inbound:   offered ──answer──► answered ──► gone
 * outbound:  dialed ──► ringing ──► answered ──► gone
 *              └──────────┴─cancel─► cancelled ──► gone
 * ```
 */
export interface Phone {
  readonly callId: string;
  leg: string;
  /** Absent for a caller from outside. */
  readonly extension: string | undefined;
  readonly direction: 'inbound' | 'outbound';
  state: 'offered' | 'dialed' | 'ringing' | 'answered' | 'cancelled' | 'gone';
  held: boolean;
}
