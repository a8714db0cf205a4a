import { isIP } from 'node:net';
import type { Facing } from '../../../base/facing.ts';
import type { LocalAddresses } from '../../network/localAddresses.ts';

/** The addresses of a party's media: where its sockets are bound, and what the far end is told. */
export interface Face {
  readonly bind: string;
  readonly told: string;
}

export interface FaceRules {
  /** An IP address; `0.0.0.0` or `::`: whichever of the machine's serves the far end. */
  readonly bind: string;
  /** What is told to who is at `remote`; undefined: where the sockets are. */
  readonly advertised: (remote: string) => string | undefined;
  readonly machine: Pick<LocalAddresses, 'canBind' | 'of' | 'towards'>;
}

type Family = 4 | 6;

const familyOf = (address: string | undefined): Family | undefined => {
  const family = isIP(address ?? '');
  return family === 4 || family === 6 ? family : undefined;
};

const everyAddress = { 4: '0.0.0.0', 6: '::' } as const;
/** Of the documentation (RFC 5737, 3849): what the routes to the outside lead from. */
const outside = { 4: '192.0.2.1', 6: '2001:db8::1' } as const;

const isEvery = (address: string): boolean => address === '0.0.0.0' || address === '::';
const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

/**
 * Packets leave from the address that the description names, or, where that one is of a NAT before us, from the one that
 * faces the far end: it may hear nothing that comes from elsewhere. `described`: where its own description says that its
 * media are, which decides the family. Where there is no address of its family, the negotiation finds that out.
 */
export function faceFor({ bind, advertised, machine }: FaceRules, facing: Facing, described?: string): Face {
  const { local, remote } = throughProxy(machine, facing, described);
  const family = familyOf(described) ?? familyOf(local) ?? familyOf(remote) ?? familyOf(bind) ?? 4;
  const there = familyOf(remote) === family ? (remote as string) : undefined;
  const faced = there ?? (familyOf(described) === family && !isEvery(described as string) ? described : undefined);
  const given = advertised(there ?? everyAddress[family]);
  const told = familyOf(given) === family ? given : undefined;
  if (!isEvery(bind)) return { bind, told: told ?? bind };
  if (machine.of(family).length === 0) return { bind: everyAddress[4], told: machine.towards(outside[4]) };
  if (told !== undefined && machine.canBind(told)) return { bind: told, told };
  const here =
    local !== undefined && familyOf(local) === family && machine.canBind(local)
      ? local
      : faced === undefined
        ? undefined
        : machine.towards(faced);
  if (here !== undefined) return { bind: here, told: told ?? here };
  return { bind: everyAddress[family], told: told ?? machine.towards(outside[family]) };
}

/** A proxy on this machine has the signalling; the media go by it, and are not for loopback. */
function throughProxy(machine: FaceRules['machine'], facing: Facing, described: string | undefined): Facing {
  const { local } = facing;
  if (local === undefined || !isLoopback(local) || described === undefined || isEvery(described)) return facing;
  return isLoopback(described) || machine.canBind(described) ? facing : { remote: described };
}
