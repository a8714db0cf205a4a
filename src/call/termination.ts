/** How a call ended: one a call, written into its record. Nothing matches on the text. */
export interface Termination {
  readonly result: TerminationResult;
  /** In words, for people. */
  readonly reason: string;
  readonly by: 'caller' | 'callee' | 'system';
}

/**
 * - `completed`: the party spoke with a person, and one of the two hung up;
 * - `goodbye`: after a spoken goodbye;
 * - `abandoned`: the party hung up before anybody answered;
 * - `refused`: never answered, with the SIP status that says why;
 * - `transferred`: its last leg went into another call;
 * - `failed`: something of ours broke, or we were stopped.
 */
export type TerminationResult = 'completed' | 'goodbye' | 'abandoned' | 'refused' | 'transferred' | 'failed';
