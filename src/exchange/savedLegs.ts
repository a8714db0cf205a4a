import type { Instant } from '../base/clock.ts';
import type { SavedCall } from './ports.ts';

/**
 * The same calls, each leg in one of them alone. A process that dies while a leg goes over from one call to another may
 * have written it down with both: it is with the one that changed last.
 */
export function eachLegOnce(saved: readonly SavedCall[]): readonly SavedCall[] {
  const owners = new Map<string, SavedCall>();
  for (const one of saved) {
    for (const { dialogId } of Object.values(one.legs)) {
      const other = owners.get(dialogId);
      if (other === undefined || changedAt(one) >= changedAt(other)) owners.set(dialogId, one);
    }
  }
  return saved.map(one => ({
    ...one,
    legs: Object.fromEntries(Object.entries(one.legs).filter(([, { dialogId }]) => owners.get(dialogId) === one)),
  }));
}

const changedAt = ({ call }: SavedCall): Instant => call.trail.at(-1)?.time ?? call.startedAt;
