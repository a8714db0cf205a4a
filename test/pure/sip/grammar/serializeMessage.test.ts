import { describe, expect, it } from 'vitest';
import { isKozpontError } from '../../../../src/base/errors.ts';
import { headers } from '../../../../src/sip/grammar/headers.ts';
import { parseMessage } from '../../../../src/sip/grammar/parseMessage.ts';
import { serializeMessage } from '../../../../src/sip/grammar/serializeMessage.ts';
import type { HeaderField, SipMessage, SipRequest } from '../../../../src/sip/message.ts';
import { hostileTexts } from '../../../support/hostileTexts.ts';
import { must } from '../../../support/must.ts';

const request = (fields: readonly HeaderField[], body = ''): SipRequest => ({
  kind: 'request',
  method: 'INFO',
  uri: 'sip:b@example.com',
  headers: fields,
  body: Buffer.from(body),
});
const show = (message: SipMessage): string => serializeMessage(message).toString();

describe('serializeMessage', () => {
  it('writes requests and responses, the text in UTF-8', () => {
    expect(show(request([{ name: 'Subject', value: 'Központ' }], '☎'))).toBe(
      'INFO sip:b@example.com SIP/2.0\r\nSubject: Központ\r\nContent-Length: 3\r\n\r\n☎',
    );
    expect(show({ kind: 'response', status: 180, reason: '', headers: [], body: Buffer.alloc(0) })).toBe(
      'SIP/2.0 180 \r\nContent-Length: 0\r\n\r\n',
    );
  });

  it('says how long the body is, whatever the header field said, and once', () => {
    const fields = ['Content-Length', 'Subject', 'l'].map(name => ({ name, value: '17' }));
    expect(show(request(fields, 'abc'))).toBe(
      'INFO sip:b@example.com SIP/2.0\r\nContent-Length: 3\r\nSubject: 17\r\n\r\nabc',
    );
  });

  it('leaves the body as it is', () => {
    const body = Buffer.from([0, 13, 10, 13, 10, 255, 254, 128]);
    expect(must(parseMessage(serializeMessage({ ...request([]), body }))).body).toEqual(body);
  });

  it('joins lists of tokens in one line, and keeps the others apart', () => {
    const fields = ['INVITE', 'ACK', 'BYE'].map(value => ({ name: 'Allow', value }));
    const vias = ['SIP/2.0/UDP a', 'SIP/2.0/UDP b'].map(value => ({ name: 'Via', value }));
    const text = show(request([...vias, ...fields]));
    expect(text).toContain('\r\nVia: SIP/2.0/UDP a\r\nVia: SIP/2.0/UDP b\r\nAllow: INVITE, ACK, BYE\r\n');
  });

  it.each([
    ['', 'timer'],
    ['timer', ''],
    ['a"b', 'c"d'],
    ['(', ')'],
    ['<', '>'],
    ['a\\', 'b'],
    Array<string>(100).fill('a-rather-long-option-tag'),
  ])('reads lists of odd elements back as they were: %j, %j …', (...values) => {
    const message = request(values.map(value => ({ name: 'Supported', value })));
    expect(headers(must(parseMessage(serializeMessage(message))), 'Supported')).toEqual(values);
  });

  describe('refuses, so that nothing can be injected', () => {
    const refused = (message: SipMessage): void => {
      try {
        serializeMessage(message);
      } catch (error) {
        expect(isKozpontError(error, 'INVALID_SIP')).toBe(true);
        return;
      }
      expect.unreachable('it was written');
    };

    it.each(['a\r\nX: b', 'a\rb', 'a\nb', 'a\0b', '"a\\\r\nX: b"', '"a\\\nb"', '"\\\\\0"', '\x1b[2J', 'a\x7f', '\r\n'])(
      'the value %j',
      value => {
        refused(request([{ name: 'Subject', value }]));
        refused({ kind: 'response', status: 200, reason: value, headers: [], body: Buffer.alloc(0) });
      },
    );

    it('but takes a control character that is escaped, as the parser does', () => {
      const value = '"nul \\\0 bell \\\x07"';
      expect(must(parseMessage(serializeMessage(request([{ name: 'Subject', value }])))).headers[0]?.value).toBe(value);
    });

    it.each(['', 'a b', 'a:b', 'a\r\nb', 'Fröm'])('the header name %j', name => {
      refused(request([{ name, value: 'x' }]));
    });

    it.each(['', 'a b', 'a\r\nb', 'SIP/2.0'])('the method %j', method => {
      refused({ ...request([]), method });
    });

    it.each(['', 'sip:a b', 'sip:a\tb', 'sip:a\r\nX: b', 'sip:\0'])('the Request-URI %j', uri => {
      refused({ ...request([]), uri });
    });

    it.each([99, 700, 200.5, Number.NaN])('the status %d', status => {
      refused({ kind: 'response', status, reason: 'OK', headers: [], body: Buffer.alloc(0) });
    });
  });

  it.each(hostileTexts)('carries hostile text unchanged in its one header field, or refuses it: %j', text => {
    const message = request([{ name: 'X-Text', value: text }]);
    let bytes: Buffer;
    try {
      bytes = serializeMessage(message);
    } catch (error) {
      expect(isKozpontError(error, 'INVALID_SIP')).toBe(true);
      expect(text).toContain('\n');
      return;
    }
    expect(must(parseMessage(bytes)).headers).toEqual([
      { name: 'X-Text', value: Buffer.from(text).toString() },
      { name: 'Content-Length', value: '0' },
    ]);
  });
});
