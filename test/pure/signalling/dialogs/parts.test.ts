import { describe, expect, test } from 'vitest';
import { carriesDigits, readDigit } from '../../../../src/signalling/dialogs/digits.ts';
import {
  endFields,
  fromField,
  identityFields,
  reasonField,
  recallFromField,
  unsupportedOptions,
} from '../../../../src/signalling/dialogs/headers.ts';
import { LegIndex } from '../../../../src/signalling/dialogs/legIndex.ts';
import { LegMailbox } from '../../../../src/signalling/dialogs/legMailbox.ts';
import type { Leg } from '../../../../src/signalling/port.ts';
import { parseNameAddr, parseReplaces } from '../../../../src/signalling/text/grammar.ts';
import { hostileTexts } from '../../../support/hostileTexts.ts';
import { must } from '../../../support/must.ts';

describe('digits by INFO', () => {
  test.each([
    ['application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n', '5'],
    ['application/dtmf-relay', 'Signal=5\r\nDuration=40\r\n', '5'],
    ['application/dtmf-relay', 'Signal=5\r\nDuration=0', '5'],
    ['application/dtmf-relay', 'Signal=5\r\nd=100\r\n', '5'],
    ['application/dtmf-relay', 's=5\r\nd=100\r\n', '5'],
    ['application/dtmf-relay', 'd=199\ns=7\n', '7'],
    ['application/dtmf-relay', 'Signal=5;Duration=160', '5'],
    ['application/dtmf-relay', 'Duration=160\r\nsignal = *\r\n', '*'],
    ['application/dtmf-relay', '\r\n\r\n Signal= 9 \r\n\0', '9'],
    ['application/dtmf-relay', 'Signal=#', '#'],
    ['application/dtmf-relay', 'Signal=d', 'D'],
    ['application/dtmf-relay', 'Signal=10', '*'],
    ['application/dtmf-relay', 'Signal=11', '#'],
    ['application/dtmf-relay', 'Signal=15', 'D'],
    ['application/dtmf-relay', '5', '5'],
    ['application/dtmf', ' 7\r\n', '7'],
    ['application/dtmf', '7\r\nDuration=100\r\n', '7'],
    ['application/dtmf', 'Signal=7', '7'],
    ['application/vnd.nortelnetworks.digits', 'p=Digit-Collection\ny=Digits\ns=success\nu=1\ni=2\nd=4', '4'],
    ['', 'Signal=3', '3'],
  ])('%s %j is %s', (type, body, digit) => {
    expect(readDigit(type, body)).toEqual({ kind: 'digit', digit });
  });

  test.each([
    ['application/dtmf-relay', 'Signal=16'],
    ['application/dtmf-relay', 'Signal=flash\r\nDuration=250'],
    ['application/dtmf', '!'],
    ['application/hook-flash', ''],
    ['', ''],
  ])('%s %j is no key, and nothing is lost', (type, body) => {
    expect(readDigit(type, body)).toEqual({ kind: 'none' });
  });

  test.each([
    ['application/dtmf-relay', ''],
    ['application/dtmf-relay', 'Signal='],
    ['application/dtmf-relay', 'Duration=160'],
    ['application/dtmf-relay', 'd=160'],
    ['application/dtmf-relay', '__proto__=5'],
    ['application/dtmf-relay', `Signal=5\r\n${'x'.repeat(2_000)}`],
    ['application/dtmf', '77'],
    ['application/dtmf', 'constructor'],
    ['', 'hello'],
  ])('%s %j cannot be read', (type, body) => {
    expect(readDigit(type, body)).toEqual({ kind: 'unreadable' });
  });

  test('come in types that are theirs', () => {
    expect(['application/dtmf', 'application/dtmf-relay', 'text/plain', 'constructor', ''].map(carriesDigits)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('header fields', () => {
  test('hostile names stay names, short enough for the server to fill in the host', () => {
    for (const text of [...hostileTexts, '"'.repeat(200), '\\'.repeat(200), 'é'.repeat(300), '😀'.repeat(100)]) {
      const from = fromField({ number: text, display: text });
      expect(Buffer.byteLength(from)).toBeLessThan(255);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
      expect(from).not.toMatch(/[\u0000-\u001f\u202e]/);
      expect(parseNameAddr(from).ok).toBe(true);
    }
  });

  test('a name that needs no escapes comes through whole', () => {
    const from = must(parseNameAddr(fromField({ number: '+3612345678', display: 'R: no answer 101 – "Éva" \\o/' })));
    expect(from.display).toBe('R: no answer 101 – "Éva" \\o/');
    expect(from.uri).toMatchObject({ user: '+3612345678', host: 'localhost' });
  });

  test('a withheld number is nowhere', () => {
    expect(identityFields({ number: '', display: 'Secret' })).toEqual({ Privacy: 'id' });
    expect(fromField({ number: '', display: 'Secret' })).not.toContain('Secret');
    // But why a call is back is no secret.
    expect(identityFields({ number: '', display: 'R: busy 101 – anonymous', ours: true })).toEqual({
      'P-Asserted-Identity': '"R: busy 101 – anonymous" <sip:anonymous@anonymous.invalid>',
    });
  });

  test('a recall says why it rings, though the number is withheld', () => {
    const from = must(parseNameAddr(recallFromField({ number: '', display: 'R: busy 101 – anonymous' })));
    expect(from.display).toBe('R: busy 101 – anonymous');
    expect(from.uri).toMatchObject({ user: 'anonymous', host: 'anonymous.invalid' });
    const known = { number: '+3612345678', display: 'R: busy 101 – Anna' };
    expect(recallFromField(known)).toBe(fromField(known));
  });

  test('reasons', () => {
    expect(reasonField('SIP', 486, 'busy 101')).toBe('SIP;cause=486;text="busy 101"');
    expect(reasonField('Q.850', 16, undefined)).toBe('Q.850;cause=16');
    expect(reasonField('SIP', 500, 'a\r\nX-Injected: 1')).toBe('SIP;cause=500;text="aX-Injected: 1"');
    expect(endFields({})).toEqual({});
    expect(endFields({ status: 480, text: 'x' })).toEqual({ Reason: 'SIP;cause=480;text="x"' });
    expect(endFields({ status: 480, cause: 19 })).toEqual({ Reason: 'Q.850;cause=19' });
  });

  test('what is required and not there', () => {
    expect(unsupportedOptions('timer, Replaces,100rel,')).toBeUndefined();
    expect(unsupportedOptions('timer, path, gruu')).toEqual({ Unsupported: 'path, gruu' });
    expect(unsupportedOptions('path\nX-Injected: 1')).toEqual({});
    expect(unsupportedOptions(undefined)).toBeUndefined();
  });
});

describe('the events of a leg', () => {
  test('come in order, never within the call that causes them, and none after the last', async () => {
    const told: string[] = [];
    const errors: unknown[] = [];
    const mailbox = new LegMailbox(error => errors.push(error));
    mailbox.post(() => {
      told.push('first');
      mailbox.post(() => told.push('third'));
      told.push('still first');
    });
    mailbox.post(() => {
      throw new Error('second is ill');
    });
    expect(told).toEqual([]);
    await Promise.resolve();
    expect(told).toEqual(['first', 'still first', 'third']);
    expect(errors).toHaveLength(1);
    expect(mailbox.finished).toBe(false);
    mailbox.post(() => told.push('before the last'));
    mailbox.finish(() => told.push('last'));
    mailbox.post(() => told.push('too late'));
    mailbox.finish(() => told.push('too late'));
    expect(mailbox.finished).toBe(true);
    await Promise.resolve();
    expect(told.slice(3)).toEqual(['before the last', 'last']);
    await expect(mailbox.ask(async () => 'too late')).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  test('a question gets its answer, or its failure', async () => {
    const mailbox = new LegMailbox(() => {});
    expect(await mailbox.ask(async () => 'answer')).toBe('answer');
    await expect(mailbox.ask(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});

test('legs are found by the dialog that Replaces names, from our side', () => {
  const index = new LegIndex();
  const leg = {} as Leg;
  const replaces = must(parseReplaces('call@host;to-tag=ours;from-tag=theirs'));
  expect(index.find(replaces)).toBeUndefined();
  const early = index.add(
    { callId: 'call@host', ourTag: 'ours', theirTag: 'theirs' },
    { leg, early: true, initiatedByUs: false },
  );
  const confirmed = index.add(
    { callId: 'call@host', ourTag: 'ours', theirTag: 'theirs' },
    { leg, early: false, initiatedByUs: false },
  );
  early();
  expect(index.find(replaces)).toMatchObject({ leg, early: false });
  expect(index.find(must(parseReplaces('call@host;to-tag=theirs;from-tag=ours')))).toBeUndefined();
  confirmed();
  expect(index.size).toBe(0);
});
