import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../../../src/sip/grammar/parseMessage.ts';
import { type Abilities, judge, type Verdict } from '../../../../src/sip/grammar/verdict/judge.ts';

const core: Readonly<Record<string, string>> = {
  Via: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
  From: '<sip:a@example.com>;tag=1',
  To: '<sip:b@example.com>',
  'Call-ID': 'x',
  CSeq: '1 METHOD',
};

interface Change {
  readonly method?: string;
  readonly uri?: string;
  /** Null: leave it out. */
  readonly fields?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly body?: string;
}

function bytesOf(startLine: string, method: string, { fields = {}, body = '' }: Change): Buffer {
  const lines = Object.entries({ ...core, ...fields }).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map(one => `${name}: ${one.replace('METHOD', method)}`),
  );
  return Buffer.from(`${startLine}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}

const ofRequest = (change: Change, abilities?: Abilities): Verdict => {
  const method = change.method ?? 'OPTIONS';
  return judge(
    parseMessage(bytesOf(`${method} ${change.uri ?? 'sip:b@example.com'} SIP/2.0`, method, change)),
    abilities,
  );
};
const ofResponse = (change: Change, abilities?: Abilities): Verdict =>
  judge(parseMessage(bytesOf('SIP/2.0 200 OK', 'INVITE', change)), abilities);

const refused = (status: number, reason: string) => ({ kind: 'refuse', status, reason });

describe('a request', () => {
  it('that is well formed is accepted, by whoever says nothing of what he can do', () => {
    expect(ofRequest({})).toMatchObject({ kind: 'accept', message: { kind: 'request', method: 'OPTIONS' } });
    const odd = {
      method: 'ODD',
      uri: 'x:y',
      fields: { Require: 'x', 'Content-Type': 'x/y', Accept: 'x/z' },
      body: 'x',
    };
    expect(ofRequest(odd)).toMatchObject({ kind: 'accept' });
  });

  it.each(['From', 'To', 'Call-ID', 'CSeq'])('without %s is refused', name => {
    expect(ofRequest({ fields: { [name]: null } })).toMatchObject(refused(400, `Missing ${name}`));
  });

  it('without Via, or with one that names no host, is dropped', () => {
    expect(ofRequest({ fields: { Via: null } })).toMatchObject({ kind: 'drop' });
    expect(ofRequest({ fields: { Via: 'SIP/2.0/UDP' } })).toMatchObject({ kind: 'drop' });
  });

  it.each<[string, string]>([
    ['Via', 'SIP/2.0/UDP h;;'],
    ['From', 'a'],
    ['To', '"b <sip:b@example.com>'],
    ['Call-ID', 'a b'],
    ['Call-ID', ''],
    ['CSeq', 'METHOD'],
    ['CSeq', '2147483648 METHOD'],
    ['Max-Forwards', '256'],
    ['Max-Forwards', 'many'],
    ['Contact', '<sip:a@>'],
    ['Contact', '*'],
    ['Route', 'example.com'],
    ['Record-Route', '<>'],
    ['Path', '<sip:'],
    ['Content-Type', 'text'],
    ['Event', 'a b'],
    ['RAck', '1'],
    ['Refer-To', '<sip:a@b'],
    ['Replaces', 'a@b'],
    ['Session-Expires', 'soon'],
  ])('with a malformed %s (%s) is refused, and says where', (name, value) => {
    const verdict = ofRequest({ fields: { [name]: value } });
    expect(verdict).toMatchObject(refused(400, `Malformed ${name}`));
  });

  it('says to the log where in the field', () => {
    expect(ofRequest({ fields: { To: '<sip:b@example.com:x>' } })).toMatchObject({
      because: 'malformed To: the port is no number (character 20)',
    });
  });

  it.each(['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards', 'Content-Type', 'Refer-To', 'Replaces'])(
    'with two of %s is refused',
    name => {
      const values: Readonly<Record<string, string>> = {
        'Max-Forwards': '70',
        'Content-Type': 'a/b',
        'Refer-To': '<sip:c@example.com>',
        Replaces: 'a;to-tag=1;from-tag=2',
      };
      const value = core[name] ?? values[name] ?? '';
      expect(ofRequest({ fields: { [name]: value } })).toMatchObject({ kind: 'accept' });
      const verdict = ofRequest({ fields: { [name]: [value, value] } });
      expect(verdict).toMatchObject(refused(400, `Repeated ${name}`));
      if (verdict.kind !== 'refuse') return;
      const names = verdict.request.headers.map(field => field.name);
      expect(names).toEqual([...new Set(names)]);
    },
  );

  it('with several Vias, Contacts and routes is accepted', () => {
    const two = ['<sip:a@b;lr>', '<sip:c@d;lr>'];
    const fields = { Via: ['SIP/2.0/UDP a', 'SIP/2.0/TCP b'], Contact: two, Route: two, 'Record-Route': two };
    expect(ofRequest({ fields })).toMatchObject({ kind: 'accept' });
  });

  it.each([
    ['CSeq Does Not Match Method', { fields: { CSeq: '1 INVITE' } }],
    ['CSeq Does Not Match Method', { fields: { CSeq: '1 options' } }],
    ['Malformed Request-URI', { uri: '<sip:b@example.com>' }],
    ['Malformed Request-URI', { uri: 'b' }],
    ['Header Fields in Request-URI', { uri: 'sip:b@example.com?Subject=x' }],
    ['Address of Record Is Not a SIP URI', { method: 'REGISTER', fields: { To: '<tel:112>' } }],
    ['Missing Refer-To', { method: 'REFER' }],
    ['Missing RAck', { method: 'PRACK' }],
  ])('is refused: %s (%j)', (reason, change) => {
    expect(ofRequest(change)).toMatchObject(refused(400, reason));
  });

  it('of RFC 2543, without tag, branch, Max-Forwards and Contact, is accepted', () => {
    const fields = { Via: 'SIP/2.0/UDP h', From: 'sip:a@example.com' };
    expect(ofRequest({ method: 'INVITE', fields })).toMatchObject({ kind: 'accept' });
  });

  it('to register may have a star for Contact', () => {
    expect(ofRequest({ method: 'REGISTER', fields: { Contact: '*', Expires: '0' } })).toMatchObject({ kind: 'accept' });
  });

  it('ACK is never answered', () => {
    expect(ofRequest({ method: 'ACK' })).toMatchObject({ kind: 'accept' });
    expect(ofRequest({ method: 'ACK', fields: { CSeq: '1 INVITE' } })).toEqual({
      kind: 'drop',
      because: 'CSeq Does Not Match Method',
    });
  });

  it.each(['ACK', 'BYE', 'CANCEL'])('%s is taken in spite of fields that it does not need', method => {
    const fields = { Contact: 'nonsense', 'Max-Forwards': '999', 'Content-Type': '?', Route: '<sip:a;lr>' };
    expect(ofRequest({ method, fields })).toMatchObject({ kind: 'accept' });
  });
});

describe('a request beyond our abilities', () => {
  const abilities: Abilities = {
    methods: ['INVITE', 'OPTIONS', 'ACK', 'CANCEL'],
    schemes: ['sip', 'tel'],
    extensions: ['timer'],
    contentTypes: ['application/sdp'],
    contentEncodings: ['gzip'],
    answerType: 'application/sdp',
  };
  const sdp = { 'Content-Type': 'application/sdp' };

  it.each<[number, Change, readonly string[]]>([
    [405, { method: 'SUBSCRIBE' }, ['Allow: INVITE', 'Allow: OPTIONS', 'Allow: ACK', 'Allow: CANCEL']],
    [501, { method: 'invite' }, ['Allow: INVITE', 'Allow: OPTIONS', 'Allow: ACK', 'Allow: CANCEL']],
    [416, { uri: 'sips:b@example.com' }, []],
    [416, { uri: 'urn:service:sos' }, []],
    [420, { fields: { Require: ['timer, x', 'Y'] } }, ['Unsupported: x', 'Unsupported: Y']],
    [415, { fields: { 'Content-Type': 'text/plain' }, body: 'x' }, ['Accept: application/sdp']],
    [
      415,
      { fields: { ...sdp, 'Content-Encoding': 'br' }, body: 'x' },
      ['Accept-Encoding: identity', 'Accept-Encoding: gzip'],
    ],
    [406, { method: 'INVITE', fields: { Accept: 'text/*, application/json' } }, []],
    [406, { method: 'INVITE', fields: { Accept: '' } }, []],
  ])('is answered %d: %j', (status, change, fields) => {
    const verdict = ofRequest(change, abilities);
    expect(verdict).toMatchObject({ kind: 'refuse', status });
    if (verdict.kind === 'refuse')
      expect(verdict.headers.map(field => `${field.name}: ${field.value}`)).toEqual(fields);
  });

  it.each<[Change]>([
    [{}],
    [{ uri: 'tel:112' }],
    [{ fields: { Require: 'TIMER' } }],
    [{ fields: sdp, body: 'v=0' }],
    [{ fields: { 'Content-Type': 'APPLICATION/SDP;x=y', 'Content-Encoding': 'GZIP, identity' }, body: 'v=0' }],
    [{ fields: { 'Content-Type': 'text/plain' } }],
    [{ fields: { 'Content-Type': 'x/y', 'Content-Disposition': 'session;handling=Optional' }, body: 'x' }],
    [{ method: 'INVITE', fields: { Accept: 'text/plain, application/*;q=0.1' } }],
    [{ method: 'OPTIONS', fields: { Accept: 'text/plain' } }],
    [{ fields: { 'Proxy-Require': 'anything' } }],
    [{ method: 'ACK', fields: { Require: 'x', 'Content-Type': 'x/y' }, body: 'x' }],
    [{ method: 'CANCEL', uri: 'sips:b@example.com' }],
  ])('is not this one: %j', change => {
    expect(ofRequest(change, abilities)).toMatchObject({ kind: 'accept' });
  });

  it('is refused for the first of several reasons, and for its syntax before all', () => {
    const change = { method: 'FOO', uri: 'x:y', fields: { Require: 'x' } };
    expect(ofRequest(change, abilities)).toMatchObject({ status: 501 });
    expect(ofRequest({ ...change, method: 'INVITE' }, abilities)).toMatchObject({ status: 416 });
    expect(ofRequest({ ...change, fields: { To: null } }, abilities)).toMatchObject({ status: 400 });
  });
});

describe('a response', () => {
  it('that is well formed is accepted', () => {
    expect(ofResponse({})).toMatchObject({ kind: 'accept', message: { status: 200 } });
  });

  it.each(['Via', 'From', 'To', 'Call-ID', 'CSeq'])('without %s, or with a malformed one, is dropped', name => {
    expect(ofResponse({ fields: { [name]: null } })).toMatchObject({ kind: 'drop', because: `Missing ${name}` });
    expect(ofResponse({ fields: { [name]: '' } })).toMatchObject({ kind: 'drop' });
  });

  it('is taken in spite of fields that identify nothing', () => {
    expect(ofResponse({ fields: { Contact: 'nonsense', 'Session-Expires': '?' } })).toMatchObject({ kind: 'accept' });
  });

  it('with two Vias is for a proxy alone', () => {
    const fields = { Via: ['SIP/2.0/UDP a', 'SIP/2.0/UDP b'] };
    expect(ofResponse({ fields })).toMatchObject({ kind: 'accept' });
    expect(ofResponse({ fields }, { loneVia: true })).toMatchObject({ kind: 'drop' });
    expect(ofResponse({}, { loneVia: true })).toMatchObject({ kind: 'accept' });
  });
});

describe('what cannot be parsed', () => {
  it('is answered where that is possible, and dropped where it is not', () => {
    expect(judge(parseMessage(bytesOf('OPTIONS sip:b  SIP/2.0', 'OPTIONS', {})))).toMatchObject({
      ...refused(400, 'Malformed Request-Line'),
      headers: [],
      request: {
        method: 'OPTIONS',
        headers: [{ name: 'Via' }, { name: 'From' }, { name: 'To' }, { name: 'Call-ID' }, { name: 'CSeq' }],
      },
    });
    expect(judge(parseMessage(Buffer.from('hello')))).toMatchObject({ kind: 'drop' });
  });
});
