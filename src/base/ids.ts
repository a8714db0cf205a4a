import { randomFillSync } from 'node:crypto';

/** Drawn in large portions: each draw is a call into the system, and a call of ours needs a dozen ids. */
const pool = Buffer.alloc(4_096);
let used = pool.length;

/** A random identifier of `bytes` bytes (64 at most), in lower-case hexadecimal: safe in SIP tokens, file names and logs. */
export function randomId(bytes = 8): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const id = pool.toString('hex', used, used + bytes);
  // What has been given out as a secret does not stay in memory.
  pool.fill(0, used, used + bytes);
  used += bytes;
  return id;
}
