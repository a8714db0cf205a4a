import fc from 'fast-check';
import { prototypeNames } from './words.ts';

/** A change that somebody hostile, a bug, or the network makes to bytes. `at` is from 0 to 1. */
type Mutation =
  | { readonly kind: 'replace'; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Buffer }
  /** In place of the word that stands there: of letters and digits. */
  | { readonly kind: 'word'; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'remove'; readonly at: number; readonly count: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly count: number; readonly times: number }
  | { readonly kind: 'cut'; readonly at: number };

/** What parsers trip over. */
const sharp = [
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  '\r\n ',
  '\0',
  '\\',
  '"',
  '<',
  '>',
  '(',
  ')',
  ',',
  ';',
  ':',
  '@',
  '%',
  '=',
  '?',
  '&',
  '/',
  ' ',
  '\t',
  '[',
  ']',
  '*',
  '-1',
  '0',
  '4294967296',
  '99999999999999999999',
  'SIP/2.0',
  'Content-Length: 5\r\n',
  'l: 0\r\n',
  '\r\nVia: SIP/2.0/UDP h\r\n',
  'sip:',
  '%00',
  '%0d%0a',
  '\u202e',
  'é',
  '😀',
  ...prototypeNames,
].map(text => Buffer.from(text));
const broken = ['ff', 'c0af', 'c328', 'eda080', 'f4908080', '80', 'fffe'].map(hex => Buffer.from(hex, 'hex'));

const at = fc.double({ min: 0, max: 1, noNaN: true });
const bytesOf = (words: readonly Buffer[]): fc.Arbitrary<Buffer> =>
  fc.oneof(
    fc.constantFrom(...sharp, ...words),
    fc.constantFrom(...broken),
    fc.uint8Array({ minLength: 1, maxLength: 4 }).map(octets => Buffer.from(octets)),
  );
const count = fc.integer({ min: 1, max: 40 });

const mutation = (bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Mutation> =>
  fc.oneof(
    fc.record({ kind: fc.constant('replace' as const), at, bytes }),
    fc.record({ kind: fc.constant('insert' as const), at, bytes }),
    fc.record({ kind: fc.constant('word' as const), at, bytes }),
    fc.record({ kind: fc.constant('remove' as const), at, count }),
    fc.record({ kind: fc.constant('repeat' as const), at, count, times: fc.integer({ min: 1, max: 300 }) }),
    fc.record({ kind: fc.constant('cut' as const), at }),
  );

/** One of `seeds` with up to six changes; `words`: what is put in, beside what every parser trips over. */
export const mutated = (seeds: readonly Buffer[], words: readonly string[] = []): fc.Arbitrary<Buffer> => {
  const bytes = bytesOf(words.map(word => Buffer.from(word)));
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(mutation(bytes), { minLength: 1, maxLength: 6 }))
    .map(([seed, mutations]) => mutations.reduce(apply, seed));
};

function apply(before: Buffer, change: Mutation): Buffer {
  const position = Math.floor(change.at * before.length);
  const [head, tail] = [before.subarray(0, position), before.subarray(position)];
  switch (change.kind) {
    case 'replace':
      return Buffer.concat([head, change.bytes, tail.subarray(change.bytes.length)]);
    case 'insert':
      return Buffer.concat([head, change.bytes, tail]);
    case 'word': {
      const from = /[A-Za-z0-9_-]*$/.exec(head.toString('latin1'))?.[0].length ?? 0;
      const to = /^[A-Za-z0-9_-]*/.exec(tail.toString('latin1'))?.[0].length ?? 0;
      return Buffer.concat([head.subarray(0, head.length - from), change.bytes, tail.subarray(to)]);
    }
    case 'remove':
      return Buffer.concat([head, tail.subarray(change.count)]);
    case 'repeat':
      return Buffer.concat([head, ...Array<Buffer>(change.times).fill(tail.subarray(0, change.count)), tail]);
    case 'cut':
      return head;
  }
}
