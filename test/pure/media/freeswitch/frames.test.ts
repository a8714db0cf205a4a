import { describe, expect, it } from 'vitest';
import { type Frame, FrameReader, limits } from '../../../../src/media/freeswitch/eventSocket/frames.ts';

const event = 'Event-Name: DTMF\nUnique-ID: a%40b\nDTMF-Digit: %23\n\n';
const stream = Buffer.from(
  [
    'Content-Type: auth/request\n\n',
    'Content-Type: command/reply\nReply-Text: +OK 100% accepted\n\n',
    `Content-Length: ${event.length}\nContent-Type: text/event-plain\n\n${event}`,
    'Content-Type: api/response\nContent-Length: 0\n\n',
    'Content-Type: api/response\nContent-Length: 3\n\n+é',
  ].join(''),
);

const shown = (frames: readonly Frame[]) =>
  frames.map(({ headers, body }) => [headers.get('Content-Type'), headers.get('Reply-Text'), body]);

const whole = shown(new FrameReader().read(stream));

describe('frames of the event socket', () => {
  it('are read, with and without a body', () => {
    expect(whole).toEqual([
      ['auth/request', undefined, ''],
      ['command/reply', '+OK 100% accepted', ''],
      ['text/event-plain', undefined, event],
      ['api/response', undefined, ''],
      ['api/response', undefined, '+é'],
    ]);
  });

  it('are the same wherever the stream is cut', () => {
    for (let at = 0; at <= stream.length; at++) {
      const reader = new FrameReader();
      const frames = [...reader.read(stream.subarray(0, at)), ...reader.read(stream.subarray(at))];
      expect(shown(frames)).toEqual(whole);
    }
    const reader = new FrameReader();
    expect(shown([...stream].flatMap(byte => reader.read(Buffer.from([byte]))))).toEqual(whole);
  });

  it.each(['x', '-1', '1e9', '0x10', String(limits.body + 1)])('with a length of %j are none', length => {
    expect(() => new FrameReader().read(Buffer.from(`Content-Length: ${length}\n\n`))).toThrow();
  });

  it('that do not end are none', () => {
    const reader = new FrameReader();
    expect(() => reader.read(Buffer.alloc(limits.headers + 1, 'a'))).toThrow();
  });

  it('have fields that are looked up by their whole name', () => {
    const [frame] = new FrameReader().read(Buffer.from('A-B: 1\nB: %41%ZZ\nC: x: y\n\n'));
    expect(frame?.headers.get('B')).toBe('%41%ZZ');
    expect(frame?.headers.get('A-B')).toBe('1');
    expect(frame?.headers.get('C')).toBe('x: y');
    expect(frame?.headers.get('D')).toBeUndefined();
  });
});
