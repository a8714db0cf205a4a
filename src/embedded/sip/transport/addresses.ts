import { isIP, isIPv4 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { Clock, Instant } from '../../../base/clock.ts';

export type Family = 4 | 6;

/** Undefined: not an IP address. */
export const familyOf = (address: string): Family | undefined => {
  const family = isIP(address);
  return family === 4 || family === 6 ? family : undefined;
};

export const isWildcard = (address: string): boolean => address === '0.0.0.0' || address === '::';

export const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

/** `[::1]` as `::1`; everything else as it is. */
export const withoutBrackets = (host: string): string =>
  host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;

/** As a URI and a Via write it (RFC 3261, §25.1). */
export const withBrackets = (host: string): string =>
  host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;

/** IPv4 that a dual-stack socket reports as `::ffff:1.2.3.4`. */
export const plainAddress = (address: string): string =>
  address.startsWith('::ffff:') && isIPv4(address.slice(7)) ? address.slice(7) : address;

/** The addresses of this machine, looked up anew at most every few seconds. */
export class LocalAddresses {
  private known: readonly NetworkInterfaceInfo[] = [];
  private validUntil: Instant = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly interfaces: () => readonly NetworkInterfaceInfo[] = systemInterfaces,
  ) {}

  has(address: string): boolean {
    return this.all().some(entry => entry.address === address);
  }

  /**
   * The one that `remote` most likely sees us with: loopback for loopback, else one of its own subnet, else the first
   * that is not loopback.
   */
  towards(remote: string): string {
    const family = familyOf(remote) ?? 4;
    const loopback = family === 4 ? '127.0.0.1' : '::1';
    if (isLoopback(remote)) return loopback;
    const candidates = this.all().filter(entry => !entry.internal && entry.family === `IPv${family}`);
    const near = candidates.find(entry => inSubnet(entry, remote));
    return (near ?? candidates.find(entry => !entry.address.startsWith('fe80:')) ?? candidates[0])?.address ?? loopback;
  }

  private all(): readonly NetworkInterfaceInfo[] {
    const now = this.clock.now();
    if (now >= this.validUntil) {
      this.known = this.interfaces();
      this.validUntil = now + 5_000;
    }
    return this.known;
  }
}

const systemInterfaces = (): readonly NetworkInterfaceInfo[] =>
  Object.values(networkInterfaces()).flatMap(entries => entries ?? []);

function inSubnet(entry: NetworkInterfaceInfo, remote: string): boolean {
  if (entry.family !== 'IPv4' || !isIPv4(remote)) return false;
  const mask = toInteger(entry.netmask);
  return (toInteger(entry.address) & mask) === (toInteger(remote) & mask);
}

const toInteger = (address: string): number =>
  address.split('.').reduce((sum, octet) => ((sum << 8) | Number.parseInt(octet, 10)) >>> 0, 0);
