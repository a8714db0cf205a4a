import { afterAll, expect, vi } from 'vitest';

/** At the end of a file of tests no socket of any kind is open. */
export function leaveNoSocketOpen(): void {
  afterAll(async () => {
    await vi.waitFor(() => expect(openSockets()).toEqual([]), { timeout: 5000, interval: 10 });
  });
}

const openSockets = (): string[] => process.getActiveResourcesInfo().filter(name => /^(UDP|TCP)/i.test(name));
