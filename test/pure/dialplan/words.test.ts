import { describe, expect, it } from 'vitest';
import { readDestination } from '../../../src/dialplan/grammar/destination.ts';
import type { Reading } from '../../../src/dialplan/grammar/scalar.ts';
import { datesOf, readDates, readDays, readHours } from '../../../src/dialplan/grammar/time.ts';
import {
  readContact,
  readLanguage,
  readNumber,
  readSpoken,
  readTimezone,
} from '../../../src/dialplan/grammar/words.ts';

const value = <T>(reading: Reading<T>): T | string => (reading.ok ? reading.value : reading.error.code);

describe('the small notations', () => {
  it.each([
    ['sip:door@192.0.2.7', true],
    ['sip:192.0.2.7:5070', true],
    ['sip:door@[2001:db8::7]:5060;transport=tcp;lr', true],
    ['sip:+361%20x@gw-1.example.com', true],
    ['sips:door@192.0.2.7', false],
    ['tel:+3612345678', false],
    ['sip:door@', false],
    ['sip:door@[2001:zz]', false],
    ['sip:door@host?Replaces=x', false],
    ['sip:a@b@c', false],
    ['sip:door@192.0.2.7:0', false],
    [`sip:${'a'.repeat(65)}@host`, false],
    ['<sip:door@192.0.2.7>', false],
    ['sip:$\u007bsystem(id)}@host', false],
  ])('contact %s: %s', (text, right) => {
    expect(readContact(text).ok).toBe(right);
  });

  it.each([
    ['+3612345678', { match: { kind: 'exact', number: '+3612345678' } }],
    ['+36 (1) 234-5678', { match: { kind: 'exact', number: '+3612345678' } }],
    ['06*', { match: { kind: 'prefix', prefix: '06' } }],
    ['+*', { match: { kind: 'prefix', prefix: '+' } }],
    ['*', { match: { kind: 'prefix', prefix: '' } }],
    ['+36 1 x00x', { match: { kind: 'pattern', pattern: '+361x00x', prefix: '+361' } }],
    ['+361xx*@trunk-1', { match: { kind: 'pattern', pattern: '+361xx*', prefix: '+361' }, trunk: 'trunk-1' }],
    ['* @ telecom', { match: { kind: 'prefix', prefix: '' }, trunk: 'telecom' }],
    ['+361@', 'BAD_NUMBER'],
    ['+361@a@b', 'BAD_NUMBER'],
    ['+361@../x', 'BAD_NUMBER'],
    ['xxxx', 'BAD_NUMBER'],
    ['', 'BAD_NUMBER'],
    ['+', 'BAD_NUMBER'],
    ['36+1', 'BAD_NUMBER'],
    ['1'.repeat(33), 'BAD_NUMBER'],
  ])('number %j', (text, expected) => {
    expect(value(readNumber(text))).toEqual(expected);
  });

  it.each([
    ['mon', [0]],
    ['mon-wed', [0, 1, 2]],
    ['sat-mon', [5, 6, 0]],
    ['mon, wed,fri-sat', [0, 2, 4, 5]],
    ['daily', [0, 1, 2, 3, 4, 5, 6]],
    ['Mon', 'BAD_DAY'],
    ['mon-', 'BAD_DAY'],
    ['mon-tue-wed', 'BAD_DAY'],
    ['', 'BAD_DAY'],
  ])('days %j', (text, expected) => {
    expect(value(readDays(text))).toEqual(expected);
  });

  it.each([
    ['08:00-17:00', [{ from: 480, to: 1020 }]],
    [
      '8:05 - 9:00,10:00-24:00',
      [
        { from: 485, to: 540 },
        { from: 600, to: 1440 },
      ],
    ],
    ['22:00-06:00', [{ from: 1320, to: 1800 }]],
    ['22:00-00:00', [{ from: 1320, to: 1440 }]],
    ['00:00-24:00', [{ from: 0, to: 1440 }]],
    ['24:00-01:00', 'BAD_HOURS'],
    ['08:00-24:01', 'BAD_HOURS'],
    ['08:00', 'BAD_HOURS'],
    ['08:00–17:00', 'BAD_HOURS'],
    ['', 'BAD_HOURS'],
  ])('hours %j', (text, expected) => {
    expect(value(readHours(text))).toEqual(expected);
  });

  it.each([
    ['2026-12-24', ['2026-12-24']],
    ['2026-12-30..2027-01-02', ['2026-12-30', '2026-12-31', '2027-01-01', '2027-01-02']],
    ['2028-02-28 .. 2028-03-01', ['2028-02-28', '2028-02-29', '2028-03-01']],
    ['02-29', ['02-29']],
    ['2026-02-29', 'BAD_DATE'],
    ['02-30', 'BAD_DATE'],
    ['2026-12-24..', 'BAD_DATE'],
    ['2026-01-01..2027-12-31', 'BAD_DATE'],
    ['1999-12-31', 'BAD_DATE'],
    ['12-24..12-26', 'BAD_DATE'],
  ])('dates %j', (text, expected) => {
    const reading = readDates(text);
    expect(reading.ok ? datesOf(reading.value) : reading.error.code).toEqual(expected);
  });

  it.each([
    ['queue:reception', { kind: 'queue', name: 'reception' }],
    ['extension:*01', { kind: 'extension', name: '*01' }],
    ['extension:anna', 'BAD_EXTENSION'],
    ['menu:', 'BAD_NAME'],
    ['menu:a:b', 'BAD_NAME'],
    ['menu: main', 'BAD_NAME'],
    ['Menu:main', 'BAD_DESTINATION'],
    ['constructor:main', 'BAD_DESTINATION'],
    ['voicemail:anna', 'NOT_YET'],
    ['hangup', 'BAD_DESTINATION'],
    [':main', 'BAD_DESTINATION'],
  ])('destination %j', (text, expected) => {
    expect(value(readDestination(text))).toEqual(expected);
  });

  it.each([
    ['en', 'en'],
    ['pt-br', 'pt-br'],
    ['EN', 'BAD_LANGUAGE'],
    ['e', 'BAD_LANGUAGE'],
    ['en_us', 'BAD_LANGUAGE'],
  ])('language %j', (text, expected) => {
    expect(value(readLanguage(text))).toEqual(expected);
  });

  it.each([
    ['Europe/Budapest', 'Europe/Budapest'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['UTC', 'UTC'],
    ['Europe/Buda', 'BAD_TIMEZONE'],
    ['+01:00', 'BAD_TIMEZONE'],
    ['', 'BAD_TIMEZONE'],
  ])('time zone %j', (text, expected) => {
    expect(value(readTimezone(text))).toEqual(expected);
  });

  it.each([
    ['  Press\n 1.\t', 'Press 1.'],
    [' \n ', 'BAD_TEXT'],
    ['x'.repeat(4001), 'BAD_TEXT'],
    ['bell\u0007', 'BAD_TEXT'],
    ['turn\u202eed', 'BAD_TEXT'],
    ['lone \ud800', 'BAD_TEXT'],
    ['שלום', 'שלום'],
  ])('spoken %j', (text, expected) => {
    expect(value(readSpoken(text))).toEqual(expected);
  });
});
