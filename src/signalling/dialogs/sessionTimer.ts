/**
 * What is agreed on about session timers (RFC 4028). The server counts the time, sends the refreshes that are ours and
 * ends a session that is not refreshed; the header fields by which the two ends agree are set here.
 */
import { header } from '../drachtio/message.ts';
import type { SrfHeaders } from '../drachtio/srf.ts';
import { parseSessionExpires, type SessionExpires } from '../text/grammar.ts';
import { hasToken } from '../text/list.ts';

export interface SessionTimer {
  readonly seconds: number;
  readonly refresher: 'us' | 'them';
}

/** Seconds (§4 and §5). */
const preferredInterval = 1800;
const smallestInterval = 90;

type Headers = Record<string, string>;
interface Headed {
  readonly headers: SrfHeaders;
}

const readInterval = (message: Headed): SessionExpires | undefined => {
  const parsed = parseSessionExpires(header(message, 'session-expires') ?? '');
  return parsed.ok ? parsed.value : undefined;
};

/** Seconds: the far end accepts no shorter interval (§5, §9); 0 where it does not say so. */
const leastOf = (request: Headed): number => {
  const parsed = parseSessionExpires(header(request, 'min-se') ?? '');
  return parsed.ok ? parsed.value.seconds : 0;
};

const understands = (message: Headed): boolean =>
  hasToken(header(message, 'supported'), 'timer') || hasToken(header(message, 'require'), 'timer');

/** What our INVITE asks for (§7.1). */
export const timerWanted: Headers = {
  'Session-Expires': String(preferredInterval),
  'Min-SE': String(smallestInterval),
};

/** What the answer to it says (§7.2); undefined: no timer. */
export const timerAccepted = (response: Headed): SessionTimer | undefined => {
  const said = readInterval(response);
  return said === undefined
    ? undefined
    : { seconds: said.seconds, refresher: said.refresher === 'uas' ? 'them' : 'us' };
};

/** A later request of ours keeps what was agreed on (§7.4). */
export const timerKept = (current: SessionTimer | undefined): Headers =>
  current === undefined
    ? {}
    : { 'Session-Expires': `${current.seconds};refresher=${current.refresher === 'us' ? 'uac' : 'uas'}` };

export type TimerAnswer =
  | { readonly kind: 'tooShort'; readonly headers: Headers }
  | { readonly kind: 'agreed'; readonly timer: SessionTimer | undefined; readonly headers: Headers };

/** Our answer to an INVITE or UPDATE of theirs (§9). `tooShort` is 422. */
export const answerTimer = (request: Headed, current: SessionTimer | undefined): TimerAnswer => {
  const asked = readInterval(request);
  const supported = understands(request);
  if (asked === undefined && !supported) return { kind: 'agreed', timer: undefined, headers: {} };
  if (asked !== undefined && asked.seconds < smallestInterval && supported) {
    return { kind: 'tooShort', headers: { 'Min-SE': String(smallestInterval) } };
  }
  const seconds = Math.max(asked?.seconds ?? preferredInterval, smallestInterval, leastOf(request));
  const kept = current === undefined ? undefined : current.refresher === 'us' ? 'uas' : 'uac';
  // A far end that does not know of timers cannot be asked to refresh: some proxy on the way wants one.
  const role = supported ? (asked?.refresher ?? kept ?? 'uac') : 'uas';
  const headers: Headers = { 'Session-Expires': `${seconds};refresher=${role}` };
  if (role === 'uac') headers.Require = 'timer';
  return { kind: 'agreed', timer: { seconds, refresher: role === 'uac' ? 'them' : 'us' }, headers };
};
