/** What is known of a media server when one has to be chosen. */
export interface Candidate {
  readonly name: string;
  readonly ready: boolean;
  /** It takes no new calls; those on it may end there. */
  readonly draining: boolean;
  /** 0 (idle) to 1 (full). */
  readonly load: number;
}

export interface Wish {
  /** The server of the other parties: joining two servers' parties costs a re-INVITE. */
  readonly beside: string | undefined;
  /** It has just failed, and perhaps nobody has noticed but the one who asks. */
  readonly avoid: string | undefined;
}

/** The servers that may be asked for an endpoint, best first: the one of the call, then the least loaded. */
export function inOrder<C extends Candidate>(candidates: readonly C[], { beside, avoid }: Wish): readonly C[] {
  const rank = ({ name }: C): number => (name === avoid ? 2 : name === beside ? 0 : 1);
  return candidates
    .filter(({ name, ready, draining }) => ready && (!draining || name === beside))
    .sort((a, b) => rank(a) - rank(b) || a.load - b.load);
}
