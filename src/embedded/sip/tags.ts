import { parseFrom, parseNameAddr, tagOf } from '../../sip/grammar/fields/nameAddr.ts';
import { header } from '../../sip/grammar/headers.ts';
import type { SipMessage } from '../../sip/message.ts';

/** The tag in the value of a From or To; undefined where there is none, or the value cannot be read. */
export function tagIn(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const address = parseNameAddr(value);
  return address.ok ? tagOf(address.value) : undefined;
}

export const toTag = (message: SipMessage): string | undefined => tagIn(header(message, 'To'));
export function fromTag(message: SipMessage): string | undefined {
  const address = parseFrom(header(message, 'From') ?? '');
  return address.ok ? tagOf(address.value) : undefined;
}

/** The value with `tag`, unless it has one. Behind a value without angle brackets it is a header parameter too (RFC 3261, §20). */
export const withTag = (value: string, tag: string): string =>
  tagIn(value) === undefined ? `${value};tag=${tag}` : value;
