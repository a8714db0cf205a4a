/** How many files this process may have open: sockets count as well. */
import { readFileSync } from 'node:fs';

/** The soft limit, which Node raises to the hard one when it starts; undefined: not known. */
export function openFilesAllowed(): number | undefined {
  try {
    return openFilesIn(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return undefined;
  }
}

/** `Max open files            1024                 1048576              files`: the soft limit, then the hard one. */
export function openFilesIn(limits: string): number | undefined {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  return soft === undefined ? undefined : soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}
