import type { Config, FreeswitchServer } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { Facts, FreeswitchAnswer, FreeswitchFacts, MachineFacts } from '../../src/doctor/facts.ts';

/** Facts about which nothing is to be said but that all is well; each test changes one of them. */

const configOf = (text: string): Config => {
  const { value, diagnostics } = parseConfig('k.yaml', text, { folder: '/srv', environment: {} });
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  return value;
};

export const embeddedConfig = (text = ''): Config => configOf(text);

export const productionConfig = (text = ''): Config =>
  configOf(`engine: drachtio
drachtio: { host: 127.0.0.1, secret: a1b2 }
freeswitch: [{ name: media1, host: 127.0.0.1, secret: c3d4 }]
${text}`);

export const machine: MachineFacts = {
  openFiles: 65_536,
  receiveBuffer: 4_194_304,
  ephemeral: { from: 32_768, to: 60_999, reserved: [] },
  clockSynchronised: true,
  clockStep: 0,
  addresses: ['127.0.0.1', '192.0.2.7'],
};

export const answer: FreeswitchAnswer = {
  kind: 'answered',
  version: 'FreeSWITCH Version 1.10.12',
  missingModules: [],
  apiExpansion: false,
  maxSessions: 4000,
  sessionsPerSecond: 400,
  clockSkew: 40,
  secureMedia: 'forbidden',
  ports: { from: 20_000, to: 29_999 },
  profile: {
    'sip-ip': '127.0.0.1',
    'sip-port': '5080',
    'rtp-ip': '192.0.2.7',
    context: 'kozpont',
    'auth-calls': 'false',
    'inbound-use-callid-as-uuid': 'true',
    'codec-prefs': 'PCMA,PCMU',
    'dtmf-type': 'rfc2833',
    'rtp-timer-name': 'soft',
  },
  profileRuns: true,
  parks: true,
  missingVariables: [],
  contexts: ['kozpont'],
  users: 0,
  eventSocket: { 'listen-ip': '127.0.0.1', 'apply-inbound-acl': 'kozpont' },
  folders: [{ here: '/srv/var/prompts', there: '/srv/var/prompts', seen: true }],
};

const server: Omit<FreeswitchServer, 'secret'> = {
  name: 'media1',
  host: '127.0.0.1',
  port: 8021,
  profile: 'kozpont',
  paths: [],
  ports: undefined,
};

export const freeswitch = (
  changes: Partial<FreeswitchAnswer> = {},
  of: Partial<Omit<FreeswitchServer, 'secret'>> = {},
): FreeswitchFacts => ({
  server: { ...server, ...of },
  local: true,
  exposedAt: [],
  answer: { ...answer, ...changes },
});

export const productionFacts = (changes: Partial<Facts> = {}): Facts => ({
  machine,
  folders: [],
  voices: [],
  listeners: [],
  rtp: undefined,
  advertised: { sip: '192.0.2.7', media: '192.0.2.7' },
  drachtio: {
    server: { host: '127.0.0.1', port: 9022 },
    answer: { kind: 'answered', version: 'v0.9.10', listeners: ['udp/192.0.2.7:5060'] },
    exposedAt: [],
  },
  freeswitch: [freeswitch()],
  ...changes,
});

export const embeddedFacts = (config: Config, changes: Partial<Facts> = {}): Facts => ({
  ...productionFacts({ drachtio: undefined, freeswitch: [] }),
  listeners: config.sip.listeners.map(listener => ({ listener, state: 'free' as const })),
  rtp: { tried: 500, taken: 0, addressIsOurs: true },
  ...changes,
});
