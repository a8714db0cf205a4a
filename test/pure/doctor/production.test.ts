import { describe, expect, it } from 'vitest';
import type { Facts, Failure, FreeswitchAnswer } from '../../../src/doctor/facts.ts';
import { judge } from '../../../src/doctor/judge.ts';
import { answer, freeswitch, productionConfig, productionFacts } from '../../support/doctorFacts.ts';

/** What is not fine, as `severity CODE`. */
const wrong = (facts: Facts, settings = ''): string[] =>
  judge(facts, productionConfig(settings))
    .filter(({ severity }) => severity !== 'fine')
    .map(({ severity, code }) => `${severity} ${code}`);

const media = (changes: Partial<FreeswitchAnswer>): Facts => productionFacts({ freeswitch: [freeswitch(changes)] });
const profile = (changes: Readonly<Record<string, string>>): Facts =>
  media({ profile: { ...answer.profile, ...changes } });

const failure = (kind: Failure['kind']): Failure => ({ kind, detail: 'why' });

describe('the production engine', () => {
  it('has nothing wrong with it', () => {
    const findings = judge(productionFacts(), productionConfig());
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'fine DRACHTIO_ANSWERS',
      'fine FREESWITCH_ANSWERS',
      'fine PROFILE',
      'fine CLOCK',
    ]);
  });

  it('says what to do about everything that is wrong', () => {
    const facts = productionFacts({
      drachtio: { server: { host: 'd', port: 1 }, answer: failure('silent'), exposedAt: [] },
    });
    for (const finding of judge(facts, productionConfig())) {
      expect(finding.remedy === undefined).toBe(finding.severity === 'fine');
    }
  });
});

describe('drachtio-server', () => {
  const drachtio = (changes: Partial<NonNullable<Facts['drachtio']>>): Facts => {
    const facts = productionFacts();
    return facts.drachtio === undefined ? facts : { ...facts, drachtio: { ...facts.drachtio, ...changes } };
  };
  const answered = (version: string, listeners: readonly string[]): Facts =>
    drachtio({ answer: { kind: 'answered', version, listeners } });

  it.each([
    ['unreachable', 'DRACHTIO_UNREACHABLE'],
    ['silent', 'DRACHTIO_SILENT'],
    ['foreign', 'DRACHTIO_FOREIGN'],
    ['denied', 'DRACHTIO_DENIED'],
    ['refused', 'DRACHTIO_SECRET_REFUSED'],
  ] as const)('%s: %s', (kind, code) => {
    expect(wrong(drachtio({ answer: failure(kind) }))).toEqual([`error ${code}`]);
  });

  it('is deaf, on loopback, old, or exposed', () => {
    expect(wrong(answered('v0.9.10', []))).toEqual(['error DRACHTIO_DEAF']);
    expect(wrong(answered('v0.9.10', ['udp/127.0.0.1:5060']))).toEqual(['warning DRACHTIO_LOOPBACK']);
    expect(wrong(answered('v0.9.10', ['udp/127.0.0.1:5060', 'udp/192.0.2.7:5060']))).toEqual([]);
    expect(wrong(answered('v0.8.26', ['udp/192.0.2.7:5060']))).toEqual(['warning DRACHTIO_OLD']);
    expect(wrong(answered('', ['udp/192.0.2.7:5060']))).toEqual([]);
    expect(wrong(drachtio({ exposedAt: ['192.0.2.7'] }))).toEqual(['warning CONTROL_EXPOSED']);
  });
});

describe('a FreeSWITCH', () => {
  it.each([
    ['unreachable', 'FREESWITCH_UNREACHABLE'],
    ['silent', 'FREESWITCH_SILENT'],
    ['foreign', 'FREESWITCH_FOREIGN'],
    ['denied', 'FREESWITCH_DENIED'],
    ['refused', 'FREESWITCH_SECRET_REFUSED'],
  ] as const)('%s: %s', (kind, code) => {
    const facts = productionFacts({ freeswitch: [{ ...freeswitch(), answer: failure(kind) }] });
    expect(wrong(facts)).toEqual([`error ${code}`]);
  });

  it.each<[string, Facts, string]>([
    ['without a module', media({ missingModules: ['mod_sndfile'] }), 'error MODULE_MISSING'],
    ['without the profile', media({ profile: undefined }), 'error PROFILE_MISSING'],
    ['whose profile does not run', media({ profileRuns: false }), 'error PROFILE_DOWN'],
    ['that does not park', media({ parks: false }), 'error NOT_PARKED'],
    [
      'whose dialplan is of another version',
      media({ missingVariables: ['RECORD_MIN_SEC'] }),
      'error CHANNEL_VARIABLES',
    ],
    ['that names its channels by itself', profile({ 'inbound-use-callid-as-uuid': 'false' }), 'error CHANNEL_NAMES'],
    ['that asks us for a password', profile({ 'auth-calls': 'true' }), 'error ASKS_US'],
    ['that takes digits as INFO', profile({ 'dtmf-type': 'info' }), 'warning DIGITS'],
    ['that is silent to the silent', profile({ 'rtp-timer-name': 'none' }), 'warning RTP_TIMER'],
    ['that takes calls from everywhere', profile({ 'sip-ip': '0.0.0.0' }), 'error SIP_EXPOSED'],
    ['that takes calls from the world', profile({ 'sip-ip': '198.51.100.4' }), 'error SIP_EXPOSED'],
    ['that knows no codec of ours', profile({ 'codec-prefs': 'OPUS,G722' }), 'error CODECS'],
    ['that expands API calls', media({ apiExpansion: true }), 'error API_EXPANSION'],
    ['that does not tell whether it does', media({ apiExpansion: undefined }), 'error API_EXPANSION'],
    ['that may offer SRTP', media({ secureMedia: '' }), 'warning SRTP_OFFERED'],
    ['that offers SRTP', media({ secureMedia: 'optional' }), 'warning SRTP_OFFERED'],
    ['whose event socket is open', media({ eventSocket: { 'listen-ip': '::' } }), 'warning EVENT_SOCKET_OPEN'],
    ['with stock dialplans', media({ contexts: ['default', 'kozpont'] }), 'warning STOCK_CONFIGURATION'],
    ['with users', media({ users: 20 }), 'warning STOCK_CONFIGURATION'],
    ['with fewer ports than sessions', media({ ports: { from: 20_000, to: 20_999 } }), 'warning RTP_RANGE_SMALL'],
    ['in another time', media({ clockSkew: -7000 }), 'warning CLOCK_SKEW'],
    ['with too few sessions', media({ maxSessions: 1000 }), 'warning SESSIONS_SHORT'],
    ['with too low a rate', media({ sessionsPerSecond: 30 }), 'warning RATE_SHORT'],
    ['that sees no prompts', media({ folders: [{ here: '/a', there: '/b', seen: false }] }), 'error PROMPTS_UNSEEN'],
  ])('%s', (_what, facts, expected) => {
    expect(wrong(facts, 'limits: { callsPerSecond: 200 }')).toEqual([expected]);
  });

  it('may be bound to a private network', () => {
    for (const address of ['10.1.2.3', '192.168.1.2', '172.20.0.9']) {
      expect(wrong(profile({ 'sip-ip': address }))).toEqual([]);
    }
  });

  it('on another machine needs RTP beyond loopback', () => {
    const far = { ...freeswitch({ profile: { ...answer.profile, 'rtp-ip': '127.0.0.1' } }), local: false };
    expect(wrong(productionFacts({ freeswitch: [far] }))).toEqual(['error RTP_LOOPBACK']);
    expect(wrong(productionFacts({ freeswitch: [{ ...far, local: true }] }))).toEqual([]);
  });

  it('has the ports that the settings say, whether odd ones are counted or not', () => {
    const at = { file: 'k.yaml', line: 1, col: 1 };
    const saying = (from: number, to: number): Facts =>
      productionFacts({ freeswitch: [freeswitch({}, { ports: { from, to, at } })] });
    expect(wrong(saying(20_000, 29_999))).toEqual([]);
    expect(wrong(saying(20_000, 29_998))).toEqual([]);
    expect(wrong(saying(20_000, 25_000))).toEqual(['warning RTP_RANGE_DIFFERS']);
  });
});

describe('several media servers', () => {
  const other = { name: 'media2', port: 8022 };
  it('count together', () => {
    const facts = productionFacts({
      freeswitch: [
        freeswitch({ maxSessions: 1000, ports: { from: 10_000, to: 14_999 } }),
        freeswitch({ maxSessions: 1000, ports: { from: 15_000, to: 19_999 } }, other),
      ],
    });
    expect(wrong(facts)).toEqual([]);
    expect(wrong(facts, 'limits: { calls: 1001 }')).toEqual(['warning SESSIONS_SHORT']);
  });

  it('do not share ports of one address', () => {
    const overlapping = (address: string): Facts =>
      productionFacts({
        freeswitch: [
          freeswitch(),
          freeswitch({ ports: { from: 29_998, to: 39_999 }, profile: { ...answer.profile, 'rtp-ip': address } }, other),
        ],
      });
    expect(wrong(overlapping('192.0.2.7'))).toContain('error RTP_RANGES_OVERLAP');
    expect(wrong(overlapping('192.0.2.8'))).not.toContain('error RTP_RANGES_OVERLAP');
  });
});
