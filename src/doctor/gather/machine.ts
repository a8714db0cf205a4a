import { execFile } from 'node:child_process';
import { access, constants, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Clock, type Duration, wallClock } from '../../base/clock.ts';
import { openFilesIn } from '../../base/openFiles.ts';
import type { Files } from '../../config/config.ts';
import type { FolderFacts, MachineFacts } from '../facts.ts';

const textOf = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);

/** Starts to compare the clocks; ask the machine at the end, when there is something to compare. */
export function watchClock(clock: Clock): () => Duration {
  const [wall, steady] = [wallClock(), clock.now()];
  return () => Math.round(wallClock() - wall - (clock.now() - steady));
}

export async function lookAtMachine(addresses: readonly string[], clockStep: () => Duration): Promise<MachineFacts> {
  const [limits, buffer, range, reserved, synchronised] = await Promise.all([
    textOf('/proc/self/limits'),
    textOf('/proc/sys/net/core/rmem_max'),
    textOf('/proc/sys/net/ipv4/ip_local_port_range'),
    textOf('/proc/sys/net/ipv4/ip_local_reserved_ports'),
    clockSynchronised(),
  ]);
  return {
    openFiles: openFilesIn(limits ?? ''),
    receiveBuffer: buffer === undefined ? undefined : Number(buffer),
    ephemeral: range === undefined ? undefined : ephemeralOf(range, reserved ?? ''),
    clockSynchronised: synchronised,
    clockStep: clockStep(),
    addresses,
  };
}

/** `32768	60999` and `20000-29999,5060`. */
export function ephemeralOf(range: string, reserved: string): MachineFacts['ephemeral'] {
  const [from, to] = range.trim().split(/\s+/).map(Number);
  if (from === undefined || to === undefined || !Number.isInteger(from) || !Number.isInteger(to)) return undefined;
  const kept = reserved
    .trim()
    .split(',')
    .filter(text => /^\d+(-\d+)?$/.test(text))
    .map(text => {
      const [first = 0, last = first] = text.split('-').map(Number);
      return [first, last] as const;
    });
  return { from, to, reserved: kept };
}

/** Undefined where no systemd tells: a container, another init. */
function clockSynchronised(): Promise<boolean | undefined> {
  return new Promise(resolve => {
    const options = { timeout: 2_000, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } };
    execFile('timedatectl', ['show', '--property=NTPSynchronized', '--value'], options, (error, output) => {
      resolve(error !== null || !/^(yes|no)\n$/.test(output) ? undefined : output === 'yes\n');
    });
  });
}

/** Whether what Kozpont reads can be read, and what it writes can be written, by the user who asks. */
export async function lookAtFolders(files: Files): Promise<FolderFacts[]> {
  const facts = (setting: FolderFacts['setting'], path: string, problem: string | undefined): FolderFacts => ({
    setting,
    path,
    problem,
  });
  return [
    facts('dialplan', files.dialplan, await reasonAgainst(files.dialplan, constants.R_OK)),
    facts('state', files.state, await reasonAgainstWriting(files.state)),
    facts('records', files.records, await reasonAgainstWriting(files.records)),
    // There need not be any recordings.
    facts('prompts', files.prompts, await reasonUnlessMissing(files.prompts)),
  ];
}

const reasonAgainst = (path: string, mode: number): Promise<string | undefined> =>
  access(path, mode).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );

/** What is not there yet is made by Kozpont, in the nearest folder that is. */
async function reasonAgainstWriting(path: string): Promise<string | undefined> {
  const missing = await stat(path).then(
    () => false,
    () => true,
  );
  const parent = dirname(path);
  return missing && parent !== path ? reasonAgainstWriting(parent) : reasonAgainst(path, constants.W_OK);
}

async function reasonUnlessMissing(path: string): Promise<string | undefined> {
  const reason = await reasonAgainst(path, constants.R_OK | constants.X_OK);
  return reason === 'ENOENT' ? undefined : reason;
}
