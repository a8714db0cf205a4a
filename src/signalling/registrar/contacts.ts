/** The Contact fields of a REGISTER. */
import { type NameAddr, param, parseContact, type SipUri, serializeUri, type Uri, unquote } from '../text/grammar.ts';
import { elementsOf } from '../text/list.ts';
import type { ContactWish } from './bindings.ts';

/** More than any phone sends: what comes beyond it is malformed. */
const mostContacts = 20;
/** Characters. What a phone is woken by may be some hundred long (RFC 8599); a Request-URI holds no more than this. */
const longestContact = 2_048;

/** `malformed`, `tooLong`: 400. Escapes of a header or a password have no place in a contact of ours. */
export const readContacts = (value: string | undefined): readonly ContactWish[] | 'all' | 'malformed' | 'tooLong' => {
  if (value === undefined) return [];
  const elements = elementsOf(value);
  if (elements.length > mostContacts) return 'tooLong';
  const wishes: ContactWish[] = [];
  for (const element of elements) {
    const contact = parseContact(element);
    if (!contact.ok) return 'malformed';
    if (contact.value === '*') return elements.length === 1 ? 'all' : 'malformed';
    const wish = readContact(contact.value);
    if (wish === undefined) return 'malformed';
    if (wish.contact.length > longestContact) return 'tooLong';
    wishes.push(wish);
  }
  return wishes;
};

const readContact = (contact: NameAddr): ContactWish | undefined => {
  const { params } = contact;
  const place = contactOf(contact.uri);
  if (place === undefined) return undefined;
  const instance = param(params, '+sip.instance');
  return {
    ...place,
    instance: typeof instance === 'string' ? unquote(instance).slice(0, 128) : undefined,
    regId: readRegId(param(params, 'reg-id')),
    q: readQ(param(params, 'q')),
    expires: readSeconds(param(params, 'expires')),
  };
};

/** Undefined for a URI that no phone of ours is at. */
export const asContact = (uri: Uri): { readonly contact: string; readonly uri: SipUri } | undefined => {
  const place = contactOf(uri);
  return place === undefined || place.contact.length > longestContact ? undefined : place;
};

const contactOf = (uri: Uri): { readonly contact: string; readonly uri: SipUri } | undefined =>
  uri.kind !== 'sip' || uri.scheme !== 'sip' || uri.headers.length > 0
    ? undefined
    : { contact: serializeUri(uri), uri };

const digits = /^\d+$/;
const mostSeconds = 2 ** 32 - 1;

/** delta-seconds; a malformed value counts as the default (RFC 3261, §20.19): undefined. */
export const readSeconds = (value: string | null | undefined): number | undefined =>
  typeof value === 'string' && digits.test(value.trim()) ? Math.min(Number(value), mostSeconds) : undefined;

/** 1 to 2^31 − 1 (RFC 5626, §11.1); anything else is not there. */
const readRegId = (value: string | null | undefined): number | undefined => {
  const regId = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : 0;
  return regId >= 1 && regId < 2 ** 31 ? regId : undefined;
};

const readQ = (value: string | null | undefined): number => {
  const q = typeof value === 'string' && /^[01](?:\.\d{0,3})?$/.test(value) ? Number(value) : 1;
  return Math.min(q, 1);
};
