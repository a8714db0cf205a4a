import Srf from 'drachtio-srf';
import { describe, expect, test } from 'vitest';
import { readable } from '../../../../src/signalling/drachtio/received.ts';

/** drachtio-srf's own reader of messages. */
const { SipMessage } = Srf as unknown as {
  SipMessage: new (text: string) => { headers: Record<string, string>; body: string; method?: string; status?: number };
};

const read = (message: string) => {
  const received = readable(message, true);
  if (received.kind !== 'readable') return received.kind === 'refused' ? received.status : received.kind;
  return new SipMessage(received.text);
};

const request = (fields: string, body = '') => `INVITE sip:a@b SIP/2.0\r\n${fields}\r\n\r\n${body}`;

describe('drachtio-srf reads the same message', () => {
  test('an ordinary one, to the letter but for the length', () => {
    const text = request(
      'Via: SIP/2.0/UDP a\r\n ;branch=1\r\nf: "x:y" <sip:a@b>;tag=1\r\nX-Own: a\r\nX-Own: b',
      'é\r\n\r\nx',
    );
    expect(read(text)).toMatchObject({
      method: 'INVITE',
      headers: {
        via: 'SIP/2.0/UDP a\r\n ;branch=1',
        from: '"x:y" <sip:a@b>;tag=1',
        'X-Own': 'a,b',
        'content-length': '7',
      },
      body: 'é\r\n\r\nx',
    });
  });

  test('a response, with and without a reason', () => {
    expect(read('SIP/2.0 486 Busy Here\r\nVia: a\r\n\r\n')).toMatchObject({ status: 486, reason: 'Busy Here' });
    expect(read('SIP/2.0 200 \r\nVia: a\r\n\r\n')).toMatchObject({ status: 200, reason: '' });
  });

  test('a body of several parts is left whole', () => {
    const body = '--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--x--\r\n';
    expect(read(request('c: multipart/mixed;boundary=x', body))).toMatchObject({
      headers: { 'content-type': 'Multipart/mixed;boundary=x' },
      body,
      payload: [{ content: body }],
    });
  });
});

describe('what a message may not do', () => {
  test('add to a field by another name of it', () => {
    expect(read(request('From: <sip:a@b>\r\n%46rom: <sip:evil@b>\r\nnonsense\r\n: x\r\na b: c'))).toMatchObject({
      headers: { from: '<sip:a@b>', 'content-length': '0' },
    });
  });

  test('go on with its start line', () => {
    expect(read(`SIP/2.0 200 ${' '.repeat(9_000)}\r\n ${' '.repeat(9_000)}x: y\r\nA: b\r\n\r\n`)).toMatchObject({
      status: 200,
      headers: { a: 'b' },
    });
  });

  test.each([
    ['no start line', '\r\nA: b\r\n\r\n', 'unreadable'],
    ['half a start line', 'INVITE sip:a\r\nA: b\r\n\r\n', 'unreadable'],
    ['a status that is none', 'SIP/2.0 OK\r\nA: b\r\n\r\n', 'unreadable'],
    ['blanks in a Request-URI', `INVITE ${' '.repeat(9_000)}x SIP/2.0\r\nA: b\r\n\r\n`, 'unreadable'],
    ['a long Request-URI', `INVITE sip:${'a'.repeat(20_000)} SIP/2.0\r\nA: b\r\n\r\n`, 414],
    ['a long field', request(`A: ${'b'.repeat(20_000)}`), 400],
    ['a field of many lines', request(`A: b${'\r\n b'.repeat(9_000)}`), 400],
    ['many fields', request('A: b\r\n'.repeat(2_000).trimEnd()), 400],
    ['a long body', request('A: b', 'x'.repeat(200_000)), 513],
  ])('be too much: %s', (_, text, outcome) => expect(read(text)).toBe(outcome));

  test.each(['SIP/2.0 200 OK', 'ACK sip:a SIP/2.0', 'BYE sip:a SIP/2.0'])(
    '%s goes on without what is too much',
    line => {
      const text = `${line}\r\nA: b\r\nB: ${'b'.repeat(20_000)}\r\nc: text/plain\r\n\r\n${'x'.repeat(200_000)}`;
      expect(read(text)).toMatchObject({ headers: { a: 'b' }, body: '' });
    },
  );
});

/** Milliseconds. */
const timeOf = (text: string): number => {
  const start = performance.now();
  read(text);
  return performance.now() - start;
};

test.each([
  [
    'blanks behind a Content-Type',
    (n: number) => request('Content-Type: multipart/mixed;boundary=x', `\r\n\r\n--x\r\nContent-Type:${' '.repeat(n)}`),
  ],
  [
    'a line of Content-Types',
    (n: number) => request('Content-Type: multipart/mixed;boundary=x', `--x\r\n${'Content-Type:'.repeat(n / 13)}`),
  ],
  [
    'a Content-Type of semicolons',
    (n: number) => request(`Content-Type: multipart/mixed${';'.repeat(Math.min(n, 15_000))}`, '\r\n\r\n'),
  ],
  [
    'the same, under another name',
    (n: number) => request(`%63: multipart/mixed${'; boundary='.repeat(n / 11)}`, '\r\n\r\n'),
  ],
  [
    'a status line that does not end',
    (n: number) => `SIP/2.0 200 ${' '.repeat(Math.min(n, 15_000))}\u2028\r\nA: b\r\n\r\n`,
  ],
])('costs no more than its length: %s', (_, attack) => {
  read(attack(1_000));
  // drachtio-srf alone takes seconds for these.
  expect(timeOf(attack(60_000))).toBeLessThan(100);
});
