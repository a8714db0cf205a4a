/** Whom media is taken from. */
import { BlockList, isIPv6 } from 'node:net';

/** Addresses of one site: whoever signals from there is not behind a NAT of a provider (RFC 1918, 4193; loopback). */
const local = new BlockList();
local.addSubnet('10.0.0.0', 8);
local.addSubnet('172.16.0.0', 12);
local.addSubnet('192.168.0.0', 16);
local.addSubnet('127.0.0.0', 8);
local.addSubnet('169.254.0.0', 16);
local.addSubnet('fc00::', 7, 'ipv6');
local.addSubnet('fe80::', 10, 'ipv6');
local.addAddress('::1', 'ipv6');

/** Something, where the settings name other networks for the media of a far end that signals from an address. */
export type MediaFrom = (signalling: string) => unknown;

/**
 * Whether media may come from elsewhere than described. FreeSWITCH follows whoever sends ten packets before the
 * described address sends one, so it is let do that where a NAT explains it alone: the signalling comes from another
 * address, or from one where a NAT may have changed the port; and where the settings of its trunk name other networks for
 * its media (`mediaFrom`), which FreeSWITCH cannot be told: it follows anybody then. Else it drops what strangers send.
 */
export function mayBeElsewhere(
  described: string | undefined,
  signalling: string | undefined,
  mediaFrom: MediaFrom = () => undefined,
): boolean {
  if (signalling === undefined || described === undefined) return false;
  if (mediaFrom(signalling) !== undefined) return true;
  return signalling !== described || !local.check(signalling, isIPv6(signalling) ? 'ipv6' : 'ipv4');
}
