import type { Duration } from '../../base/clock.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { parseDuration, showDuration } from '../../base/yaml/duration.ts';
import type { Arguments, Option } from '../command.ts';

const usualLongest: Duration = 120_000;

export const liveOptions: Readonly<Record<string, Option>> = {
  live: {
    type: 'boolean',
    help: 'play the stories as real calls at a Kozpont that runs: --live [[udp:|tcp:]address:port] files…',
  },
  longest: {
    type: 'string',
    value: 'duration',
    help: `with --live: a story that would last longer is not played (else ${showDuration(usualLongest)})`,
  },
  config: {
    type: 'string',
    short: 'c',
    value: 'file',
    help: 'with --live: settings of the switchboard (else config/kozpont.yaml, if it is there)',
  },
  credentials: {
    type: 'string',
    value: 'file',
    help: 'with --live: the passwords of the extensions (else those of the settings)',
  },
  records: {
    type: 'string',
    value: 'file|none',
    help: "with --live: the switchboard's call records (else, on this machine, those of the settings)",
  },
  'any-sound': { type: 'boolean', help: 'with --live: do not compare what is played with the prompts as spoken here' },
  disturb: {
    type: 'boolean',
    help: 'with --live: play extensions, too, that have a telephone registered, which rings',
  },
};

export const aboutLive = `With --live, the same stories are real calls, with SIP and RTP, at a Kozpont that runs: at the address that is
given, else at the one of the settings. Built-in telephones register as the extensions that take part; callers from
outside call as a trunk would. Calls go to that address alone. A story that belongs to other opening hours than those of
now, that would last too long, or that would ring a telephone of somebody else is not played, and it is said why.
Exits with 0 where every story that was played came as it says, with 1 where one did not, and with 2 where none could
be played.`;

export interface LiveSettings {
  /** Where the switchboard is; undefined: where the settings have it. */
  readonly target: Target | undefined;
  readonly files: readonly string[];
  readonly longest: Duration;
}

export interface Target {
  readonly transport: 'udp' | 'tcp';
  /** A name, or an IP address. */
  readonly host: string;
  readonly port: number;
}

/** The error is a line for whoever typed it. */
export function readLiveOptions({ text, rest }: Arguments): Result<LiveSettings, string> {
  const longest = text.longest === undefined ? usualLongest : parseDuration(text.longest);
  if (longest === undefined) return fail(`--longest must be a duration such as 60s, not ${text.longest}`);
  const targets = rest.flatMap(word => parseTarget(word) ?? []);
  if (targets.length > 1) return fail('stories are played at one address');
  return ok({ target: targets[0], files: rest.filter(word => parseTarget(word) === undefined), longest });
}

/** `127.0.0.1:5060`, `tcp:pbx.example:5060`, `udp:[::1]:5060`; undefined for what is no address, such as a file. */
export function parseTarget(text: string): Target | undefined {
  const match = /^(?:(udp|tcp):)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) return undefined;
  const [, transport, host = ''] = match;
  return { transport: transport === 'tcp' ? 'tcp' : 'udp', host: host.replace(/^\[|\]$/g, ''), port };
}
