import type { Instant } from '../base/clock.ts';
import { showPosition } from '../base/position.ts';
import type { Call, Origin } from './call.ts';
import type { Termination } from './termination.ts';
import type { TrailEntry } from './trail.ts';

/** A call that is over, as one line of structured data. Times are ISO 8601 in UTC, waits in milliseconds. */
export interface CallRecord {
  readonly callId: string;
  readonly dialplan: string;
  readonly origin: Origin;
  readonly from: { readonly number: string; readonly display: string | null };
  readonly to: string;
  readonly language: string;
  readonly startedAt: string;
  /** When the first person answered; null where nobody did. */
  readonly answeredAt: string | null;
  readonly endedAt: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly returns: number;
  readonly steps: readonly RecordStep[];
  readonly termination: Termination;
  /** Far ends whose media came from another address than described, and was not heard; absent: none. */
  readonly mediaElsewhere?: readonly MediaElsewhere[];
}

export interface MediaElsewhere {
  readonly leg: string;
  /** Address and port. */
  readonly from: string;
}

/** `at` counts from the start of the call. */
export interface RecordStep {
  readonly at: number;
  readonly kind: string;
  readonly [detail: string]: unknown;
}

/** Of a call that has ended. */
export function recordOf(
  call: Call,
  dialplan: string,
  termination: Termination,
  now: Instant,
  mediaElsewhere: readonly MediaElsewhere[] = [],
): CallRecord {
  return {
    callId: call.id,
    dialplan,
    origin: call.origin,
    from: { number: call.from.number, display: call.from.display ?? null },
    to: call.dialled,
    language: call.language,
    startedAt: iso(call.startedAt),
    answeredAt: call.answeredAt === undefined ? null : iso(call.answeredAt),
    endedAt: iso(now),
    duration: Math.round(now - call.startedAt),
    returns: call.returns,
    steps: call.trail.map(entry => stepOf(entry, call.startedAt)),
    termination,
    ...(mediaElsewhere.length === 0 ? {} : { mediaElsewhere }),
  };
}

function stepOf({ time, ...entry }: TrailEntry, startedAt: Instant): RecordStep {
  const at = Math.round(time - startedAt);
  if (entry.kind === 'entered') return { at, ...entry, position: showPosition(entry.position) };
  if (entry.kind === 'event') return { at, ...entry.event };
  if (entry.kind === 'calendarSet') return { at, ...entry, until: entry.until === undefined ? null : iso(entry.until) };
  if (entry.kind === 'calendarOverridden') return { at, ...entry, since: iso(entry.since) };
  return { at, ...entry };
}

const iso = (instant: Instant): string => new Date(instant).toISOString();
