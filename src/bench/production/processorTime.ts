import { readFile } from 'node:fs/promises';
import type { Duration } from '../../base/clock.ts';

/** Linux counts the time of a process in hundredths of a second (USER_HZ), whatever its kernel runs at. */
const tick: Duration = 10;

/** Milliseconds that a process has had of the processor so far, all of its threads, as user and as kernel; proc(5). */
export const processorTime = async (pid: number): Promise<Duration> =>
  processorTimeIn(await readFile(`/proc/${pid}/stat`, 'latin1'));

/** The name of the program, in parentheses, may have anything in it: what is counted is counted from its end. */
export function processorTimeIn(stat: string): Duration {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // The fields 14 and 15, utime and stime; the state of the process is the third.
  return tick * (Number(fields[11]) + Number(fields[12]));
}
