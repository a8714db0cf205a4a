import { isIP } from 'node:net';
import type { Advertise, AdvertiseRule } from './config.ts';
import { trunkFinder } from './trunks.ts';

/** Networks of an advertised address that is for everybody else. */
const everybody = ['0.0.0.0/0', '::/0'];

/** What somebody is told to reach us at, by the IP address where they are. */
export interface AdvertisedTo {
  /** Undefined: the very address that they reach us at. Never one of the other family. */
  hostFor(remote: string): string | undefined;
  /** All that may be told. */
  readonly hosts: readonly string[];
}

export const rulesOf = (advertise: Advertise): readonly AdvertiseRule[] =>
  typeof advertise === 'string' ? [{ from: undefined, address: advertise }] : advertise;

/** The first rule that fits counts, in the order in which they are written; `default` comes last. */
export function advertisedTo(advertise: Advertise): AdvertisedTo {
  const rules = rulesOf(advertise);
  const ofFamily = (family: 4 | 6) =>
    trunkFinder(
      rules
        .filter(({ address }) => address === 'auto' || isIP(address) === family)
        .toSorted((a, b) => Number(a.from === undefined) - Number(b.from === undefined))
        .map(({ from, address }) => ({ from: from ?? everybody, address })),
    );
  const [four, six] = [ofFamily(4), ofFamily(6)];
  return {
    hostFor(remote) {
      const address = (isIP(remote) === 6 ? six : four)(remote)?.address;
      return address === 'auto' ? undefined : address;
    },
    hosts: rules.flatMap(({ address }) => (address === 'auto' ? [] : [address])),
  };
}
