import { describe, expect, it } from 'vitest';
import { defaultParseLimits } from '../../../../src/sip/grammar/limits.ts';
import { type Frame, StreamFramer } from '../../../../src/sip/grammar/streamFramer.ts';

const message = (id: string, body = ''): Buffer =>
  Buffer.from(
    [
      'MESSAGE sip:b@example.com SIP/2.0',
      'Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1',
      'From: <sip:a@example.com>;tag=1',
      'To: <sip:b@example.com>',
      `Call-ID: ${id}`,
      'CSeq: 1 MESSAGE',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );

function feedAll(framer: StreamFramer, bytes: Buffer, size: number): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; at += size) frames.push(...framer.feed(bytes.subarray(at, at + size)));
  return frames;
}

/** Bodies that look like the end of a head, or like another message. */
const bodies = ['', '\r\n\r\n', 'OPTIONS sip:x SIP/2.0\r\nContent-Length: 9\r\n\r\n', 'Központ ☎'];

describe('StreamFramer', () => {
  it('cuts glued messages apart, whatever the pieces are', () => {
    const messages = bodies.map((body, i) => message(`m${i}`, body));
    const stream = Buffer.concat(messages);
    for (const size of [1, 2, 3, 5, 17, 100, 333, stream.length]) {
      const framer = new StreamFramer();
      expect(feedAll(framer, stream, size)).toEqual(messages.map(bytes => ({ kind: 'message', bytes })));
      expect([framer.pending, framer.broken]).toEqual([0, false]);
    }
  });

  it('splits at every byte', () => {
    const messages = [message('first', bodies[2]), message('second', bodies[1])];
    const texts = messages.map(String);
    const stream = Buffer.concat(messages);
    for (let cut = 0; cut <= stream.length; cut++) {
      const framer = new StreamFramer();
      const frames = [...framer.feed(stream.subarray(0, cut)), ...framer.feed(stream.subarray(cut))];
      expect(frames.map(frame => (frame.kind === 'message' ? frame.bytes.toString() : frame.kind))).toEqual(texts);
    }
  });

  it('holds what is not complete, and gives it when it is', () => {
    const framer = new StreamFramer();
    const bytes = message('m', 'body');
    expect(framer.feed(bytes.subarray(0, 50))).toEqual([]);
    expect(framer.pending).toBe(50);
    expect(framer.feed(bytes.subarray(50, -1))).toEqual([]);
    expect(framer.pending).toBe(bytes.length - 1);
    expect(framer.feed(bytes.subarray(-1))).toEqual([{ kind: 'message', bytes }]);
    expect(framer.pending).toBe(0);
  });

  it('leaves what it has given untouched by what comes later', () => {
    const framer = new StreamFramer();
    const given = feedAll(framer, message('first', 'one'), 7);
    feedAll(framer, Buffer.concat([message('second', 'two'.repeat(3_000)), message('third')]), 11);
    expect(given).toEqual([{ kind: 'message', bytes: message('first', 'one') }]);
  });

  it.each([
    ['NUL', '\0'],
    ['CR LF NUL', '\r\n\0'],
    ['a line feed alone', '\n'],
    ['a carriage return alone', '\r\n\r'],
    ['a space', ' '],
    ['a byte order mark', '\ufeff'],
    ['the end of something else', 'a=sendrecv '],
  ])('%s in front of a request is answered, and is the end', (_, before) => {
    const stream = Buffer.concat([Buffer.from(before), message('spoilt'), message('next')]);
    for (const size of [1, 7, stream.length]) {
      const framer = new StreamFramer();
      const frames = feedAll(framer, stream, size).filter(({ kind }) => kind !== 'ping');
      expect(frames.map(({ kind }) => kind)).toEqual(['broken']);
      const [broken] = frames;
      if (broken?.kind !== 'broken') return expect.fail();
      expect(broken.error).toMatchObject({ reason: 'badRequestLine', answer: { status: 400 } });
      expect(broken.error.answer?.request.headers).toContainEqual({ name: 'Call-ID', value: 'spoilt' });
      expect(framer.broken).toBe(true);
    }
  });

  it.each([
    ['a response', '\0SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1\r\nCSeq: 1 INVITE\r\n\r\n'],
    ['an ACK', '\0ACK sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1\r\nCSeq: 1 ACK\r\n\r\n'],
  ])('%s that is spoilt is the end, too, and not answered', (_, stream) => {
    const frames = feedAll(new StreamFramer(), Buffer.from(stream), 5);
    expect(frames).toMatchObject([{ kind: 'broken' }]);
    expect(frames[0]?.kind === 'broken' && frames[0].error.answer).toBeUndefined();
  });

  it('tells a pong from a ping', () => {
    const framer = new StreamFramer();
    const kinds = (text: string) => framer.feed(Buffer.from(text)).map(({ kind }) => kind);
    framer.expectPong();
    expect(kinds('\r\n')).toEqual(['pong']);
    framer.expectPong();
    expect([kinds('\r\n'), kinds('\r'), kinds('\n')]).toEqual([['pong'], [], ['ping']]);
    expect(kinds('\r\n\r\n')).toEqual(['ping']);
    framer.expectPong();
    expect(kinds('\r\n\r\n')).toEqual(['pong', 'ping']);
    expect(framer.pending).toBe(0);
  });

  it('tells what the end of the stream cuts off', () => {
    const ends = (bytes: Buffer) => {
      const framer = new StreamFramer();
      framer.feed(bytes);
      const frame = framer.finish();
      return frame?.kind === 'broken' ? [frame.error.reason, frame.error.answer?.status] : frame;
    };
    expect(ends(Buffer.alloc(0))).toBeUndefined();
    expect(ends(Buffer.concat([message('whole'), Buffer.from('\r\n')]))).toBeUndefined();
    expect(ends(message('m', 'body').subarray(0, -1))).toEqual(['truncatedBody', 400]);
    expect(ends(message('m').subarray(0, -1))).toEqual(['unfinishedHeaders', 400]);
    expect(ends(Buffer.from('HELO'))).toEqual(['unfinishedHeaders', undefined]);
  });

  it('reads Content-Length in every form that the parser reads', () => {
    for (const field of [
      'l:3',
      'L :\t3',
      'content-LENGTH\t: 003 ',
      'Content-Length:\r\n 3',
      'Subject: a\r\n l: 9\r\nl: 3',
    ]) {
      const bytes = Buffer.from(`OPTIONS sip:b SIP/2.0\r\n${field}\r\n\r\nabc`);
      expect(new StreamFramer().feed(bytes)).toEqual([{ kind: 'message', bytes }]);
    }
  });

  describe('keep-alives (RFC 5626, §3.5.1)', () => {
    it('two line ends are a ping, one is none', () => {
      for (const size of [1, 2, 3, 100]) {
        const framer = new StreamFramer();
        const stream = Buffer.concat([
          Buffer.from('\r\n'),
          message('first'),
          Buffer.from('\r\n\r\n'),
          message('second'),
          Buffer.from('\r\n\r\n\r\n'),
        ]);
        expect(feedAll(framer, stream, size).map(frame => frame.kind)).toEqual(['message', 'ping', 'message', 'ping']);
        expect(framer.pending).toBe(0);
      }
    });

    it('those that come together are one', () => {
      const framer = new StreamFramer();
      expect(framer.feed(Buffer.from('\r\n'.repeat(32_767)))).toEqual([{ kind: 'ping' }]);
      expect(framer.feed(Buffer.from('\r\n'))).toEqual([{ kind: 'ping' }]);
      expect(framer.pending).toBe(0);
    });

    it('a ping may come in two pieces', () => {
      const framer = new StreamFramer();
      expect(framer.feed(Buffer.from('\r\n\r'))).toEqual([]);
      expect(framer.feed(Buffer.from('\n'))).toEqual([{ kind: 'ping' }]);
    });
  });

  describe('is broken, with an answer, by', () => {
    const head = message('m').toString().split('\r\nContent-Length')[0] ?? '';
    it.each<[string, string, number]>([
      ['no Content-Length', '', 400],
      ['two', '\r\nContent-Length: 1\r\nl: 1', 400],
      ['a negative one', '\r\nContent-Length: -1', 400],
      ['one that is no number', '\r\nContent-Length: two', 400],
      ['an empty one', '\r\nContent-Length:', 400],
      ['one with a control character', '\r\nContent-Length: 1\x07', 400],
      ['one without its colon', '\r\nContent-Length 1', 400],
      ['one above the limit', '\r\nContent-Length: 65536', 513],
      ['one that would overflow', `\r\nContent-Length: ${'9'.repeat(40)}`, 400],
    ])('%s', (_what, field, status) => {
      for (const size of [1, 13, 10_000]) {
        const framer = new StreamFramer();
        const frames = feedAll(framer, Buffer.concat([Buffer.from(`${head}${field}\r\n\r\nx`), message('next')]), size);
        expect(frames).toMatchObject([
          { kind: 'broken', error: { answer: { status, request: { method: 'MESSAGE' } } } },
        ]);
        expect(framer.broken).toBe(true);
        expect([framer.feed(message('next')), framer.pending]).toEqual([[], 0]);
      }
    });
  });

  describe('is broken, without a word, by', () => {
    it.each<[string, Buffer, string]>([
      ['another protocol', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 'notSip'],
      ['TLS', Buffer.from('160301000a0d0a0102', 'hex'), 'notSip'],
      ['a line that does not end', Buffer.alloc(70_000, 'a'), 'startLineTooLong'],
    ])('%s', (_what, bytes, reason) => {
      for (const size of [1, 999, 100_000]) {
        const framer = new StreamFramer();
        const frames = feedAll(framer, bytes, size);
        expect(frames).toMatchObject([{ kind: 'broken', error: { reason } }]);
        expect(frames[0]).not.toHaveProperty('error.answer');
        expect(framer.pending).toBeLessThanOrEqual(bytes.length);
      }
    });
  });

  it('holds no more than the limits allow', () => {
    const limits = { ...defaultParseLimits, messageSize: 1_000 };
    const framer = new StreamFramer(limits);
    framer.feed(Buffer.from('OPTIONS sip:b SIP/2.0\r\n'));
    const line = Buffer.from('Subject: hello\r\n');
    let most = 0;
    let frames: readonly Frame[] = [];
    while (frames.length === 0) {
      frames = framer.feed(line);
      most = Math.max(most, framer.pending);
    }
    expect(frames).toMatchObject([{ kind: 'broken', error: { reason: 'messageTooLarge' } }]);
    expect(most).toBeLessThanOrEqual(limits.messageSize);
  });

  it('goes on behind a message that is merely malformed', () => {
    const wrong = Buffer.from('OPTIONS sip:b  SIP/2.0\r\nnonsense\r\nContent-Length: 2\r\n\r\nhi');
    const frames = new StreamFramer().feed(Buffer.concat([wrong, message('next')]));
    expect(frames).toEqual([
      { kind: 'message', bytes: wrong },
      { kind: 'message', bytes: message('next') },
    ]);
  });
});
