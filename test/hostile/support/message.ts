import { randomId } from '../../../src/base/ids.ts';

export interface StrangeMessage {
  readonly method: string;
  readonly uri?: string;
  readonly transport?: 'UDP' | 'TCP';
  /** Where the sender says it is: `address:port`. */
  readonly from: string;
  /** In place of the default one, each a whole line: `To: <sip:a@b>;tag=1`. */
  readonly via?: string;
  readonly fromLine?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly cseq?: string;
  /** Further lines, as they are. */
  readonly lines?: readonly string[];
  readonly body?: string;
}

/** A request with everything that RFC 3261, §8.1.1 asks for; each part can be replaced. */
export function strangeRequest(message: StrangeMessage): string {
  const { method, transport = 'UDP', from, body = '' } = message;
  return [
    `${method} ${message.uri ?? 'sip:101@127.0.0.1'} SIP/2.0`,
    message.via ?? `Via: SIP/2.0/${transport} ${from};branch=z9hG4bK${randomId(8)};rport`,
    'Max-Forwards: 70',
    message.fromLine ?? `From: <sip:stranger@${from}>;tag=${randomId(4)}`,
    message.to ?? 'To: <sip:101@127.0.0.1>',
    `Call-ID: ${message.callId ?? randomId(12)}`,
    message.cseq ?? `CSeq: 1 ${method}`,
    ...(message.lines ?? []),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
