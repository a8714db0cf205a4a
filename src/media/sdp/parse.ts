import { isIP, SocketAddress } from 'node:net';
import sdpTransform, { type Connection, type ParsedMedia } from 'sdp-transform';
import { KozpontError } from '../../base/errors.ts';
import type { Direction } from '../port.ts';
import type { MediaLine, PayloadFormat, SessionDescription } from './description.ts';

/** More than any phone or browser sends; a longer text is not looked into. */
export const limits = { length: 65_536, lines: 2_000, lineLength: 4_096, media: 32, formats: 128 } as const;

const invalid = (why: string): KozpontError => new KozpontError('INVALID_SDP', `the session description ${why}`);

/** A token (RFC 8866, §9), or several with slashes between. */
const token = /^[A-Za-z0-9!#$%&'*+.^_`{|}~/-]{1,64}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;
/** NUL, tab, LF, CR, space. */
const around: ReadonlySet<number> = new Set([0, 9, 10, 13, 32]);
/** RFC 1123, §2.1, and the underscore that is used all the same. */
const hostName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/;
const portAndCount = /^(\d{1,5})(?:\/\d{1,5})?$/;
const directions: readonly string[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] satisfies Direction[];

/** The encodings that need no `a=rtpmap` (RFC 3551, §6), as far as we know them. */
const staticFormats: ReadonlyMap<string, PayloadFormat> = new Map([
  ['0', { payloadType: 0, encoding: 'PCMU', rate: 8000 }],
  ['8', { payloadType: 8, encoding: 'PCMA', rate: 8000 }],
]);

/**
 * Reads a description. Unknown attributes are skipped, as they must be; what cannot be understood at all is an
 * `INVALID_SDP` that says why.
 */
export function parseSdp(received: string): SessionDescription {
  const text = trimmed(received);
  const mediaLines = checkLines(text);
  const session = sdpTransform.parse(text);
  return {
    media: mediaLines.map((line, index) => {
      const parsed = session.media[index] ?? { rtp: [], fmtp: [] };
      return readMedia(line, parsed, session.connection, session.direction);
    }),
  };
}

/** Without what some senders leave around it: empty lines, and NUL. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && around.has(text.charCodeAt(start))) start++;
  while (end > start && around.has(text.charCodeAt(end - 1))) end--;
  return `${text.slice(start, end)}\r\n`;
}

/** Holds the text to its limits and its outline before anything looks into it; gives the values of the `m=` lines. */
function checkLines(text: string): string[] {
  if (text.length > limits.length) throw invalid(`is longer than ${limits.length} characters`);
  if (control.test(text)) throw invalid('contains control characters');
  const lines = text.split(/\r\n|\n|\r/);
  while (lines.at(-1) === '') lines.pop();
  if (lines.length > limits.lines) throw invalid(`has more than ${limits.lines} lines`);
  if (lines[0]?.trimEnd() !== 'v=0') throw invalid('does not begin with v=0');
  const media: string[] = [];
  for (const line of lines) {
    if (line.length > limits.lineLength) throw invalid(`has a line of more than ${limits.lineLength} characters`);
    if (line !== '' && !/^[a-z]=/.test(line)) throw invalid('has a line that is no type=value');
    if (line.startsWith('m=')) media.push(line.slice(2));
  }
  if (media.length === 0) throw invalid('has no m= line');
  if (media.length > limits.media) throw invalid(`has more than ${limits.media} m= lines`);
  return media;
}

function readMedia(
  line: string,
  parsed: ParsedMedia,
  sessionConnection: Connection | undefined,
  sessionDirection: string | undefined,
): MediaLine {
  const [kind = '', portText = '', protocol = '', ...formats] = line.split(/[ \t]+/).filter(part => part !== '');
  const port = Number(portAndCount.exec(portText)?.[1] ?? Number.NaN);
  if (!token.test(kind) || !token.test(protocol) || !(port <= 65_535)) throw invalid('has an m= line that is broken');
  if (formats.length === 0 || formats.length > limits.formats || !formats.every(format => token.test(format))) {
    throw invalid('has an m= line with a broken list of formats');
  }
  return {
    kind: kind.toLowerCase(),
    port,
    protocol,
    formats,
    direction: readDirection(parsed.direction) ?? readDirection(sessionDirection) ?? 'sendrecv',
    address: readAddress(parsed.connection ?? sessionConnection),
    host: readHost(parsed.connection ?? sessionConnection),
    codecs: readCodecs(formats, parsed),
    rtcp: readRtcp(parsed),
    rtcpMux: parsed.rtcpMux !== undefined,
    ptime: wholeNumber(parsed.ptime, 1, 1000),
  };
}

const readDirection = (text: string | undefined): Direction | undefined =>
  text !== undefined && directions.includes(text) ? (text as Direction) : undefined;

const readAddress = (connection: Connection | undefined): string | undefined => literalAddress(connection?.ip);

function readHost(connection: Connection | undefined): MediaLine['host'] {
  const name = String(connection?.ip ?? '');
  if (isIP(name) !== 0 || !hostName.test(name) || !/[A-Za-z]/.test(name)) return undefined;
  return { name: name.toLowerCase(), version: Number(connection?.version) === 6 ? 6 : 4 };
}

/** An IPv6 address as sockets write it, so that the two can be compared as text. */
function literalAddress(text: string | undefined): string | undefined {
  const address = String(text ?? '');
  const version = isIP(address);
  if (version === 6) return new SocketAddress({ address, family: 'ipv6' }).address;
  return version === 4 ? address : undefined;
}

function readCodecs(formats: readonly string[], parsed: ParsedMedia): PayloadFormat[] {
  const codecs: PayloadFormat[] = [];
  for (const format of formats) {
    const payloadType = wholeNumber(format, 0, 127);
    if (payloadType === undefined) continue;
    const map = parsed.rtp.find(entry => entry.payload === payloadType);
    const known = staticFormats.get(format);
    if (map !== undefined) {
      const rate = wholeNumber(map.rate, 1, 1_000_000) ?? 8000;
      codecs.push({ payloadType, encoding: String(map.codec).toUpperCase(), rate });
    } else if (known !== undefined) codecs.push(known);
  }
  return codecs;
}

function readRtcp(parsed: ParsedMedia): MediaLine['rtcp'] {
  const port = wholeNumber(parsed.rtcp?.port, 1, 65_535);
  if (port === undefined) return undefined;
  return { port, address: literalAddress(parsed.rtcp?.address) };
}

function wholeNumber(value: number | string | undefined, least: number, most: number): number | undefined {
  if (value === undefined || value === '') return undefined;
  const number = Number(value);
  return Number.isInteger(number) && number >= least && number <= most ? number : undefined;
}
