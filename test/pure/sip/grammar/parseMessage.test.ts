import { describe, expect, it } from 'vitest';
import type { SipParseError, SipParseReason } from '../../../../src/sip/grammar/fault.ts';
import { header, headers } from '../../../../src/sip/grammar/headers.ts';
import { defaultParseLimits } from '../../../../src/sip/grammar/limits.ts';
import { type ParseOptions, parseMessage } from '../../../../src/sip/grammar/parseMessage.ts';
import { must } from '../../../support/must.ts';

const via = 'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1';
const from = 'From: <sip:a@example.com>;tag=1';
const to = 'To: <sip:b@example.com>';
const callId = 'Call-ID: x@example.com';
const cseq = 'CSeq: 1 OPTIONS';
const core = [via, from, to, callId, cseq];

const text = (...lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
const options = (...fields: readonly string[]): Buffer => text('OPTIONS sip:b@example.com SIP/2.0', ...fields);

function faultOf(bytes: Buffer, how?: ParseOptions): SipParseError {
  const parsed = parseMessage(bytes, how);
  if (parsed.ok) throw new Error('expected a fault');
  return parsed.error;
}

describe('parseMessage', () => {
  it('reads a request', () => {
    const bytes = Buffer.concat([options(...core, 'Content-Length: 4'), Buffer.from('body')]);
    expect(must(parseMessage(bytes))).toEqual({
      kind: 'request',
      method: 'OPTIONS',
      uri: 'sip:b@example.com',
      headers: [
        { name: 'Via', value: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1' },
        { name: 'From', value: '<sip:a@example.com>;tag=1' },
        { name: 'To', value: '<sip:b@example.com>' },
        { name: 'Call-ID', value: 'x@example.com' },
        { name: 'CSeq', value: '1 OPTIONS' },
        { name: 'Content-Length', value: '4' },
      ],
      body: Buffer.from('body'),
    });
  });

  it('reads a response, and one without the space that an empty reason asks for', () => {
    expect(must(parseMessage(text('SIP/2.0 404 Not Found', ...core)))).toMatchObject({
      kind: 'response',
      status: 404,
      reason: 'Not Found',
    });
    expect(must(parseMessage(text('sip/2.0 100', ...core)))).toMatchObject({ status: 100, reason: '' });
  });

  it('gives known headers their long form, and leaves others as they came', () => {
    const message = must(
      parseMessage(options('v: x', 'I: y', 'cALL-iNFO: <http://a>', 'x-Mine: 1', 'x: 90', 'O: dialog')),
    );
    expect(message.headers.map(field => field.name)).toEqual([
      'Via',
      'Call-ID',
      'Call-Info',
      'x-Mine',
      'Session-Expires',
      'Event',
    ]);
  });

  it('makes one field of each element of a list, and splits nothing else', () => {
    const message = must(
      parseMessage(
        options(
          'm: "A, B" <sip:a,b@example.com>;x="1,2", <sip:c@example.com>,sip:d@example.com',
          'Supported: timer , 100rel,',
          'Allow:',
          'Subject: one, two',
          'WWW-Authenticate: Digest realm="a", nonce="b"',
          'Date: Mon, 05 Jan 2026 09:00:00 GMT',
        ),
      ),
    );
    expect(headers(message, 'Contact')).toEqual([
      '"A, B" <sip:a,b@example.com>;x="1,2"',
      '<sip:c@example.com>',
      'sip:d@example.com',
    ]);
    expect(headers(message, 'Supported')).toEqual(['timer', '100rel', '']);
    expect(headers(message, 'Allow')).toEqual(['']);
    for (const name of ['Subject', 'WWW-Authenticate', 'Date']) expect(headers(message, name)).toHaveLength(1);
  });

  it('unfolds: a line end with white space behind it is one space', () => {
    const message = must(parseMessage(options('Subject:\r\n\t one \r\n \r\n\ttwo\t', 'Priority: urgent')));
    expect(header(message, 'Subject')).toBe('one two');
    expect(header(message, 'Priority')).toBe('urgent');
  });

  it('ignores line ends in front of a message', () => {
    expect(parseMessage(Buffer.concat([Buffer.from('\r\n\r\n'), options(...core)])).ok).toBe(true);
  });

  describe('the body', () => {
    const body = (declared: string | undefined, present: string): Buffer =>
      Buffer.concat([options(...core, ...(declared === undefined ? [] : [declared])), Buffer.from(present)]);

    it('of a datagram: what is beyond Content-Length is discarded, without it everything counts', () => {
      expect(must(parseMessage(body('l: 3', 'abcdef'))).body.toString()).toBe('abc');
      expect(must(parseMessage(body(undefined, 'abcdef'))).body.toString()).toBe('abcdef');
      expect(faultOf(body('l: 7', 'abcdef')).reason).toBe('truncatedBody');
    });

    it('in a stream: Content-Length is required', () => {
      expect(must(parseMessage(body('l: 3', 'abc'), { carriedBy: 'stream' })).body.toString()).toBe('abc');
      expect(faultOf(body(undefined, ''), { carriedBy: 'stream' }).reason).toBe('missingContentLength');
      expect(faultOf(body('l: 4', 'abc'), { carriedBy: 'stream' }).reason).toBe('truncatedBody');
    });

    it.each(['', '-1', '+3', '3.0', '0x3', '3 3', '4294967296', '99999999999999999999999999', 'three'])(
      'with Content-Length %j is refused',
      length => {
        expect(faultOf(body(`Content-Length: ${length}`, 'abc')).reason).toBe('badContentLength');
      },
    );

    it('with two lengths is refused, even if they agree', () => {
      expect(faultOf(body('Content-Length: 3\r\nl: 3', 'abc')).reason).toBe('repeatedContentLength');
    });
  });

  describe('text that is not ASCII', () => {
    it('is UTF-8', () => {
      expect(header(must(parseMessage(options('Subject: Központ ☎ 😀'))), 'Subject')).toBe('Központ ☎ 😀');
    });

    it('or else ISO 8859-1, each field by itself', () => {
      const bytes = Buffer.concat([
        Buffer.from('OPTIONS sip:b@example.com SIP/2.0\r\nSubject: Központ\r\nOrganization: Caf'),
        Buffer.from([0xe9]),
        Buffer.from('\r\n\r\n'),
      ]);
      const message = must(parseMessage(bytes));
      expect([header(message, 'Subject'), header(message, 'Organization')]).toEqual(['Központ', 'Café']);
    });
  });

  describe('a fault', () => {
    it.each<[string, SipParseReason, Buffer]>([
      ['nothing', 'emptyMessage', Buffer.alloc(0)],
      ['a keep-alive', 'emptyMessage', Buffer.from('\r\n\r\n')],
      ['something else altogether', 'notSip', text('GET / HTTP/1.1', 'Host: example.com')],
      ['binary', 'notSip', Buffer.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 0x0d, 0x0a, 0x0d, 0x0a])],
      ['no version', 'notSip', text('OPTIONS sip:b@example.com', ...core)],
      ['another version', 'badVersion', text('OPTIONS sip:b@example.com SIP/2.1', ...core)],
      ['a response of another version', 'badVersion', text('SIP/3.0 200 OK', ...core)],
      ['no Request-URI', 'badRequestLine', text('OPTIONS SIP/2.0', ...core)],
      ['an empty Request-URI', 'badRequestLine', text('OPTIONS  SIP/2.0', ...core)],
      ['a tab in place of a space', 'badRequestLine', text('OPTIONS\tsip:b@example.com SIP/2.0', ...core)],
      ['a method that is no token', 'badRequestLine', text('OPT(IONS sip:b@example.com SIP/2.0', ...core)],
      [
        'a control character in the Request-URI',
        'badRequestLine',
        text('OPTIONS sip:b\0@example.com SIP/2.0', ...core),
      ],
      ['a malformed version', 'badRequestLine', text('OPTIONS sip:b@example.com SIP/2', ...core)],
      ['a status below 100', 'badStatusLine', text('SIP/2.0 099 Early', ...core)],
      ['a status above 699', 'badStatusLine', text('SIP/2.0 700 Late', ...core)],
      ['a status of four digits', 'badStatusLine', text('SIP/2.0 2000 OK', ...core)],
      ['no status', 'badStatusLine', text('SIP/2.0 OK', ...core)],
      ['a control character in the reason', 'badStatusLine', text('SIP/2.0 200 O\x1bK', ...core)],
      ['no colon', 'badHeaderField', options(...core, 'Nothing')],
      ['no name', 'badHeaderField', options(...core, ': nothing')],
      ['a name that is no token', 'badHeaderField', options(...core, 'Na(me: x')],
      ['a first header field that is folded', 'badHeaderField', options(' Subject: x', ...core)],
      ['NUL', 'forbiddenCharacter', options(...core, 'Subject: a\0b')],
      ['CR alone', 'forbiddenCharacter', options(...core, 'Subject: a\rb')],
      ['LF alone', 'forbiddenCharacter', options(...core, 'Subject: a\nX-Injected: b')],
      ['CR behind a backslash', 'forbiddenCharacter', options(...core, 'Subject: "a\\\rb"')],
      ['LF behind a backslash', 'forbiddenCharacter', options(...core, 'Subject: "a\\\nb"')],
      ['NUL behind two backslashes', 'forbiddenCharacter', options(...core, 'Subject: "a\\\\\0b"')],
      ['an escape sequence of a terminal', 'forbiddenCharacter', options(...core, 'Subject: \x1b[2J')],
      [
        'no empty line',
        'unfinishedHeaders',
        Buffer.from(`OPTIONS sip:b@example.com SIP/2.0\r\n${core.join('\r\n')}\r\n`),
      ],
      [
        'line ends without CR',
        'notSip',
        Buffer.from(['OPTIONS sip:b@example.com SIP/2.0', ...core, '', ''].join('\n')),
      ],
    ])('of %s is %s', (_what, reason, bytes) => {
      expect(faultOf(bytes).reason).toBe(reason);
    });

    it('says where: bytes from the start, line and column', () => {
      const bytes = options(...core, 'Subject: é\x07');
      const offset = bytes.indexOf(0x07);
      expect(faultOf(bytes)).toMatchObject({ offset, line: 7, column: 12 });
      expect(faultOf(text('OPTIONS sip:b@example.com SIP/2.0x'))).toMatchObject({ offset: 26, line: 1, column: 27 });
      expect(faultOf(Buffer.concat([Buffer.from('\r\n'), bytes]))).toMatchObject({ offset: offset + 2, line: 8 });
    });

    it('of a request has what an answer needs, with fields behind the fault, and each once', () => {
      const bytes = options(
        via,
        'Nothing',
        'Via: SIP/2.0/UDP 192.0.2.2',
        from,
        to,
        'To: <sip:c@example.com>',
        callId,
        cseq,
      );
      const { answer } = faultOf(bytes);
      expect(answer).toMatchObject({ status: 400, reason: 'Malformed Header Field' });
      expect(answer?.request).toMatchObject({ method: 'OPTIONS', uri: 'sip:b@example.com', body: Buffer.alloc(0) });
      expect(answer?.request.headers.map(field => `${field.name}: ${field.value}`)).toEqual([
        via,
        'Via: SIP/2.0/UDP 192.0.2.2',
        from,
        to,
        callId,
        cseq,
      ]);
    });

    it('repairs a Via that is not well formed', () => {
      const { answer } = faultOf(
        text('OPTIONS sip:b@example.com SIP/9.9', 'Via: SIP/9.9/UDP 192.0.2.1:5066;branch=z;;x', cseq),
      );
      expect(answer).toMatchObject({ status: 505, reason: 'Version Not Supported' });
      expect(answer?.request.headers).toEqual([
        { name: 'Via', value: 'SIP/2.0/UDP 192.0.2.1:5066;branch=z' },
        { name: 'CSeq', value: '1 OPTIONS' },
      ]);
    });

    it.each<[string, Buffer]>([
      ['a response', text('SIP/2.0 200 OK', ...core, 'Nothing')],
      ['an ACK', text('ACK sip:b@example.com SIP/2.0', ...core, 'Nothing')],
      ['a request without Via', options(from, to, callId, cseq, 'Nothing')],
      ['a request whose Via names no host', options('Via: SIP/2.0/UDP', from, to, callId, cseq, 'Nothing')],
      ['something else altogether', text('GET / HTTP/1.1', ...core)],
    ])('of %s is not answered', (_what, bytes) => {
      expect(faultOf(bytes).answer).toBeUndefined();
    });
  });

  describe('limits', () => {
    const within = (limits: Partial<typeof defaultParseLimits>): ParseOptions => ({
      limits: { ...defaultParseLimits, ...limits },
    });
    const bytes = options(...core);

    it('hold to the byte, and are answered', () => {
      expect(parseMessage(bytes, within({ messageSize: bytes.length })).ok).toBe(true);
      expect(faultOf(Buffer.concat([bytes, Buffer.from('x')]), within({ messageSize: bytes.length }))).toMatchObject({
        reason: 'messageTooLarge',
        answer: { status: 513, request: { method: 'OPTIONS' } },
      });
    });

    it('of the start line', () => {
      expect(parseMessage(bytes, within({ startLineLength: 33 })).ok).toBe(true);
      expect(faultOf(bytes, within({ startLineLength: 32 }))).toMatchObject({
        reason: 'startLineTooLong',
        answer: { status: 414 },
      });
    });

    it('of a header field, folds included', () => {
      const folded = options(...core, `Subject: ${'x\r\n '.repeat(20)}x`);
      const size = 'Subject: '.length + 20 * 4 + 1;
      expect(parseMessage(folded, within({ headerLength: size })).ok).toBe(true);
      expect(faultOf(folded, within({ headerLength: size - 1 }))).toMatchObject({
        reason: 'headerTooLong',
        line: 7,
        answer: { status: 400 },
      });
    });

    it('of the number of fields: elements of lists, and lines that are none', () => {
      expect(parseMessage(bytes, within({ headerCount: 5 })).ok).toBe(true);
      expect(faultOf(bytes, within({ headerCount: 4 })).reason).toBe('tooManyHeaders');
      expect(faultOf(options(...core, 'Allow: A,B,C'), within({ headerCount: 7 })).reason).toBe('tooManyHeaders');
      const junk = faultOf(options(...core, ...Array<string>(300).fill('junk'), 'Subject: unread'));
      expect(junk.reason).toBe('badHeaderField');
      expect(junk.answer?.status).toBe(400);
    });
  });
});
