import type { Clock, Duration } from '../../base/clock.ts';
import { KozpontError } from '../../base/errors.ts';
import { FaultLog, type Faults } from '../../base/faults.ts';
import type { Log } from '../../base/log.ts';
import { Connection, type ServerAddress } from '../../signalling/connection/connection.ts';
import type { ResolveHost } from '../sdp/resolve.ts';
import { name as encodeName, text } from './encode.ts';
import { EventSocket } from './eventSocket/eventSocket.ts';
import type { MediaFrom } from './nat.ts';
import { FreeswitchServer } from './server.ts';
import type { PathMap } from './sounds.ts';

export interface FreeswitchOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Who hears of what a message or an event makes throw; default: the log. */
  readonly faults?: Faults;
  /** For logs and metrics. */
  readonly name: string;
  /** Of the event socket. */
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** The SIP server through which FreeSWITCH is invited, over a connection that is used for nothing else. */
  readonly sip: ServerAddress;
  /** The SIP profile of FreeSWITCH that is invited; default `kozpont`. */
  readonly profile?: string;
  /** Whose channels ours are: one name for each application that uses this FreeSWITCH, the same in its next life; default `kozpont`. */
  readonly application?: string;
  /** Where FreeSWITCH finds a file of ours; default: at the same path. */
  readonly paths?: PathMap;
  readonly mediaFrom?: MediaFrom;
  readonly resolveHost?: ResolveHost;
  readonly deadlines?: Partial<FreeswitchDeadlines>;
  /** Once, unless it was closed: every endpoint has been told that it is gone, and this server is dead for good. */
  lost(error: KozpontError): void;
}

export interface FreeswitchDeadlines {
  /** Each step of connecting. */
  readonly connect: Duration;
  /** A reply on the event socket. */
  readonly reply: Duration;
  /** After this much silence of the event socket FreeSWITCH is asked whether it is there. */
  readonly silence: Duration;
  /** An answer to a SIP request. */
  readonly invite: Duration;
  /** A change of a channel that FreeSWITCH has said yes to. */
  readonly change: Duration;
}

/** A FreeSWITCH that is stopped is noticed within 2.5 s. */
const usual: FreeswitchDeadlines = { connect: 3_000, reply: 1_250, silence: 750, invite: 4_000, change: 3_000 };

const eventNames = text`DTMF HEARTBEAT CHANNEL_PARK CHANNEL_BRIDGE CHANNEL_EXECUTE_COMPLETE MEDIA_BUG_STOP`;
/** Any of these: of the applications that end, only what plays is of interest. */
const filters = [
  text`Event-Name DTMF`,
  text`Event-Name HEARTBEAT`,
  text`Event-Name CHANNEL_PARK`,
  text`Event-Name CHANNEL_BRIDGE`,
  text`Application playback`,
  text`Media-Bug-Function displace`,
];

/**
 * Errors: `INVALID_CONFIG` (a secret is wrong, our address is not let in, the profile is not there), `DEADLINE_PASSED`,
 * `CONNECTION_LOST`. Nothing is left open then.
 */
export async function connectFreeswitch(options: FreeswitchOptions): Promise<FreeswitchServer> {
  const { clock, name, host, port, secret } = options;
  const deadlines = { ...usual, ...options.deadlines };
  const log = options.log.child({ media: name });
  const faults = options.faults ?? new FaultLog(clock, log);
  const application = encodeName(options.application ?? 'kozpont');
  const profile = options.profile ?? 'kozpont';
  const socket = await EventSocket.open({ host, port, secret }, { clock, log, faults, deadlines });
  let server: FreeswitchServer | undefined;
  let connected = false;
  const lost = (error: KozpontError): void => server?.fail(error);
  let connection: Connection | undefined;
  try {
    const address = sipAddressIn(await socket.api(text`sofia status`), profile);
    if (address === undefined) {
      throw new KozpontError('INVALID_CONFIG', `FreeSWITCH at ${host}:${port} runs no SIP profile "${profile}"`);
    }
    const maxSessions = Number(/(?<!\d)(\d+) session\(s\) max/.exec(await socket.api(text`status`))?.[1] ?? 0);
    connection = new Connection({
      clock,
      log,
      faults,
      server: options.sip,
      events: { connected: () => {}, lost: () => lost(sipServerLost()) },
    });
    await connection.connect();
    server = new FreeswitchServer({
      clock,
      log,
      name,
      socket,
      connection,
      uri: `sip:${application}@${address}`,
      maxSessions,
      paths: options.paths ?? (path => path),
      mediaFrom: options.mediaFrom,
      resolveHost: options.resolveHost,
      inviteWithin: deadlines.invite,
      changeWithin: deadlines.change,
      // Before, it is the error of this function.
      lost: error => connected && options.lost(error),
    });
    const ready = server;
    await socket.listen(eventNames, filters, {
      event: (event, fields) => ready.event(event, fields),
      lost,
    });
    await ready.sweep(application);
    if (!ready.ready)
      throw new KozpontError('CONNECTION_LOST', `FreeSWITCH at ${host}:${port} went while we connected`);
    connected = true;
    return ready;
  } catch (error) {
    socket.close();
    await connection?.close();
    throw error;
  }
}

const sipServerLost = (): KozpontError =>
  new KozpontError('CONNECTION_LOST', 'the SIP server through which FreeSWITCH is invited is lost');

/** `kozpont  profile  sip:mod_sofia@10.0.0.1:5080  RUNNING (0)` */
export function sipAddressIn(status: string, profile: string): string | undefined {
  for (const line of status.split('\n')) {
    const [name, kind, uri = '', state] = line.trim().split(/\s+/);
    if (name !== profile || kind !== 'profile' || state !== 'RUNNING' || /\(TLS\)/.test(line)) continue;
    return /^sip:[^@\s]+@(\[[0-9a-fA-F:]+\]:\d+|[0-9.]+:\d+)(;|$)/.exec(uri)?.[1];
  }
  return undefined;
}
