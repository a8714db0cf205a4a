/**
 * A 3xx of a phone: its user forwards calls. It is followed to extensions of ours and nowhere else (whoever sits at a
 * phone cannot make us call the world), each extension once, and not where forwards are inhibited.
 */
import { header } from '../drachtio/message.ts';
import type { SrfHeaders } from '../drachtio/srf.ts';
import { parseNameAddr, unescapeUri } from '../text/grammar.ts';
import { splitList } from '../text/list.ts';

const mostTargets = 5;

/** The user parts of the Contacts, in the order of the response. */
export const redirectedTo = (response: { readonly headers: SrfHeaders }): string[] =>
  splitList(header(response, 'contact') ?? '')
    .slice(0, mostTargets)
    .flatMap(value => {
      const contact = parseNameAddr(value);
      if (!contact.ok || contact.value.uri.kind !== 'sip' || contact.value.uri.user === null) return [];
      return [unescapeUri(contact.value.uri.user)];
    });
