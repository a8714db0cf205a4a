/** Offer and answer (RFC 3264) for one audio stream of G.711 and telephone events; every other stream is refused. */
import { isIPv6 } from 'node:net';
import { KozpontError } from '../../base/errors.ts';
import {
  type AudioAgreement,
  type AudioCodec,
  type LocalAudio,
  narrowed,
  reversed,
  sends,
  type TransportAddress,
} from './agreement.ts';
import type { MediaLine, PayloadFormat, SessionDescription } from './description.ts';

/** An `m=` line of ours: the audio stream, or a refusal that keeps a stream's place. */
export type LocalLine =
  | {
      readonly kind: 'audio';
      readonly protocol: string;
      readonly formats: readonly PayloadFormat[];
      readonly audio: LocalAudio;
      readonly direction: Direction;
      readonly rtcpMux: boolean;
    }
  | { readonly kind: 'refused'; readonly media: string; readonly protocol: string; readonly format: string };

type Direction = LocalAudio['direction'];

const staticPayloadTypes: Readonly<Record<AudioCodec, number>> = { PCMU: 0, PCMA: 8 };
const plainProtocols: readonly string[] = ['RTP/AVP', 'RTP/AVPF'];

/** Warn-codes (RFC 3261, §20.43). */
const incompatible = { addresses: 301, transport: 302, media: 304, codecs: 305, multicast: 330, other: 399 } as const;

interface Why {
  readonly why: string;
  readonly warning: number;
}

const because = (kind: keyof typeof incompatible, why: string): Why => ({ why, warning: incompatible[kind] });

const invalid = ({ why, warning }: Why): KozpontError =>
  new KozpontError('INVALID_SDP', `the session description ${why}`, { warning });

export interface Answered {
  readonly agreement: AudioAgreement;
  readonly lines: readonly LocalLine[];
}

/**
 * Our answer to an offer: the first audio stream that we can take, every other line refused in its place.
 *
 * `previous` is what was agreed before, in a re-negotiation: it lets an offer switch the only audio stream off by
 * port 0 (RFC 3264, §8.2, which phones of the time of RFC 2543 use as hold). Error: `INVALID_SDP`.
 */
export function answerOffer(offer: SessionDescription, local: LocalAudio, previous?: AudioAgreement): Answered {
  const chosen = offer.media.findIndex(line => usable(line, local) === undefined);
  const line = offer.media[chosen];
  if (line !== undefined) {
    const agreement = agree(line, local, { direction: local.direction, rtcpMux: line.rtcpMux });
    return {
      agreement,
      lines: offer.media.map((each, at) => (at === chosen ? accepted(line, agreement, local) : refused(each))),
    };
  }
  const off = offer.media.every(each => each.port === 0) && offer.media.some(each => each.kind === 'audio');
  if (previous !== undefined && off) {
    return { agreement: switchedOff(previous), lines: offer.media.map(refused) };
  }
  throw invalid(whyNone(offer, local));
}

/** Our offer. `kept` are the lines of the last description, whose number and order stay (RFC 3264, §8). */
export function offerAudio(local: LocalAudio, kept: readonly LocalLine[] = []): readonly LocalLine[] {
  const formats: PayloadFormat[] = local.codecs.map(codec => ({
    payloadType: staticPayloadTypes[codec],
    encoding: codec,
    rate: 8000,
  }));
  formats.push({ payloadType: local.telephoneEvent, encoding: 'TELEPHONE-EVENT', rate: 8000 });
  const line: LocalLine = {
    kind: 'audio',
    protocol: 'RTP/AVP',
    formats,
    audio: local,
    direction: local.direction,
    rtcpMux: false,
  };
  const accepted = kept.findIndex(each => each.kind === 'audio');
  const place = accepted === -1 ? kept.findIndex(each => each.kind === 'refused' && each.media === 'audio') : accepted;
  return place === -1 ? [...kept, line] : kept.map((each, at) => (at === place ? line : each));
}

/** What the far end's answer to our offer settles. Error: `INVALID_SDP`. */
export function acceptAnswer(
  answer: SessionDescription,
  offered: readonly LocalLine[],
  local: LocalAudio,
): AudioAgreement {
  const at = offered.findIndex(line => line.kind === 'audio');
  const ours = offered[at];
  const line = answer.media[at];
  if (ours === undefined || ours.kind !== 'audio' || line === undefined)
    throw invalid(because('media', 'does not answer our audio stream'));
  if (line.port === 0) throw invalid(because('media', 'refuses our audio stream'));
  const why = usable(line, local);
  if (why !== undefined) throw invalid(why);
  return agree(line, local, { direction: ours.direction, rtcpMux: line.rtcpMux && ours.rtcpMux });
}

/** Why an `m=` line of theirs cannot be our audio stream; undefined where it can. */
function usable(line: MediaLine, local: LocalAudio): Why | undefined {
  if (line.kind !== 'audio') return because('media', `offers ${line.kind}, not audio`);
  if (line.port === 0) return because('media', 'switches its audio off');
  if (!plainProtocols.includes(line.protocol.toUpperCase()))
    return because('transport', `wants ${line.protocol}; only RTP/AVP is spoken here`);
  if (line.address === undefined) {
    return line.host === undefined
      ? because('other', 'has no IP address for its audio')
      : because('other', `has no IP address for its audio, and its name leads nowhere (${line.host.name})`);
  }
  if (isIPv6(line.address) !== isIPv6(local.address))
    return because('addresses', `has an address of another IP version (${line.address})`);
  if (isReservedForGroups(line.address))
    return because('multicast', `sends us to an address that is not one party's (${line.address})`);
  return commonCodec(line, local.codecs) === undefined ? noCodec(local) : undefined;
}

const noCodec = (local: LocalAudio): Why =>
  because('codecs', `has no codec in common with us (${local.codecs.join(', ')})`);

/** Multicast and broadcast: media sent there would reach people who never asked for it. */
const isReservedForGroups = (address: string): boolean =>
  isIPv6(address) ? /^ff/i.test(address) : Number(address.split('.')[0]) >= 224;

const isUnspecified = (address: string): boolean => address === '0.0.0.0' || /^[0:]+$/.test(address);

const commonCodec = (line: MediaLine, codecs: readonly AudioCodec[]): PayloadFormat | undefined =>
  line.codecs.find(format => format.rate === 8000 && codecs.some(codec => codec === format.encoding));

const telephoneEventOf = (line: MediaLine): PayloadFormat | undefined =>
  line.codecs.find(format => format.encoding === 'TELEPHONE-EVENT' && format.rate === 8000);

function agree(
  line: MediaLine,
  local: LocalAudio,
  allowed: { readonly direction: Direction; readonly rtcpMux: boolean },
): AudioAgreement {
  const codec = commonCodec(line, local.codecs);
  if (codec === undefined) throw invalid(noCodec(local));
  const event = telephoneEventOf(line);
  const remote = remoteOf(line);
  const wanted = narrowed(reversed(line.direction), allowed.direction);
  return {
    remote,
    remoteRtcp: remote === undefined ? undefined : rtcpOf(line, remote, allowed.rtcpMux),
    rtcpMux: allowed.rtcpMux,
    codec: codec.encoding as AudioCodec,
    payloadType: codec.payloadType,
    telephoneEvent: event?.payloadType,
    receives: receivable(line, local),
    direction: remote === undefined ? narrowed(wanted, 'recvonly') : wanted,
    remoteHold: remote === undefined || !sends(reversed(line.direction)),
  };
}

function remoteOf(line: MediaLine): TransportAddress | undefined {
  if (line.address === undefined || isUnspecified(line.address)) return undefined;
  return { address: line.address, port: line.port };
}

function rtcpOf(line: MediaLine, remote: TransportAddress, mux: boolean): TransportAddress {
  if (mux) return remote;
  if (line.rtcp === undefined) return { address: remote.address, port: Math.min(remote.port + 1, 65_535) };
  return { address: line.rtcp.address ?? remote.address, port: line.rtcp.port };
}

/**
 * Everything that may arrive: by our own numbers, by those of the far end (an answer may number a format anew, and
 * there are phones that then send by their own number), and both codecs where both were named.
 */
function receivable(line: MediaLine, local: LocalAudio): ReadonlyMap<number, AudioCodec | 'telephoneEvent'> {
  const map = new Map<number, AudioCodec | 'telephoneEvent'>();
  const event = telephoneEventOf(line);
  const taken = line.codecs.some(format => format.payloadType === local.telephoneEvent);
  if (event !== undefined && !taken) map.set(local.telephoneEvent, 'telephoneEvent');
  for (const format of line.codecs) {
    if (format.rate !== 8000) continue;
    const codec = local.codecs.find(each => each === format.encoding);
    if (codec !== undefined) map.set(format.payloadType, codec);
    else if (format === event) map.set(format.payloadType, 'telephoneEvent');
  }
  for (const codec of local.codecs) {
    if (!map.has(staticPayloadTypes[codec])) map.set(staticPayloadTypes[codec], codec);
  }
  return map;
}

function accepted(line: MediaLine, agreement: AudioAgreement, local: LocalAudio): LocalLine {
  const formats: PayloadFormat[] = [{ payloadType: agreement.payloadType, encoding: agreement.codec, rate: 8000 }];
  if (agreement.telephoneEvent !== undefined) {
    formats.push({ payloadType: agreement.telephoneEvent, encoding: 'TELEPHONE-EVENT', rate: 8000 });
  }
  return {
    kind: 'audio',
    protocol: line.protocol,
    formats,
    audio: local,
    direction: agreement.direction,
    rtcpMux: agreement.rtcpMux,
  };
}

const refused = (line: MediaLine): LocalLine => ({
  kind: 'refused',
  media: line.kind,
  protocol: line.protocol,
  format: line.formats[0] ?? '0',
});

const switchedOff = (previous: AudioAgreement): AudioAgreement => ({
  ...previous,
  remote: undefined,
  remoteRtcp: undefined,
  direction: 'inactive',
  remoteHold: true,
});

/** The most telling reason: of the first audio line, or that there is none. */
function whyNone(offer: SessionDescription, local: LocalAudio): Why {
  const none = because('media', 'has no audio');
  const audio = offer.media.find(line => line.kind === 'audio');
  return audio === undefined ? none : (usable(audio, local) ?? none);
}
