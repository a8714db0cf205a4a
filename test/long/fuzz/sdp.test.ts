/** Session descriptions of strangers, and what is made of them: an answer, an agreement, or `INVALID_SDP`. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isKozpontError } from '../../../src/base/errors.ts';
import type { LocalAudio } from '../../../src/media/sdp/agreement.ts';
import { acceptAnswer, answerOffer, offerAudio } from '../../../src/media/sdp/negotiate.ts';
import { parseSdp } from '../../../src/media/sdp/parse.ts';
import { LocalDescription } from '../../../src/media/sdp/write.ts';
import { boundaryOf, partsOf } from '../../../src/sip/grammar/multipart.ts';
import { growsWithSizeAlone, repeated, units } from '../../support/fuzz/growth.ts';
import { mutated } from '../../support/fuzz/mutations.ts';
import { campaign, prototypeNames } from '../../support/fuzz/words.ts';

const local: LocalAudio = {
  address: '192.0.2.1',
  port: 20_000,
  codecs: ['PCMA', 'PCMU'],
  telephoneEvent: 101,
  direction: 'sendrecv',
};

const phone = [
  'v=0',
  'o=- 20518 0 IN IP4 203.0.113.1',
  's=-',
  'c=IN IP4 203.0.113.1',
  't=0 0',
  'm=audio 54400 RTP/AVP 0 8 9 101',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:9 G722/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
  'a=ptime:20',
  'a=rtcp:54401 IN IP4 203.0.113.1',
  'a=sendrecv',
  '',
].join('\r\n');
const browser = [
  'v=0',
  'o=mozilla 4 2 IN IP6 2001:db8::1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'a=msid-semantic: WMS *',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 126',
  'c=IN IP6 ::',
  'a=candidate:1 1 UDP 2122252543 192.0.2.4 61665 typ host generation 0',
  'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  'a=fmtp:111 maxplaybackrate=48000;stereo=1;useinbandfec=1',
  'a=ice-ufrag:8hhY',
  'a=rtcp-mux',
  'a=rtcp-fb:111 transport-cc',
  'a=rtpmap:111 opus/48000/2',
  'a=rtpmap:126 telephone-event/8000',
  'a=setup:actpass',
  'a=simulcast:send 1,~4;2;3 recv c',
  'a=ssrc:2566107569 cname:t9YU8M1UxTF8Y1A1',
  'm=video 0 RTP/AVP 97',
  'a=imageattr:97 send [x=800,y=640,sar=1.1,q=0.6] recv [x=330,y=250]',
  'a=rid:1 send max-width=1280;max-height=720',
  '',
].join('\r\n');
const old = 'v=0\no=a 1 1 IN IP4 h\ns= \nc=IN IP4 0.0.0.0\nt=0 0\nm=audio 5004 RTP/AVP 8 101\nm=image 0 udptl t38\n';
const seeds = [phone, browser, old].map(text => Buffer.from(text));

/** What throws is `INVALID_SDP`, whoever asks. */
function refused<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!isKozpontError(error, 'INVALID_SDP')) throw error;
    return undefined;
  }
}

function standsAnything(text: string): void {
  const description = refused(() => parseSdp(text));
  if (description === undefined) return;
  const lines = offerAudio(local, []);
  refused(() => acceptAnswer(description, lines, local));
  const answered = refused(() => answerOffer(description, local));
  if (answered === undefined) return;
  const { agreement } = answered;
  expect(agreement.remote === undefined || Number.isInteger(agreement.remote.port)).toBe(true);
  expect(['PCMA', 'PCMU']).toContain(agreement.codec);
  const written = new LocalDescription('1', local.address).write(answered.lines);
  expect(refused(() => parseSdp(written))).toBeDefined();
  refused(() => answerOffer(description, local, agreement));
}

const words = [
  'a=',
  'm=',
  'c=',
  'm=audio 1 RTP/AVP 0',
  'a=rtpmap:',
  'a=fmtp:',
  ...prototypeNames.map(name => `a=${name}:1`),
];
const runs = campaign('SDP', 100_000);

it('descriptions that were mangled throw nothing but INVALID_SDP', () => {
  fc.assert(
    fc.property(mutated(seeds, words), bytes => standsAnything(bytes.toString())),
    runs,
  );
});

it('lines of any letter and any words throw nothing but INVALID_SDP', () => {
  const line = fc
    .tuple(
      fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'),
      fc.array(fc.constantFrom(...prototypeNames, ...units, '8')),
    )
    .map(([type, parts]) => `${type}=${parts.join('')}`);
  const text = fc.array(line, { maxLength: 20 }).map(lines => `${phone}${lines.join('\r\n')}\r\n`);
  fc.assert(fc.property(text, standsAnything), runs);
});

it('time grows with the length of a description alone', () => {
  const size = 65_536;
  for (const unit of units) {
    for (const before of ['', phone, `${phone}a=`, `${phone}a=fmtp:8 `, `${phone}a=candidate:`, `${phone}a=ssrc:1 `]) {
      const make = (length: number): string => repeated(unit, length, before, '\r\n');
      growsWithSizeAlone(
        `SDP of ${JSON.stringify(unit)} behind ${JSON.stringify(before.slice(-20))}`,
        size,
        make,
        text => refused(() => parseSdp(text)),
      );
    }
  }
  for (const line of [...browser.split('\r\n'), 'm=audio 9 RTP/AVP 8', 'a=rtpmap:8 PCMA/8000', 'c=IN IP4 192.0.2.1']) {
    const make = (length: number): string => repeated(`${line}\r\n`, length, phone);
    growsWithSizeAlone(`SDP of ${line}`, size, make, text => refused(() => parseSdp(text)));
  }
}, 600_000);

it('bodies of several parts throw nothing, and cost what they are long', () => {
  const type = 'multipart/mixed;boundary="x"';
  const body = ['', '--x', 'Content-Type: application/sdp', '', phone, '--x', '', 'text', '--x--', ''].join('\r\n');
  const bodies = mutated([Buffer.from(body)], ['--x', '--x--', '\r\n--x\r\n', 'Content-Type:', ...prototypeNames]);
  const types = mutated([Buffer.from(type)], ['Boundary=', 'multipart/', 'boundary=', ...prototypeNames]);
  fc.assert(
    fc.property(types, bodies, (typeBytes, bodyBytes) => {
      const boundary = boundaryOf(typeBytes.toString());
      for (const part of partsOf(bodyBytes.toString(), boundary ?? 'x'))
        expect(part.content.length).toBeGreaterThanOrEqual(0);
    }),
    runs,
  );
  for (const unit of [...units, '--x', '\n--x', '\r\n--x\r\n', '--x ', '\n--x ', '\n--x-', 'Content-Type:']) {
    for (const before of ['', '\r\n\r\n--x\r\nContent-Type:', '--x\r\n']) {
      const make = (length: number): string => repeated(unit, length, before);
      growsWithSizeAlone(`a body of ${JSON.stringify(unit)}`, 131_072, make, text => partsOf(text, 'x'));
      growsWithSizeAlone(`a Content-Type of ${JSON.stringify(unit)}`, 131_072, make, text =>
        boundaryOf(`${type}${text}`),
      );
    }
  }
}, 600_000);
