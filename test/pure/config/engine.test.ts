import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showDiagnostic } from '../../../src/base/yaml/diagnostic.ts';
import type { Config } from '../../../src/config/config.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { isKnownSecret } from '../../../src/config/secrets.ts';
import { pathOnServer } from '../../../src/config/sharedPaths.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kozpont-secrets-'));
  await writeFile(join(folder, 'secret'), 'a1B2c3D4e5F6\n');
  await writeFile(join(folder, 'known'), 'ClueCon\n');
  await writeFile(join(folder, 'two-lines'), 'one\ntwo\n');
  await writeFile(join(folder, 'empty'), '\n');
});
afterAll(() => rm(folder, { recursive: true }));

function examine(text: string, environment: Readonly<Record<string, string>> = {}) {
  const { value, diagnostics } = parseConfig('k.yaml', text, { folder, environment });
  return { value, told: diagnostics.map(showDiagnostic) };
}

function engineOf(text: string, environment?: Readonly<Record<string, string>>): Config['engine'] {
  const { value, told } = examine(text, environment);
  expect(told).toEqual([]);
  if (value === undefined) throw new Error('not loaded');
  return value.engine;
}

const servers = (drachtio: string, freeswitch: string): string =>
  `engine: drachtio\ndrachtio: { ${drachtio} }\nfreeswitch:\n  - { ${freeswitch} }\n`;

describe('the engine drachtio', () => {
  it('has its servers, with everything that is left out filled in', () => {
    const engine = engineOf(servers('host: 127.0.0.1, secretFile: secret', 'host: 10.0.0.2, secret: xK4'));
    expect(engine).toEqual({
      kind: 'drachtio',
      drachtio: { host: '127.0.0.1', port: 9022, secret: 'a1B2c3D4e5F6' },
      freeswitch: [
        {
          name: '10.0.0.2:8021',
          host: '10.0.0.2',
          port: 8021,
          secret: 'xK4',
          profile: 'kozpont',
          paths: [],
          ports: undefined,
        },
      ],
    });
  });

  it('takes all that can be said of a media server', () => {
    const engine = engineOf(
      servers(
        'host: sip, port: 9023, secret: xK4',
        'name: m1, host: m, port: 8022, secret: xK4, profile: internal, ports: 25001-29998, paths: { var/prompts: /mnt/p/, /srv/r: /mnt/r }',
      ),
    );
    if (engine.kind !== 'drachtio') throw new Error('another engine');
    expect(engine.freeswitch[0]).toMatchObject({
      name: 'm1',
      port: 8022,
      profile: 'internal',
      ports: { from: 25_002, to: 29_998, at: { line: 4 } },
    });
    expect(engine.freeswitch[0]?.paths).toEqual(
      expect.arrayContaining([
        { here: join(folder, 'var/prompts'), there: '/mnt/p' },
        { here: '/srv/r', there: '/mnt/r' },
      ]),
    );
  });

  it('takes the place and the secret of drachtio-server from the environment', () => {
    const text = servers('host: 127.0.0.1', 'host: m, secret: xK4');
    const environment = { KOZPONT_DRACHTIO_PORT: '9023', KOZPONT_DRACHTIO_SECRET_FILE: 'secret' };
    expect(engineOf(text, environment)).toMatchObject({ drachtio: { port: 9023, secret: 'a1B2c3D4e5F6' } });
    expect(examine(text, { ...environment, KOZPONT_DRACHTIO_PORT: 'http' }).told).toEqual([
      expect.stringMatching(/^\$KOZPONT_DRACHTIO_PORT WRONG_TYPE drachtio\.port must be /),
    ]);
  });

  it.each([
    ['no secret', 'host: s', /^k\.yaml:2:11 MISSING_KEY secret is missing in drachtio\n {4}→ write secret, or /],
    ['two of them', 'host: s, secret: a, secretFile: secret', /^k\.yaml:2:30 WRONG_VALUE stands beside a secretFile/],
    ['a file that is not there', 'host: s, secretFile: gone', /^k\.yaml:2:34 SECRET_UNREADABLE .*ENOENT/],
    ['an empty file', 'host: s, secretFile: empty', /^k\.yaml:2:34 SECRET_UNREADABLE .*empty is empty/],
    ['a file with more in it', 'host: s, secretFile: two-lines', /^k\.yaml:2:34 WRONG_VALUE has a control character/],
    ['a known one', 'host: s, secret: Cymru', /^k\.yaml:2:30 KNOWN_SECRET is a secret that everybody knows/],
    ['a known one in a file', 'host: s, secretFile: known', /^k\.yaml:2:34 KNOWN_SECRET /],
    ['one that its protocol cannot carry', 'host: s, secret: "a|b"', /^k\.yaml:2:30 WRONG_VALUE has a \| in it/],
  ])('is refused with %s', (_what, drachtio, told) => {
    const found = examine(servers(drachtio, 'host: m, secret: xK4'));
    expect(found.value).toBeUndefined();
    expect(found.told).toEqual([expect.stringMatching(told)]);
  });

  it('is refused with a known secret of a media server, too', () => {
    const { told } = examine(servers('host: s, secret: xK4', 'host: m, secret: JambonzR0ck$'));
    expect(told).toEqual([expect.stringMatching(/^k\.yaml:4:24 KNOWN_SECRET /)]);
  });

  it('has no media server twice', () => {
    const { told } = examine(
      `${servers('host: s, secret: x', 'name: a, host: m, secret: x')}  - { name: a, host: n, secret: x }\n  - { host: m, secret: x }\n`,
    );
    expect(told).toEqual([
      expect.stringMatching(/^k\.yaml:5:5 DUPLICATE_SERVER has the name of freeswitch\[0\]/),
      expect.stringMatching(/^k\.yaml:6:5 DUPLICATE_SERVER has the address of freeswitch\[0\]/),
    ]);
  });

  it('names what is wrong in the list of media servers', () => {
    const { told } = examine(
      servers('host: s, secret: x', 'hots: m, secret: x, paths: { a: b }, ports: 1-2, profile: a b'),
    );
    expect(told).toEqual([
      expect.stringMatching(/UNKNOWN_KEY hots means nothing in freeswitch\[0\]\n {4}→ did you mean host\?/),
      expect.stringMatching(/WRONG_VALUE freeswitch\[0\]\.paths\.a must be a path from the root/),
      expect.stringMatching(/WRONG_VALUE freeswitch\[0\]\.ports must be a range/),
      expect.stringMatching(/WRONG_VALUE freeswitch\[0\]\.profile must be a name/),
    ]);
  });

  it('is explained by an example that is right, but for its secrets', async () => {
    const sample = await readFile('config/kozpont.drachtio.yaml', 'utf8');
    expect(examine(sample).told).toEqual([
      expect.stringMatching(/SECRET_UNREADABLE/),
      expect.stringMatching(/SECRET_UNREADABLE/),
    ]);
    const secrets = join(folder, 'secret');
    const engine = engineOf(sample.replaceAll(/\/run\/kozpont\/\w+\/secret/g, secrets));
    expect(engine).toMatchObject({ kind: 'drachtio', freeswitch: [{ name: 'media1', ports: { from: 20_000 } }] });
  });
});

describe('a path on a media server', () => {
  const paths = [
    { here: '/var/kozpont/prompts', there: '/mnt/spoken' },
    { here: '/var/kozpont', there: '/mnt/state' },
    { here: '', there: '/mnt/rest' },
  ];
  it.each([
    ['/var/kozpont/prompts/a.wav', '/mnt/spoken/a.wav'],
    ['/var/kozpont/recordings/b.wav', '/mnt/state/recordings/b.wav'],
    ['/var/kozpont-old/c.wav', '/mnt/rest/var/kozpont-old/c.wav'],
  ])('%s is %s', (here, there) => {
    expect(pathOnServer({ paths }, here)).toBe(there);
  });

  it('is the same where nothing is said', () => {
    expect(pathOnServer({ paths: paths.slice(0, 2) }, '/srv/d.wav')).toBe('/srv/d.wav');
  });
});

describe('a secret that everybody knows', () => {
  it.each(['cymru', 'ClueCon', 'CLUECON', 'JambonzR0ck$', 'admin', 'changeme'])('%s', secret => {
    expect(isKnownSecret(secret)).toBe(true);
  });

  it('is not one that was drawn', () => {
    expect(isKnownSecret('kq0c7u1l4vqhs1m8')).toBe(false);
  });
});
