import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseMessage } from '../../../src/sip/grammar/parseMessage.ts';
import { StreamFramer } from '../../../src/sip/grammar/streamFramer.ts';
import { judge } from '../../../src/sip/grammar/verdict/judge.ts';
import { mutated } from '../../support/fuzz/mutations.ts';
import { sipMessage } from '../../support/sip/messageArbitraries.ts';
import {
  fieldStandsAnything,
  framesTheSame,
  standsAnything,
  survivesTheWire,
} from '../../support/sip/messageProperties.ts';
import { ownMessages } from '../../torture/own.ts';
import { userAgent } from '../../torture/userAgent.ts';

const folder = process.env.KOZPONT_TORTURE;
const published =
  folder !== undefined && existsSync(folder)
    ? readdirSync(folder)
        .filter(file => file.endsWith('.dat'))
        .map(file => readFileSync(join(folder, file)))
    : [];
const seeds = [...Object.values(ownMessages), ...published];
const runs = Number(process.env.KOZPONT_FUZZ_RUNS ?? 100_000);

it(`${runs} messages come back from the wire as they were`, () => {
  fc.assert(fc.property(sipMessage, survivesTheWire), { numRuns: runs });
});

it(`${runs} mangled messages, of ${seeds.length}, make nothing throw`, () => {
  fc.assert(fc.property(mutated(seeds), standsAnything), { numRuns: runs });
});

it(`${runs / 10} mangled streams are cut into the same frames, whatever the pieces`, () => {
  const stream = fc
    .array(fc.oneof(mutated(seeds), fc.constantFrom(...seeds)), { maxLength: 4 })
    .map(all => Buffer.concat(all));
  const cuts = fc.array(fc.nat({ max: 4_000 }), { maxLength: 12 });
  fc.assert(fc.property(stream, cuts, framesTheSame), { numRuns: runs / 10 });
});

/**
 * Half a megabyte of what a parser could go over again and again. One that takes quadratic time needs many minutes for
 * any of these, and fails by the time limit; one that takes linear time needs milliseconds.
 */
it('takes linear time for whatever is repeated', () => {
  const size = 500_000;
  const limits = { messageSize: 2 * size, startLineLength: 2 * size, headerLength: 2 * size, headerCount: 2 * size };
  const units = [
    ',',
    '"',
    '"\\',
    '\\',
    '<',
    '>',
    '<>',
    '(',
    ')',
    '()',
    '(,',
    ',(',
    '"(',
    ';',
    ';x',
    ';x=',
    ';x="',
    '=',
    ' ',
    '\t',
    ' ,',
    '\r\n ',
    '\r\n',
    '\r',
    '\n',
    ':',
    'a',
    'a:',
    'a:\r\n',
    'l:1\r\n',
    'l:',
    '%',
    '%41',
    '%4',
    '@',
    'sip:',
    '?',
    '&',
    '[',
    ']',
    ':]',
    '/',
    'SIP/',
    'é',
    '\0',
    '\\\0',
    '0',
    '9',
    '-',
    '.',
    'a,b',
    'a=b,',
    'Digest a=',
    'v: SIP/2.0/UDP h\r\n',
  ];
  const frames = ['Via: ', 'From: ', 'Authorization: Digest ', 'X: "', 'X'];
  for (const unit of units) {
    const flood = unit.repeat(Math.ceil(size / unit.length));
    for (const lead of [
      '',
      'OPTIONS ',
      'SIP/2.0 200 ',
      ...frames.map(frame => `OPTIONS sip:a@b SIP/2.0\r\n${frame}`),
    ]) {
      const bytes = Buffer.from(`${lead}${flood}\r\n\r\n`);
      judge(parseMessage(bytes, { limits }), userAgent);
      expect(new StreamFramer(limits).feed(bytes).length).toBeGreaterThanOrEqual(0);
    }
    for (const lead of ['', '<', 'sip:', 'sip:a@b;', 'sip:a@b?', '"', 'Digest ', 'SIP/2.0/UDP h;', '1 ('])
      fieldStandsAnything(lead + flood);
  }
}, 240_000);

it('takes linear time for a great many different parameters', () => {
  const names = Array.from({ length: 100_000 }, (_, i) => `p${i}=${i}`);
  for (const uri of [`sip:a@b;${names.join(';')}`, `sip:a@b?${names.join('&')}`, `tel:1;${names.join(';')}`])
    fieldStandsAnything(uri);
  fieldStandsAnything(`Digest ${names.join(',')}`);
}, 240_000);

it('takes linear time for a stream that comes byte by byte', () => {
  const limits = {
    messageSize: 4_000_000,
    startLineLength: 4_000_000,
    headerLength: 4_000_000,
    headerCount: 4_000_000,
  };
  for (const unit of ['a', '\r', '\n', '\r\n\r', 'a\r\n', 'a: b\r\n', '\r\n']) {
    const framer = new StreamFramer(limits);
    const flood = Buffer.from(`OPTIONS sip:a@b SIP/2.0\r\n${unit.repeat(1_000_000 / unit.length)}`);
    let frames = 0;
    for (let at = 0; at < flood.length; at++) frames += framer.feed(flood.subarray(at, at + 1)).length;
    expect(framer.pending).toBeLessThanOrEqual(limits.messageSize);
    expect(frames).toBeLessThanOrEqual(flood.length);
  }
});
