import { BlockList, isIPv6 } from 'node:net';

export const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');

/** Addresses that a party behind NAT names, and nobody on the other side of it can reach (RFC 1918, 6598, 3927, 4193, 4291). */
const unroutable = new BlockList();
unroutable.addSubnet('10.0.0.0', 8, 'ipv4');
unroutable.addSubnet('172.16.0.0', 12, 'ipv4');
unroutable.addSubnet('192.168.0.0', 16, 'ipv4');
unroutable.addSubnet('100.64.0.0', 10, 'ipv4');
unroutable.addSubnet('169.254.0.0', 16, 'ipv4');
unroutable.addSubnet('127.0.0.0', 8, 'ipv4');
unroutable.addSubnet('fc00::', 7, 'ipv6');
unroutable.addSubnet('fe80::', 10, 'ipv6');
unroutable.addAddress('::1', 'ipv6');

export const isRoutable = (address: string): boolean => !unroutable.check(address, familyOf(address));
