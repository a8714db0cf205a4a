import type { Instant } from '../base/clock.ts';
import type { LegSnapshot } from '../signalling/port.ts';
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

/** Whether it is what was written down: by another version of ours, or by hand, it may be anything. */
export function isSavedCall(one: unknown): one is SavedCall {
  if (!isRecord(one) || !isRecord(one.call) || !isRecord(one.legs)) return false;
  const { id, from, origin, phase, legs, timers, trail, startedAt, returned } = one.call;
  return (
    typeof id === 'string' &&
    typeof startedAt === 'number' &&
    [from, origin, phase, timers, returned].every(isRecord) &&
    isRecord(phase) &&
    typeof phase.kind === 'string' &&
    isRecord(legs) &&
    Object.values(legs).every(leg => isRecord(leg) && typeof leg.id === 'string' && isRecord(leg.who)) &&
    Array.isArray(trail) &&
    trail.every(entry => isRecord(entry) && typeof entry.time === 'number') &&
    snapshotsIn(one).length === Object.keys(one.legs).length
  );
}

/** The dialogs of a call that cannot be gone on with: their far ends are there all the same. */
export function snapshotsIn(one: unknown): readonly LegSnapshot[] {
  if (!isRecord(one) || !isRecord(one.legs)) return [];
  return Object.values(one.legs).filter(
    (leg): leg is LegSnapshot => isRecord(leg) && typeof leg.dialogId === 'string' && isRecord(leg.party),
  );
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
