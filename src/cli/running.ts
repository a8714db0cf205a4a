import { assertNever } from '../base/assertNever.ts';
import type { Config } from '../config/config.ts';
import type { Listening } from './banner.ts';
import type { ExitStatus, Surroundings } from './command.ts';
import type { Preparation } from './preparation.ts';

/** A switchboard that was started, as the command line sees it. */
export interface Running {
  /** No new calls; resolves when those in progress have ended, or the drain limit is over, and all is closed. */
  drain(): Promise<void>;
  /** Ends everything at once. */
  close(): Promise<void>;
  /** Resolves when it cannot go on by itself, with the reason. */
  readonly failed: Promise<Error>;
}

export interface Started extends Running {
  readonly listening: readonly Listening[];
}

/**
 * The composition root. Once it has resolved, the prompts are its own, and it closes them with everything else.
 * Error: `ADDRESS_IN_USE`, with the address in its message.
 */
export type StartKozpont = (config: Config, preparation: Preparation) => Promise<Started>;

type End =
  | { readonly kind: 'drained' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly error: Error };

/** Until a signal: the first one drains, the second one ends everything at once. */
export async function runUntilStopped(running: Running, surroundings: Surroundings): Promise<ExitStatus> {
  let signals = 0;
  let release = (): void => {};
  const stopped = new Promise<End>((resolve, reject) => {
    release = surroundings.onStopSignal(signal => {
      signals++;
      if (signals === 1) {
        surroundings.complain(`${signal}: no new calls; those in progress may end. Once more ends them at once.`);
        running.drain().then(() => resolve({ kind: 'drained' }), reject);
      } else if (signals === 2) {
        surroundings.complain(`${signal}: ending every call.`);
        running.close().then(() => resolve({ kind: 'closed' }), reject);
      }
    });
  });
  const failed = running.failed.then((error): End => ({ kind: 'failed', error }));
  try {
    const end = await Promise.race([stopped, failed]);
    switch (end.kind) {
      case 'drained':
      case 'closed':
        return 0;
      case 'failed':
        surroundings.complain(`kozpont: ${end.error.message}`);
        await running.close();
        return 1;
      default:
        return assertNever(end);
    }
  } finally {
    release();
  }
}
