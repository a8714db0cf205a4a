import { isIP, isIPv4 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { Clock, Duration, Instant } from '../../base/clock.ts';
import { kernelRoute } from './kernelRoute.ts';

/** How long what the system said is believed: interfaces and routes change seldom, and nobody says when. */
const believed: Duration = 3_000;
const rememberedRoutes = 10_000;

interface Known {
  readonly entries: readonly NetworkInterfaceInfo[];
  readonly addresses: ReadonlySet<string>;
}

/** The addresses of this machine, and which of them a far end sees; looked up anew every few seconds. */
export class LocalAddresses {
  private known: Known = { entries: [], addresses: new Set() };
  private validUntil: Instant = Number.NEGATIVE_INFINITY;
  private readonly routes = new Map<string, string | undefined>();

  constructor(
    private readonly clock: Clock,
    private readonly interfaces: () => readonly NetworkInterfaceInfo[] = systemInterfaces,
    /** What the system would send from; undefined: it does not know. */
    private readonly route: (remote: string) => string | undefined = interfaces === systemInterfaces
      ? kernelRoute
      : () => undefined,
  ) {}

  has(address: string): boolean {
    return this.now().addresses.has(address);
  }

  /** Whether something can be bound to it: one of ours, or any of loopback, which Linux has as a whole. */
  canBind(address: string): boolean {
    return this.has(address) || address.startsWith('127.');
  }

  /** Those to which a socket can be bound by the address alone: no link-local ones of IPv6. */
  of(family: 4 | 6): readonly string[] {
    return this.now()
      .entries.filter(entry => entry.family === `IPv${family}` && !isLinkLocal(entry.address))
      .map(({ address }) => address);
  }

  /**
   * The one that `remote` sees us with: loopback for loopback, else what the system's routes say, else one of its own
   * subnet, else the first that is not loopback.
   */
  towards(remote: string): string {
    const family = isIP(remote) === 6 ? 6 : 4;
    const loopback = family === 4 ? '127.0.0.1' : '::1';
    if (remote.startsWith('127.') || remote === '::1') return loopback;
    const { entries } = this.now();
    const routed = this.routed(remote);
    if (routed !== undefined) return routed;
    const candidates = entries.filter(entry => !entry.internal && entry.family === `IPv${family}`);
    const near = candidates.find(entry => inSubnet(entry, remote));
    return (near ?? candidates.find(entry => !isLinkLocal(entry.address)) ?? candidates[0])?.address ?? loopback;
  }

  private routed(remote: string): string | undefined {
    const { routes } = this;
    if (routes.has(remote)) return routes.get(remote);
    if (routes.size >= rememberedRoutes) routes.clear();
    const found = this.route(remote);
    routes.set(remote, found);
    return found;
  }

  private now(): Known {
    const now = this.clock.now();
    if (now >= this.validUntil) {
      const entries = this.interfaces();
      this.known = { entries, addresses: new Set(entries.map(({ address }) => address)) };
      this.routes.clear();
      this.validUntil = now + believed;
    }
    return this.known;
  }
}

const isLinkLocal = (address: string): boolean => /^fe[89ab]/i.test(address);

const systemInterfaces = (): readonly NetworkInterfaceInfo[] =>
  Object.values(networkInterfaces()).flatMap(entries => entries ?? []);

function inSubnet(entry: NetworkInterfaceInfo, remote: string): boolean {
  if (entry.family !== 'IPv4' || !isIPv4(remote)) return false;
  const mask = toInteger(entry.netmask);
  return (toInteger(entry.address) & mask) === (toInteger(remote) & mask);
}

const toInteger = (address: string): number =>
  address.split('.').reduce((sum, octet) => ((sum << 8) | Number.parseInt(octet, 10)) >>> 0, 0);
