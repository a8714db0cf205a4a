import { type NameAddr, parseNameAddr } from '../sip/grammar/fields/nameAddr.ts';
import { unescapeUri } from '../sip/grammar/fields/text.ts';
import { header } from '../sip/grammar/headers.ts';
import type { SipMessage } from '../sip/message.ts';

/** Someone as a display shows them. */
export interface ShownParty {
  readonly number: string;
  readonly display: string | undefined;
}

/** What a phone can show of a request: everything that is there, nothing made up. */
export interface Shown {
  readonly from: ShownParty;
  /** P-Asserted-Identity (RFC 3325). */
  readonly asserted: ShownParty | undefined;
  /** As it came. */
  readonly alertInfo: string | undefined;
  /** As it came (RFC 3326). */
  readonly reason: string | undefined;
}

export function shownBy(message: SipMessage): Shown {
  return {
    from: partyOf(header(message, 'From')) ?? { number: '', display: undefined },
    asserted: partyOf(header(message, 'P-Asserted-Identity')),
    alertInfo: header(message, 'Alert-Info'),
    reason: header(message, 'Reason'),
  };
}

function partyOf(value: string | undefined): ShownParty | undefined {
  const address = value === undefined ? undefined : parseNameAddr(value);
  if (address === undefined || !address.ok) return undefined;
  return { number: numberOf(address.value), display: address.value.display ?? undefined };
}

const numberOf = ({ uri }: NameAddr): string =>
  uri.kind === 'sip' ? unescapeUri(uri.user ?? '') : uri.kind === 'tel' ? uri.number : uri.rest;
