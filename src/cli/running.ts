import { assertNever } from '../base/assertNever.ts';
import type { Kozpont } from '../main.ts';
import type { ExitStatus, Surroundings } from './command.ts';

/** What of a started switchboard matters for its end. */
export type Running = Pick<Kozpont, 'drain' | 'close' | 'failed'> & Partial<Pick<Kozpont, 'drainRequested'>>;

type End =
  | { readonly kind: 'drained' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly error: Error };

/**
 * Until a signal, or until somebody asks for a drain by the API: the first signal drains, the second one ends everything at
 * once. `announce` is called when a signal is
 * already heeded: whoever reads it may send one at once.
 */
export async function runUntilStopped(
  running: Running,
  surroundings: Surroundings,
  announce: () => void,
): Promise<ExitStatus> {
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
  const never = new Promise<void>(() => undefined);
  const drained = (running.drainRequested ?? never).then(async (): Promise<End> => {
    surroundings.complain('kozpont drain: no new calls; those in progress may end.');
    await running.drain();
    return { kind: 'drained' };
  });
  const failed = running.failed.then((error): End => ({ kind: 'failed', error }));
  try {
    announce();
    const end = await Promise.race([stopped, drained, failed]);
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
