import { type Clock, type Duration, wallClock } from '../../base/clock.ts';
import type { FreeswitchServer } from '../../config/config.ts';
import { pathOnServer } from '../../config/sharedPaths.ts';
import type { Failure, FreeswitchAnswer, SeenFolder } from '../facts.ts';
import { neededModules, neededVariables } from '../needed.ts';
import { EventSocket } from './eventSocket.ts';
import { countOf, elementNamed, namesOf, paramsOf } from './freeswitchXml.ts';

/** `folders`: as Kozpont names them. */
export async function askFreeswitch(
  clock: Clock,
  server: FreeswitchServer,
  folders: readonly string[],
  within: Duration,
): Promise<FreeswitchAnswer | Failure> {
  const opened = await EventSocket.open(clock, server, within);
  if (!opened.ok) return opened.error;
  const socket = opened.value;
  let failure: Failure | undefined;
  /** '' once it has failed: then all that follows is of no interest. */
  const ask = async (command: string): Promise<string> => {
    if (failure !== undefined) return '';
    const answer = await socket.api(command);
    if (answer.ok) return answer.value;
    failure = answer.error;
    return '';
  };
  const configuration = (name: string): Promise<string> =>
    ask(`xml_locate configuration configuration name ${name}.conf`);
  try {
    const version = firstLine(await ask('version'));
    const asked = wallClock();
    const second = Number(await ask('strepoch'));
    // It tells whole seconds: half of one, and half of the way, are the best guess.
    const skew = second * 1000 + 500 - (asked + wallClock()) / 2;
    const missingModules: string[] = [];
    // One by one: the table of all of them is kept by the core's database, which may be switched off.
    for (const name of Object.keys(neededModules)) {
      if (!/^true/.test(await ask(`module_exists ${name}`))) missingModules.push(name);
    }
    const apiExpansion = /api_expansion is (on|off)/.exec(await ask('fsctl api_expansion'))?.[1];
    const maxSessions = numberIn(await ask('fsctl max_sessions'));
    const sessionsPerSecond = numberIn(await ask('fsctl sps'));
    const secureInbound = variable(await ask('global_getvar rtp_secure_media_inbound'));
    const secureMedia = secureInbound === '' ? variable(await ask('global_getvar rtp_secure_media')) : secureInbound;
    const switchParams = paramsOf(await configuration('switch'));
    const eventSocket = paramsOf(await configuration('event_socket'));
    const sofia = elementNamed(await configuration('sofia'), 'profile', server.profile);
    const profile = sofia === undefined ? undefined : paramsOf(sofia);
    const profileStatus = await ask(`sofia status profile ${server.profile}`);
    const dialplan = await ask('xml_locate dialplan');
    const directory = await ask('xml_locate directory');
    const seen: SeenFolder[] = [];
    for (const here of folders) {
      const there = pathOnServer(server, here);
      seen.push({ here, there, seen: /^true/.test(await ask(`file_exists ${there}`)) });
    }
    if (failure !== undefined) return failure;
    const context = profile === undefined ? undefined : elementNamed(dialplan, 'context', profile.context ?? 'default');
    return {
      kind: 'answered',
      version,
      missingModules,
      apiExpansion: apiExpansion === undefined ? undefined : apiExpansion === 'on',
      maxSessions,
      sessionsPerSecond,
      clockSkew: Number.isFinite(skew) && second > 0 ? skew : undefined,
      secureMedia,
      ports: portsOf(switchParams),
      profile,
      profileRuns: !/Invalid Profile/i.test(profileStatus) && /\bName\b/.test(profileStatus),
      parks: context !== undefined && /application="answer"[\s\S]*application="park"/.test(context),
      missingVariables: neededVariables.filter(name => !context?.includes(`${name}=`)),
      contexts: namesOf(dialplan, 'context'),
      users: countOf(directory, 'user'),
      eventSocket,
      folders: seen,
    };
  } finally {
    socket.close();
  }
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').trim();

const numberIn = (text: string): number | undefined => {
  const digits = /:\s*(\d+)/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/** A variable that is not set is answered with nothing, or with an error. */
const variable = (text: string): string => (text.startsWith('-ERR') ? '' : text.trim());

/** 16384 to 32768 are FreeSWITCH's own, where its configuration names none. */
function portsOf(params: Readonly<Record<string, string>>): { from: number; to: number } | undefined {
  const from = Number(params['rtp-start-port'] ?? 16_384);
  const to = Number(params['rtp-end-port'] ?? 32_768);
  return Number.isInteger(from) && Number.isInteger(to) && from > 0 && to > from ? { from, to } : undefined;
}
