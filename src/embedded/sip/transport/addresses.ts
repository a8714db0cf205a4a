import { isIP, isIPv4 } from 'node:net';

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
