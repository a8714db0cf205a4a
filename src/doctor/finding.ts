/** What the doctor says: one thing that was looked at, how it was found, and what to do about it. */
export interface Finding {
  /**
   * `error`: calls will fail, or somebody else may make them; `warning`: they may, some day or under load; `fine`: as it
   * must be.
   */
  readonly severity: 'error' | 'warning' | 'fine';
  /** Stable, as those of diagnostics are. */
  readonly code: string;
  /** What was looked at: `FreeSWITCH media1`, `sip.listen[0]`. */
  readonly subject: string;
  /** One sentence without its full stop. */
  readonly message: string;
  readonly remedy?: string;
}

export const findingError = (code: string, subject: string, message: string, remedy: string): Finding => ({
  severity: 'error',
  code,
  subject,
  message,
  remedy,
});

export const findingWarning = (code: string, subject: string, message: string, remedy: string): Finding => ({
  severity: 'warning',
  code,
  subject,
  message,
  remedy,
});

export const findingFine = (code: string, subject: string, message: string): Finding => ({
  severity: 'fine',
  code,
  subject,
  message,
});
