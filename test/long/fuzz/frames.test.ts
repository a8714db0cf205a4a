/** drachtio's application protocol, both sides: frames in a stream, commands of applications, messages for drachtio-srf. */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseCommand } from '../../../src/embedded/drachtiod/protocol/command.ts';
import { encodeFrame, FrameReader } from '../../../src/embedded/drachtiod/protocol/frame.ts';
import { description, header } from '../../../src/signalling/drachtio/message.ts';
import { readable } from '../../../src/signalling/drachtio/received.ts';
import { growsWithSizeAlone, repeated, units } from '../../support/fuzz/growth.ts';
import { mutated } from '../../support/fuzz/mutations.ts';
import { campaign, prototypeNames } from '../../support/fuzz/words.ts';

/** drachtio-srf's own, which reads what `readable` lets through. */
const SipMessage = createRequire(import.meta.url)('drachtio-srf/lib/sip-parser/message.js') as new (
  text: string,
) => { readonly headers: Record<string, string>; readonly body: string; readonly method?: string };

const sip = [
  'INVITE sip:102@192.0.2.1 SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1;rport',
  'From: "A" <sip:101@192.0.2.1>;tag=1',
  'To: <sip:102@192.0.2.1>',
  'Call-ID: x',
  'CSeq: 1 INVITE',
  'Contact: <sip:101@192.0.2.9>',
  'Content-Type: multipart/mixed;boundary=b',
  '',
  '--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--b--',
].join('\r\n');
const commands = [
  'id|authenticate|secret|tag1,tag2',
  'id|route|invite',
  'id|remove_route|INVITE',
  'id|ping',
  `id|sip|transaction||\r\nSIP/2.0 200 OK\r\nContact: <sip:x>\r\n\r\n`,
  `id|sip||dialog\r\nBYE sip:x SIP/2.0\r\n\r\n`,
  `id|sip||\r\n${sip}`,
  `id|proxy|transaction|remainInDialog|fullResponse|followRedirects|simultaneous|1|2|sip:a@b|sip:c@d\r\n${sip}`,
].map(text => Buffer.from(text));
const words = ['|', 'sip', 'proxy', 'route', ...prototypeNames];
const runs = campaign('frames', 100_000);

it('commands that were mangled throw nothing', () => {
  fc.assert(
    fc.property(mutated(commands, words), payload => {
      const command = parseCommand(payload);
      if (!command.ok) expect(command.error.reason).not.toBe('');
    }),
    runs,
  );
});

it('streams of frames are the same frames, however they are cut, and stop at what is none', () => {
  const stream = fc
    .array(fc.oneof(fc.constantFrom(...commands).map(encodeFrame), mutated(commands.map(encodeFrame), words)), {
      maxLength: 5,
    })
    .map(all => Buffer.concat(all));
  fc.assert(
    fc.property(stream, fc.array(fc.nat({ max: 3_000 }), { maxLength: 8 }), (bytes, cuts) => {
      const read = (pieces: readonly Buffer[]): readonly string[] => {
        const reader = new FrameReader(4_096);
        const frames: string[] = [];
        for (const piece of pieces) {
          const result = reader.push(piece);
          // What came whole before the fault may have been given, or not.
          if (!result.ok) return [...frames, 'over'];
          frames.push(...result.value.map(one => one.toString('latin1')));
        }
        return frames;
      };
      const whole = read([bytes]);
      let from = 0;
      const pieces = [...cuts, bytes.length]
        .map(cut => Math.min(cut, bytes.length))
        .sort((a, b) => a - b)
        .map(cut => {
          const piece = bytes.subarray(from, cut);
          from = cut;
          return piece;
        });
      const cut = read(pieces);
      if (whole.at(-1) !== 'over') expect(cut).toEqual(whole);
      else expect(cut.at(-1)).toBe('over');
    }),
    runs,
  );
});

it('messages that were mangled are read by drachtio-srf, or refused: nothing throws, and no word is a dictionary', () => {
  const lines = prototypeNames.flatMap(name => [`${name}: 1`, `\r\n${name}: 1\r\n`, `;${name}=1`, `X-${name}: 1`]);
  fc.assert(
    fc.property(
      mutated([Buffer.from(sip)], [...words, ...lines, '%5f%5fproto__: 1']),
      fc.boolean(),
      (bytes, refusing) => {
        const received = readable(bytes.toString(), refusing);
        if (received.kind !== 'readable') return;
        let message: InstanceType<typeof SipMessage>;
        try {
          message = new SipMessage(received.text);
        } catch (error) {
          expect(String(error)).toContain('failed to parse sip message');
          return;
        }
        expect(Object.getPrototypeOf(message.headers)).toBe(Object.prototype);
        for (const name of ['to', 'from', 'call-id', 'refer-to', 'content-type', ...prototypeNames]) {
          const value = header(message, name);
          expect(value === undefined || typeof value === 'string').toBe(true);
        }
        description(message);
      },
    ),
    runs,
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
});

it('time grows with the length of a message alone', () => {
  const heads = [
    '',
    'INVITE ',
    'SIP/2.0 200 ',
    ...['', 'X', 'X:', 'Content-Type:', 'c:multipart/'].map(line => `${sip.slice(0, 60)}\r\n${line}`),
  ];
  for (const unit of units) {
    for (const before of heads) {
      const make = (size: number): string => repeated(unit, size, before, '\r\n\r\n');
      growsWithSizeAlone(`${JSON.stringify(unit)} behind ${JSON.stringify(before.slice(-20))}`, 65_536, make, text => {
        const received = readable(text, true);
        if (received.kind !== 'readable') return;
        try {
          description(new SipMessage(received.text));
        } catch {
          // Whether it can be read is another question.
        }
      });
      const command = (size: number): Buffer => Buffer.from(repeated(unit, size, `id|sip||${before}`));
      growsWithSizeAlone(`a command of ${JSON.stringify(unit)}`, 65_536, command, parseCommand);
    }
  }
  const frame = encodeFrame(Buffer.alloc(262_144, 'a'));
  growsWithSizeAlone(
    'a frame that comes byte by byte',
    frame.length,
    size => frame.subarray(0, size),
    bytes => {
      const reader = new FrameReader(1_000_000);
      for (let at = 0; at < bytes.length; at++) reader.push(bytes.subarray(at, at + 1));
    },
  );
}, 600_000);
