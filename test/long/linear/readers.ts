/** Everything that reads a stranger's bytes, each with something that it understands. */
import Srf from 'drachtio-srf';
import { hostsOf, isForUs } from '../../../src/api/http/hosts.ts';
import { oneForm } from '../../../src/base/numbers/oneForm.ts';
import { FrameReader as DrachtioFrames } from '../../../src/embedded/drachtiod/protocol/frame.ts';
import { FrameReader as EventSocketFrames } from '../../../src/media/freeswitch/eventSocket/frames.ts';
import { parseSdp } from '../../../src/media/sdp/parse.ts';
import { callerOfTrunk, dialledUri } from '../../../src/signalling/admission/caller.ts';
import { readDigit } from '../../../src/signalling/dialogs/digits.ts';
import { answerTimer, timerAccepted } from '../../../src/signalling/dialogs/sessionTimer.ts';
import { readCredentials } from '../../../src/signalling/digest/digest.ts';
import { sameTarget } from '../../../src/signalling/digest/sameTarget.ts';
import { toHeaders } from '../../../src/signalling/drachtio/fields.ts';
import { description, header } from '../../../src/signalling/drachtio/message.ts';
import { readable } from '../../../src/signalling/drachtio/received.ts';
import { redirectedTo } from '../../../src/signalling/outbound/redirect.ts';
import { readContacts } from '../../../src/signalling/registrar/contacts.ts';
import { asksForRport } from '../../../src/signalling/registrar/nextHop.ts';
import { cleanText } from '../../../src/signalling/text/clean.ts';
import { parseFrom } from '../../../src/signalling/text/grammar.ts';
import { elementsOf, hasToken } from '../../../src/signalling/text/list.ts';
import { readReferTo } from '../../../src/signalling/transfer/referTo.ts';
import { parseRAck } from '../../../src/sip/grammar/fields/rack.ts';
import { normalizeEscapes, unescapeUri } from '../../../src/sip/grammar/fields/text.ts';
import { parseToken } from '../../../src/sip/grammar/fields/token.ts';
import { parseUri } from '../../../src/sip/grammar/fields/uri.ts';
import { uriEquals } from '../../../src/sip/grammar/fields/uriEquals.ts';
import { parseVia } from '../../../src/sip/grammar/fields/via.ts';
import { boundaryOf, partsOf } from '../../../src/sip/grammar/multipart.ts';
import { parseMessage } from '../../../src/sip/grammar/parseMessage.ts';
import { StreamFramer } from '../../../src/sip/grammar/streamFramer.ts';
import { judge } from '../../../src/sip/grammar/verdict/judge.ts';
import { userAgent } from '../../torture/userAgent.ts';

export interface Reader {
  readonly name: string;
  readonly sample: string;
  /** What is longer is refused unread: as much is what it has to stand. Characters. */
  readonly bound?: number;
  read(text: string): unknown;
}

const sdp = [
  'v=0',
  'o=- 1 1 IN IP4 192.0.2.1',
  's=-',
  'c=IN IP4 192.0.2.1',
  't=0 0',
  'a=group:BUNDLE 0',
  'm=audio 40000 RTP/AVP 0 8 101',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
  'a=rtcp:40001 IN IP4 192.0.2.1',
  'a=candidate:1 1 UDP 1 192.0.2.1 40000 typ host',
  'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x|2^20|1:4',
  'a=extmap:1/sendonly urn:x y=z',
  'a=imageattr:97 send [x=800,y=640] recv [x=330,y=250]',
  'a=simulcast: send rid=1,4 recv rid=2',
  'a=mediaclk:id=1 direct=2 rate=3/4',
  'a=ssrc:1 cname:x',
  'a=sctpmap:5000 webrtc-datachannel 1024',
  'a=sendrecv',
  '',
].join('\r\n');

const credentials =
  'Digest username="101", realm="r", nonce="n", uri="sip:102@h", response="0", algorithm=MD5, qop=auth, nc=00000001, cnonce="c"';

const head = [
  'INVITE sip:102@h;user=phone SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport',
  'Max-Forwards: 70',
  'From: "Anna \\"Kiss\\"" <sip:101@h>;tag=1',
  'To: Kovács <sip:102@h>',
  'Call-ID: 1@h',
  'CSeq: 1 INVITE',
  'Contact: <sip:101@192.0.2.1>;q=0.5',
  `Authorization: ${credentials}`,
  'Supported: timer, replaces',
  'Session-Expires: 1800;refresher=uac',
  'Content-Type: multipart/mixed;boundary="x"',
].join('\r\n');
const parts = `--x\r\nContent-Type: application/sdp\r\n\r\n${sdp}\r\n--x--\r\n`;
const invite = `${head}\r\n\r\n${parts}`;

const response = 'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nCSeq: 1 INVITE\r\nContent-Type: a/b\r\n\r\nx';

/** drachtio-srf's own reader of messages, as it reads behind our guard. */
const { SipMessage } = Srf as unknown as {
  SipMessage: new (text: string) => { headers: Record<string, string>; body: string };
};
const throughDrachtio = (text: string): void => {
  const received = readable(text, true);
  if (received.kind !== 'readable') return;
  const message = new SipMessage(received.text);
  description(message);
  header(message, 'from');
};

const quietly = (run: () => unknown): void => {
  try {
    run();
  } catch {
    // What is no description throws; how long that takes is the question.
  }
};

/** In pieces of so many bytes. */
const inPieces = (text: string, size: number, take: (piece: Buffer) => void): void => {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) take(bytes.subarray(at, at + size));
};

const numbering = { country: 'HU' as const };
const from = parseFrom('"Own" <sip:+361@h>;tag=1');
const ofTrunk = (value: string): void => {
  if (from.ok)
    callerOfTrunk({ headers: { 'p-asserted-identity': value, privacy: value } }, from.value, numbering, () => false);
};

export const readers: readonly Reader[] = [
  { name: 'a datagram', sample: invite, bound: 7_500, read: text => judge(parseMessage(Buffer.from(text)), userAgent) },
  {
    name: 'a stream, in small pieces',
    sample: invite,
    read: text => {
      const framer = new StreamFramer();
      inPieces(text, 13, piece => framer.feed(piece));
    },
  },
  { name: 'drachtio-srf, a request', sample: invite, bound: 15_000, read: throughDrachtio },
  {
    name: 'drachtio-srf, a body',
    sample: parts,
    bound: 60_000,
    read: text => throughDrachtio(`${head}\r\n\r\n${text}`),
  },
  {
    name: 'a body',
    sample: parts,
    bound: 60_000,
    read: text => judge(parseMessage(Buffer.from(`${head}\r\n\r\n${text}`)), userAgent),
  },
  { name: 'drachtio-srf, a response', sample: response, bound: 15_000, read: throughDrachtio },
  { name: 'SDP', sample: sdp, bound: 60_000, read: text => quietly(() => parseSdp(text)) },
  { name: 'a line of SDP', sample: sdp, bound: 4_000, read: text => quietly(() => parseSdp(text)) },
  { name: 'From', sample: '"Anna \\"Kiss\\"" <sip:101@h;user=phone>;tag=1;x="y"', read: parseFrom },
  { name: 'a display and a number', sample: 'R: no answer 101', read: text => cleanText(text, 128) },
  { name: 'P-Asserted-Identity and Privacy', sample: '"Anna" <sip:+361@h>, <tel:+36-1>;x=y', read: ofTrunk },
  { name: 'a telephone number', sample: '+36 (1) 234-5678', read: text => oneForm(numbering, text) },
  { name: 'a URI', sample: 'sip:+36%31:p@[2001:db8::1]:5060;user=phone;x=y?a=b&c=d', read: parseUri },
  { name: 'a tel URI', sample: 'tel:+36-1-(234);phone-context=x;y=z', read: dialledUri },
  {
    name: 'two URIs',
    sample: 'sip:a@h;b=c;d=e?f=g&h=i',
    read: text => {
      const uri = parseUri(text);
      return uri.ok && uriEquals(uri.value, uri.value);
    },
  },
  { name: 'a signed URI', sample: 'sip:%3102@h', read: text => sameTarget(text, 'sip:102@h') },
  { name: 'escapes', sample: 'a%20b%C3%A9', read: text => [unescapeUri(text), normalizeEscapes(text)] },
  {
    name: 'Via',
    sample: 'SIP / 2.0 / UDP h:5060 ; branch=z9hG4bK1 ; rport',
    read: text => [parseVia(text), asksForRport(text)],
  },
  { name: 'credentials', sample: `${credentials}, ${credentials}`, read: text => readCredentials(text, 'r') },
  { name: 'contacts', sample: '"A" <sip:1@h>;q=0.5;expires=60;+sip.instance="<urn:x>", <sip:2@h>', read: readContacts },
  {
    name: 'redirection',
    sample: '<sip:1@h>;q=0.5, <sip:2@h>',
    read: text => redirectedTo({ headers: { contact: text } }),
  },
  { name: 'Refer-To', sample: '<sip:102@h?Replaces=c%40h%3Bto-tag%3D1%3Bfrom-tag%3D2&x=y>', read: readReferTo },
  { name: 'a list', sample: 'timer, (a (b) c), "x, y", <z>', read: text => [elementsOf(text), hasToken(text, 'x')] },
  { name: 'an event', sample: 'refer;id=1;x="y"', read: text => [parseToken(text), parseRAck(text)] },
  {
    name: 'session intervals',
    sample: '1800;refresher=uac',
    read: text => {
      const headers = { 'session-expires': text, 'min-se': text, supported: text };
      return [answerTimer({ headers }, undefined), timerAccepted({ headers })];
    },
  },
  { name: 'a digit', sample: 'Signal=5\r\nDuration=160', read: text => readDigit('application/dtmf-relay', text) },
  {
    name: 'a type and its parts',
    sample: 'multipart/mixed;boundary="a b";c=d',
    read: text => [boundaryOf(text), partsOf(text, 'x')],
  },
  { name: 'parts', sample: '--x\r\nContent-Type: a/b\r\n\r\nc\r\n--x--\r\n', read: text => partsOf(text, 'x') },
  {
    name: 'parts of a long boundary',
    sample: `--${'x'.repeat(70)}\r\n\r\na`,
    read: text => partsOf(text, 'x'.repeat(70)),
  },
  { name: 'fields to be sent', sample: 'a\r\nb', read: text => toHeaders({ A: text }) },
  {
    name: 'a Host',
    sample: 'kozpont.example:9060',
    read: text => isForUs(hostsOf(['Host', text]), { localAddress: '::ffff:127.0.0.1', listening: '::', names: [] }),
  },
  {
    name: "drachtio's frames",
    sample: '5#abcde',
    read: text => {
      const frames = new DrachtioFrames(65_536);
      inPieces(text, 7, piece => frames.push(piece));
    },
  },
  {
    name: "the event socket's frames",
    sample: 'Content-Type: a/b\nContent-Length: 3\n\nabc',
    read: text =>
      quietly(() => {
        const frames = new EventSocketFrames();
        inPieces(text, 7, piece => frames.read(piece));
      }),
  },
];
