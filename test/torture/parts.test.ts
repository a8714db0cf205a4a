import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAuth } from '../../src/sip/grammar/fields/auth.ts';
import { parseCSeq } from '../../src/sip/grammar/fields/cseq.ts';
import { type NameAddr, parseNameAddr, tagOf } from '../../src/sip/grammar/fields/nameAddr.ts';
import { hasParam, param } from '../../src/sip/grammar/fields/params.ts';
import { unescapeUri, unquote } from '../../src/sip/grammar/fields/text.ts';
import { canonicalAor, parseSipUri, parseUri, type SipUri, uriEquals } from '../../src/sip/grammar/fields/uri.ts';
import { parseVia, transactionBranch } from '../../src/sip/grammar/fields/via.ts';
import { header, headers } from '../../src/sip/grammar/headers.ts';
import { parseMessage } from '../../src/sip/grammar/parseMessage.ts';
import type { SipMessage } from '../../src/sip/message.ts';
import { must } from '../support/must.ts';
import { ownMessages } from './own.ts';

const address = (message: SipMessage, name: string): NameAddr => must(parseNameAddr(header(message, name) ?? ''));
const sip = (text: string): SipUri => must(parseSipUri(text));
const uriOf = (one: NameAddr): SipUri => (one.uri.kind === 'sip' ? one.uri : expect.unreachable('a SIP URI'));
const requestUri = (message: SipMessage): string => (message.kind === 'request' ? message.uri : expect.unreachable());

describe('what our own strange messages say', () => {
  const own = (name: string): SipMessage => must(parseMessage(ownMessages[name] as Buffer));

  it('wsinv: white space, folding, compact names, lists, escapes', () => {
    const message = own('wsinv');
    expect(message.headers.map(field => field.name)).toEqual([
      'To',
      'From',
      'Max-Forwards',
      'Call-ID',
      'Content-Length',
      'CSeq',
      'Via',
      'Subject',
      'X-Folded',
      'X-Separators',
      'Content-Type',
      'Route',
      'Via',
      'Via',
      'Contact',
    ]);
    expect(tagOf(address(message, 'To'))).toBe('77dd');
    expect(address(message, 'From').display).toBe('Zs\\ "the" Caller');
    expect(tagOf(address(message, 'From'))).toBe('a1');
    expect(must(parseCSeq(header(message, 'cseq') ?? ''))).toEqual({ sequence: 311, method: 'INVITE' });
    expect(header(message, 'Subject')).toBe('');
    expect(header(message, 'x-folded')).toBe('one two three');
    expect(header(message, 'X-Separators')).toBe(',;,;"');
    const vias = headers(message, 'v').map(value => must(parseVia(value)));
    expect(vias.map(via => [via.transport, via.host, via.port, transactionBranch(via)])).toEqual([
      ['UDP', '203.0.113.9', 5066, 'z9hG4bKtop'],
      ['TCP', 'core.example.org', null, 'z9hG4bKmid'],
      ['UDP', '198.51.100.4', null, 'z9hG4bKlow'],
    ]);
    const contact = address(message, 'Contact');
    expect(contact.display).toBe('a, "b"');
    expect(contact.params).toEqual([
      { name: 'x', value: 'y' },
      { name: 'flag', value: null },
      { name: 'q', value: '0.5' },
    ]);
    expect(message.body.toString()).toMatch(/^v=0\r\n/);
  });

  it('intmeth: every character that a token, a URI, a word and a quoted string may have', () => {
    const message = own('intmeth');
    expect(sip(requestUri(message))).toMatchObject({ user: 'a+b$c&d=e,f;g?h/i', password: 'pa$s&w=o+r,d!' });
    expect(address(message, 'To').display).toBe('bell \x07 nul \0 del \x7f');
    const from = address(message, 'From');
    expect(from.display).toBe("it's ~one` 2*of+_them!.-%");
    expect(unquote(param(from.params, "odd'~+*_!.-%") ?? '')).toBe('központ ☎');
    expect(must(parseCSeq(header(message, 'CSeq') ?? '')).sequence).toBe(2 ** 31 - 1);
    expect(header(message, "X-!.%*+_`'~-NAME")).toBe('\u{10ffff}телефон');
  });

  it('esc01: an escape is no separator, and means the character', () => {
    const message = own('esc01');
    const target = sip(requestUri(message));
    expect([unescapeUri(target.user ?? ''), target.host]).toEqual(['sip:reception@inside.example', 'example.org']);
    expect(uriEquals(uriOf(address(message, 'To')), sip('sip:kozpont@example.org'))).toBe(true);
    const contact = uriOf(address(message, 'Contact'));
    expect(hasParam(contact.params, 'lr')).toBe(true);
    expect(unescapeUri(param(contact.params, 'param') ?? '')).toBe('50%A');
  });

  it('escnull: an escaped NUL stays escaped, and one is not two', () => {
    const message = own('escnull');
    expect(canonicalAor(uriOf(address(message, 'To')))).toBe('sip:a%00b@example.org');
    const [two, one] = headers(message, 'Contact').map(value => uriOf(must(parseNameAddr(value))));
    expect(uriEquals(two as SipUri, one as SipUri)).toBe(false);
    expect(unescapeUri(two?.user ?? '')).toBe('%00%00');
  });

  it('esc02: a method, a header name and a display name have no escapes', () => {
    const message = own('esc02');
    expect(message).toMatchObject({ method: 'INV%49TE' });
    expect(headers(message, 'Contact')).toEqual(['<sip:one@e.example.org>']);
    expect([address(message, 'To').display, address(message, 'From').display]).toEqual(['%4', '100%']);
  });

  it('lwsdisp: a display name may touch its address', () => {
    expect(address(own('lwsdisp'), 'From')).toMatchObject({ display: 'zs', uri: { user: 'zs' } });
  });

  it('longreq: 41 Vias, the last of them ours to answer to', () => {
    const vias = headers(own('longreq'), 'Via');
    expect(vias).toHaveLength(41);
    expect(vias[0]).toBe('SIP/2.0/UDP p40.example.org');
  });

  it('dblreq: in a datagram the first message is all there is', () => {
    const message = own('dblreq');
    expect([message.kind === 'request' && message.method, message.body.length]).toEqual(['REGISTER', 0]);
  });

  it('semiuri: semicolons before the @ belong to the user', () => {
    expect(sip(requestUri(own('semiuri')))).toMatchObject({ user: 'kozpont;to=zs%40example.net;x', params: [] });
    expect(headers(own('semiuri'), 'Accept')).toEqual(['application/sdp', 'message/sipfrag', 'multipart/mixed']);
  });

  it('transports: those that we have never heard of too', () => {
    expect(headers(own('transports'), 'Via').map(value => must(parseVia(value)).transport)).toEqual([
      'UDP',
      'WSS',
      'SCTP',
      "PIGEON-'1~",
    ]);
  });

  it('mpart01: the body is bytes', () => {
    const { body } = own('mpart01');
    expect(body.length).toBe(96);
    expect(body.includes(Buffer.from([0x00, 0x0d, 0x0a, 0x0d, 0x0a, 0xff, 0xfe, 0xc3, 0x28, 0x80]))).toBe(true);
  });

  it('unreason, noreason: a reason is any text, or none', () => {
    expect(own('unreason')).toMatchObject({ status: 200, reason: '= 3 & 4? "Központ" ☎ телефон \t; ok' });
    expect(own('noreason')).toMatchObject({ status: 180, reason: '' });
  });

  it('badbranch: the magic cookie alone is no transaction id', () => {
    expect(transactionBranch(must(parseVia(header(own('badbranch'), 'Via') ?? '')))).toBeUndefined();
  });

  it('regaut01: credentials of any scheme can be read', () => {
    expect(must(parseAuth(header(own('regaut01'), 'Authorization') ?? ''))).toMatchObject({
      scheme: 'handshake',
      params: [{ name: 'firmness', value: '9' }],
    });
  });

  it('cparam01, cparam02: without angle brackets it is the Contact that has the parameter, not the URI', () => {
    const [bare, bracketed] = [address(own('cparam01'), 'Contact'), address(own('cparam02'), 'Contact')];
    expect([bare.params.length, uriOf(bare).params.length]).toEqual([1, 0]);
    expect([bracketed.params.length, uriOf(bracketed).params.length]).toEqual([0, 1]);
  });

  it('regescrt: the headers of a URI are kept', () => {
    const { headers: inUri } = uriOf(address(own('regescrt'), 'Contact'));
    expect(inUri).toEqual([{ name: 'Route', value: '%3Csip:edge.example.org;lr%3E' }]);
    expect(unescapeUri(inUri[0]?.value ?? '')).toBe('<sip:edge.example.org;lr>');
  });
});

const folder = process.env.KOZPONT_TORTURE;
const there = folder !== undefined && existsSync(folder);
const why = there ? '' : ' (skipped: KOZPONT_TORTURE names no folder with them)';

describe.skipIf(!there)(`what the messages of RFC 4475 say${why}`, () => {
  const published = (name: string): SipMessage => must(parseMessage(readFileSync(join(folder ?? '', `${name}.dat`))));

  it('wsinv', () => {
    const message = published('wsinv');
    expect(tagOf(address(message, 'To'))).toBe('1918181833n');
    expect(address(message, 'From').display).toBe('J Rosenberg \\"');
    expect(headers(message, 'Via').map(value => must(parseVia(value)).host)).toEqual([
      '192.0.2.2',
      'spindle.example.com',
      '192.168.255.111',
    ]);
    expect(header(message, 'NewFangledHeader')).toBe('newfangled value continued newfangled value');
    expect(header(message, 'UnknownHeaderWithUnusualValue')).toBe(';;,,;;,;');
    expect(param(address(message, 'Contact').params, 'q')).toBe('0.33');
    expect(message.body.length).toBe(150);
  });

  it('intmeth', () => {
    const message = published('intmeth');
    expect(address(message, 'To').display).toBe('BEL:\x07 NUL:\0 DEL:\x7f');
    expect(sip(requestUri(message))).toMatchObject({
      user: "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
      password: "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
      host: 'example.com',
    });
  });

  it('esc01', () => {
    const message = published('esc01');
    expect(unescapeUri(sip(requestUri(message)).user ?? '')).toBe('sips:user@example.com');
    expect(uriEquals(uriOf(address(message, 'To')), sip('sip:user@example.com'))).toBe(true);
    const contact = uriOf(address(message, 'Contact'));
    expect(hasParam(contact.params, 'lr')).toBe(true);
    expect(unescapeUri(param(contact.params, 'name') ?? '')).toBe('value%41');
    expect(contact.user).toBe('cal%6Cer');
  });

  it('esc02', () => {
    expect(published('esc02')).toMatchObject({ method: 'RE%47IST%45R' });
    expect(headers(published('esc02'), 'Contact')).toHaveLength(2);
  });

  it('longreq', () => {
    expect(headers(published('longreq'), 'Via')).toHaveLength(34);
  });

  it('semiuri', () => {
    expect(sip(requestUri(published('semiuri'))).user).toBe('user;par=u%40example.net');
  });

  it('unreason', () => {
    const message = published('unreason');
    expect(message.kind === 'response' && message.reason).toMatch(
      /^= 2\*\*3 \* 5\*\*2 но сто девяносто девять - простое$/,
    );
  });

  it('badbranch', () => {
    const via = must(parseVia(header(published('badbranch'), 'Via') ?? ''));
    expect(param(via.params, 'branch')).toBe('z9hG4bK');
    expect(transactionBranch(via)).toBeUndefined();
  });

  it('unkscm, novelsc: a URI of any scheme can be read', () => {
    for (const name of ['unkscm', 'novelsc']) {
      const text = requestUri(published(name));
      expect(must(parseUri(text))).toMatchObject({ kind: 'other', scheme: text.split(':')[0]?.toLowerCase() });
    }
  });
});
