import type { Duration } from '../../base/clock.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { parseDuration } from '../../base/yaml/duration.ts';

/** Keys that the caller presses; without a time, as soon as a menu has been listened to. */
export interface Press {
  readonly keys: string;
  /** Since the call came in. */
  readonly at: Duration | undefined;
}

/** `1`, `102`, `2@3s` (three seconds after the call came in). The error is a line for who wrote it. */
export function parsePress(text: string): Result<Press, string> {
  const [keys = '', time, ...more] = text.split('@');
  const at = time === undefined ? undefined : parseDuration(time);
  if (more.length > 0 || !/^[0-9*#]{1,32}$/.test(keys)) {
    return fail(`${JSON.stringify(text)} is not what a telephone can press (2, 102, or 2@3s)`);
  }
  if (time !== undefined && at === undefined) return fail(`${JSON.stringify(time)} is no time such as 3s`);
  return ok({ keys, at });
}
