import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { KozpontError } from '../../base/errors.ts';
import { type Log, silentLog } from '../../base/log.ts';
import type { InterfaceAddress } from '../../config/address.ts';
import type { Config } from '../../config/config.ts';
import { createPhone } from '../../phone/phone.ts';
import type { Target } from './options.ts';

/** A switchboard that answers, and the way to it. */
export interface Reached {
  readonly transport: 'udp' | 'tcp';
  readonly server: { readonly address: string; readonly port: number };
  readonly localAddress: string;
}

/** How long it may take to say that it is there. Milliseconds. */
const patience = 5_000;

/** Where a switchboard of these settings listens, seen from this machine; undefined: at a port of its own choice. */
export function targetOf({ sip }: Config): Target | undefined {
  const [listener] = sip.listeners;
  if (listener === undefined || listener.port === 0) return undefined;
  const { transport, address, port } = listener;
  const everywhere = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address];
  return { transport, host: everywhere ?? address, port };
}

/** Finds the way and knocks (OPTIONS). Error: `REQUEST_FAILED`, where nobody answers or it takes no calls now. */
export async function reach(target: Target, clock: Clock): Promise<Reached> {
  const { transport, port } = target;
  const failed = (why: string): KozpontError =>
    new KozpontError('REQUEST_FAILED', `nothing can be played at ${showTarget(target)}: ${why}`);
  const { address } = await lookup(target.host).catch(() => {
    throw failed('there is no such host');
  });
  if (isIPv6(address)) throw failed('the telephones know IPv4 alone');
  const localAddress = await localTowards(address, port).catch(() => {
    throw failed('no way leads there');
  });
  const reached = { transport, server: { address, port }, localAddress };
  const status = await knock(reached, clock, silentLog).catch(() => undefined);
  if (status === undefined) throw failed('nobody answers');
  if (status === 408 || status === 503) throw failed(`it takes no calls now (${status})`);
  return reached;
}

export const showTarget = ({ transport, host, port }: Target): string => `${transport}:${host}:${port}`;

/** Whether it is an address of this machine. */
export const isHere = ({ server: { address } }: Reached, interfaces: readonly InterfaceAddress[]): boolean =>
  address.startsWith('127.') || interfaces.some(one => one.address === address);

async function localTowards(address: string, port: number): Promise<string> {
  const socket = createSocket('udp4');
  try {
    socket.connect(port, address);
    await once(socket, 'connect');
    return socket.address().address;
  } finally {
    socket.close();
  }
}

async function knock({ transport, server, localAddress }: Reached, clock: Clock, log: Log): Promise<number> {
  const phone = await createPhone({ clock, log, user: 'kozpont', server, transport, address: localAddress });
  try {
    const asked = phone.ask('OPTIONS', `sip:${server.address}:${server.port}`);
    return (await withDeadline(clock, patience, 'an answer', asked)).status;
  } finally {
    await phone.vanish();
  }
}
