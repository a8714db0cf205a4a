import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { answering } from '../../../src/phone/phone.ts';
import { Phone, PhoneDialog } from '../../support/signalling/phone.ts';
import { fieldOf, methodOf, type SipText, statusOf } from '../../support/signalling/sipText.ts';
import { Office, passwordOf } from '../../support/switchboard/office.ts';
import { escaped, hostileBytes, quoted } from '../../support/wire/hostileBytes.ts';
import { logLines } from '../../support/wire/logLines.ts';
import { callIdOf, options, Stranger, statusOf as statusIn } from '../../support/wire/stranger.ts';

/** A number that rings extension 101 at once. */
const number = '+361234571';
const user = { user: '101', password: passwordOf('101') };
const { log, lines } = logLines();

let office: Office;
let server: { readonly address: string; readonly port: number };
/** A caller behind the trunk. */
let caller: Stranger;
/** The phone of extension 101, as raw as can be. */
let desk: Phone;

beforeAll(async () => {
  office = await Office.open({ log });
  const { port } = office.kozpont.listening[0] ?? expect.unreachable();
  server = { address: '127.0.0.1', port };
  caller = await Stranger.open(server, '127.0.0.2', [0]);
  desk = await Phone.open({ host: server.address, port }, '101');
  expect(statusOf(await desk.register(user))).toBe(200);
  await provesItself();
});

/** Whatever was said, the next one is served, and what is logged is one JSON line each, fit to be looked at. */
afterEach(async () => {
  await isServed();
  for (const line of lines.splice(0)) {
    expect(() => JSON.parse(line)).not.toThrow();
    expect(line).not.toMatch(unfit);
  }
});

afterAll(async () => {
  for (const record of office.records) expect(JSON.stringify(record)).not.toMatch(unfit);
  await caller.close();
  await desk.close();
  await office.close();
});

const everyOther = (text: string): readonly string[] => [
  ...[
    'Subject',
    'User-Agent',
    'Alert-Info',
    'Call-Info',
    'Reason',
    'X-Anything',
    'Accept-Language',
    'Organization',
  ].map(name => `${name}: ${text}`),
  ...['Referred-By', 'Diversion', 'History-Info', 'Remote-Party-ID'].map(
    name => `${name}: ${quoted(text)} <sip:${escaped(text)}@a.example>;reason=${text}`,
  ),
];

/** Control characters, and what turns the direction of writing. */
const unfit = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

describe('an INVITE from outside, with the text in', () => {
  /** By field: the header line, or undefined where the usual one is to stand. */
  const fields: readonly { readonly name: string; line(text: string): string }[] = [
    { name: 'the display name of From, quoted', line: text => `From: ${quoted(text)} <sip:+3620@a.example>;tag=f` },
    { name: 'the display name of From, bare', line: text => `From: ${text} <sip:+3620@a.example>;tag=f` },
    { name: 'the user part of From, escaped', line: text => `From: <sip:${escaped(text)}@a.example>;tag=f` },
    { name: 'the user part of From, bare', line: text => `From: <sip:${text}@a.example>;tag=f` },
    { name: 'the display name of To', line: text => `To: ${quoted(text)} <sip:${number}@a.example>` },
    { name: 'the Contact', line: text => `Contact: ${quoted(text)} <sip:${escaped(text)}@127.0.0.2:5060>` },
    { name: 'the Call-ID', line: text => `Call-ID: ${text}` },
    { name: 'P-Asserted-Identity', line: text => `P-Asserted-Identity: ${quoted(text)} <sip:${escaped(text)}@a>` },
    {
      name: 'every field that says something about the call, at once',
      line: text => everyOther(text.slice(0, 400)).join('\r\n'),
    },
  ];

  it.each(fields)('$name', async ({ line }) => {
    const names = new Set<string>();
    let rung = 0;
    for (const text of hostileBytes) {
      const outcome = await callWith(line(text));
      if (outcome.names.length > 0) rung++;
      for (const name of outcome.names) names.add(name);
    }
    // What is no message is refused; most of it is text, and rings.
    expect(rung).toBeGreaterThan(hostileBytes.length / 4);
    // Nothing that a stranger has thought of is among the fields that the phone was sent.
    expect([...names].filter(name => !usual.has(name))).toEqual([]);
  });

  it('its Request-URI', async () => {
    for (const text of hostileBytes) {
      expect((await callWith('X-Usual: yes', `sip:${escaped(text)}@127.0.0.1`)).status).toBeGreaterThanOrEqual(400);
      expect((await callWith('X-Usual: yes', `sip:${text}@127.0.0.1`)).names).toEqual([]);
    }
  });

  it('its description', async () => {
    for (const text of hostileBytes) {
      await callWith('X-Usual: yes', undefined, offer(`o=${text} 1 1 IN IP4 127.0.0.2`, `s=${text}`));
      await callWith('X-Usual: yes', undefined, offer('o=- 1 1 IN IP4 127.0.0.2', 's=-', `a=${text}`, `i=${text}`));
    }
  });
});

describe('in a conversation, the text in', () => {
  it.each([
    { name: 'the keypad', type: 'application/dtmf-relay', body: (text: string) => `Signal=${text}\r\nDuration=160` },
    { name: 'the plain keypad', type: 'application/dtmf', body: (text: string) => text },
    { name: 'the type of the keypad', type: undefined, body: (text: string) => text },
  ])('$name, by INFO', async ({ type, body }) => {
    const { dialog, goodbye } = await conversation();
    for (const text of hostileBytes) {
      const sent = dialog.send('INFO', { 'Content-Type': type ?? printable(text) }, body(text));
      const answer = await desk.next(message => isAnswerTo(sent, message), 'an answer to INFO');
      expect(statusOf(answer)).toBeGreaterThanOrEqual(200);
    }
    await goodbye();
  });

  it.each([
    { name: 'Refer-To', fields: (text: string) => ({ 'Refer-To': `<sip:${escaped(text)}@a.example>` }) },
    { name: 'Refer-To, bare', fields: (text: string) => ({ 'Refer-To': printable(text) }) },
    { name: 'a tel URI of Refer-To', fields: (text: string) => ({ 'Refer-To': `<tel:${printable(text)}>` }) },
    {
      name: 'the Replaces of Refer-To',
      fields: (text: string) => ({ 'Refer-To': `<sip:102@a.example?Replaces=${escaped(text)}>` }),
    },
    {
      name: 'the tags of the Replaces of Refer-To',
      fields: (text: string) => ({
        'Refer-To': `<sip:102@a.example?Replaces=x%3Bto-tag%3D${escaped(text)}%3Bfrom-tag%3D${escaped(text)}>`,
      }),
    },
    {
      name: 'another header field of Refer-To',
      fields: (text: string) => ({ 'Refer-To': `<sip:9999@a.example?Subject=${escaped(text)}&X-A=${escaped(text)}>` }),
    },
    {
      name: 'Referred-By',
      fields: (text: string) => ({
        'Refer-To': '<sip:9999@a.example>',
        'Referred-By': `${quoted(printable(text))} <sip:${escaped(text)}@a>`,
      }),
    },
  ])('$name, by REFER', async ({ fields }) => {
    const { dialog, goodbye } = await conversation();
    for (const text of hostileBytes) {
      const sent = dialog.send('REFER', fields(text));
      const answer = await desk.next(message => isAnswerTo(sent, message), 'an answer to REFER');
      expect([400, 404, 416, 481]).toContain(statusOf(answer));
    }
    await goodbye();
  });
});

describe('from an extension, the text in', () => {
  it('Replaces', async () => {
    const phone = await Phone.open({ host: server.address, port: server.port }, '102');
    const credentials = { user: '102', password: passwordOf('102') };
    for (const text of hostileBytes) {
      for (const replaces of [
        printable(text),
        `${printable(text)};to-tag=a;from-tag=b`,
        `x@y;to-tag=${printable(text)};from-tag=b`,
      ]) {
        const refused = await asked(phone, phone.invite('101', { Replaces: replaces }), credentials);
        expect([400, 481]).toContain(refused);
      }
    }
    await phone.close();
  });

  it('the contact that it registers, to which it is called then', async () => {
    const here = `127.0.0.1:${desk.address.port}`;
    for (const text of hostileBytes) {
      const contact = `<sip:${escaped(text)}@${here};x=${escaped(text)}>;+sip.instance=${quoted(printable(text))}`;
      const register = desk.request('REGISTER', `sip:${desk.target}`, {
        To: `<sip:101@${desk.target}>`,
        Contact: contact,
      });
      expect([200, 400]).toContain(await asked(desk, register, user));
    }
    const { names } = await callWith('X-Usual: yes');
    expect(names.filter(name => !usual.has(name))).toEqual([]);
    await desk.register(user, { Contact: '*', Expires: '0' });
    expect(statusOf(await desk.register(user))).toBe(200);
  });

  it('the user that it registers for', async () => {
    for (const text of hostileBytes) {
      const to = `<sip:${escaped(text)}@${desk.target}>`;
      const request = desk.request('REGISTER', `sip:${desk.target}`, { To: to, 'User-Agent': printable(text) });
      const answer = await desk.next(message => isAnswerTo(request, message), 'an answer to REGISTER');
      expect([400, 401]).toContain(statusOf(answer));
    }
  });
});

/** Of what would end a line or be no character for a scripted phone, which writes text: nothing. */
const printable = (text: string): string => text.replace(/[\r\n\0]/g, '');

/** The header fields of an INVITE of ours. */
const usual = new Set([
  ...['Via', 'Max-Forwards', 'From', 'To', 'Call-ID', 'CSeq', 'Contact', 'Content-Type', 'Content-Length'],
  ...['Allow', 'Supported', 'Session-Expires', 'Min-SE', 'P-Asserted-Identity', 'Privacy', 'Alert-Info'],
]);

const offer = (...described: readonly string[]): string =>
  ['v=0', ...described, 'c=IN IP4 127.0.0.2', 't=0 0', 'm=audio 40000 RTP/AVP 8', ''].join('\r\n');

const isAnswerTo = (request: SipText, message: SipText): boolean =>
  statusOf(message) > 0 &&
  fieldOf(message, 'CSeq') === fieldOf(request, 'CSeq') &&
  fieldOf(message, 'Call-ID') === fieldOf(request, 'Call-ID');

let calls = 0;

async function isServed(): Promise<void> {
  const id = `served-${++calls}`;
  await caller.send(options(id, 'UDP', `127.0.0.2:${caller.port}`));
  const answer = await caller.until('an answer to OPTIONS', () => caller.received.find(text => callIdOf(text) === id));
  expect(statusIn(answer)).toBe(200);
}

/** Who has acknowledged a refusal gets 100 at once from then on: its address is not forged. */
async function provesItself(): Promise<void> {
  const head = (cseq: string, to: string): string =>
    [
      `Via: SIP/2.0/UDP 127.0.0.2:${caller.port};branch=z9hG4bKproof;rport`,
      'Max-Forwards: 70',
      'From: <sip:+36201112233@a.example>;tag=proof',
      `To: ${to}`,
      'Call-ID: proof',
      `CSeq: 1 ${cseq}`,
      `Contact: <sip:127.0.0.2:${caller.port}>`,
      'Content-Length: 0',
    ].join('\r\n');
  const uri = 'sip:9999@127.0.0.1';
  const [invite, ack] = [head('INVITE', `<${uri}>`), (to: string): string => head('ACK', to)];
  await caller.send(Buffer.from(`INVITE ${uri} SIP/2.0\r\n${invite}\r\n\r\n`, 'latin1'));
  const refused = await caller.until('a refusal', () =>
    caller.received.find(text => text.includes('branch=z9hG4bKproof;') && statusIn(text) >= 300),
  );
  await caller.send(Buffer.from(`ACK ${uri} SIP/2.0\r\n${ack(toOf(refused))}\r\n\r\n`, 'latin1'));
}

const toOf = (message: string): string => /^To: *([^\r\n]*)/im.exec(message)?.[1] ?? '';

/** A call with a header field in place of the usual one. The desk is busy; gives what it was sent, if it was. */
async function callWith(
  line: string,
  uri = `sip:${number}@127.0.0.1`,
  sdp = offer('o=- 1 1 IN IP4 127.0.0.2', 's=-'),
): Promise<{ readonly status: number; readonly names: readonly string[] }> {
  const branch = `z9hG4bKh${++calls}`;
  const own = {
    Via: `SIP/2.0/UDP 127.0.0.2:${caller.port};branch=${branch};rport`,
    'Max-Forwards': '70',
    From: `<sip:+36201112233@a.example>;tag=${calls}`,
    To: `<sip:${number}@a.example>`,
    'Call-ID': `hostile-${calls}`,
    CSeq: '1 INVITE',
    Contact: `<sip:127.0.0.2:${caller.port}>`,
    'Content-Type': 'application/sdp',
    'Content-Length': String(Buffer.byteLength(sdp, 'latin1')),
  };
  const replaced = line.split(':', 1)[0];
  const rest = Object.entries(own).filter(([name]) => name !== replaced);
  const head = [...rest.map(([name, value]) => `${name}: ${value}`), line].join('\r\n');
  await caller.send(Buffer.from(`INVITE ${uri} SIP/2.0\r\n${head}\r\n\r\n${sdp}`, 'latin1'));
  // What is refused at once, or dropped, is so before this is answered.
  await isServed();
  const answers = (): readonly string[] => caller.received.filter(text => text.includes(`branch=${branch};`));
  if (answers().length === 0) return { status: 0, names: [] };
  const final = (): string | undefined => answers().find(text => statusIn(text) >= 200);
  const something = (): void => expect(desk.has('INVITE') || final() !== undefined).toBe(true);
  await vi.waitFor(something, { timeout: 8_000, interval: 2 });
  const cancel = head.replace(/^CSeq: .*$/m, 'CSeq: 1 CANCEL').replace(/^Content-Length: .*$/m, 'Content-Length: 0');
  if (final() === undefined) await caller.send(Buffer.from(`CANCEL ${uri} SIP/2.0\r\n${cancel}\r\n\r\n`, 'latin1'));
  const ending = await caller.until('a final response', final);
  const status = statusIn(ending);
  // Nobody who owes the ACKs of refusals is answered as before.
  const ack = cancel.replace('CSeq: 1 CANCEL', 'CSeq: 1 ACK').replace(/^To: .*$/im, () => `To: ${toOf(ending)}`);
  await caller.send(Buffer.from(`ACK ${uri} SIP/2.0\r\n${ack}\r\n\r\n`, 'latin1'));
  const names: string[] = [];
  const over = async (): Promise<void> => {
    for (const method of ['INVITE', 'CANCEL']) {
      if (!desk.has(method)) continue;
      const request = await desk.next(method);
      desk.respond(request, method === 'INVITE' ? 487 : 200);
      if (method !== 'INVITE') continue;
      isClean(request);
      names.push(...request.fields.map(([name]) => name));
    }
    expect(Object.values(office.kozpont.alive())).toEqual([0, 0, 0]);
  };
  await vi.waitFor(over, { timeout: 8_000, interval: 2 });
  return { status, names };
}

function isClean(invite: SipText): void {
  expect(invite.startLine).toMatch(/^INVITE sip:[\x21-\x7e]+ SIP\/2\.0$/);
  for (const [name, value] of invite.fields) {
    expect(value).not.toMatch(unfit);
    expect(Buffer.byteLength(`${name}: ${value}`)).toBeLessThan(600);
  }
  expect(invite.body).toMatch(/^v=0\r\n(?:[a-z]=[\x20-\x7e]*\r\n)+$/);
}

/** The desk has called extension 103, and talks; whoever refuses a transfer to it must be the one to end that. */
async function conversation(): Promise<{ dialog: PhoneDialog; goodbye(): Promise<void> }> {
  const other = await office.extension('103', { policy: answering() });
  const invite = await desk.inviteAs(user, '103');
  const ok = await answered(desk, invite);
  expect(statusOf(ok)).toBe(200);
  const dialog = PhoneDialog.ofCaller(desk, invite, ok);
  dialog.ack();
  const call = await other.rung();
  return {
    dialog,
    async goodbye() {
      const hungUp = call.hangUp();
      desk.respond(await desk.next('BYE'), 200);
      await hungUp;
      await other.close();
    },
  };
}

/** The status of the answer, to the credentials where they are asked for. */
async function asked(phone: Phone, request: SipText, credentials: typeof user): Promise<number> {
  const first = await answered(phone, request);
  if (statusOf(first) !== 401) return statusOf(first);
  return statusOf(await answered(phone, phone.withCredentials(request, first, credentials)));
}

async function answered(phone: Phone, request: SipText): Promise<SipText> {
  const answer = await phone.next(message => isAnswerTo(request, message) && statusOf(message) >= 200, 'an answer');
  if (methodOf(request) === 'INVITE' && statusOf(answer) >= 300) phone.ackFailure(request, answer);
  expect(answer.fields.filter(([name]) => /injected/i.test(name))).toEqual([]);
  return answer;
}
