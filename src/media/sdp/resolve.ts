/**
 * Addresses for names in `c=` (RFC 8866, §5.7, allows them, and some providers send them). A name is looked up only for a
 * far end that may call, once a description, and what it leads to is held to more than an address is: a name that leads
 * to this machine, to everybody or to nobody has none, unless the far end is on this machine.
 */
import { BlockList, isIP } from 'node:net';
import type { Clock, Duration } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import type { MediaLine, SessionDescription } from './description.ts';

/** The IP addresses of a name; none where it has none. */
export type ResolveHost = (name: string) => Promise<readonly string[]>;

/** A caller does not wait longer for its answer. */
const within: Duration = 2_000;
/** Further names are left without an address. */
const mostNames = 2;

const own = new BlockList();
own.addSubnet('127.0.0.0', 8);
own.addAddress('::1', 'ipv6');
const nobody = new BlockList();
nobody.addSubnet('0.0.0.0', 8);
nobody.addSubnet('169.254.0.0', 16);
nobody.addSubnet('224.0.0.0', 3);
nobody.addAddress('::', 'ipv6');
nobody.addSubnet('fe80::', 10, 'ipv6');
nobody.addSubnet('ff00::', 8, 'ipv6');

const holds = (list: BlockList, address: string): boolean => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

const isNamed = (line: MediaLine): boolean =>
  line.kind === 'audio' && line.port > 0 && line.address === undefined && line.host !== undefined;

export const hasNames = ({ media }: SessionDescription): boolean => media.some(isNamed);

/** The description with an address where a name has one. Never rejects: what cannot be found is left as it is. */
export async function withAddresses(
  { media }: SessionDescription,
  resolve: ResolveHost,
  clock: Clock,
  signalling: string | undefined,
): Promise<SessionDescription> {
  const names = [...new Set(media.filter(isNamed).map(line => line.host?.name ?? ''))].slice(0, mostNames);
  const local = signalling !== undefined && isIP(signalling) !== 0 && holds(own, signalling);
  const usable = (address: string): boolean =>
    isIP(address) !== 0 && !holds(nobody, address) && (local || !holds(own, address));
  const found = new Map<string, readonly string[]>();
  await Promise.all(
    names.map(async name => {
      const addresses = await withDeadline(clock, within, `the address of ${name}`, resolve(name)).catch(() => []);
      found.set(name, addresses.filter(usable));
    }),
  );
  return {
    media: media.map(line => {
      if (!isNamed(line) || line.host === undefined) return line;
      const { name, version } = line.host;
      const addresses = found.get(name) ?? [];
      return { ...line, address: addresses.find(address => isIP(address) === version) ?? addresses[0] };
    }),
  };
}
