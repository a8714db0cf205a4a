import { describe, expect, it } from 'vitest';
import { chooseAdvertised, type InterfaceAddress } from '../../../src/config/address.ts';
import type { Config } from '../../../src/config/config.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { isCidr, mediaSources, trunkFinder } from '../../../src/config/trunks.ts';

function config(text: string): Config {
  const { value } = parseConfig('k.yaml', text, { folder: '/', environment: {} });
  if (value === undefined) throw new Error('not loaded');
  return value;
}

const loopback: InterfaceAddress = { interface: 'lo', address: '127.0.0.1', internal: true };
const lan: InterfaceAddress = { interface: 'eth0', address: '192.168.1.20', internal: false };
const docker: InterfaceAddress = { interface: 'docker0', address: '172.17.0.1', internal: false };
const linkLocal: InterfaceAddress = { interface: 'eth1', address: '169.254.3.4', internal: false };
const six: InterfaceAddress = { interface: 'eth0', address: 'fe80::1', internal: false };

describe('the advertised address', () => {
  it.each([
    ['the local network', '', [loopback, docker, six, linkLocal, lan], '192.168.1.20', '192.168.1.20'],
    ['loopback, where there is nothing else', '', [loopback, six], '127.0.0.1', '127.0.0.1'],
    ['a bridge rather than nothing', '', [loopback, docker], '172.17.0.1', '172.17.0.1'],
    ['the one that was bound', 'sip: { listen: [udp:127.0.0.1:5060] }', [loopback, lan], '127.0.0.1', '127.0.0.1'],
    ['the one that was set', 'sip: { advertise: 203.0.113.5 }', [lan], '203.0.113.5', '203.0.113.5'],
    ['another one for media', 'media: { advertise: 203.0.113.6 }', [lan], '192.168.1.20', '203.0.113.6'],
    ['the one that media is bound to', 'media: { address: 10.0.0.9 }', [lan], '192.168.1.20', '10.0.0.9'],
  ])('is %s', (_, text, interfaces, sip, media) => {
    expect(chooseAdvertised(config(text), interfaces)).toEqual({ sip, media });
  });
});

describe('a network', () => {
  it.each(['10.0.0.0/8', '192.0.2.1', '::1/128', 'fc00::/7', '0.0.0.0/0'])('may be %s', text => {
    expect(isCidr(text)).toBe(true);
  });
  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::1/129',
    'host/8',
    '10.0.0.0/-1',
    'fe80::1%eth0',
  ])('may not be %j', text => {
    expect(isCidr(text)).toBe(false);
  });
});

describe('where else the media of a trunk may come from', () => {
  const sources = mediaSources(
    config(`
trunks:
  provider: { from: [198.51.100.0/24], mediaFrom: [203.0.113.0/24, "2001:db8::/32"] }
  cloud: { from: [192.0.2.7], mediaFrom: any }
  plain: { from: [10.0.0.0/8] }
`).trunks,
  );
  it('is what its settings say, and nowhere without them', () => {
    const provider = sources('198.51.100.9');
    expect(
      ['203.0.113.5', '::ffff:203.0.113.5', '2001:db8::1', '198.51.100.9', 'host'].map(one => provider?.(one)),
    ).toEqual([true, true, true, false, false]);
    expect(sources('192.0.2.7')?.('8.8.8.8')).toBe(true);
    expect([sources('10.1.1.1'), sources('8.8.8.8'), sources('constructor')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('the trunk of an address', () => {
  const find = trunkFinder([
    { name: 'provider', from: ['198.51.100.0/24', '2001:db8::/32'] },
    { name: 'local', from: ['127.0.0.0/8', '198.51.0.0/16'] },
  ]);
  it.each([
    ['198.51.100.7', 'provider'],
    ['198.51.101.7', 'local'],
    ['127.0.0.1', 'local'],
    ['::ffff:127.0.0.1', 'local'],
    ['2001:db8::5', 'provider'],
    ['203.0.113.1', undefined],
    ['::1', undefined],
    ['not an address', undefined],
  ])('%s is %s', (address, name) => {
    expect(find(address)?.name).toBe(name);
  });
});
