/**
 * A 3xx of a phone: its user forwards calls. It is followed to extensions of ours and nowhere else (whoever sits at a
 * phone cannot make us call the world), each extension once, and not where forwards are inhibited.
 */
import { header } from '../drachtio/message.ts';
import type { SrfHeaders } from '../drachtio/srf.ts';
import { parseNameAddr } from '../text/grammar.ts';
import { elementsOf } from '../text/list.ts';
import { userOf } from '../text/user.ts';

const mostTargets = 5;

/** Whom the Contacts name (sip, sips and tel URIs alike), in the order of the response. */
export const redirectedTo = (response: { readonly headers: SrfHeaders }): string[] =>
  elementsOf(header(response, 'contact'))
    .slice(0, mostTargets)
    .flatMap(value => {
      const contact = parseNameAddr(value);
      const user = contact.ok ? userOf(contact.value.uri) : '';
      return user === '' ? [] : [user];
    });
