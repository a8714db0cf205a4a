/** The doctor asks servers: ones that answer, ones that are played, and ones that say nothing. */
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { FreeswitchServer } from '../../../src/config/config.ts';
import type { FreeswitchAnswer } from '../../../src/doctor/facts.ts';
import { askDrachtio } from '../../../src/doctor/gather/drachtio.ts';
import { EventSocket } from '../../../src/doctor/gather/eventSocket.ts';
import { askFreeswitch } from '../../../src/doctor/gather/freeswitch.ts';
import { answersAt } from '../../../src/doctor/gather/ports.ts';
import { neededModules } from '../../../src/doctor/needed.ts';
import { openDrachtiod, testSecret } from '../../support/drachtio/server.ts';
import { type EventSocketScript, openEventSocketDouble } from '../../support/eventSocketDouble.ts';

const patience = 5_000;
/** Where the answer that is waited for is that there is none. */
const impatience = 50;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function played(script: EventSocketScript) {
  const double = await openEventSocketDouble(script);
  closing.push(() => double.close());
  return double;
}

/** Takes connections, and says `greeting` at most. */
async function mute(greeting = ''): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    if (greeting !== '') socket.write(greeting);
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closing.push(
    () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A port that was free a moment ago. */
async function nobody(): Promise<number> {
  const port = await mute();
  await closing.pop()?.();
  return port;
}

describe('drachtio-server', () => {
  const ask = (port: number, secret: string, within = patience) =>
    askDrachtio(systemClock, { host: '127.0.0.1', port, secret }, within);

  it('is asked without taking a call away from anybody', async () => {
    const server = await openDrachtiod();
    closing.push(() => server.close());
    const answer = await ask(server.port, testSecret);
    expect(answer).toMatchObject({
      kind: 'answered',
      listeners: expect.arrayContaining([`udp/127.0.0.1:${server.udp.port}`]),
    });
    expect(await ask(server.port, 'a wrong secret')).toEqual({ kind: 'refused', detail: 'incorrect secret' });
  });

  it('may not be there, say nothing, or be something else', async () => {
    expect(await ask(await nobody(), 'x')).toEqual({ kind: 'unreachable', detail: 'ECONNREFUSED' });
    expect(await ask(await mute(), 'x', impatience)).toMatchObject({ kind: 'silent' });
    expect(await ask(await mute('SSH-2.0-OpenSSH\r\n'), 'x')).toMatchObject({ kind: 'foreign' });
    expect(await ask((await played({})).port, 'x')).toMatchObject({ kind: 'foreign' });
  });
});

/** What a FreeSWITCH that is as it must be answers. */
const healthy: Readonly<Record<string, string>> = {
  version: 'FreeSWITCH Version 1.10.12-release (64bit)\n',
  'fsctl api_expansion': '+OK api_expansion is off \n',
  'fsctl max_sessions': '+OK max sessions: 4000\n',
  'fsctl sps': '+OK sessions per second: 400\n',
  'global_getvar rtp_secure_media_inbound': 'forbidden',
  'xml_locate configuration configuration name switch.conf':
    '<configuration><settings><param name="rtp-start-port" value="20000"></param><param name="rtp-end-port" value="29999"></param></settings></configuration>',
  'xml_locate configuration configuration name event_socket.conf': '<param name="listen-ip" value="127.0.0.1"></param>',
  'xml_locate configuration configuration name sofia.conf':
    '<profile name="kozpont"><settings><param name="context" value="kozpont"></param><param name="sip-port" value="5080"></param></settings></profile>',
  'sofia status profile kozpont': 'Name             \tkozpont\n',
  'xml_locate dialplan':
    '<section name="dialplan"><context name="kozpont"><action application="multiset" data="park_after_bridge=true hangup_after_bridge=false send_silence_when_idle=-1 playback_terminators=none disable_rtp_auto_adjust=x"></action><action application="answer"></action><action application="park"></action></context></section>',
  'xml_locate directory': '<section name="directory"></section>',
  'file_exists /mnt/prompts': 'true',
};

const answering =
  (changes: Readonly<Record<string, string>> = {}) =>
  (command: string): string => {
    if (command === 'strepoch') return String(Math.floor(Date.now() / 1000));
    if (command.startsWith('module_exists ')) return 'true';
    return changes[command] ?? healthy[command] ?? '-ERR no reply\n';
  };

const server = (port: number, secret = 'right'): FreeswitchServer => ({
  name: 'media1',
  host: '127.0.0.1',
  port,
  secret,
  profile: 'kozpont',
  paths: [{ here: '/srv/prompts', there: '/mnt/prompts' }],
  ports: undefined,
});

describe('FreeSWITCH', () => {
  const ask = async (changes: Readonly<Record<string, string>> = {}): Promise<FreeswitchAnswer> => {
    const double = await played({ api: answering(changes) });
    const answer = await askFreeswitch(systemClock, server(double.port), ['/srv/prompts'], patience);
    if (answer.kind !== 'answered') throw new Error(answer.detail);
    return answer;
  };

  it('tells all that matters', async () => {
    const { clockSkew, ...answer } = await ask();
    expect(Math.abs(clockSkew ?? 9999)).toBeLessThan(1500);
    expect(answer).toEqual({
      kind: 'answered',
      version: 'FreeSWITCH Version 1.10.12-release (64bit)',
      missingModules: [],
      apiExpansion: false,
      maxSessions: 4000,
      sessionsPerSecond: 400,
      secureMedia: 'forbidden',
      ports: { from: 20_000, to: 29_999 },
      profile: { context: 'kozpont', 'sip-port': '5080' },
      profileRuns: true,
      parks: true,
      missingVariables: ['RECORD_MIN_SEC', 'RECORD_PRE_BUFFER_FRAMES'],
      contexts: ['kozpont'],
      users: 0,
      eventSocket: { 'listen-ip': '127.0.0.1' },
      folders: [{ here: '/srv/prompts', there: '/mnt/prompts', seen: true }],
    });
  });

  it('tells what is missing, too', async () => {
    expect(
      await ask({
        'module_exists mod_sofia': 'false',
        'fsctl api_expansion': '+OK api_expansion is on \n',
        'fsctl sps': '-ERR',
        'global_getvar rtp_secure_media_inbound': '-ERR no reply\n',
        'xml_locate configuration configuration name switch.conf': "can't find anything\n",
        'xml_locate configuration configuration name sofia.conf': '<profile name="internal"></profile>',
        'sofia status profile kozpont': 'Invalid Profile!\n',
        'xml_locate directory': '<users><user id="1000"></user><user id="1001"></user></users>',
        'file_exists /mnt/prompts': 'false',
      }),
    ).toMatchObject({
      apiExpansion: true,
      sessionsPerSecond: undefined,
      secureMedia: '',
      // FreeSWITCH's own, where nothing else is said.
      ports: { from: 16_384, to: 32_768 },
      profile: undefined,
      profileRuns: false,
      parks: false,
      users: 2,
      folders: [{ seen: false }],
    });
  });

  it('is asked for each module by its name', async () => {
    const double = await played({
      api: command => (command === 'module_exists mod_sndfile' ? 'false' : answering()(command)),
    });
    const answer = await askFreeswitch(systemClock, server(double.port), [], patience);
    expect(answer).toMatchObject({ missingModules: ['mod_sndfile'] });
    expect(double.asked.filter(command => command.startsWith('module_exists'))).toHaveLength(
      Object.keys(neededModules).length,
    );
  });

  it('may refuse our secret or our address, say nothing, be something else, or not be there', async () => {
    const ask = (port: number, secret = 'right', within = patience) =>
      askFreeswitch(systemClock, server(port, secret), [], within);
    expect(await ask((await played({})).port, 'wrong')).toEqual({ kind: 'refused', detail: '-ERR invalid' });
    const rude = 'Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n';
    expect(await ask((await played({ greeting: rude })).port)).toEqual({
      kind: 'denied',
      detail: 'Access Denied, go away.',
    });
    expect(await ask(await mute(), 'right', impatience)).toMatchObject({ kind: 'silent' });
    expect(await ask(await mute('220 mail\r\n\n\n'))).toMatchObject({ kind: 'foreign' });
    expect(await ask(await nobody())).toEqual({ kind: 'unreachable', detail: 'ECONNREFUSED' });
  });

  it('that stops answering half way is silent, and not waited for', async () => {
    const double = await played({ api: command => (command === 'fsctl sps' ? undefined : answering()(command)) });
    expect(await askFreeswitch(systemClock, server(double.port), [], impatience)).toMatchObject({ kind: 'silent' });
  });

  it('is never sent two commands where one was meant', async () => {
    const double = await played({ api: answering() });
    const opened = await EventSocket.open(systemClock, server(double.port), patience);
    if (!opened.ok) throw new Error(opened.error.detail);
    await expect(opened.value.api('status\n\napi fsctl shutdown')).rejects.toThrow('line break');
    opened.value.close();
    expect(double.asked).toEqual([]);
  });
});

describe('a control port', () => {
  it('is found where it answers', async () => {
    const port = await mute();
    expect(await answersAt(systemClock, ['127.0.0.1'], port, patience)).toEqual(['127.0.0.1']);
    expect(await answersAt(systemClock, ['127.0.0.1'], await nobody(), patience)).toEqual([]);
  });
});
