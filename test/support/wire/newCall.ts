import { Stranger, statusOf } from './stranger.ts';

const offer = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n';
let calls = 0;

/** The final response to a new call from outside, as it came: a refusal, for nobody acknowledges anything else. `port`: of SIP on loopback. */
export async function refusalOfNewCall(port: number, number: string, address = '127.0.0.2'): Promise<string> {
  const stranger = await Stranger.open({ address: '127.0.0.1', port }, address, [0]);
  const id = `new-${++calls}-${stranger.port}`;
  const request = [
    `INVITE sip:${number}@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP ${address}:${stranger.port};branch=z9hG4bK${id}`,
    'Max-Forwards: 70',
    `From: <sip:+3620@${address}>;tag=n`,
    `To: <sip:${number}@127.0.0.1>`,
    `Call-ID: ${id}`,
    'CSeq: 1 INVITE',
    `Contact: <sip:+3620@${address}:${stranger.port}>`,
    'Content-Type: application/sdp',
    `Content-Length: ${offer.length}`,
    '',
    offer,
  ].join('\r\n');
  try {
    await stranger.send(request);
    return await stranger.until('a final response', () => stranger.received.find(text => statusOf(text) >= 200));
  } finally {
    await stranger.close();
  }
}

/** Seconds; NaN where it is not said. */
export const retryAfter = (text: string): number => Number(/^Retry-After: *(\d+)/im.exec(text)?.[1]);
