import { isIPv4 } from 'node:net';
import { rulesOf } from './advertise.ts';
import type { Advertise, Config } from './config.ts';

/** One address of the machine's, as `os.networkInterfaces()` lists them. */
export interface InterfaceAddress {
  readonly interface: string;
  readonly address: string;
  readonly internal: boolean;
}

/** Where most phones and trunks reach us, to be shown to people: each far end is told its own (`advertise.ts`). */
export interface Advertised {
  readonly sip: string;
  readonly media: string;
}

/**
 * What `auto` stands for. A listener bound to one address is reached at that address. One bound to every address is
 * reached at the machine's address in the local network: a softphone on another machine gets there, and so does one
 * on this machine, which loopback would serve alone. Loopback is left where there is nothing else.
 */
export function chooseAdvertised(config: Config, interfaces: readonly InterfaceAddress[]): Advertised {
  const bound = config.sip.listeners.map(listener => listener.address).find(address => !isEveryAddress(address));
  const everywhere = config.sip.listeners.some(listener => isEveryAddress(listener.address));
  const found = everywhere || bound === undefined ? localNetworkAddress(interfaces) : bound;
  const sip = forMost(config.sip.advertise) ?? found;
  const mediaBound = isEveryAddress(config.media.address) ? sip : config.media.address;
  return { sip, media: forMost(config.media.advertise) ?? mediaBound };
}

/** The address for those who are in no network of its own. */
const forMost = (advertise: Advertise): string | undefined => {
  const rule = rulesOf(advertise).find(({ from }) => from === undefined);
  return rule === undefined || rule.address === 'auto' ? undefined : rule.address;
};

const isEveryAddress = (address: string): boolean => address === '0.0.0.0' || address === '::';

/** Bridges and tunnels that containers, virtual machines and VPNs make: a phone seldom sits behind one. */
const madeByPrograms = /^(docker|br-|veth|virbr|vmnet|vboxnet|tun|tap|wg|utun|tailscale|zt|cni|flannel|podman|lxc|lxd)/;

function localNetworkAddress(interfaces: readonly InterfaceAddress[]): string {
  const candidates = interfaces.filter(({ address, internal }) => !internal && isIPv4(address));
  const rank = (candidate: InterfaceAddress): number =>
    (madeByPrograms.test(candidate.interface) ? 4 : 0) + (candidate.address.startsWith('169.254.') ? 2 : 0);
  // The order of the system is kept within a rank: the first one is usually the one with the default route.
  let best: InterfaceAddress | undefined;
  for (const candidate of candidates) {
    if (best === undefined || rank(candidate) < rank(best)) best = candidate;
  }
  return best?.address ?? '127.0.0.1';
}
