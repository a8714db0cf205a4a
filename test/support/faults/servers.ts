/** What the servers of production say of themselves while a test does them harm. */
import { expect, vi } from 'vitest';
import type { RealFreeswitch } from '../production/freeswitch.ts';
import { channelsOf, openConsole } from '../production/freeswitchRig.ts';
import { inOffice, type Office, type OfficeOptions } from '../switchboard/office.ts';
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

export type Watched = ReturnType<typeof watchedLog>;

/** A story in an office whose log is watched; where it fails, what the log warned of is shown. */
export const inWatchedOffice =
  (story: (office: Office, watched: Watched) => Promise<void>, options: OfficeOptions) => async (): Promise<void> => {
    const watched = watchedLog();
    try {
      await inOffice(office => story(office, watched), { log: watched.log, ...options })();
    } catch (error) {
      const warnings = watched.lines.filter(line => !/"level":"(debug|info)"/.test(line));
      console.error(warnings.slice(-60).join('\n'));
      throw error;
    }
  };
