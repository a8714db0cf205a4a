/** FreeSWITCH's event socket: frames in a stream, and the fields of an event. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sipAddressIn } from '../../../src/media/freeswitch/connect.ts';
import { Fields, FrameReader } from '../../../src/media/freeswitch/eventSocket/frames.ts';
import { addressIn } from '../../../src/media/freeswitch/remoteSdp.ts';
import { statsIn } from '../../../src/media/freeswitch/stats.ts';
import { growsWithSizeAlone, repeated, units } from '../../support/fuzz/growth.ts';
import { mutated } from '../../support/fuzz/mutations.ts';
import { campaign, prototypeNames } from '../../support/fuzz/words.ts';

const event = 'Event-Name: DTMF\nUnique-ID: 1\nDTMF-Digit: %23\nvariable_x: 100%25\n\n';
const stream = [
  'Content-Type: auth/request\n\n',
  'Content-Type: command/reply\nReply-Text: +OK accepted\n\n',
  `Content-Length: ${event.length}\nContent-Type: text/event-plain\n\n${event}`,
  'Content-Type: api/response\nContent-Length: 4\n\ntrue',
].join('');
const words = ['Content-Length: ', '\n\n', '-1', '1e9', '16777217', '%', '%E0%A4%A', ...prototypeNames];
const runs = campaign('event socket', 100_000);

/** What it gives; `undefined` at the end: what came is none. */
function read(pieces: readonly Buffer[]): readonly unknown[] {
  const reader = new FrameReader();
  const frames: unknown[] = [];
  for (const piece of pieces) {
    try {
      for (const { headers, body } of reader.read(piece)) frames.push([headers.get('Content-Type'), body]);
    } catch (error) {
      expect(String(error)).toMatch(/a frame without an end|a body of [\s\S]{0,20} bytes/);
      return [...frames, undefined];
    }
  }
  return frames;
}

it('streams that were mangled give the same frames, however they are cut, or an error of ours', () => {
  fc.assert(
    fc.property(
      mutated([Buffer.from(stream)], words),
      fc.array(fc.nat({ max: 400 }), { maxLength: 8 }),
      (bytes, cuts) => {
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
        if (whole.at(-1) === undefined && whole.length > 0) expect(cut.at(-1)).toBeUndefined();
        else expect(cut).toEqual(whole);
      },
    ),
    runs,
  );
});

it('fields and answers that were mangled throw nothing', () => {
  const names = ['Event-Name', 'DTMF-Digit', 'variable_x', ...prototypeNames];
  const json = '{"response":{"audio":{"in_packet_count":1,"in_media_bytes":2,"in_flaw_total":0,"out_packet_count":3}}}';
  const status = 'kozpont profile sip:mod_sofia@10.0.0.1:5080 RUNNING (0)\n';
  const sdp = 'v=0\nc=IN IP4 127.0.0.1\nm=audio 4000 RTP/AVP 8\n';
  fc.assert(
    fc.property(
      mutated(
        [event, json, status, sdp].map(text => Buffer.from(text)),
        words,
      ),
      bytes => {
        const text = bytes.toString();
        const fields = new Fields(text);
        for (const name of names) expect(['string', 'undefined']).toContain(typeof fields.get(name));
        expect(Number.isNaN(statsIn(text, 'PCMA').received.packets)).toBe(false);
        sipAddressIn(text, 'kozpont');
        try {
          addressIn(text);
        } catch (error) {
          expect(error).toMatchObject({ name: 'KozpontError' });
        }
      },
    ),
    runs,
  );
});

it('time grows with the length of what comes alone, however it is cut', () => {
  for (const unit of units) {
    const make = (size: number): Buffer => Buffer.from(repeated(unit, size));
    growsWithSizeAlone(`a stream of ${JSON.stringify(unit)}`, 1_048_576, make, bytes => read([bytes]));
    growsWithSizeAlone(`an event of ${JSON.stringify(unit)}`, 1_048_576, make, bytes => {
      const fields = new Fields(bytes.toString());
      fields.get('Event-Name');
    });
    growsWithSizeAlone(`a status of ${JSON.stringify(unit)}`, 262_144, make, bytes =>
      sipAddressIn(bytes.toString(), 'kozpont'),
    );
  }
  const body = 4_194_304;
  const make = (size: number): Buffer => Buffer.from(`Content-Length: ${size}\n\n${'a'.repeat(size)}`);
  growsWithSizeAlone('a body that comes in pieces', body, make, bytes => {
    const pieces = Array.from({ length: Math.ceil(bytes.length / 1_024) }, (_, at) =>
      bytes.subarray(at * 1_024, (at + 1) * 1_024),
    );
    expect(read(pieces)).toHaveLength(1);
  });
  const line = (size: number): Buffer => Buffer.from('a'.repeat(size));
  growsWithSizeAlone('header lines that come byte by byte', 65_536, line, bytes => {
    const reader = new FrameReader();
    for (let at = 0; at < bytes.length; at++) reader.read(bytes.subarray(at, at + 1));
  });
}, 600_000);
