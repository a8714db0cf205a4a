import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAppMessage } from '../../../../src/embedded/drachtiod/protocol/appMessage.ts';
import { parseCommand } from '../../../../src/embedded/drachtiod/protocol/command.ts';
import { encodeFrame, FrameReader } from '../../../../src/embedded/drachtiod/protocol/frame.ts';
import { showMeta, showTime } from '../../../../src/embedded/drachtiod/protocol/meta.ts';
import {
  messageFrame,
  newRequestFrame,
  nokFrame,
  okFrame,
  proxyProgressFrame,
  requestSentFrame,
  responseSentFrame,
} from '../../../../src/embedded/drachtiod/protocol/outgoing.ts';
import { must } from '../../../support/must.ts';

const command = (text: string) => must(parseCommand(Buffer.from(text)));
const fault = (text: string): string => {
  const parsed = parseCommand(Buffer.from(text));
  return parsed.ok ? 'no fault' : parsed.error.reason;
};

describe('frames', () => {
  test('come out as they went in, however they are cut and glued', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 20 }),
        (payloads, cuts) => {
          const stream = Buffer.concat(payloads.map(payload => encodeFrame(Buffer.from(payload))));
          const reader = new FrameReader(1_000);
          const frames: Buffer[] = [];
          for (let at = 0, i = 0; at < stream.length; i += 1) {
            const length = cuts[i % cuts.length] ?? 1;
            frames.push(...must(reader.push(stream.subarray(at, at + length))));
            at += length;
          }
          expect(frames.map(frame => frame.toString('hex'))).toEqual(
            payloads.map(payload => Buffer.from(payload).toString('hex')),
          );
        },
      ),
    );
  });

  test('the length counts bytes, not characters', () => {
    expect(encodeFrame(Buffer.from('ő')).toString()).toBe('2#ő');
  });

  test.each([
    ['x', /does not start/],
    ['#', /does not start/],
    ['1 #a', /does not start/],
    ['-1#a', /does not start/],
    ['0#', /empty/],
    ['101#', /101 bytes/],
    ['12345678', /too many digits/],
  ])('%j is none', (bytes, reason) => {
    const outcome = new FrameReader(100).push(Buffer.from(bytes));
    expect(outcome.ok ? '' : outcome.error).toMatch(reason);
  });

  test('the limit may be raised for who is trusted more', () => {
    const reader = new FrameReader(1);
    reader.limit = 3;
    expect(must(reader.push(Buffer.from('3#abc')))).toHaveLength(1);
  });
});

describe('commands', () => {
  test('authenticate, with tags', () => {
    expect(command('id|authenticate|s3cret|a,b')).toEqual({
      kind: 'authenticate',
      id: 'id',
      secret: 's3cret',
      tags: ['a', 'b'],
    });
    expect(command('id|authenticate|s3cret|')).toMatchObject({ tags: [] });
    expect(command('id|authenticate')).toMatchObject({ secret: '' });
  });

  test('route, remove_route, ping', () => {
    expect(command('id|route|INVITE')).toEqual({ kind: 'route', id: 'id', verb: 'invite' });
    expect(command('id|route|cdr:start')).toMatchObject({ verb: 'cdr:start' });
    expect(command('id|remove_route|invite')).toEqual({ kind: 'removeRoute', id: 'id', verb: 'invite' });
    expect(command('id|ping')).toEqual({ kind: 'ping', id: 'id' });
  });

  test('a request, outside of a dialog and within one, and through a proxy', () => {
    const text = 'OPTIONS sip:a@b SIP/2.0\r\nfrom: <sip:c@d>\r\nX-A: 1\r\n\r\nbody';
    expect(command(`id|sip||\r\n${text}`)).toMatchObject({
      kind: 'request',
      transactionId: undefined,
      dialogId: undefined,
      proxy: undefined,
      message: { method: 'OPTIONS', uri: 'sip:a@b', body: Buffer.from('body') },
    });
    expect(command(`id|sip|t|d|sip:p\r\n${text}`)).toMatchObject({
      transactionId: 't',
      dialogId: 'd',
      proxy: 'sip:p',
    });
  });

  test('a response needs the transaction that it answers', () => {
    const text = 'SIP/2.0 486 Busy Here\r\n\r\n';
    expect(command(`id|sip|t|\r\n${text}`)).toMatchObject({
      kind: 'response',
      transactionId: 't',
      message: { status: 486, reason: 'Busy Here' },
    });
    expect(fault(`id|sip||\r\n${text}`)).toBe('transaction id missing');
  });

  test('proxy', () => {
    const text =
      'id|proxy|t|remainInDialog|fullResponse|followRedirects|simultaneous|2s|1500ms|sip:a@b|sip:c@d\r\nINVITE sip:a@b SIP/2.0\r\nX-A: 1\r\n\r\n';
    expect(command(text)).toEqual({
      kind: 'proxy',
      id: 'id',
      transactionId: 't',
      recordRoute: true,
      fullResponse: true,
      followRedirects: true,
      forking: 'simultaneous',
      provisionalTimeout: 2_000,
      finalTimeout: 1_500,
      destinations: ['sip:a@b', 'sip:c@d'],
      headers: [{ name: 'X-A', value: '1' }],
    });
    expect(command('id|proxy|t|||||||sip:a@b')).toMatchObject({
      recordRoute: false,
      fullResponse: false,
      followRedirects: false,
      forking: 'serial',
      provisionalTimeout: undefined,
      finalTimeout: undefined,
    });
    expect(fault('id|proxy|t|||||||')).toMatch(/not enough/);
  });

  test.each(['', 'x', '|ping', 'id|', 'id|what', 'id|route', 'id|sip|||\r\nhello'])('%j is none', text => {
    expect(fault(text)).not.toBe('no fault');
  });

  test('no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.string({ maxLength: 400 })), bytes => {
        parseCommand(Buffer.from(bytes));
        parseCommand(Buffer.concat([Buffer.from('id|sip||\r\n'), Buffer.from(bytes)]));
      }),
    );
  });
});

describe("an application's message", () => {
  const message = (text: string) => must(parseAppMessage(Buffer.from(text)));

  test('names become canonical, what is no header field is left out, the body is all the rest', () => {
    expect(
      message('INVITE sip:a@b SIP/2.0\r\ncall-id: 1\r\nno colon\r\nbad name: 1\r\n: x\r\nX-e:\r\n\r\na\r\n\r\nb'),
    ).toMatchObject({
      headers: [
        { name: 'Call-ID', value: '1' },
        { name: 'X-e', value: '' },
      ],
      body: Buffer.from('a\r\n\r\nb'),
    });
  });

  test('a lone line end or a NUL in a value does not reach the wire', () => {
    expect(message('INVITE sip:a@b SIP/2.0\r\nX-A: 1\nX-Injected: 1\r\nX-B: \0\r\n\r\n').headers).toEqual([]);
  });

  test('its body does not hold on to the chunk that it came in', () => {
    const chunk = Buffer.concat([Buffer.alloc(60_000), Buffer.from('INVITE sip:a@b SIP/2.0\r\n\r\nbody')]);
    const { body } = must(parseAppMessage(chunk.subarray(60_000)));
    expect(body.buffer.byteLength).toBeLessThan(60_000);
  });
});

describe('frames of the server', () => {
  const meta = { source: 'network', bytes: 3, protocol: 'udp', address: '10.0.0.1', port: 5060, time: 0 } as const;
  const body = Buffer.from('SIP');
  const tokens = (frame: Buffer): string[] => {
    const text = frame.toString();
    const payload = text.slice(text.indexOf('#') + 1);
    expect(Number(text.slice(0, text.indexOf('#')))).toBe(Buffer.byteLength(payload));
    return (payload.split('\r\n')[0] ?? '').split('|').slice(1);
  };

  test('the time of day, to the microsecond', () => {
    expect(showTime(Date.UTC(2026, 0, 5, 9, 8, 7) + 6.54)).toBe('09:08:07.006540');
    expect(showTime(Date.UTC(2026, 11, 31, 23, 59, 59) + 999.999)).toBe('23:59:59.999999');
    expect(showMeta(meta)).toBe('network|3|udp|10.0.0.1|5060|00:00:00.000000');
  });

  const shown = ['network', '3', 'udp', '10.0.0.1', '5060', '00:00:00.000000'];

  test('the tokens stand where drachtio-srf looks for them', () => {
    expect(tokens(newRequestFrame(meta, 't', { address: '10.0.0.9', port: 5062 }, body))).toEqual([
      'sip',
      ...shown,
      't',
      '',
      '10.0.0.9',
      '5062',
      '',
    ]);
    expect(tokens(messageFrame(meta, 't', 'd', body))).toEqual(['sip', ...shown, 't', 'd', '']);
    expect(tokens(requestSentFrame('c', meta, 't', body))).toEqual([
      'response',
      'c',
      'OK',
      ...shown,
      't',
      'Msg sent:',
      '',
    ]);
    expect(tokens(responseSentFrame('c', meta, 't', 'd', body))).toEqual([
      'response',
      'c',
      'OK',
      ...shown,
      't',
      'd',
      '',
      'Msg sent:',
      '',
    ]);
    expect(tokens(proxyProgressFrame('c', meta, body))).toEqual(['response', 'c', 'OK', ...shown, '', '', 'continue']);
    expect(tokens(okFrame('c', 'done'))).toEqual(['response', 'c', 'OK', 'done']);
    expect(tokens(okFrame('c'))).toEqual(['response', 'c', 'OK']);
    expect(tokens(nokFrame('c', 'no'))).toEqual(['response', 'c', 'NOK', 'no']);
  });
});
