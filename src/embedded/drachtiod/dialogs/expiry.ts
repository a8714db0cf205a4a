/** Subscriptions end when nobody renews them (RFC 6665, §4.1.2.4, §4.2.2), whether or not the far end says so. */
import { parseInteger } from '../../../sip/grammar/fields/integer.ts';
import { header } from '../../../sip/grammar/headers.ts';
import type { SipResponse } from '../../../sip/message.ts';
import type { Core } from '../core/core.ts';
import type { AppDialog } from './appDialog.ts';

/** A 2xx to SUBSCRIBE says how long the subscription lasts; the last NOTIFY gets the time of a transaction on top. */
export const expireWith = (core: Core, dialog: AppDialog, response: SipResponse): void => {
  if (dialog.kind !== 'subscribe') return;
  const expires = parseInteger(header(response, 'Expires') ?? '');
  if (!expires.ok) return;
  const grace = Math.ceil((64 * core.timers.t1) / 1000);
  dialog.expireAfter(expires.value + grace, () => core.dialogs.remove(dialog));
};

/** A NOTIFY that nobody knows of, or that nobody answers, ends the subscription (§4.2.2). */
export const endsByRefusal = (status: number): boolean => status === 481 || status === 408;
