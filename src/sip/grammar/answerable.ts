import type { HeaderField, SipRequest } from '../message.ts';
import { parseVia, repairVia, serializeVia } from './fields/via.ts';

const noBody = Buffer.alloc(0);
const copiedOnce = new Set(['From', 'To', 'Call-ID', 'CSeq']);

/**
 * What a response takes over from a request (RFC 3261, §8.2.6), made fit for it: every Via can be parsed, the others are
 * there once at most. Undefined where an answer cannot be sent (no topmost Via with a host) or must not be (ACK).
 */
export function answerable(method: string, uri: string, fields: readonly HeaderField[]): SipRequest | undefined {
  if (method === 'ACK') return undefined;
  const headers: HeaderField[] = [];
  const seen = new Set<string>();
  for (const field of fields) {
    if (field.name === 'Via') {
      if (parseVia(field.value).ok) headers.push(field);
      else if (!seen.has('Via')) {
        const repaired = repairVia(field.value);
        if (repaired === undefined) return undefined;
        headers.push({ name: 'Via', value: serializeVia(repaired) });
      }
      seen.add('Via');
    } else if (copiedOnce.has(field.name) && !seen.has(field.name)) {
      headers.push(field);
      seen.add(field.name);
    }
  }
  return seen.has('Via') ? { kind: 'request', method, uri, headers, body: noBody } : undefined;
}
