import type { Overrides } from '../dialplan/override.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import type { Call } from './call.ts';

/** What a call must know of the house around it, besides its dialplan. Asked during one step. */
export interface Shared {
  /** The calendars that are opened and closed by hand. */
  readonly overrides: Overrides;
  /** In how many other calls an extension takes part, by `partsIn`. */
  callsElsewhere(extension: string): number;
}

/** A call that is alone in the house. */
export const alone: Shared = { overrides: {}, callsElsewhere: () => 0 };

/**
 * The extensions that take part in a call, once for each of their legs: they have answered (held or not), or have placed
 * the call. One that only rings does not, nor one that is being released: both are free for another call.
 */
export function* partsIn({ legs }: Pick<Call, 'legs'>): Iterable<string> {
  for (const { who, state } of Object.values(legs)) {
    if (who.extension !== undefined && (state === 'answered' || state === 'offered')) yield who.extension;
  }
}

/** Whether an extension is in as many calls as it may be: its phones are not rung then, and it counts as busy. */
export function isBusy(plan: Dialplan, call: Pick<Call, 'legs'>, shared: Shared, extension: string): boolean {
  const { maxCalls } = plan.extensions[extension] ?? {};
  if (maxCalls === undefined) return false;
  let calls = shared.callsElsewhere(extension);
  for (const part of partsIn(call)) if (part === extension) calls += 1;
  return calls >= maxCalls;
}
