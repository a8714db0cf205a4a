import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKozpontError } from '../../../../src/base/errors.ts';
import { limits, parseSdp } from '../../../../src/media/sdp/parse.ts';
import { hostileTexts } from '../../../support/hostileTexts.ts';

const head = ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0'];
const text = (...lines: readonly string[]): string => `${[...head, ...lines].join('\r\n')}\r\n`;
const audio = 'm=audio 4000 RTP/AVP 0 8 101';

/** Why a text is refused; undefined: it is not. */
function refusal(sdp: string): string | undefined {
  try {
    parseSdp(sdp);
    return undefined;
  } catch (error) {
    if (!isKozpontError(error, 'INVALID_SDP')) throw error;
    return error.message;
  }
}

describe('reading a description', () => {
  it('gives each stream what belongs to it', () => {
    const { media } = parseSdp(
      text(
        audio,
        'c=IN IP4 198.51.100.7',
        'a=rtpmap:101 telephone-event/8000',
        'a=rtcp:4011 IN IP4 198.51.100.8',
        'a=ptime:30',
        'a=sendonly',
        'm=video 5000 RTP/SAVPF 96',
        'a=rtpmap:96 VP8/90000',
        'a=rtcp-mux',
      ),
    );
    expect(media).toEqual([
      {
        kind: 'audio',
        port: 4000,
        protocol: 'RTP/AVP',
        formats: ['0', '8', '101'],
        direction: 'sendonly',
        address: '198.51.100.7',
        codecs: [
          { payloadType: 0, encoding: 'PCMU', rate: 8000 },
          { payloadType: 8, encoding: 'PCMA', rate: 8000 },
          { payloadType: 101, encoding: 'TELEPHONE-EVENT', rate: 8000 },
        ],
        rtcp: { port: 4011, address: '198.51.100.8' },
        rtcpMux: false,
        ptime: 30,
      },
      {
        kind: 'video',
        port: 5000,
        protocol: 'RTP/SAVPF',
        formats: ['96'],
        direction: 'sendrecv',
        address: '192.0.2.1',
        codecs: [{ payloadType: 96, encoding: 'VP8', rate: 90000 }],
        rtcp: undefined,
        rtcpMux: true,
        ptime: undefined,
      },
    ]);
  });

  it('hands down what stands at session level', () => {
    const sdp = `${[...head, 'a=inactive', audio, 'm=audio 4002 RTP/AVP 8', 'a=recvonly'].join('\n')}\n`;
    expect(parseSdp(sdp).media.map(line => [line.address, line.direction])).toEqual([
      ['192.0.2.1', 'inactive'],
      ['192.0.2.1', 'recvonly'],
    ]);
  });

  it('takes names of encodings in any case, and a map over a static number', () => {
    const [line] = parseSdp(text('m=audio 4000 RTP/AVP 0 97', 'a=rtpmap:0 G722/8000', 'a=rtpmap:97 pcma/8000/1')).media;
    expect(line?.codecs).toEqual([
      { payloadType: 0, encoding: 'G722', rate: 8000 },
      { payloadType: 97, encoding: 'PCMA', rate: 8000 },
    ]);
  });

  it.each([
    ['a name in place of an address', 'c=IN IP4 phone.example', undefined],
    ['a multicast address with its time to live', 'c=IN IP4 224.2.1.1/127', undefined],
    ['an address that is none', 'c=IN IP4 1.2.3.400', undefined],
    ['another network', 'c=ATM NSAP 47', '192.0.2.1'],
    ['hold of old', 'c=IN IP4 0.0.0.0', '0.0.0.0'],
    ['IPv6', 'c=IN IP6 2001:DB8:0::1', '2001:db8::1'],
    ['an IPv6 address with a zone', 'c=IN IP6 fe80::1%eth0', 'fe80::1'],
  ])('says what it makes of %s', (_, connection, address) => {
    expect(parseSdp(text(audio, connection)).media[0]?.address).toBe(address);
  });

  it('skips formats and attributes that it does not know', () => {
    const [line] = parseSdp(
      text('m=audio 4000/2 RTP/AVP 8 128 x 200 8', 'a=rtpmap:x', 'a=rtcp:99999', 'a=ptime:0'),
    ).media;
    expect(line).toMatchObject({ port: 4000, rtcp: undefined, ptime: undefined });
    expect(line?.codecs.map(codec => codec.payloadType)).toEqual([8, 8]);
  });

  it.each([
    ['nothing', '', 'does not begin with v=0'],
    ['another version', 'v=1\r\n', 'does not begin with v=0'],
    ['no stream', text(), 'has no m= line'],
    ['a line that is no line', text(audio, 'hello'), 'type=value'],
    ['a folded line', text(audio, ' a=sendrecv'), 'type=value'],
    ['a zero byte', text(audio, 'a=x\u0000y'), 'control characters'],
    ['a port that is none', text('m=audio x RTP/AVP 8'), 'm= line that is broken'],
    ['a port out of range', text('m=audio 65536 RTP/AVP 8'), 'm= line that is broken'],
    ['a negative port', text('m=audio -1 RTP/AVP 8'), 'm= line that is broken'],
    ['a stream without formats', text('m=audio 4000 RTP/AVP'), 'list of formats'],
    ['a format that is no token', text('m=audio 4000 RTP/AVP "8"'), 'list of formats'],
    ['too many formats', text(`m=audio 4000 RTP/AVP ${'8 '.repeat(limits.formats + 1)}`), 'list of formats'],
    ['too many streams', text(...Array<string>(limits.media + 1).fill(audio)), `${limits.media} m= lines`],
    ['too many lines', text(audio, ...Array<string>(limits.lines).fill('a=x')), `${limits.lines} lines`],
    ['too long a line', text(audio, `a=${'x'.repeat(limits.lineLength)}`), `${limits.lineLength} characters`],
    ['too long a text', text(audio, ...Array<string>(1000).fill(`a=${'x'.repeat(70)}`)), `${limits.length} characters`],
  ])('refuses %s', (_, sdp, why) => {
    expect(refusal(sdp)).toContain(why);
  });

  it.each([
    ['streams', limits.media, text(...Array<string>(limits.media).fill(audio))],
    ['formats', limits.formats, text(`m=audio 4000 RTP/AVP ${'8 '.repeat(limits.formats)}`)],
    ['a line', limits.lineLength, text(audio, `a=${'x'.repeat(limits.lineLength - 2)}`)],
  ])('takes %s up to the limit of %d', (_, __, sdp) => {
    expect(refusal(sdp)).toBeUndefined();
  });

  it.each(hostileTexts)('reads or refuses %j, and nothing else happens', hostile => {
    for (const line of [
      `a=${hostile}`,
      `c=IN IP4 ${hostile}`,
      `m=audio ${hostile} RTP/AVP 8`,
      `m=${hostile}`,
      hostile,
    ]) {
      refusal(text(audio, line));
    }
    refusal(hostile);
  });

  it('is never surprised', () => {
    const lines = fc.array(
      fc.oneof(
        fc.constantFrom(
          ...head,
          audio,
          'a=sendonly',
          'a=rtpmap:8 PCMA/8000',
          'a=rtcp:1',
          'a=ptime:20',
          'm=',
          'a=',
          'c=',
        ),
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc
          .tuple(fc.constantFrom('a=', 'm=', 'c=', 'a=rtpmap:', 'a=rtcp:', 'a=fmtp:'), fc.string({ maxLength: 30 }))
          .map(parts => parts.join('')),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(lines, fc.constantFrom('\r\n', '\n', '\r'), (middle, end) => {
        refusal(['v=0', ...middle].join(end));
      }),
      { numRuns: 2000 },
    );
  });
});
