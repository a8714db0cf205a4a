import { describe, expect, it } from 'vitest';
import { escapeUriHeader, escapeUser, unescapeUri } from '../../../../../src/sip/grammar/fields/text.ts';
import {
  canonicalAor,
  parseSipUri,
  parseUri,
  serializeUri,
  uriEquals,
} from '../../../../../src/sip/grammar/fields/uri.ts';
import { hostileTexts } from '../../../../support/hostileTexts.ts';
import { must } from '../../../../support/must.ts';

describe('parseUri', () => {
  it('takes a SIP URI apart', () => {
    expect(must(parseUri('SIPS:a:pw@Example.com:5061;transport=tcp;lr?Subject=x&Priority='))).toEqual({
      kind: 'sip',
      scheme: 'sips',
      user: 'a',
      password: 'pw',
      host: 'Example.com',
      port: 5061,
      params: [
        { name: 'transport', value: 'tcp' },
        { name: 'lr', value: null },
      ],
      headers: [
        { name: 'Subject', value: 'x' },
        { name: 'Priority', value: '' },
      ],
    });
  });

  it('takes others apart as far as they go', () => {
    expect(must(parseUri('tel:+36-1-234-5678;phone-context=example.com'))).toEqual({
      kind: 'tel',
      number: '+36-1-234-5678',
      params: [{ name: 'phone-context', value: 'example.com' }],
    });
    // RFC 5118, §4.10: read with three colons, written with two.
    const bug = must(parseUri('sip:user@[2001:db8:::192.0.2.1]:5060'));
    expect(bug).toMatchObject({ host: '[2001:db8::192.0.2.1]', port: 5060 });
    expect(serializeUri(bug)).toBe('sip:user@[2001:db8::192.0.2.1]:5060');
    for (const wrong of ['[2001:db8:::1]', '[2001:db8::::192.0.2.1]', '[1:::2:::192.0.2.1]', '[:::192.0.2]']) {
      expect(parseUri(`sip:a@${wrong}`).ok).toBe(false);
    }
    expect(must(parseUri('URN:service:sos'))).toEqual({ kind: 'other', scheme: 'urn', rest: 'service:sos' });
  });

  it.each([
    'sip:example.com',
    'sip:192.0.2.1',
    'sip:[2001:db8::9:1]:5060',
    'sip:a@[::ffff:192.0.2.1];transport=udp',
    'sip:+36-1-234(56)78@example.com;user=phone',
    'sip:*28#@pbx',
    'sip:a;phone-context=+36@example.com',
    'sip:a%20b:p%40w@example.com',
    'sip:a@example.com;maddr=[::1];gr=urn:uuid:f81d-4fae',
    'sip:a@some_container:5080',
    'sip:a@example.com?Replaces=1%402%3Bto-tag%3D3%3Bfrom-tag%3D4',
    'sip:a@example.com?Replaces=1@2;to-tag=3;from-tag=4',
    'sip:józsef@example.com',
    'sip:%00@example.com',
    'tel:112',
    'tel:*28#',
    'http://www.example.com/?x=1#y',
    'mailto:a@example.com',
  ])('reads %s, and writes it as it was', text => {
    expect(serializeUri(must(parseUri(text)))).toBe(text);
  });

  it.each([
    '',
    'sip',
    'sip:',
    ':a',
    '1sip:a',
    'sip :a@b',
    ' sip:a@b',
    'sip:a@b ',
    'sip:a b@c',
    'sip:@b',
    'sip:a@',
    'sip:a@b@c',
    'sip:a@b:',
    'sip:a@b:x',
    'sip:a@b:65536',
    'sip:a@b:99999999999999999999',
    'sip:a@b;',
    'sip:a@b;;x',
    'sip:a@b;=x',
    'sip:a@b?',
    'sip:a@b?=x',
    'sip:a@b?x&',
    'sip:a@[::1',
    'sip:a@[nonsense]',
    'sip:a@[fe80::1%25eth0]',
    'sip:a@::1',
    'sip:a@-b',
    'sip:a@.b',
    'sip:a%@b',
    'sip:a%4@b',
    'sip:a%zz@b',
    'sip:a"b@c',
    'sip:<a@b>',
    '<sip:a@b>',
    'sip:a\\b@c',
    'sip:a\0b@c',
    'sip:a\r\nb@c',
    'sip:a@b;x="y"',
    'sip:a@b\u00a0',
    'tel:',
    'tel:call-me',
    'tel:++--',
    'urn:',
    'urn:a b',
    'http://<x>',
    'urn:a\0',
  ])('refuses %j', text => {
    const parsed = parseUri(text);
    expect(parsed).toMatchObject({ ok: false });
    if (!parsed.ok) expect(parsed.error.at).toBeLessThanOrEqual(text.length);
  });

  it('says where', () => {
    expect(parseUri('sip:a@b:x')).toMatchObject({ error: { at: 8 } });
    expect(parseUri('sip:al ice@b')).toMatchObject({ error: { at: 6 } });
  });

  it('parseSipUri takes nothing else', () => {
    expect(must(parseSipUri('sip:a@b')).user).toBe('a');
    expect(parseSipUri('tel:112').ok).toBe(false);
    expect(parseSipUri('sip:').ok).toBe(false);
  });

  it('has one name for a parameter with needless escapes', () => {
    expect(must(parseSipUri('sip:a@b;%6c%52')).params).toEqual([{ name: 'lR', value: null }]);
    expect(must(parseSipUri('sip:a@b;%3b=1')).params).toEqual([{ name: '%3B', value: '1' }]);
  });
});

describe('uriEquals', () => {
  const equal = (a: string, b: string): boolean => {
    const [left, right] = [must(parseUri(a)), must(parseUri(b))];
    expect(uriEquals(left, right)).toBe(uriEquals(right, left));
    return uriEquals(left, right);
  };

  it.each([
    // RFC 3261, §19.1.4
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
    // and more
    ['sip:a@b', 'SIP:a@B'],
    ['sip:a%3ab@c', 'sip:a%3Ab@c'],
    ['sip:a@b;lr', 'sip:a@b'],
    ['sip:a:p%61ss@b', 'sip:a:pass@b'],
    ['tel:+36-1-234', 'tel:+36(1)234'],
    ['tel:123;phone-context=Example.com', 'tel:123;PHONE-CONTEXT=example.com'],
    ['urn:x', 'URN:x'],
  ])('%s equals %s', (a, b) => {
    expect(equal(a, b)).toBe(true);
  });

  it.each([
    // RFC 3261, §19.1.4
    ['sip:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    // and more
    ['sip:a@b', 'sips:a@b'],
    ['sip:a@b', 'sip:b'],
    ['sip:a@b', 'sip:a:@b'],
    ['sip:a%40b@c', 'sip:a%40@b.c'],
    ['sip:a%3Bb@c', 'sip:a;b@c'],
    ['sip:null-%00-null@x', 'sip:null-@x'],
    ['sip:a@b;user=phone', 'sip:a@b'],
    ['sip:a@b;maddr=c', 'sip:a@b'],
    ['sip:a@b;ttl=1', 'sip:a@b'],
    ['sip:a@b;x', 'sip:a@b;x=1'],
    ['sip:a@b?x=1', 'sip:a@b?x=1&x=1'],
    ['sip:a@b?x=A', 'sip:a@b?x=a'],
    ['tel:123', 'tel:1234'],
    ['tel:123', 'tel:123;phone-context=x'],
    ['tel:123', 'sip:123@x'],
    ['urn:x', 'urn:y'],
  ])('%s does not equal %s', (a, b) => {
    expect(equal(a, b)).toBe(false);
  });

  it('is no equivalence relation', () => {
    expect(equal('sip:a@b;x=1', 'sip:a@b')).toBe(true);
    expect(equal('sip:a@b', 'sip:a@b;x=2')).toBe(true);
    expect(equal('sip:a@b;x=1', 'sip:a@b;x=2')).toBe(false);
  });
});

describe('canonicalAor', () => {
  it.each([
    ['sip:%7as:secret@EXAMPLE.com;transport=tcp?Subject=x', 'sip:zs@example.com'],
    ['sips:a%40b@example.com:5070', 'sips:a%40b@example.com:5070'],
    ['sip:ZS@example.com', 'sip:ZS@example.com'],
    ['sip:Example.com', 'sip:example.com'],
    ['sip:%00@example.com', 'sip:%00@example.com'],
  ])('of %s is %s', (text, aor) => {
    expect(canonicalAor(must(parseSipUri(text)))).toBe(aor);
  });
});

describe('escapes', () => {
  it('unescapeUri gives text, and never a control character', () => {
    expect(unescapeUri('a%20%C3%A9%e2%98%8e')).toBe('a é☎');
    expect(unescapeUri('%00%0d%0A%7F%C2%85')).toBe('%00%0D%0A%7F%C2%85');
    expect(unescapeUri('100%')).toBe('100%');
    expect(unescapeUri('%zz%4')).toBe('%zz%4');
    expect(unescapeUri('%ff%41')).toBe('%ff%41');
  });

  it.each(hostileTexts)('a user part and a header can hold any text: %j', text => {
    const wellFormed = Buffer.from(text).toString();
    const uri = must(parseSipUri(`sip:${escapeUser(text)}@example.com?Subject=${escapeUriHeader(text)}`));
    const readable = wellFormed.replaceAll('\r', '%0D').replaceAll('\n', '%0A');
    // What is already an escape cannot be told from one of ours: `%00` was written `%2500`, and comes back as `%00`.
    expect(unescapeUri(uri.user ?? '')).toBe(readable);
    expect(unescapeUri(uri.headers[0]?.value ?? '')).toBe(readable);
    expect(uri).toMatchObject({ host: 'example.com', port: null, params: [] });
  });

  it('what we send is escaped by the letter, whatever we let through', () => {
    expect(escapeUser('*28#@é')).toBe('*28%23%40%C3%A9');
    expect(escapeUriHeader('a;b=c,d@e#f&g')).toBe('a%3Bb%3Dc%2Cd%40e%23f%26g');
  });

  it('a Replaces can be carried in a Refer-To', () => {
    const replaces = 'a@192.0.2.1;to-tag=1;from-tag=2';
    const uri = must(parseSipUri(`sip:b@example.com?Replaces=${escapeUriHeader(replaces)}`));
    expect(uri.headers).toEqual([{ name: 'Replaces', value: 'a%40192.0.2.1%3Bto-tag%3D1%3Bfrom-tag%3D2' }]);
    expect(unescapeUri(uri.headers[0]?.value ?? '')).toBe(replaces);
  });
});
