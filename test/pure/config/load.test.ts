import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { showDiagnostic } from '../../../src/base/yaml/diagnostic.ts';
import { readYaml } from '../../../src/base/yaml/document.ts';
import type { Config } from '../../../src/config/config.ts';
import { loadConfig, parseConfig } from '../../../src/config/load.ts';
import { configSchema } from '../../../src/config/schema.ts';

const source = { folder: '/srv/kozpont', environment: {} };

function good(text: string, more: Partial<Parameters<typeof parseConfig>[2]> = {}): Config {
  const { value, diagnostics } = parseConfig('k.yaml', text, { ...source, ...more });
  expect(diagnostics.map(showDiagnostic)).toEqual([]);
  if (value === undefined) throw new Error('not loaded');
  return value;
}

function wrong(text: string, environment: Record<string, string> = {}): string[] {
  const { value, diagnostics } = parseConfig('k.yaml', text, { ...source, environment });
  expect(value).toBeUndefined();
  return diagnostics.map(showDiagnostic);
}

/** Positions differ between two texts that say the same. */
const withoutPositions = (config: Config): unknown =>
  JSON.parse(JSON.stringify(config, (key, value) => (key === 'at' ? undefined : value)));

describe('the configuration', () => {
  it('is complete where the file is empty', () => {
    const config = good('');
    expect(config.engine).toEqual({ kind: 'embedded' });
    expect(config.sip.listeners).toMatchObject([
      { transport: 'udp', address: '0.0.0.0', port: 5060 },
      { transport: 'tcp', address: '0.0.0.0', port: 5060 },
    ]);
    expect(config.media.ports).toMatchObject({ from: 20_000, to: 29_999 });
    expect(config.files).toEqual({
      dialplan: '/srv/kozpont/dialplans/sample.yaml',
      calls: '/srv/kozpont/var/calls',
      prompts: '/srv/kozpont/prompts',
      state: '/srv/kozpont/var',
      credentials: '/srv/kozpont/var/credentials.yaml',
      promptCache: '/srv/kozpont/var/prompts',
      versions: '/srv/kozpont/var/dialplans',
      records: '/srv/kozpont/var/records.jsonl',
      api: '/srv/kozpont/var/api.json',
      registrations: '/srv/kozpont/var/registrations',
      overrides: '/srv/kozpont/var/overrides.json',
    });
    expect(config.api.listen).toMatchObject({ address: '127.0.0.1', port: 9060 });
    expect(config.limits).toMatchObject({ callsPerSecond: 200, callsPerSecondPerSource: 50, eventLoopDelay: 100 });
    expect(config.tts.engine).toEqual({ kind: 'builtin', speed: 150 });
    expect(config.limits.drain).toBe(300_000);
    expect(config.trunks.map(trunk => trunk.name)).toEqual(['local']);
  });

  it('has its defaults written out in the sample file', async () => {
    const sample = await readFile('config/kozpont.yaml', 'utf8');
    expect(withoutPositions(good(sample))).toEqual(withoutPositions(good('')));
  });

  it('is explained in the sample file to its last key', async () => {
    const sample = readYaml('sample', await readFile('config/kozpont.yaml', 'utf8')).document?.value;
    const missing: string[] = [];
    const look = (defaults: unknown, written: unknown, path: string): void => {
      // What is written as one text may be more than one value.
      if (typeof defaults !== 'object' || defaults === null || Array.isArray(defaults)) return;
      if (typeof written !== 'object') return;
      for (const [key, value] of Object.entries(defaults)) {
        if (written === null || !(key in written)) missing.push(`${path}${key}`);
        else look(value, (written as Record<string, unknown>)[key], `${path}${key}.`);
      }
    };
    look(configSchema.parse({}), sample, '');
    expect(missing).toEqual([]);
  });

  it('takes the settings of a file', () => {
    const config = good(`
sip: { listen: ["udp:[::1]:5070", tcp:127.0.0.1:0], advertise: 192.0.2.7, realm: example.com }
media: { ports: 30001-30100, rest: 0s }
trunks:
  provider:
    from: [198.51.100.0/24, 203.0.113.9]
    callsPerSecond: 90
    country: AT
    nationalPrefix: "0"
    internationalPrefix: ""

state: /var/lib/kozpont
records: /var/log/calls.jsonl
credentials: shared/passwords.yaml
tts: { command: [espeak-ng, -v, "{voice}", --stdout], voices: { hu: mbrola-hu1 } }
phones: { "10": { transferNotify: immediate } }
api: { listen: "[::1]:0" }
`);
    expect(config.sip).toEqual({
      listeners: [
        { transport: 'udp', address: '::1', port: 5070, at: { file: 'k.yaml', line: 2, col: 17 } },
        { transport: 'tcp', address: '127.0.0.1', port: 0, at: { file: 'k.yaml', line: 2, col: 35 } },
      ],
      advertise: '192.0.2.7',
      realm: 'example.com',
    });
    expect(config.media.ports).toMatchObject({ from: 30_002, to: 30_100 });
    expect(config.trunks).toEqual([
      {
        name: 'provider',
        from: ['198.51.100.0/24', '203.0.113.9'],
        callsPerSecond: 90,
        numbering: { country: 'AT', nationalPrefix: '0', internationalPrefix: '' },
      },
    ]);
    expect(config.api.listen).toEqual({ address: '::1', port: 0, at: { file: 'k.yaml', line: 17, col: 16 } });
    expect(good('api: { listen: off }').api.listen).toBeUndefined();
    expect(config.files.credentials).toBe('/srv/kozpont/shared/passwords.yaml');
    expect(config.files.promptCache).toBe('/var/lib/kozpont/prompts');
    expect(config.files.records).toBe('/var/log/calls.jsonl');
    expect(config.tts.engine).toEqual({ kind: 'command', command: ['espeak-ng', '-v', '{voice}', '--stdout'] });
    expect(config.phones).toEqual({ 10: { transferNotify: 'immediate' } });
  });

  it('tells every error at once, each with its place', () => {
    expect(
      wrong(`sip:
  listen: [udp:0.0.0.0:70000, sctp:1.2.3.4:1, udp:localhost:5060]
  advertise: 0.0.0.0
  relam: x
media: { ports: 5-80, rest: 5 }
trunks: { t: { from: [10.0.0.0/33] } }
tts: { engine: builtin, command: [x] }
limits: { calls: 0, registration: { min: 2h, max: 1h }, eventLoopDelay: 5ms, callsPerSecondPerSource: 0 }
phones: { reception: {} }
api: { listen: localhost:9060 }
`),
    ).toEqual([
      expect.stringMatching(/^k\.yaml:2:12 WRONG_VALUE sip\.listen\[0\] must be transport:address:port/),
      expect.stringMatching(/^k\.yaml:2:31 WRONG_VALUE sip\.listen\[1\] must be transport:address:port/),
      expect.stringMatching(/^k\.yaml:2:47 WRONG_VALUE sip\.listen\[2\] must be transport:address:port/),
      'k.yaml:3:14 WRONG_VALUE sip.advertise must be auto or an IP address that phones can reach',
      'k.yaml:4:3 UNKNOWN_KEY relam means nothing in sip\n    → did you mean realm? (here may stand: listen, advertise, realm)',
      expect.stringMatching(/^k\.yaml:5:17 WRONG_VALUE media\.ports must be a range/),
      'k.yaml:5:29 WRONG_TYPE media.rest must be a duration with its unit: 5s for seconds, 5m for minutes',
      'k.yaml:6:23 WRONG_VALUE trunks.t.from[0] must be a network such as 192.0.2.0/24, or one IP address',
      'k.yaml:7:6 WRONG_VALUE tts has both an engine and a command: keep one',
      'k.yaml:8:18 WRONG_VALUE limits.calls must be at least 1',
      'k.yaml:8:35 WRONG_VALUE limits.registration min is longer than max',
      'k.yaml:8:73 BAD_DURATION limits.eventLoopDelay must be at least 20ms\n    → write a number and its unit: 500ms, 20s, 1m30s, 2h',
      'k.yaml:8:103 WRONG_VALUE limits.callsPerSecondPerSource must be at least 1',
      'k.yaml:9:11 WRONG_VALUE reception: must be an extension',
      expect.stringMatching(/^k\.yaml:10:16 WRONG_VALUE api\.listen must be off or address:port, not "localhost:9060"/),
    ]);
  });

  it('knows the countries, and that prefixes must differ', () => {
    expect(
      wrong(`trunks:
  a: { from: [10.0.0.1], country: hu }
  b: { from: [10.0.0.2], country: ZZ }
  c: { from: [10.0.0.3], nationalPrefix: "0a" }
  d: { from: [10.0.0.4], country: HU, nationalPrefix: "", internationalPrefix: "" }
`),
    ).toEqual([
      'k.yaml:2:35 WRONG_VALUE trunks.a.country must be a country, in two capital letters (ISO 3166): HU',
      'k.yaml:3:35 WRONG_VALUE trunks.b.country must be a country, in two capital letters (ISO 3166): HU',
      'k.yaml:4:42 WRONG_VALUE trunks.c.nationalPrefix must be digits, or "" for none',
      'k.yaml:5:6 WRONG_VALUE trunks.d nationalPrefix and internationalPrefix are the same: nothing tells the numbers apart',
    ]);
  });

  it('refuses secrets that everybody knows, and an engine whose servers are not named', () => {
    expect(
      wrong(
        'engine: drachtio\ndrachtio: { host: 127.0.0.1, secret: cymru }\nfreeswitch: [{ host: 127.0.0.1, secret: xK4 }]\n',
      ),
    ).toEqual([
      'k.yaml:2:38 KNOWN_SECRET is a secret that everybody knows\n    → set one of your own on that server, and here',
    ]);
    expect(wrong('engine: drachtio\n').filter(line => line.includes('MISSING_KEY'))).toHaveLength(2);
  });
});

describe('the environment', () => {
  it('goes before the file', () => {
    const environment = {
      KOZPONT_SIP_LISTEN: 'udp:127.0.0.1:5070, tcp:127.0.0.1:5070',
      KOZPONT_RTP_PORTS: '40000-40999',
      KOZPONT_LOG_LEVEL: 'debug',
      KOZPONT_STATE: '/tmp/with: colon',
      KOZPONT_DIALPLAN: '',
      PATH: '/bin',
    };
    const config = good('log: { level: warn }\nmedia: { rest: 1s }\n', { environment });
    expect(config.sip.listeners.map(({ port }) => port)).toEqual([5070, 5070]);
    expect(config.media).toMatchObject({ ports: { from: 40_000, to: 40_999 }, rest: 1000 });
    expect(config.log.level).toBe('debug');
    expect(config.files.state).toBe('/tmp/with: colon');
    expect(config.files.dialplan).toBe('/srv/kozpont/dialplans/sample.yaml');
  });

  it('is named where its value is wrong', () => {
    expect(wrong('', { KOZPONT_LOG_LEVEL: 'loud', KOZPONT_RTP_PORTS: '5000' })).toEqual([
      expect.stringMatching(/^\$KOZPONT_LOG_LEVEL WRONG_VALUE log\.level must be trace, /),
      expect.stringMatching(/^\$KOZPONT_RTP_PORTS WRONG_VALUE media\.ports must be a range /),
    ]);
  });

  it('is warned of where a name looks like a slip', () => {
    const { value, diagnostics } = parseConfig('k.yaml', '', {
      ...source,
      environment: { KOZPONT_SIP_LISTN: 'x', KOZPONT_TORTURE: 'y' },
    });
    expect(value).toBeDefined();
    expect(diagnostics.map(showDiagnostic)).toEqual([
      '$KOZPONT_SIP_LISTN UNKNOWN_VARIABLE warning: KOZPONT_SIP_LISTN means nothing\n    → did you mean KOZPONT_SIP_LISTEN?',
    ]);
  });

  it('comes after the command line', () => {
    const config = good('', { environment: { KOZPONT_DIALPLAN: 'b.yaml' }, dialplan: 'c.yaml' });
    expect(config.files.dialplan).toBe('/srv/kozpont/c.yaml');
  });
});

describe('the file', () => {
  it('may be missing unless it was named', async () => {
    expect((await loadConfig({ folder: '/nonexistent', environment: {} })).value).toBeDefined();
    const named = await loadConfig({ folder: '/nonexistent', environment: {}, file: 'mine.yaml' });
    expect(named.value).toBeUndefined();
    expect(named.diagnostics).toMatchObject([{ code: 'FILE_UNREADABLE', at: { file: 'mine.yaml', line: 1, col: 1 } }]);
  });
});
