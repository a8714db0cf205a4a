/** A SIP message as an application gets to see it, and where it came from or went to. */
import type { Instant } from '../../../base/clock.ts';
import { serializeMessage } from '../../../sip/grammar/serializeMessage.ts';
import type { SipMessage } from '../../../sip/message.ts';
import type { Hop, LocalAddress, Source } from '../../sip/stack.ts';
import type { MessageMeta } from '../protocol/meta.ts';

export interface Encoded {
  readonly bytes: Buffer;
  readonly meta: MessageMeta;
}

export const encodeReceived = (message: SipMessage, source: Source): Encoded => {
  const bytes = serializeMessage(message);
  const { protocol, address, port, receivedAt } = source;
  return { bytes, meta: { source: 'network', bytes: bytes.length, protocol, address, port, time: receivedAt } };
};

/** A request that we sent: drachtio-server names our own address. */
export const encodeSentRequest = (message: SipMessage, local: LocalAddress, time: Instant): Encoded => {
  const bytes = serializeMessage(message);
  const { protocol, host, port } = local;
  return { bytes, meta: { source: 'application', bytes: bytes.length, protocol, address: host, port, time } };
};

/** A response that we sent: drachtio-server names the peer's address. */
export const encodeSentResponse = (message: SipMessage, peer: Hop, time: Instant): Encoded => {
  const bytes = serializeMessage(message);
  const { protocol, address, port } = peer;
  return { bytes, meta: { source: 'application', bytes: bytes.length, protocol, address, port, time } };
};
