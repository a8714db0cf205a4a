import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../../src/base/clock.ts';
import type { Resolver, ServiceRecord } from '../../../../../src/embedded/sip/stack.ts';
import { resolveTarget, type TargetContext } from '../../../../../src/embedded/sip/targets/resolveTarget.ts';
import { remembering } from '../../../../../src/embedded/sip/targets/systemResolver.ts';

const record = (host: string, port: number, priority: number, weight = 0): ServiceRecord => ({
  host,
  port,
  priority,
  weight,
});

function context(
  zone: { addresses?: Record<string, string[]>; services?: Record<string, ServiceRecord[]> } = {},
  protocols: readonly string[] = ['udp', 'tcp'],
  random = 0,
): TargetContext & { readonly asked: string[] } {
  const asked: string[] = [];
  const resolver: Resolver = {
    addresses: async host => {
      asked.push(host);
      return (zone.addresses?.[host] ?? []).map(address => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
    services: async name => {
      asked.push(name);
      return zone.services?.[name] ?? [];
    },
  };
  return {
    asked,
    resolver,
    serves: (protocol, family) => protocols.includes(protocol) && family !== 6,
    random: () => random,
  };
}

const show = async (uri: string, given = context()) =>
  (await resolveTarget(uri, given)).map(({ protocol, address, port }) => `${protocol} ${address}:${port}`);

describe('a URI with an IP address', () => {
  it.each([
    ['sip:b@192.0.2.1', 'udp 192.0.2.1:5060'],
    ['sip:192.0.2.1:5080', 'udp 192.0.2.1:5080'],
    ['sip:b@192.0.2.1;transport=TCP', 'tcp 192.0.2.1:5060'],
    ['sip:b@example.com:5070;maddr=192.0.2.9', 'udp 192.0.2.9:5070'],
  ])('%s at once', (uri, hop) => {
    const hops = resolveTarget(uri, context());
    expect(hops).not.toBeInstanceOf(Promise);
    expect(Array.isArray(hops) && `${hops[0].protocol} ${hops[0].address}:${hops[0].port}`).toBe(hop);
  });

  it('takes TCP where there is no UDP, TLS for sips', async () => {
    expect(await show('sip:b@192.0.2.1', context({}, ['tcp']))).toEqual(['tcp 192.0.2.1:5060']);
    expect(await show('sips:b@192.0.2.1', context({}, ['tls']))).toEqual(['tls 192.0.2.1:5061']);
  });

  it('has no hop where no listener serves it, or it is no SIP URI', () => {
    const given = context();
    for (const uri of ['sip:b@[2001:db8::1]', 'sips:b@192.0.2.1', 'sip:b@192.0.2.1;transport=sctp', 'tel:1', '', 'x']) {
      expect(() => resolveTarget(uri, given), uri).toThrow(expect.objectContaining({ code: 'REQUEST_FAILED' }));
    }
  });
});

describe('an address of no one party', () => {
  const nobodys = ['224.0.0.1', '239.255.255.250', '255.255.255.255', '0.0.0.0', '0.1.2.3', '[::]', '[ff02::1]'];
  const dual = (zone = {}): TargetContext => ({ ...context(zone), serves: () => true });

  it.each(nobodys)('is no next hop: %s', host => {
    for (const uri of [`sip:a@${host}`, `sip:a@192.0.2.1;maddr=${host}`, `sip:a@${host}:9022;transport=tcp`]) {
      expect(() => resolveTarget(uri, dual()), uri).toThrow(expect.objectContaining({ code: 'REQUEST_FAILED' }));
    }
  });

  it('is none behind a name, either', async () => {
    const addresses = { 'evil.example': ['224.0.0.1', '0.0.0.0', '::', 'ff02::1', '::ffff:0.0.0.0', '192.0.2.7'] };
    const hops = await resolveTarget('sip:a@evil.example:5060', dual({ addresses }));
    expect(hops.map(({ address }) => address)).toEqual(['192.0.2.7']);
  });
});

describe('a URI with a name (RFC 3263)', () => {
  it('with a port: its addresses, without service records', async () => {
    const given = context({ addresses: { 'example.com': ['192.0.2.1', '2001:db8::1', '192.0.2.2'] } });
    expect(await show('sip:b@example.com:5080', given)).toEqual(['udp 192.0.2.1:5080', 'udp 192.0.2.2:5080']);
    expect(given.asked).toEqual(['example.com']);
  });

  it('of a single label: its addresses', async () => {
    const given = context({ addresses: { localhost: ['127.0.0.1'] } });
    expect(await show('sip:b@localhost', given)).toEqual(['udp 127.0.0.1:5060']);
    expect(given.asked).toEqual(['localhost']);
  });

  it('service records: by priority, then by weight; UDP before TCP', async () => {
    const zone = {
      services: {
        '_sip._udp.example.com': [record('c', 5063, 20), record('a', 5061, 10, 1), record('b', 5062, 10, 9)],
        '_sip._tcp.example.com': [record('a', 5070, 10)],
      },
      addresses: { a: ['192.0.2.1'], b: ['192.0.2.2'], c: ['192.0.2.3'] },
    };
    expect(await show('sip:x@example.com', context(zone, ['udp', 'tcp'], 0.5))).toEqual([
      'udp 192.0.2.2:5062',
      'udp 192.0.2.1:5061',
      'udp 192.0.2.3:5063',
      'tcp 192.0.2.1:5070',
    ]);
    expect((await show('sip:x@example.com', context(zone, ['udp', 'tcp'], 0.05)))[0]).toBe('udp 192.0.2.1:5061');
    expect(await show('sip:x@example.com;transport=tcp', context(zone))).toEqual(['tcp 192.0.2.1:5070']);
    expect(await show('sip:x@example.com', context(zone, ['tcp']))).toEqual(['tcp 192.0.2.1:5070']);
  });

  it('without service records: its addresses at the default port', async () => {
    const given = context({ addresses: { 'example.com': ['192.0.2.1'] } });
    expect(await show('sip:x@example.com', given)).toEqual(['udp 192.0.2.1:5060']);
    expect(given.asked).toEqual(['_sip._udp.example.com', '_sip._tcp.example.com', 'example.com']);
  });

  it('that does not exist is an error', async () => {
    await expect(show('sip:x@nowhere.example')).rejects.toMatchObject({ code: 'REQUEST_FAILED' });
  });
});

describe('what the resolver says', () => {
  it('is asked for once by all who want it, remembered for half a minute, nothing for less, errors not at all', async () => {
    const clock = new VirtualClock();
    let asked = 0;
    let says: () => Promise<readonly string[]> = async () => ['x'];
    const resolve = remembering(clock, () => {
      asked++;
      return says();
    });
    expect(await Promise.all([resolve('a'), resolve('a')])).toEqual([['x'], ['x']]);
    expect(asked).toBe(1);
    clock.advance(29_000);
    await resolve('a');
    expect(asked).toBe(1);
    clock.advance(2_000);
    says = async () => [];
    await resolve('a');
    expect(asked).toBe(2);
    clock.advance(4_000);
    await resolve('a');
    expect(asked).toBe(2);
    clock.advance(2_000);
    says = () => Promise.reject(new Error('no network'));
    await expect(resolve('a')).rejects.toThrow('no network');
    await expect(resolve('a')).rejects.toThrow('no network');
    expect(asked).toBe(4);
  });
});
