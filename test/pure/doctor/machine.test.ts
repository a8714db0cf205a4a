import { describe, expect, it } from 'vitest';
import { openFilesIn } from '../../../src/base/openFiles.ts';
import type { Facts, MachineFacts, PortState } from '../../../src/doctor/facts.ts';
import { ephemeralOf } from '../../../src/doctor/gather/machine.ts';
import { judge } from '../../../src/doctor/judge.ts';
import { reportFormats } from '../../../src/doctor/report.ts';
import {
  embeddedConfig,
  embeddedFacts,
  machine,
  productionConfig,
  productionFacts,
} from '../../support/doctorFacts.ts';

const config = embeddedConfig();
const wrong = (changes: Partial<Facts>, of = config): string[] =>
  judge(embeddedFacts(of, changes), of)
    .filter(({ severity }) => severity !== 'fine')
    .map(({ severity, code }) => `${severity} ${code}`);
const on = (changes: Partial<MachineFacts>): string[] => wrong({ machine: { ...machine, ...changes } });

describe('the embedded engine', () => {
  it('has nothing wrong with it', () => {
    expect(wrong({})).toEqual([]);
  });

  it.each<[PortState, readonly string[]]>([
    ['sip', []],
    ['taken', ['error PORT_TAKEN']],
    ['elsewhere', ['error ADDRESS_NOT_OURS']],
    ['forbidden', ['error PORT_FORBIDDEN']],
  ])('whose port is %s', (state, expected) => {
    const [listener] = config.sip.listeners;
    if (listener === undefined) throw new Error('no listener');
    expect(wrong({ listeners: [{ listener, state }] })).toEqual(expected);
  });

  it('needs its RTP ports, but those of its own calls are no matter', () => {
    expect(wrong({ rtp: { tried: 500, taken: 30, addressIsOurs: true } })).toEqual(['warning RTP_PORTS_TAKEN']);
    expect(wrong({ rtp: { tried: 500, taken: 2, addressIsOurs: true } })).toEqual([]);
    const [listener] = config.sip.listeners;
    if (listener === undefined) throw new Error('no listener');
    const running = { listeners: [{ listener, state: 'sip' as const }] };
    expect(wrong({ ...running, rtp: { tried: 500, taken: 30, addressIsOurs: true } })).toEqual([]);
    expect(wrong({ rtp: { tried: 1, taken: 0, addressIsOurs: false } })).toEqual(['error ADDRESS_NOT_OURS']);
    const narrow = embeddedConfig('media: { ports: 20000-20999 }');
    expect(wrong({}, narrow)).toEqual(['warning RTP_RANGE_SMALL']);
  });

  it('tells phones an address that they can use', () => {
    expect(wrong({ advertised: { sip: '127.0.0.1', media: '127.0.0.1' } })).toEqual(['warning ADVERTISED_LOOPBACK']);
    const loopback = embeddedConfig('sip: { listen: [udp:127.0.0.1:5060] }');
    expect(wrong({ advertised: { sip: '127.0.0.1', media: '127.0.0.1' } }, loopback)).toEqual([]);
    const natted = judge(embeddedFacts(config, { advertised: { sip: '198.51.100.1', media: '198.51.100.1' } }), config);
    expect(natted.find(({ code }) => code === 'ADVERTISED')?.message).toContain('behind a NAT');
  });

  it('needs a voice for each language, and its folders', () => {
    expect(wrong({ voices: [{ language: 'hu', problem: 'no such voice' }] })).toEqual(['error VOICE_DUMB']);
    const folder = { setting: 'state' as const, path: '/srv/var', problem: 'EACCES' };
    expect(wrong({ folders: [folder, { ...folder, problem: undefined }] })).toEqual(['error FOLDER_UNUSABLE']);
  });
});

describe('the machine', () => {
  it.each<[string, Partial<MachineFacts>, readonly string[]]>([
    ['few open files', { openFiles: 1024 }, ['warning OPEN_FILES']],
    ['open files without a limit', { openFiles: Number.POSITIVE_INFINITY }, []],
    ['small buffers', { receiveBuffer: 212_992 }, ['warning UDP_BUFFER']],
    ['a clock that nobody keeps', { clockSynchronised: false }, ['warning CLOCK_UNKEPT']],
    ['a clock that jumps', { clockStep: -3000 }, ['warning CLOCK_STEPS']],
    ['a clock of which nothing is known', { clockSynchronised: undefined }, []],
    [
      'RTP ports that it gives away',
      { ephemeral: { from: 10_000, to: 60_999, reserved: [] } },
      ['warning EPHEMERAL_PORTS'],
    ],
    ['RTP ports that it keeps', { ephemeral: { from: 10_000, to: 60_999, reserved: [[20_000, 29_999]] } }, []],
    ['nothing known', { openFiles: undefined, receiveBuffer: undefined, ephemeral: undefined }, []],
  ])('with %s', (_what, changes, expected) => {
    expect(on(changes)).toEqual(expected);
  });

  it('gives RTP ports of a media server away, if that runs on it', () => {
    const facts = productionFacts({ machine: { ...machine, ephemeral: { from: 25_000, to: 60_999, reserved: [] } } });
    const codes = (of: Facts): string[] => judge(of, productionConfig()).map(({ code }) => code);
    expect(codes(facts)).toContain('EPHEMERAL_PORTS');
    const far = facts.freeswitch.map(one => ({ ...one, local: false }));
    expect(codes({ ...facts, freeswitch: far })).not.toContain('EPHEMERAL_PORTS');
  });
});

describe('what the kernel prints', () => {
  it('is read', () => {
    const limits = 'Limit                     Soft Limit           Hard Limit           Units     \n';
    expect(
      openFilesIn(`${limits}Max open files            1024                 1048576              files     \n`),
    ).toBe(1024);
    expect(openFilesIn('Max open files            unlimited            unlimited            files     \n')).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(openFilesIn('')).toBeUndefined();
    expect(ephemeralOf('32768\t60999\n', '\n')).toEqual({ from: 32_768, to: 60_999, reserved: [] });
    expect(ephemeralOf('32768\t60999\n', '20000-29999,5060\n')?.reserved).toEqual([
      [20_000, 29_999],
      [5060, 5060],
    ]);
    expect(ephemeralOf('rubbish', '')).toBeUndefined();
  });
});

describe('a report', () => {
  const findings = [
    { severity: 'fine' as const, code: 'A', subject: 'this', message: 'is well' },
    { severity: 'warning' as const, code: 'B', subject: 'that', message: 'is \u001b[2Jodd', remedy: 'mend it' },
    { severity: 'error' as const, code: 'C', subject: 'the other', message: 'is broken', remedy: 'replace it' },
  ];
  const report = { engine: 'embedded', version: '1.2.3', findings };

  it('is text for people, in which nothing moves the cursor', () => {
    expect(reportFormats.text(report)).toBe(`The embedded engine

ok       this: is well
warning  B that: is \\u001b[2Jodd
         → mend it
ERROR    C the other: is broken
         → replace it

1 error, 1 warning`);
    expect(reportFormats.text({ ...report, findings: findings.slice(0, 1) })).toMatch(/\n\nNothing is wrong\.$/);
  });

  it('is JSON for programs', () => {
    expect(JSON.parse(reportFormats.json(report))).toEqual(report);
  });
});
