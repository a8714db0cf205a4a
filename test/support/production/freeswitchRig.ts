import { systemClock } from '../../../src/base/clock.ts';
import { createLog, type Log, silentLog } from '../../../src/base/log.ts';
import { connectFreeswitch, type FreeswitchOptions } from '../../../src/media/freeswitch/connect.ts';
import { text } from '../../../src/media/freeswitch/encode.ts';
import { EventSocket } from '../../../src/media/freeswitch/eventSocket/eventSocket.ts';
import type { FreeswitchServer } from '../../../src/media/freeswitch/server.ts';
import type { MediaRig } from '../../contract/media/fixture.ts';
import { openDrachtiod, type ServerUnderTest } from '../drachtio/server.ts';
import { type RealFreeswitch, startFreeswitch } from './freeswitch.ts';
import type { FreeswitchConf } from './freeswitchConf.ts';

export interface FreeswitchRig extends MediaRig {
  readonly server: FreeswitchServer;
  readonly freeswitch: RealFreeswitch;
  readonly drachtio: ServerUnderTest;
  /** A connection of the test's own. */
  readonly console: EventSocket;
}

/** With KOZPONT_TEST_LOG=debug and the like, the adapter's log is shown. */
export const rigLog: Log =
  process.env.KOZPONT_TEST_LOG === undefined
    ? silentLog
    : createLog({ level: process.env.KOZPONT_TEST_LOG as 'debug' });

export const optionsFor = (
  freeswitch: RealFreeswitch,
  drachtio: Pick<ServerUnderTest, 'host' | 'port' | 'secret'>,
): FreeswitchOptions => ({
  clock: systemClock,
  log: rigLog,
  name: 'freeswitch',
  host: '127.0.0.1',
  port: freeswitch.ports.eventSocket,
  secret: freeswitch.secret,
  sip: { host: drachtio.host, port: drachtio.port, secret: drachtio.secret },
  profile: freeswitch.profile,
  lost: () => {},
});

export const openConsole = (freeswitch: RealFreeswitch): Promise<EventSocket> =>
  EventSocket.open(
    { host: '127.0.0.1', port: freeswitch.ports.eventSocket, secret: freeswitch.secret },
    { clock: systemClock, log: rigLog, deadlines: { connect: 5_000, reply: 30_000, silence: 60_000 } },
  );

/** How many channels there are. */
export const channelsOf = async (console: EventSocket): Promise<number> =>
  Number(/(\d+) session\(s\) - peak/.exec(await console.api(text`status`))?.[1]);

/** A real FreeSWITCH, invited through drachtiod unless another SIP server is given. */
export async function freeswitchRig(
  openSipServer: () => Promise<ServerUnderTest> = openDrachtiod,
  options: Partial<FreeswitchOptions> = {},
  conf: Partial<FreeswitchConf> = {},
): Promise<FreeswitchRig> {
  const drachtio = await openSipServer();
  const freeswitch = await startFreeswitch(conf);
  const server = await connectFreeswitch({ ...optionsFor(freeswitch, drachtio), ...options });
  const console = await openConsole(freeswitch);
  return {
    server,
    freeswitch,
    drachtio,
    console,
    folder: freeswitch.folder,
    async kill(endpoint) {
      await console.api(`uuid_kill ${endpoint.id}` as never);
    },
    openSockets: () => channelsOf(console),
    async stop() {
      await server.close();
      console.close();
      await drachtio.close();
      await freeswitch.stop();
    },
  };
}
