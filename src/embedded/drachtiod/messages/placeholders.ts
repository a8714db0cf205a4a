/**
 * An application does not know under which address the server will send its message, and writes `localhost` (drachtio-srf
 * does so for `callingNumber`) or, as the Request-URI within a dialog, `sip:placeholder`. The server puts the truth there.
 */

import { parseNameAddr, serializeNameAddr } from '../../../sip/grammar/fields/nameAddr.ts';
import { hasParam, withParam } from '../../../sip/grammar/fields/params.ts';
import type { HeaderField } from '../../../sip/message.ts';
import type { LocalAddress } from '../../sip/stack.ts';
import { withBrackets } from '../../sip/transport/addresses.ts';

/** The header fields in which drachtio-server looks for the placeholder. */
const withHost = new Set(['From', 'To', 'Contact', 'P-Asserted-Identity']);

export const isPlaceholderUri = (uri: string): boolean => uri.includes('placeholder');

/** `sip:host:port`, with the transport where it is not UDP: for Contact and Record-Route. */
export const localUri = (local: LocalAddress): string =>
  `sip:${withBrackets(local.host)}:${local.port}${local.protocol === 'udp' ? '' : `;transport=${local.protocol}`}`;

const replaceHost = (value: string, local: LocalAddress, reachable: boolean): string => {
  const parsed = parseNameAddr(value);
  if (!parsed.ok || parsed.value.uri.kind !== 'sip') return value;
  const { uri } = parsed.value;
  const params =
    reachable && local.protocol !== 'udp' && !hasParam(uri.params, 'transport')
      ? withParam(uri.params, 'transport', local.protocol)
      : uri.params;
  return serializeNameAddr({
    ...parsed.value,
    uri: { ...uri, host: withBrackets(local.host), port: local.port, params },
  });
};

/** The field with our address in the place of `localhost`. */
export const fillPlaceholder = (field: HeaderField, local: LocalAddress): HeaderField => {
  if (!withHost.has(field.name)) return field;
  const hit = field.name === 'From' ? field.value.includes('localhost') : field.value.includes('@localhost');
  if (!hit) return field;
  return { name: field.name, value: replaceHost(field.value, local, field.name === 'Contact') };
};
