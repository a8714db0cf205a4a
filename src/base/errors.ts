/**
 * The catalogue of errors. A code is stable: it is never given to another error, and a retired one is not used again.
 * Code matches on `code`, never on the text.
 */
export const errorCodes = {
  DEADLINE_PASSED: 'An operation did not end within its time.',
  DISPOSED: 'The thing that was asked is already disposed of.',
  CONNECTION_LOST: 'The connection to a server went away.',
  ADDRESS_IN_USE: 'A port that we want to listen on is taken.',
  API_ADDRESS_IN_USE: 'The address of the HTTP API cannot be listened on.',
  MEDIA_ADDRESS: 'No RTP socket can be opened at the address that is set.',
  INVALID_CONFIG: 'The configuration of the server is wrong.',
  INVALID_DIALPLAN: 'The dialplan is wrong.',
  INVALID_SIP: 'A SIP message does not follow the grammar.',
  INVALID_SDP: 'A session description cannot be used.',
  MEDIA_UNAVAILABLE: 'No media server can take the call.',
  PORTS_EXHAUSTED: 'No RTP port is free.',
  PROMPT_UNAVAILABLE: 'A prompt can be neither found nor spoken.',
  RECORDING_FAILED: 'A recording could not be written.',
  REQUEST_FAILED: 'A SIP request was refused or not answered.',
  THREAD_FAILED: 'A thread of ours ended without an outcome.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

export interface KozpontErrorOptions extends ErrorOptions {
  /** Of an `INVALID_SDP`: what is wrong, as a warn-code of SIP (RFC 3261, §20.43). */
  readonly warning?: number;
}

export class KozpontError extends Error {
  override readonly name = 'KozpontError';
  readonly warning: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: KozpontErrorOptions,
  ) {
    super(message, options);
    this.warning = options?.warning;
  }
}

export const isKozpontError = (error: unknown, code?: ErrorCode): error is KozpontError =>
  error instanceof KozpontError && (code === undefined || error.code === code);

/** The text of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
