import { describe, expect, it } from 'vitest';
import type { Result } from '../../../../../src/base/result.ts';
import { parseCSeq, serializeCSeq } from '../../../../../src/sip/grammar/fields/cseq.ts';
import { parseInteger } from '../../../../../src/sip/grammar/fields/integer.ts';
import { admits, parseMediaType } from '../../../../../src/sip/grammar/fields/mediaType.ts';
import { parseRAck, serializeRAck } from '../../../../../src/sip/grammar/fields/rack.ts';
import { parseReplaces, serializeReplaces } from '../../../../../src/sip/grammar/fields/replaces.ts';
import { parseRetryAfter, parseSessionExpires } from '../../../../../src/sip/grammar/fields/seconds.ts';
import { parseToken, serializeToken } from '../../../../../src/sip/grammar/fields/token.ts';
import { parseVia, repairVia, serializeVia, transactionBranch } from '../../../../../src/sip/grammar/fields/via.ts';
import { must } from '../../../../support/must.ts';

/** Reads every one of `good`, and none of `bad`. */
function reads(
  parse: (value: string) => Result<unknown, unknown>,
  good: Readonly<Record<string, unknown>>,
  bad: readonly string[],
) {
  it.each(Object.entries(good))('reads %j', (value, parts) => {
    expect(must(parse(value))).toEqual(parts);
  });
  it.each(bad)('refuses %j', value => {
    expect(parse(value)).toMatchObject({ ok: false });
  });
}

describe('Via', () => {
  const via = { transport: 'UDP', host: 'h', port: null, params: [] };
  reads(
    parseVia,
    {
      'SIP/2.0/UDP h': via,
      'sip/2.0/udp h': via,
      'SIP / 2.0 / UDP \t h : 5060 ; rport': { ...via, port: 5060, params: [{ name: 'rport', value: null }] },
      'SIP/2.0/TCP [2001:db8::1]:5061;received=2001:db8::2': {
        transport: 'TCP',
        host: '[2001:db8::1]',
        port: 5061,
        params: [{ name: 'received', value: '2001:db8::2' }],
      },
      'SIP/2.0/WSS x.invalid;branch=z9hG4bK1;alias': {
        transport: 'WSS',
        host: 'x.invalid',
        port: null,
        params: [
          { name: 'branch', value: 'z9hG4bK1' },
          { name: 'alias', value: null },
        ],
      },
    },
    [
      '',
      'SIP/2.0/UDP',
      'SIP/2.0/UDP ',
      'SIP/2.0 h',
      'SIP/3.0/UDP h',
      'HTTP/2.0/UDP h',
      'SIP/2.0/UDP h:',
      'SIP/2.0/UDP h:99999',
      'SIP/2.0/UDP h;',
      'SIP/2.0/UDP h;;x',
      'SIP/2.0/UDP h,',
      'SIP/2.0/UDP h x',
      'SIP/2.0/UDPh',
      'SIP/2.0/UDP [::1',
      'SIP/2.0/UDP a@h',
    ],
  );

  it('is written in one form', () => {
    expect(serializeVia(must(parseVia('sip / 2.0 / udp h : 5060;branch = x ;rport')))).toBe(
      'SIP/2.0/UDP h:5060;branch=x;rport',
    );
  });

  it('is repaired as far as an answer needs it', () => {
    const repaired = (value: string): string | undefined => {
      const one = repairVia(value);
      return one === undefined ? undefined : serializeVia(one);
    };
    expect(repaired('SIP/2.0/UDP h:5066;branch=x;;,')).toBe('SIP/2.0/UDP h:5066;branch=x');
    expect(repaired('SIP/2.0/UDP h;branch="x')).toBe('SIP/2.0/UDP h');
    expect(repaired('SIP/7.0/UDP h')).toBe('SIP/2.0/UDP h');
    expect(repaired('SIP/2.0/UDP h;x y')).toBe('SIP/2.0/UDP h;x');
    expect([repaired(''), repaired('SIP/2.0/UDP'), repaired('SIP/2/UDP h'), repaired('x')]).toEqual(
      Array(4).fill(undefined),
    );
  });

  it.each([
    ['z9hG4bK1', 'z9hG4bK1'],
    ['Z9HG4BKx', 'Z9HG4BKx'],
    ['z9hG4bK', undefined],
    ['z9hG4b1', undefined],
    ['1', undefined],
  ])('has in the branch %s the transaction id %s', (branch, id) => {
    expect(transactionBranch(must(parseVia(`SIP/2.0/UDP h;branch=${branch}`)))).toBe(id);
    expect(transactionBranch(must(parseVia('SIP/2.0/UDP h')))).toBeUndefined();
    expect(transactionBranch(must(parseVia('SIP/2.0/UDP h;branch')))).toBeUndefined();
  });
});

describe('CSeq', () => {
  reads(
    parseCSeq,
    {
      '0 INVITE': { sequence: 0, method: 'INVITE' },
      ' 0009 \t INVITE ': { sequence: 9, method: 'INVITE' },
      '2147483647 x!': { sequence: 2147483647, method: 'x!' },
      [`${'0'.repeat(100)}1 A`]: { sequence: 1, method: 'A' },
    },
    [
      '',
      '1',
      'INVITE',
      '1INVITE',
      '-1 A',
      '+1 A',
      '1.0 A',
      '2147483648 A',
      `${'9'.repeat(400)} A`,
      '1 A B',
      '1 A,',
      '1 (A)',
    ],
  );
  it('is written', () => {
    expect(serializeCSeq({ sequence: 7, method: 'BYE' })).toBe('7 BYE');
  });
});

describe('RAck', () => {
  reads(parseRAck, { '776656 1 INVITE': { rseq: 776656, sequence: 1, method: 'INVITE' } }, [
    '',
    '1',
    '1 2',
    '1 INVITE',
    '4294967296 1 A',
    '1 2 3 4',
  ]);
  it('is written', () => {
    expect(serializeRAck({ rseq: 1, sequence: 2, method: 'INVITE' })).toBe('1 2 INVITE');
  });
});

describe('integers', () => {
  reads(parseInteger, { 0: 0, ' 007 ': 7, 4294967295: 2 ** 32 - 1 }, [
    '',
    ' ',
    '-1',
    '1.5',
    '1e3',
    '0x1',
    '٣',
    '4294967296',
    '9'.repeat(999),
    '1 2',
  ]);
  it('have the limit that is asked for', () => {
    expect([parseInteger('255', 255).ok, parseInteger('256', 255).ok]).toEqual([true, false]);
  });
});

describe('Replaces', () => {
  const replaces = { callId: 'a@b', toTag: '1', fromTag: '2', earlyOnly: false, params: [] };
  reads(
    parseReplaces,
    {
      'a@b;to-tag=1;from-tag=2': replaces,
      'a@b ; FROM-TAG=2 ; To-Tag=1': replaces,
      'a@b;to-tag=1;early-only;from-tag=2;x=y': { ...replaces, earlyOnly: true, params: [{ name: 'x', value: 'y' }] },
      '!*()<>:\\/[]?{}@x;to-tag=1;from-tag=2': { ...replaces, callId: '!*()<>:\\/[]?{}@x' },
    },
    [
      '',
      'a@b',
      'a@b;to-tag=1',
      'a@b;to-tag;from-tag=2',
      ';to-tag=1;from-tag=2',
      'a b;to-tag=1;from-tag=2',
      'a\r\nb;to-tag=1;from-tag=2',
    ],
  );
  it('is written', () => {
    const all = { ...replaces, earlyOnly: true, params: [{ name: 'x', value: null }] };
    expect(serializeReplaces(all)).toBe('a@b;to-tag=1;from-tag=2;early-only;x');
    expect(must(parseReplaces(serializeReplaces(all)))).toEqual(all);
  });
});

describe('media types', () => {
  reads(
    parseMediaType,
    {
      'application/SDP': { type: 'application/sdp', params: [] },
      'multipart / mixed ; boundary="a b"': { type: 'multipart/mixed', params: [{ name: 'boundary', value: '"a b"' }] },
      '*/*;q=0.1': { type: '*/*', params: [{ name: 'q', value: '0.1' }] },
    },
    ['', 'application', 'application/', '/sdp', 'a/b/c', 'a/b c', 'a/b;'],
  );
  it('are admitted by ranges', () => {
    expect(
      ['*/*', 'application/*', 'application/sdp', 'text/*', 'application/sdpx'].map(range =>
        admits(range, 'application/sdp'),
      ),
    ).toEqual([true, true, true, false, false]);
  });
});

describe('tokens with parameters', () => {
  reads(
    parseToken,
    {
      dialog: { token: 'dialog', params: [] },
      'message-summary.x ;id=7': { token: 'message-summary.x', params: [{ name: 'id', value: '7' }] },
      'Q.850;cause=16;text="Normal, \\"call\\""': {
        token: 'Q.850',
        params: [
          { name: 'cause', value: '16' },
          { name: 'text', value: '"Normal, \\"call\\""' },
        ],
      },
    },
    ['', ';id=1', 'a b', '"a"', 'a;'],
  );
  it('are written as they were', () => {
    const text = 'terminated;reason=noresource;retry-after=5;x';
    expect(serializeToken(must(parseToken(text)))).toBe(text);
  });
});

describe('Session-Expires and Min-SE', () => {
  reads(
    parseSessionExpires,
    {
      90: { seconds: 90, refresher: null, params: [] },
      '1800 ; Refresher=UAS': { seconds: 1800, refresher: 'uas', params: [{ name: 'Refresher', value: 'UAS' }] },
      '1800;refresher=me': { seconds: 1800, refresher: null, params: [{ name: 'refresher', value: 'me' }] },
    },
    ['', 'soon', '-1', '4294967296', '90 90'],
  );
});

describe('Retry-After', () => {
  reads(
    parseRetryAfter,
    {
      120: { seconds: 120, params: [] },
      '18000;duration=3600': { seconds: 18000, params: [{ name: 'duration', value: '3600' }] },
      '5 (in a (short) \\) meeting) ;duration=1': { seconds: 5, params: [{ name: 'duration', value: '1' }] },
    },
    ['', '(soon)', '5 (soon', '5 soon', '949302838503028349304023988'],
  );
});
