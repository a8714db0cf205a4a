import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../../src/base/clock.ts';
import type { Facing } from '../../../../src/base/facing.ts';
import { LocalAddresses } from '../../../../src/embedded/network/localAddresses.ts';
import { faceFor } from '../../../../src/embedded/rtp/socket/face.ts';

const entry = (family: 'IPv4' | 'IPv6', address: string, netmask: string, internal = false): NetworkInterfaceInfo =>
  ({ address, netmask, family, mac: '', internal, cidr: null, scopeid: 0 }) as NetworkInterfaceInfo;
const both = [
  entry('IPv4', '127.0.0.1', '255.0.0.0', true),
  entry('IPv4', '192.0.2.10', '255.255.255.0'),
  entry('IPv4', '192.0.2.11', '255.255.255.0'),
  entry('IPv4', '10.1.0.1', '255.255.0.0'),
  entry('IPv6', '2001:db8::10', 'ffff:ffff:ffff:ffff::'),
];
const machineOf = (entries = both) => new LocalAddresses(new VirtualClock(), () => entries);

const face = (facing: Facing, described?: string, rules: Partial<Parameters<typeof faceFor>[0]> = {}) =>
  faceFor({ bind: '0.0.0.0', advertised: () => undefined, machine: machineOf(), ...rules }, facing, described);
const at = (address: string) => ({ bind: address, told: address });

describe('the addresses of media', () => {
  test.each<[string, Facing, string | undefined, string]>([
    [
      'the address that signalling was asked at',
      { local: '192.0.2.11', remote: '203.0.113.5' },
      '203.0.113.5',
      '192.0.2.11',
    ],
    ['that of another network', { local: '10.1.0.1', remote: '10.1.9.9' }, '10.1.9.9', '10.1.0.1'],
    ['the one that faces the far end, where nobody knows', { remote: '10.1.9.9' }, undefined, '10.1.0.1'],
    ['not one that is gone', { local: '198.51.100.1', remote: '10.1.9.9' }, undefined, '10.1.0.1'],
    [
      'of the family that the far end describes',
      { local: '192.0.2.10', remote: '192.0.2.77' },
      '2001:db8::77',
      '2001:db8::10',
    ],
    [
      'of its signalling, where it describes nothing',
      { local: '2001:db8::10', remote: '2001:db8::7' },
      undefined,
      '2001:db8::10',
    ],
    ['loopback for loopback', { local: '127.0.0.1', remote: '127.0.0.9' }, '127.0.0.9', '127.0.0.1'],
    [
      'loopback for a phone on this machine that describes another address of ours',
      { local: '127.0.0.1', remote: '127.0.0.1' },
      '192.0.2.11',
      '127.0.0.1',
    ],
    [
      'not loopback for who comes through a proxy on this machine',
      { local: '127.0.0.1', remote: '127.0.0.1' },
      '10.1.9.9',
      '10.1.0.1',
    ],
  ])('are %s', (_title, facing, described, expected) => {
    expect(face(facing, described)).toEqual(at(expected));
  });

  test('are every address, and the one to the outside is told, where nothing is known', () => {
    expect(face({})).toEqual({ bind: '0.0.0.0', told: '192.0.2.10' });
  });

  test('are the advertised one, if that is ours', () => {
    const rules = { advertised: () => '192.0.2.11' };
    expect(face({ local: '10.1.0.1', remote: '10.1.9.9' }, undefined, rules)).toEqual(at('192.0.2.11'));
  });

  test('are bound to the one that faces the far end, if the advertised one is of a NAT before us', () => {
    const rules = { advertised: () => '198.51.100.9' };
    const told = '198.51.100.9';
    expect(face({ local: '10.1.0.1', remote: '203.0.113.5' }, undefined, rules)).toEqual({ bind: '10.1.0.1', told });
    expect(face({ remote: '10.1.9.9' }, undefined, rules)).toEqual({ bind: '10.1.0.1', told });
    expect(face({}, undefined, rules)).toEqual({ bind: '0.0.0.0', told });
  });

  test('may be advertised by networks', () => {
    const rules = { advertised: (remote: string) => (remote.startsWith('10.') ? undefined : '198.51.100.9') };
    expect(face({ local: '10.1.0.1', remote: '10.1.9.9' }, undefined, rules)).toEqual(at('10.1.0.1'));
    expect(face({ local: '10.1.0.1', remote: '203.0.113.5' }, undefined, rules).told).toBe('198.51.100.9');
  });

  test('are of its own family where the advertised one is of the other', () => {
    const rules = { advertised: () => '198.51.100.9' };
    expect(face({ remote: '2001:db8::7' }, undefined, rules)).toEqual(at('2001:db8::10'));
  });

  test('are the one that is set, and no other', () => {
    expect(face({ local: '10.1.0.1', remote: '10.1.9.9' }, undefined, { bind: '192.0.2.11' })).toEqual(
      at('192.0.2.11'),
    );
  });

  test('are of IPv4 on a machine without IPv6, whatever is described', () => {
    const machine = machineOf(both.filter(({ family }) => family === 'IPv4'));
    expect(face({ remote: '2001:db8::7' }, '2001:db8::7', { machine }).bind).toBe('0.0.0.0');
  });
});
