/** What docker/compose.yaml promises, held without Docker. */
import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { variables } from '../../../src/config/environment.ts';

const condition = z.object({ condition: z.string(), required: z.boolean().optional() });
const service = z.object({
  image: z.string(),
  user: z.string(),
  network_mode: z.string(),
  init: z.boolean(),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  restart: z.string(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), condition).default({}),
  profiles: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()).optional(), disable: z.boolean().optional() }).optional(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  ports: z.never().optional(),
  privileged: z.never().optional(),
});

const text = readFileSync('docker/compose.yaml', 'utf8');
const compose = z
  .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.null()) })
  .parse(parse(text, { merge: true }));
const services = Object.entries(compose.services);
const named = (name: string): z.output<typeof service> => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
};
const mounts = (name: string): { from: string; at: string; readOnly: boolean }[] =>
  named(name).volumes.map(volume => {
    const [, from = '', at = '', mode] = /^(\$\{[^}]*\}|[^:]+):([^:]+)(?::(ro))?$/.exec(volume) ?? [];
    return { from, at, readOnly: mode === 'ro' };
  });

describe('every service', () => {
  it.each(services)('%s is not root, cannot write, and has no rights beyond its user', (_name, one) => {
    expect(one).toMatchObject({
      user: '10001:10001',
      read_only: true,
      init: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  it.each(services)('%s is of an image with a version', (_name, { image }) => {
    expect(image).toMatch(/^[a-z/-]+:\d+\.\d+\.\d+$/);
  });

  it.each(services)('%s is given no secret by its environment', (_name, { environment }) => {
    for (const [name, value] of Object.entries(environment)) {
      expect(`${name}=${value}`).not.toMatch(/(SECRET|PASSWORD|TOKEN)=.|cymru|ClueCon|JambonzR0ck/i);
    }
  });

  it.each(services)('%s finds the volumes and folders that it mounts', name => {
    for (const { from, at } of mounts(name)) {
      expect(at).toMatch(/^\//);
      if (from.startsWith('./')) expect(existsSync(join('docker', from))).toBe(true);
      else if (!from.startsWith('$')) expect(Object.keys(compose.volumes)).toContain(from);
    }
  });

  it.each(services)('%s waits for what is there', (_name, { depends_on, profiles }) => {
    for (const [other, { required }] of Object.entries(depends_on)) {
      const there = named(other);
      // A service of another profile may be left out.
      if (there.profiles.length > 0 && profiles.length === 0) expect(required).toBe(false);
    }
  });
});

const nodes = [
  { prepare: 'prepare', drachtio: 'drachtio', freeswitch: 'freeswitch', kozpont: 'kozpont' },
  { prepare: 'prepare-b', drachtio: 'drachtio-b', freeswitch: 'freeswitch-b', kozpont: 'kozpont-b' },
];

describe.each(nodes)('$kozpont and its servers', ({ prepare, drachtio, freeswitch, kozpont }) => {
  it('have secrets that one service draws, and the others can read alone', () => {
    expect(named(prepare).restart).toBe('no');
    expect(named(prepare).network_mode).toBe('none');
    for (const name of [drachtio, freeswitch]) {
      expect(named(name).depends_on).toMatchObject({ [prepare]: { condition: 'service_completed_successfully' } });
      expect(mounts(name).every(({ readOnly }) => readOnly)).toBe(true);
    }
    const secrets = (name: string): string[] =>
      mounts(name).flatMap(({ from, at }) => (at.startsWith('/run/kozpont/') ? [from] : []));
    expect(secrets(drachtio)).toEqual([drachtio]);
    expect(secrets(freeswitch)).toEqual([freeswitch]);
    expect(secrets(prepare)).toEqual([drachtio, freeswitch]);
    expect(secrets(kozpont)).toEqual(expect.arrayContaining([drachtio, freeswitch]));
    const others = mounts(kozpont).filter(({ at }) => at.startsWith('/run/kozpont/'));
    expect(others.every(({ readOnly }) => readOnly)).toBe(true);
  });

  it('share prompts at one path, and nothing else of Kozpont', () => {
    const seen = mounts(freeswitch).filter(({ at }) => at.startsWith('/srv/'));
    expect(seen.map(({ at }) => at).sort()).toEqual(['/srv/kozpont/prompts', '/srv/kozpont/var/prompts']);
    for (const { from, at } of seen) expect(mounts(kozpont)).toContainEqual(expect.objectContaining({ from, at }));
  });

  it('start in their order, and are looked after', () => {
    for (const name of [drachtio, freeswitch]) {
      expect(named(kozpont).depends_on).toMatchObject({ [name]: { condition: 'service_healthy' } });
      expect(named(name).healthcheck?.test?.[0]).toBe('CMD');
      expect(named(name).restart).toBe('unless-stopped');
    }
    // Kozpont's own is in its image.
    expect(named(kozpont).environment.HEALTH_SIP).toMatch(/^\$\{KOZPONT_ADDRESS:\?\}:\$\{KOZPONT_SIP_PORT/);
    expect(named(kozpont).healthcheck).toBeUndefined();
  });

  it('agree about ports', () => {
    const made = named(prepare).environment;
    expect(named(kozpont).environment.KOZPONT_DRACHTIO_PORT).toBe(made.DRACHTIO_PORT);
    expect(named(drachtio).healthcheck?.test?.join(' ')).toContain(`/127.0.0.1/${made.DRACHTIO_PORT}`);
    expect(named(freeswitch).healthcheck?.test?.join(' ')).toContain(`-P ${made.FREESWITCH_PORT} `);
    expect(named(kozpont).environment.HEALTH_SIP?.replace('KOZPONT_ADDRESS:?}:', '')).toContain(
      made.KOZPONT_SIP_PORT ?? 'none',
    );
  });

  it('set what Kozpont knows', () => {
    const names = Object.keys(named(kozpont).environment).filter(name => name.startsWith('KOZPONT_'));
    expect(names.filter(name => !Object.hasOwn(variables, name))).toEqual([]);
  });

  it('do not run the entrypoints of their images, which open control ports', () => {
    expect(named(drachtio).entrypoint).toEqual(['drachtio']);
    expect(named(freeswitch).entrypoint).toEqual(['freeswitch']);
  });
});

describe('the pair', () => {
  const [a, b] = [named('prepare').environment, named('prepare-b').environment];
  it('has no port twice, and a name for each node', () => {
    for (const name of ['DRACHTIO_PORT', 'FREESWITCH_PORT', 'FREESWITCH_SIP_PORT', 'KOZPONT_SIP_PORT']) {
      expect(a[name]).not.toBe(b[name]);
    }
    expect(Number(b.FREESWITCH_RTP_TO)).toBeLessThan(Number(a.FREESWITCH_RTP_FROM));
    expect(named('kozpont').environment.KOZPONT_NODE).not.toBe(named('kozpont-b').environment.KOZPONT_NODE);
  });

  it('has one set of passwords, and a state for each', () => {
    const [one, other] = [mounts('kozpont'), mounts('kozpont-b')];
    const at = (list: typeof one, path: string): string | undefined => list.find(mount => mount.at === path)?.from;
    expect(at(one, '/srv/kozpont/passwords')).toBe(at(other, '/srv/kozpont/passwords'));
    expect(at(one, '/srv/kozpont/var')).not.toBe(at(other, '/srv/kozpont/var'));
  });

  it.each([
    ['config/kozpont.drachtio.yaml', [a]],
    ['docker/kozpont.pair.yaml', [a, b]],
  ])('is as %s says', (file, made) => {
    const settings = z
      .object({ freeswitch: z.array(z.object({ port: z.number(), ports: z.string(), secretFile: z.string() })) })
      .parse(parse(readFileSync(file, 'utf8')));
    expect(settings.freeswitch.map(({ port, ports }) => [String(port), ports])).toEqual(
      made.map(one => [one.FREESWITCH_PORT, `${one.FREESWITCH_RTP_FROM}-${one.FREESWITCH_RTP_TO}`]),
    );
    const folders = mounts('kozpont').map(mount => mount.at);
    for (const { secretFile } of settings.freeswitch) {
      expect(folders).toContain(normalize(join(secretFile, '..')));
    }
  });
});

describe('the image', () => {
  const dockerfile = readFileSync('docker/Dockerfile', 'utf8');
  const instructions = dockerfile.replaceAll('\\\n', ' ').split('\n');

  it('is made in two stages from one pinned version of Node, which package.json allows', () => {
    const from = instructions.filter(line => line.startsWith('FROM ')).map(line => line.split(' ')[1]);
    expect(from).toHaveLength(2);
    expect(new Set(from).size).toBe(1);
    expect(from[0]).toMatch(/^node:\d+\.\d+\.\d+-[a-z]+-slim$/);
  });

  it('has no development dependencies, is not root, and says how it is', () => {
    expect(dockerfile).toContain('npm prune --omit=dev');
    const last = (word: string): number => instructions.findLastIndex(line => line.startsWith(`${word} `));
    expect(instructions[last('USER')]).toBe('USER 10001:10001');
    expect(last('CMD')).toBeGreaterThan(last('USER'));
    expect(instructions[last('HEALTHCHECK')]).toContain('health.mjs');
    expect(instructions.slice(last('USER')).some(line => line.startsWith('RUN '))).toBe(false);
  });

  it('makes every folder that a volume takes its owner from', () => {
    for (const { at, readOnly } of mounts('kozpont')) {
      if (!readOnly || at.startsWith('/run/kozpont/')) expect(dockerfile).toContain(at);
    }
  });

  it('is built from what is named, and from nothing else', () => {
    const lines = readFileSync('docker/Dockerfile.dockerignore', 'utf8').trim().split('\n');
    expect(lines[0]).toBe('*');
    for (const line of lines.slice(1)) {
      expect(line).toMatch(/^!/);
      expect(existsSync(line.slice(1))).toBe(true);
    }
    const copied = instructions.flatMap(line => (/^COPY (?!--from)(.*) \S+$/.exec(line)?.[1] ?? '').split(' '));
    for (const path of copied.filter(name => name !== '')) expect(lines).toContain(`!${path}`);
  });

  it('has the version of package.json', () => {
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')));
    expect(named('kozpont').image).toBe(`kozpont:${version}`);
  });
});
