import type { Result } from '../../src/base/result.ts';

/** The value of a result that must be one; its error fails the test. */
export function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`expected a value: ${JSON.stringify(result.error)}`);
  return result.value;
}
