import { isKozpontError } from '../../../base/errors.ts';
import { defaultParseLimits } from '../../../sip/grammar/limits.ts';
import type { LocalAddresses } from '../../network/localAddresses.ts';
import type { Listener, ListenerOptions, SipStackOptions } from '../stack.ts';
import { defaultLimits } from '../transport/limits.ts';
import { TcpTransport } from '../transport/tcp/tcpTransport.ts';
import type { Transport, TransportReceiver } from '../transport/transport.ts';
import type { TransportSet } from '../transport/transportSet.ts';
import { UdpTransport } from '../transport/udp.ts';

/** A free UDP port may be a taken TCP one: how often another pair is tried. */
const attempts = 20;

/**
 * Opens all listeners, or none. Those that ask for any port at one address get the same one: a request that is too
 * large for UDP goes to the same port by TCP.
 */
export async function openListeners(
  options: SipStackOptions,
  transports: TransportSet,
  receiver: TransportReceiver,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const chosen = new Map<string, number>();
    try {
      for (const listener of options.listeners) {
        const free = 'open' in listener || listener.port !== 0 ? undefined : listener.address;
        const port = free === undefined ? undefined : chosen.get(free);
        const transport = transportOf(listener, port, options, transports.machine);
        await transports.open(transport, receiver);
        if (free !== undefined) chosen.set(free, transport.local.port);
      }
      return;
    } catch (error) {
      await transports.close();
      if (chosen.size === 0 || attempt >= attempts || !isKozpontError(error, 'ADDRESS_IN_USE')) throw error;
    }
  }
}

function transportOf(
  listener: Listener,
  port: number | undefined,
  options: SipStackOptions,
  machine: LocalAddresses,
): Transport {
  if ('open' in listener) return listener;
  const { clock, log } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const parsing = options.parsing ?? defaultParseLimits;
  const bound: ListenerOptions = port === undefined ? listener : { ...listener, port };
  return bound.protocol === 'udp'
    ? new UdpTransport({ ...bound, clock, log, faults: options.faults, machine })
    : new TcpTransport({ ...bound, clock, log, faults: options.faults, limits, parsing });
}
