import { parseContact } from '../../../sip/grammar/fields/nameAddr.ts';
import { param } from '../../../sip/grammar/fields/params.ts';
import { serializeUri } from '../../../sip/grammar/fields/uri.ts';
import { headers } from '../../../sip/grammar/headers.ts';
import type { SipResponse } from '../../../sip/message.ts';

/** The URIs that a 3xx points to, in their order of preference (RFC 3261, §16.5, §20.10). */
export const redirectTargets = (response: SipResponse): readonly string[] =>
  headers(response, 'Contact')
    .flatMap(value => {
      const contact = parseContact(value);
      if (!contact.ok || contact.value === '*' || contact.value.uri.kind !== 'sip') return [];
      const q = Number(param(contact.value.params, 'q') ?? 1);
      return [{ uri: serializeUri({ ...contact.value.uri, headers: [] }), q: Number.isFinite(q) ? q : 1 }];
    })
    .sort((a, b) => b.q - a.q)
    .map(({ uri }) => uri);
