import { BlockList, isIP } from 'node:net';
import type { Trunk } from './config.ts';

/** A network in CIDR notation, or one address. */
export const isCidr = (text: string): boolean => parseCidr(text) !== undefined;

interface Cidr {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

function parseCidr(text: string): Cidr | undefined {
  const [address = '', prefixText, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0 || address.includes('%')) return undefined;
  const longest = version === 4 ? 32 : 128;
  if (prefixText !== undefined && !/^[0-9]{1,3}$/.test(prefixText)) return undefined;
  const prefix = prefixText === undefined ? longest : Number(prefixText);
  return prefix > longest ? undefined : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** Whether an IP address is one of them. An IPv4 address in the form of an IPv6 socket (`::ffff:192.0.2.1`) is the IPv4 address. */
export function networks(from: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const text of from) {
    const cidr = parseCidr(text);
    if (cidr !== undefined) list.addSubnet(cidr.address, cidr.prefix, cidr.family);
  }
  return address => {
    const plain = address.toLowerCase().startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  };
}

/** The trunk that an address belongs to: the first whose networks hold it. */
export function trunkFinder<T extends Pick<Trunk, 'from'>>(trunks: readonly T[]): (address: string) => T | undefined {
  const known = trunks.map(trunk => ({ trunk, holds: networks(trunk.from) }));
  return address => known.find(({ holds }) => holds(address))?.trunk;
}

/** For a far end that signals from an address: which others its media may come from by its trunk's settings; undefined: none. */
export function mediaSources(
  trunks: readonly Pick<Trunk, 'from' | 'mediaFrom'>[],
): (signalling: string) => ((address: string) => boolean) | undefined {
  const known = trunks.map(({ from, mediaFrom }) => ({
    holds: networks(from),
    admits: mediaFrom === undefined ? undefined : mediaFrom === 'any' ? () => true : networks(mediaFrom),
  }));
  return signalling => known.find(({ holds }) => holds(signalling))?.admits;
}
