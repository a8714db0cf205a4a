/** docker/prepare.sh, as the container runs it, and docker/health.mjs. */
import { execFile } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDrachtiod } from '../../support/drachtio/server.ts';
import { xmlFault } from '../../support/wellFormedXml.ts';

const docker = resolve(import.meta.dirname, '../../../docker');

interface Ended {
  readonly status: number;
  readonly said: string;
}

const run = (program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> =>
  new Promise(done => {
    execFile(program, [...args], { env: { PATH: process.env.PATH ?? '', ...env } }, (error, output, complaint) =>
      done({ status: typeof error?.code === 'number' ? error.code : 0, said: output + complaint }),
    );
  });

describe('prepare.sh', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kozpont-prepare-'));
    await mkdir(join(folder, 'drachtio'));
    await mkdir(join(folder, 'freeswitch'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const prepare = (more: Readonly<Record<string, string>> = {}, servers = ['drachtio', 'freeswitch']): Promise<Ended> =>
    run('sh', [join(docker, 'prepare.sh'), ...servers], {
      KOZPONT_RUN: folder,
      KOZPONT_TEMPLATES: join(docker, 'drachtio'),
      KOZPONT_ADDRESS: '192.0.2.7',
      ...more,
    });
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

  it('draws a secret for each server, and writes it nowhere but into files of their own', async () => {
    const { status, said } = await prepare();
    expect(status).toBe(0);
    const [one, other] = [await read('drachtio/secret'), await read('freeswitch/secret')];
    expect(one).toMatch(/^[0-9a-f]{64}\n$/);
    expect(other).toMatch(/^[0-9a-f]{64}\n$/);
    expect(one).not.toBe(other);
    expect(said).not.toContain(one.trim());
    for (const name of ['drachtio', 'freeswitch']) {
      for (const file of await readdir(join(folder, name))) {
        expect((await stat(join(folder, name, file))).mode & 0o077).toBe(0);
        expect(file).not.toMatch(/\.new$/);
      }
    }
  });

  it('writes what the servers read', async () => {
    await prepare({ KOZPONT_EXTERNAL_ADDRESS: '198.51.100.9', KOZPONT_SIP_PORT: '5070', KOZPONT_SERVER_LOG: 'error' });
    const secret = (await read('drachtio/secret')).trim();
    const conf = await read('drachtio/drachtio.conf.xml');
    expect(xmlFault(conf)).toBeUndefined();
    expect(conf).toContain(`<admin port="9022" secret="${secret}">127.0.0.1</admin>`);
    expect(conf).toContain('<contact external-ip="198.51.100.9">sip:192.0.2.7:5070;transport=udp,tcp</contact>');
    expect(conf).toContain('<loglevel>error</loglevel>');
    expect(conf.replace(/<!--[\s\S]*?-->/g, '')).not.toContain('@');

    const settings = await read('freeswitch/settings.xml');
    expect(xmlFault(settings)).toBeUndefined();
    const set = Object.fromEntries(
      [...settings.matchAll(/data="kozpont_(\w+)=([^"]*)"/g)].map(([, name, value]) => [name, value]),
    );
    expect(set).toEqual({
      secret: (await read('freeswitch/secret')).trim(),
      control_address: '127.0.0.1',
      control_network: '127.0.0.0/8',
      rtp_address: '192.0.2.7',
      rtp_advertise: '198.51.100.9',
      sip_port: '5080',
      event_socket_port: '8021',
      rtp_from: '20000',
      rtp_to: '29999',
      log_level: 'err',
    });
  });

  it('sets only what the configuration of FreeSWITCH has a default for, the secret aside', async () => {
    await prepare();
    const defaults = await readFile(join(docker, 'freeswitch/settings.xml'), 'utf8');
    for (const [, name] of (await read('freeswitch/settings.xml')).matchAll(/data="(kozpont_\w+)=/g)) {
      if (name !== 'kozpont_secret') expect(defaults).toContain(`data="${name}=`);
    }
  });

  it('keeps the secrets that are there, and takes up what has changed beside them', async () => {
    await prepare();
    const before = [await read('drachtio/secret'), await read('freeswitch/secret')];
    const { said } = await prepare({ KOZPONT_ADDRESS: '192.0.2.8' });
    expect(said).toBe('');
    expect([await read('drachtio/secret'), await read('freeswitch/secret')]).toEqual(before);
    expect(await read('drachtio/drachtio.conf.xml')).toContain('sip:192.0.2.8:5060');
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['no address', { KOZPONT_ADDRESS: '' }, /KOZPONT_ADDRESS is not set: write it into docker\/\.env/],
    ['a name', { KOZPONT_ADDRESS: 'pbx.example.com' }, /KOZPONT_ADDRESS must be an IP address, not pbx/],
    ['every address', { KOZPONT_ADDRESS: '0.0.0.0' }, /KOZPONT_ADDRESS must be one address/],
    ['XML', { KOZPONT_EXTERNAL_ADDRESS: '1.2.3.4" x="' }, /KOZPONT_EXTERNAL_ADDRESS must be an IP address/],
    [
      'a port that is none',
      { KOZPONT_SIP_PORT: '70000' },
      /KOZPONT_SIP_PORT must be a port from 1 to 65535, not 70000/,
    ],
    ['a port that is text', { DRACHTIO_PORT: '9022/' }, /DRACHTIO_PORT must be a number, not 9022\//],
    ['a range upside down', { FREESWITCH_RTP_FROM: '30000' }, /FREESWITCH_RTP_FROM 30000 is not below/],
    ['a level that is none', { KOZPONT_SERVER_LOG: 'loud' }, /KOZPONT_SERVER_LOG must be notice, error/],
    [
      'the world as network',
      { FREESWITCH_CONTROL_NETWORK: '0.0.0.0/0' },
      /FREESWITCH_CONTROL_NETWORK must be a network/,
    ],
  ])('refuses %s', async (_what, more, complaint) => {
    const { status, said } = await prepare(more);
    expect(status).toBe(1);
    expect(said).toMatch(complaint);
  });

  it('refuses a server that it does not know, and a folder that is not there', async () => {
    expect(await prepare({}, [])).toMatchObject({ status: 1, said: expect.stringContaining('name the servers') });
    expect(await prepare({}, ['asterisk'])).toMatchObject({ status: 1 });
    await rm(join(folder, 'drachtio'), { recursive: true });
    expect(await prepare()).toMatchObject({ status: 1, said: expect.stringContaining('there is no folder') });
  });

  it('leaves no half secret behind where it cannot write', async () => {
    if (process.getuid?.() === 0) return;
    await chmod(join(folder, 'drachtio'), 0o500);
    expect((await prepare()).status).not.toBe(0);
    expect(await readdir(join(folder, 'drachtio'))).toEqual([]);
    await chmod(join(folder, 'drachtio'), 0o700);
  });
});

describe('health.mjs', () => {
  const health = (at: string): Promise<Ended> =>
    run(process.execPath, [join(docker, 'health.mjs')], { HEALTH_SIP: at });

  /** Answers OPTIONS with these, one after the other; undefined: with nothing. */
  async function answering(replies: readonly (string | undefined)[]): Promise<{ socket: Socket; port: number }> {
    const socket = createSocket('udp4');
    const left = [...replies];
    socket.on('message', (message, from) => {
      expect(message.toString()).toMatch(/^OPTIONS sip:health@127\.0\.0\.1:\d+ SIP\/2\.0\r\n[\s\S]*\r\n\r\n$/);
      const line = left.shift();
      if (line !== undefined) socket.send(`SIP/2.0 ${line}\r\n\r\n`, from.port, from.address);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return { socket, port: socket.address().port };
  }
  const closed = (socket: Socket): Promise<void> =>
    new Promise(done => {
      socket.close(() => done());
    });

  it('is well with a 200, though the first request be lost', async () => {
    const { socket, port } = await answering([undefined, '100 Trying', '200 OK']);
    expect(await health(`127.0.0.1:${port}`)).toEqual({ status: 0, said: 'SIP/2.0 200 OK\n' });
    await closed(socket);
  });

  it('is not well where nobody takes calls: a server without an application', async () => {
    const server = await openDrachtiod();
    expect(await health(`127.0.0.1:${server.udp.port}`)).toMatchObject({
      status: 1,
      said: expect.stringMatching(/^SIP\/2\.0 503 /),
    });
    await server.close();
    expect(await health(`127.0.0.1:${server.udp.port}`)).toMatchObject({ status: 1 });
    expect(await health('nonsense')).toMatchObject({ status: 2, said: expect.stringContaining('usage') });
  });
});
