/** What the servers of production say of themselves while a test does them harm. */
import { expect, vi } from 'vitest';
import type { RealFreeswitch } from '../production/freeswitch.ts';
import { channelsOf, openConsole } from '../production/freeswitchRig.ts';
import type { Office } from '../switchboard/office.ts';
import { logLines } from '../wire/logLines.ts';

export const patience = { timeout: 15_000, interval: 50 } as const;

/** How many channels a FreeSWITCH has now. */
export async function channelsOn(freeswitch: RealFreeswitch): Promise<number> {
  const console = await openConsole(freeswitch);
  try {
    return await channelsOf(console);
  } finally {
    console.close();
  }
}

export const expectNoChannels = (freeswitch: RealFreeswitch): Promise<void> =>
  vi.waitFor(async () => expect(await channelsOn(freeswitch)).toBe(0), patience);

export function freeswitchesOf(office: Office): readonly RealFreeswitch[] {
  const { production } = office;
  if (production === undefined) throw new Error('this office has no servers of its own');
  return production.freeswitches;
}

/** The log of an office, in which its media servers come and go. */
export function watchedLog() {
  const { log, lines } = logLines();
  const count = (text: string): number => lines.filter(line => line.includes(text)).length;
  return {
    log,
    lines,
    count,
    /** Until the log has said it so many times, from the beginning on. */
    said: (text: string, times = 1): Promise<void> =>
      vi.waitFor(() => expect(count(text)).toBeGreaterThanOrEqual(times), patience),
  };
}

/** In the log, when Kozpont has connected to a media server. */
export const mediaReady = 'a FreeSWITCH is ready';
export const mediaLost = 'a FreeSWITCH is lost';
