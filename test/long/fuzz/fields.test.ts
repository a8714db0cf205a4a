/** What signalling reads in header fields and bodies, past the grammar: callers, contacts, transfers, credentials, digits. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { callerOfTrunk, dialledBy, dialledUri } from '../../../src/signalling/admission/caller.ts';
import { readDigit } from '../../../src/signalling/dialogs/digits.ts';
import { contactHost, unsupportedOptions } from '../../../src/signalling/dialogs/headers.ts';
import { answerTimer, timerAccepted } from '../../../src/signalling/dialogs/sessionTimer.ts';
import { readCredentials } from '../../../src/signalling/digest/digest.ts';
import { sameTarget } from '../../../src/signalling/digest/sameTarget.ts';
import { redirectedTo } from '../../../src/signalling/outbound/redirect.ts';
import { readContacts } from '../../../src/signalling/registrar/contacts.ts';
import { asksForRport, isNextHop } from '../../../src/signalling/registrar/nextHop.ts';
import { cleanText } from '../../../src/signalling/text/clean.ts';
import { parseNameAddr } from '../../../src/signalling/text/grammar.ts';
import { elementsOf } from '../../../src/signalling/text/list.ts';
import { readReferTo } from '../../../src/signalling/transfer/referTo.ts';
import { growsWithSizeAlone, repeated, units } from '../../support/fuzz/growth.ts';
import { mutated } from '../../support/fuzz/mutations.ts';
import { campaign, prototypeNames } from '../../support/fuzz/words.ts';
import { hostileTexts } from '../../support/hostileTexts.ts';

const values = [
  '"Kovács Éva" <sip:+36-1-234-5678@192.0.2.1;user=phone>;tag=1',
  '<tel:+36-1-234-5678;phone-context=example.com>',
  '<sip:101@192.0.2.9:5060;transport=tcp;ob>;expires=3600;+sip.instance="<urn:uuid:1>";reg-id=1, <sip:101@[::1]>',
  '<sip:102@192.0.2.1?Replaces=x%40y%3Bto-tag%3D1%3Bfrom-tag%3D2&Require=replaces>',
  'Digest username="101", realm="kozpont", nonce="n", uri="sip:192.0.2.1", response="00000000000000000000000000000000", algorithm=MD5, qop=auth, nc=00000001, cnonce="c"',
  'SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1;rport, SIP/2.0/TCP [2001:db8::9];received=1.2.3.4',
  '1800;refresher=uas',
  'Signal=5\r\nDuration=160\r\n',
  'replaces, timer;x, 100rel',
].map(text => Buffer.from(text));
const fieldNames = [
  'from',
  'to',
  'contact',
  'p-asserted-identity',
  'privacy',
  'session-expires',
  'min-se',
  'supported',
  'require',
];

const hungary = { country: 'HU' } as const;
const extensionExists = (number: string): boolean => number === '101';

/** As drachtio-srf has them: a plain object, of words that strangers chose. */
function readAll(text: string, names: readonly string[] = prototypeNames): void {
  const headers: Record<string, string> = Object.fromEntries([...fieldNames, ...names].map(name => [name, text]));
  const message = { headers };
  const from = parseNameAddr(text);
  if (from.ok) {
    const party = callerOfTrunk(message, from.value, hungary, extensionExists);
    expect(Buffer.byteLength(party.number)).toBeLessThanOrEqual(256);
    expect(Buffer.byteLength(party.display ?? '')).toBeLessThanOrEqual(256);
    expect(`${party.number}${party.display}`).not.toMatch(/[\r\n\0]/);
  }
  const dialled = dialledUri(text);
  if (dialled !== undefined) {
    const number = dialledBy({ extensionExists, numbering: () => hungary }, { kind: 'trunk', name: 't' }, dialled);
    expect(Buffer.byteLength(number)).toBeLessThanOrEqual(128);
  }
  readReferTo(text);
  readContacts(text);
  readCredentials(text, 'kozpont');
  sameTarget(text, 'sip:102@192.0.2.1');
  sameTarget('sip:102@192.0.2.1', text);
  isNextHop(text);
  asksForRport(text);
  contactHost(message);
  redirectedTo(message);
  unsupportedOptions(text);
  timerAccepted(message);
  answerTimer(message, undefined);
  elementsOf(text);
  expect(Buffer.byteLength(cleanText(text, 128))).toBeLessThanOrEqual(128);
  for (const type of ['application/dtmf-relay', 'application/dtmf', '']) readDigit(type, text);
}

it('values that were mangled throw nothing, whoever reads them', () => {
  const runs = campaign('header fields', 50_000);
  const words = [
    ...prototypeNames,
    ...hostileTexts,
    ...prototypeNames.map(name => `;${name}=1`),
    'sip:',
    'tel:',
    '<',
    '>',
  ];
  fc.assert(
    fc.property(mutated(values, words), bytes => readAll(bytes.toString())),
    runs,
  );
});

it('time grows with the length of a value alone', () => {
  const heads = ['', '"', '<', '<sip:', 'sip:a@b;', '<tel:', 'Digest ', 'Digest a="', 'SIP/2.0/UDP h;', 'Signal='];
  for (const unit of units) {
    for (const before of heads) {
      const make = (size: number): string => repeated(unit, size, before);
      growsWithSizeAlone(`${JSON.stringify(unit)} behind ${before}`, 65_536, make, text => readAll(text, []));
    }
  }
}, 600_000);
