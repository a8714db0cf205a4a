/**
 * Who refreshes a session, and how often (RFC 4028). The application may say it by a Session-Expires of its own; where
 * it says nothing, the server answers for it what the far end asked for.
 */

import { parseSessionExpires } from '../../../sip/grammar/fields/integer.ts';
import { header, headers } from '../../../sip/grammar/headers.ts';
import type { HeaderField, SipMessage, SipRequest, SipResponse } from '../../../sip/message.ts';

/** Seconds: the smallest interval that is accepted (§5). */
export const smallestInterval = 90;

export interface SessionInterval {
  /** Seconds. */
  readonly seconds: number;
  readonly refresher: 'us' | 'them';
}

export const listsOption = (message: SipMessage, headerName: 'Supported' | 'Require', option: string): boolean =>
  headers(message, headerName).some(value => value.split(',').some(token => token.trim().toLowerCase() === option));

const sessionExpires = (message: SipMessage): { seconds: number; refresher: 'uac' | 'uas' | null } | undefined => {
  const value = header(message, 'Session-Expires');
  if (value === undefined) return undefined;
  const parsed = parseSessionExpires(value);
  return parsed.ok ? parsed.value : undefined;
};

/** Seconds: what a 2xx to this request may say at least; 0 where it does not ask (§5, §9). */
const leastOf = (request: SipRequest): number => {
  const parsed = parseSessionExpires(header(request, 'Min-SE') ?? '');
  return parsed.ok ? parsed.value.seconds : 0;
};

const supportsTimer = (request: SipRequest): boolean =>
  listsOption(request, 'Supported', 'timer') || listsOption(request, 'Require', 'timer');

/** §9: the far end understands session timers, and asks for an interval that is too short: 422. */
export const isTooShort = (request: SipRequest): boolean => {
  const asked = sessionExpires(request);
  return asked !== undefined && asked.seconds < smallestInterval && supportsTimer(request);
};

export interface SessionAnswer {
  readonly interval: SessionInterval;
  /** What the 2xx is to carry. */
  readonly fields: readonly HeaderField[];
}

/** In a refresh that comes from them, they are the user agent client. */
const currentRole = (current: SessionInterval | undefined): 'uac' | 'uas' | undefined => {
  if (current === undefined) return undefined;
  return current.refresher === 'us' ? 'uas' : 'uac';
};

/**
 * Our 2xx to an INVITE or UPDATE. `appValue` is the application's own Session-Expires. `current` is how the session is
 * refreshed so far: a refresh without a refresher leaves it as it is. Undefined: no session timer (§9).
 */
export const answerInterval = (
  request: SipRequest,
  appValue: string | undefined,
  current?: SessionInterval,
): SessionAnswer | undefined => {
  const offered = sessionExpires(request);
  const parsed = appValue === undefined ? undefined : parseSessionExpires(appValue);
  const own = parsed?.ok ? parsed.value : undefined;
  const asked = own ?? offered;
  if (asked === undefined) return undefined;
  const supported = supportsTimer(request);
  const understood = supported || (offered !== undefined && offered.refresher !== null);
  // drachtio-server's default: an offer that leaves the choice of the refresher to us is not taken up.
  const chosen = asked.refresher ?? currentRole(current) ?? (own === undefined ? undefined : 'uac');
  if (chosen === undefined || (own === undefined && !understood)) return undefined;
  const role = understood ? chosen : 'uas';
  const seconds = Math.max(smallestInterval, leastOf(request), asked.seconds);
  const fields: HeaderField[] = [{ name: 'Session-Expires', value: `${seconds};refresher=${role}` }];
  if (supported) fields.push({ name: 'Require', value: 'timer' });
  return { interval: { seconds, refresher: role === 'uas' ? 'us' : 'them' }, fields };
};

/** A 2xx to our INVITE or UPDATE (§7.2). Undefined: the far end wants no session timer. */
export const acceptedInterval = (response: SipResponse): SessionInterval | undefined => {
  const said = sessionExpires(response);
  if (said === undefined) return undefined;
  return { seconds: said.seconds, refresher: said.refresher === 'uas' ? 'them' : 'us' };
};
