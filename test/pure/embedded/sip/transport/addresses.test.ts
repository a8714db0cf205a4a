import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../../src/base/clock.ts';
import { LocalAddresses } from '../../../../../src/embedded/network/localAddresses.ts';
import { plainAddress, withBrackets, withoutBrackets } from '../../../../../src/embedded/sip/transport/addresses.ts';
import type { Hop, ListenAddress, Transport } from '../../../../../src/embedded/sip/transport/transport.ts';
import { TransportSet } from '../../../../../src/embedded/sip/transport/transportSet.ts';

const ipv4 = (address: string, netmask: string, internal = false): NetworkInterfaceInfo => ({
  address,
  netmask,
  family: 'IPv4',
  mac: '',
  internal,
  cidr: null,
});
const machine = [
  ipv4('127.0.0.1', '255.0.0.0', true),
  ipv4('192.0.2.10', '255.255.255.0'),
  ipv4('10.1.0.1', '255.255.0.0'),
];

function transport(protocol: 'udp' | 'tcp', address: string, advertised?: ListenAddress['advertised']): Transport {
  const facts = { protocol, reliable: protocol === 'tcp', secure: false };
  return {
    facts,
    local: { ...facts, id: `${protocol}/${address}`, address, port: 5060, ...(advertised ? { advertised } : {}) },
    connections: 0,
    open: async () => {},
    send: () => {},
    reaches: () => true,
    close: async () => {},
  };
}

async function setOf(...transports: Transport[]): Promise<TransportSet> {
  const clock = new VirtualClock();
  const set = new TransportSet(clock, new LocalAddresses(clock, () => machine));
  for (const one of transports)
    await set.open(one, {
      received: () => {},
      broken: () => {},
      lost: () => {},
      owes: () => false,
      inUse: () => () => false,
    });
  return set;
}
const hop = (address: string, listener?: string) => ({
  protocol: 'udp' as const,
  address,
  port: 5060,
  ...(listener === undefined ? {} : { listener }),
});

describe('the address that the far end knows us by', () => {
  it('is that of its subnet, loopback for loopback, else the first one', () => {
    const addresses = new LocalAddresses(new VirtualClock(), () => machine);
    expect(addresses.towards('127.0.0.2')).toBe('127.0.0.1');
    expect(addresses.towards('192.0.2.77')).toBe('192.0.2.10');
    expect(addresses.towards('10.1.200.3')).toBe('10.1.0.1');
    expect(addresses.towards('203.0.113.5')).toBe('192.0.2.10');
    expect(addresses.towards('::1')).toBe('::1');
  });

  it('is loopback where there is nothing else, and is looked up anew after a while', () => {
    const clock = new VirtualClock();
    let interfaces = machine.slice(0, 1);
    const addresses = new LocalAddresses(clock, () => interfaces);
    expect(addresses.towards('203.0.113.5')).toBe('127.0.0.1');
    interfaces = machine;
    expect(addresses.towards('203.0.113.5')).toBe('127.0.0.1');
    clock.advance(5_000);
    expect(addresses.towards('203.0.113.5')).toBe('192.0.2.10');
  });
});

describe('the transport for a hop', () => {
  it('is the listener that the hop names, else one that can reach it', async () => {
    const set = await setOf(transport('udp', '127.0.0.1'), transport('udp', '192.0.2.10'), transport('tcp', '0.0.0.0'));
    expect(set.choose(hop('127.0.0.9'))?.local.id).toBe('udp/127.0.0.1');
    expect(set.choose(hop('203.0.113.5'))?.local.id).toBe('udp/192.0.2.10');
    expect(set.choose(hop('203.0.113.5', 'udp/127.0.0.1'))?.local.id).toBe('udp/127.0.0.1');
    expect(set.choose(hop('203.0.113.5', 'udp/gone'))?.local.id).toBe('udp/192.0.2.10');
    expect(set.choose({ ...hop('203.0.113.5'), protocol: 'tcp' })?.local.id).toBe('tcp/0.0.0.0');
    expect(set.choose(hop('2001:db8::1'))).toBeUndefined();
    expect(set.choose({ ...hop('203.0.113.5'), protocol: 'tls' })).toBeUndefined();
  });
});

describe('the address that a message leaves from', () => {
  const everywhere = () => setOf(transport('udp', '0.0.0.0'), transport('udp', '::'));
  const from = (set: TransportSet, to: Hop): string | undefined => {
    const chosen = set.choose(to);
    return chosen === undefined ? undefined : set.pinned(chosen, to).local;
  };

  it('is the one that the far end has reached, else the one that the routes lead from', async () => {
    const set = await everywhere();
    expect(from(set, hop('203.0.113.5'))).toBe('192.0.2.10');
    expect(from(set, { ...hop('203.0.113.5'), local: '10.1.0.1' })).toBe('10.1.0.1');
    const { host } = set.localOf(set.choose(hop('203.0.113.5')) ?? expect.fail(), {
      ...hop('203.0.113.5'),
      local: '10.1.0.1',
    });
    expect(host).toBe('10.1.0.1');
  });

  it.each([
    ['not ours any more', '198.51.100.9'],
    ['of the other family', '::1'],
    ['of loopback, and the far end is not', '127.0.0.1'],
  ])('is not one that is %s', async (_title, local) => {
    expect(from(await everywhere(), { ...hop('203.0.113.5'), local })).toBe('192.0.2.10');
  });

  it('is that of a phone that registered there, by its port and by its address', async () => {
    const set = await everywhere();
    const phone = { ...hop('203.0.113.5'), listener: 'udp/0.0.0.0', receivedAt: 0 };
    set.remember({ ...phone, local: '10.1.0.1' });
    expect(from(set, hop('203.0.113.5'))).toBe('10.1.0.1');
    expect(from(set, { ...hop('203.0.113.5'), port: 5070 })).toBe('10.1.0.1');
    expect(from(set, hop('203.0.113.6'))).toBe('192.0.2.10');
    set.remember({ ...phone, local: '192.0.2.10' });
    expect(from(set, hop('203.0.113.5'))).toBe('192.0.2.10');
  });

  it('remembers so many places and no more', async () => {
    const set = await everywhere();
    const at = (port: number) => ({ ...hop('203.0.113.5'), port, listener: 'x', receivedAt: 0, local: '10.1.0.1' });
    for (let port = 1; port <= 50_000; port++) set.remember(at(port));
    expect(set.remembered).toBeLessThanOrEqual(40_000);
  });

  it('is the advertised one where that is ours, and where it is not, it is told all the same', async () => {
    const advertised = (host: string) => ({ hostFor: () => host, hosts: [host], port: 5060 });
    const ours = await setOf(transport('udp', '0.0.0.0', advertised('10.1.0.1')), transport('udp', '::'));
    expect(from(ours, hop('203.0.113.5'))).toBe('10.1.0.1');
    const outside = await setOf(transport('udp', '0.0.0.0', advertised('198.51.100.9')));
    const chosen = outside.choose(hop('203.0.113.5')) ?? expect.fail();
    expect(from(outside, hop('203.0.113.5'))).toBe('192.0.2.10');
    expect(outside.localOf(chosen, hop('203.0.113.5')).host).toBe('198.51.100.9');
  });

  it('is told as it is where the advertised one is of the other family', async () => {
    const set = await setOf(
      transport('udp', '0.0.0.0', { hostFor: () => '2001:db8::9', hosts: ['2001:db8::9'], port: 5060 }),
    );
    const chosen = set.choose(hop('203.0.113.5')) ?? expect.fail();
    expect(set.localOf(chosen, hop('203.0.113.5')).host).toBe('192.0.2.10');
  });

  it('decides between listeners on single addresses', async () => {
    const set = await setOf(transport('udp', '192.0.2.10'), transport('udp', '10.1.0.1'));
    expect(set.choose(hop('10.1.7.7'))?.local.address).toBe('10.1.0.1');
    expect(set.choose(hop('192.0.2.77'))?.local.address).toBe('192.0.2.10');
    expect(set.choose({ ...hop('192.0.2.77'), local: '10.1.0.1' })?.local.address).toBe('10.1.0.1');
  });

  it('is asked of the system: to loopback and to ourselves', () => {
    const addresses = new LocalAddresses(new VirtualClock());
    expect(addresses.towards('127.0.0.9')).toBe('127.0.0.1');
    for (const own of addresses.of(4).filter(one => !one.startsWith('127.'))) expect(addresses.towards(own)).toBe(own);
  });
});

describe('what is ours', () => {
  it('bound addresses, all of the machine for a wildcard, the advertised name', async () => {
    const set = await setOf(
      transport('udp', '0.0.0.0'),
      transport('tcp', '127.0.0.1', { hostFor: () => 'pbx.example', hosts: ['pbx.example'], port: 5999 }),
    );
    expect(set.isLocal('192.0.2.10')).toBe(true);
    expect(set.isLocal('10.1.0.1', 5060)).toBe(true);
    expect(set.isLocal('localhost', 5060)).toBe(true);
    expect(set.isLocal('203.0.113.5')).toBe(false);
    expect(set.isLocal('192.0.2.10', 5061)).toBe(false);
    expect(set.isLocal('PBX.example', 5999)).toBe(true);
    expect(set.isLocal('pbx.example')).toBe(false);
    const [, tcp] = set.addresses;
    expect(tcp?.advertised).toMatchObject({ hosts: ['pbx.example'], port: 5999 });
    const chosen = set.choose({ protocol: 'tcp', address: '127.0.0.1', port: 1 }) ?? expect.fail();
    expect(set.localOf(chosen, { protocol: 'tcp', address: '127.0.0.1', port: 1 })).toMatchObject({
      host: 'pbx.example',
      port: 5999,
    });
  });
});

describe('addresses as text', () => {
  it('with and without brackets, mapped IPv4', () => {
    expect(withBrackets('2001:db8::1')).toBe('[2001:db8::1]');
    expect(withBrackets('192.0.2.1')).toBe('192.0.2.1');
    expect(withoutBrackets('[2001:db8::1]')).toBe('2001:db8::1');
    expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(plainAddress('2001:db8::1')).toBe('2001:db8::1');
  });
});
