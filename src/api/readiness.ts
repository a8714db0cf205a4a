import type { Switchboard } from './ports.ts';

/**
 * - `sipServerLost`: there is no connection to the SIP server;
 * - `noMediaServer`: none is ready;
 * - `draining`: about to stop.
 */
export type NotReady = 'sipServerLost' | 'noMediaServer' | 'draining';

/**
 * Why no calls are taken. Overload is none of these: it refuses single calls, and a balancer that took an overloaded
 * switchboard out would give its load to the next one.
 */
export function notReady(
  switchboard: Pick<Switchboard, 'connected' | 'draining' | 'mediaServers'>,
): readonly NotReady[] {
  const reasons: NotReady[] = [];
  if (!switchboard.connected) reasons.push('sipServerLost');
  if (!switchboard.mediaServers().some(({ ready }) => ready)) reasons.push('noMediaServer');
  if (switchboard.draining) reasons.push('draining');
  return reasons;
}
