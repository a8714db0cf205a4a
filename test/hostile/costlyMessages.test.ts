/** Messages that are made to keep a parser busy: the call beside hears nothing of them. */
import { describe, expect, test } from 'vitest';
import { callIdOf } from '../support/wire/stranger.ts';
import { besideACall } from './support/besideACall.ts';
import { strangeRequest } from './support/message.ts';

const blanks = (count: number): string => ' '.repeat(count);
const mixed = 'Content-Type: multipart/mixed;boundary=x';

/** Header lines, and a body. */
const messages: readonly (readonly [string, readonly string[], string])[] = [
  ['blanks in a part', [mixed], `\r\n\r\n--x\r\nContent-Type:${blanks(60_000)}`],
  ['blanks in the text of a part', [mixed], `--x\r\nA: b\r\n\r\nContent-Type:${blanks(7_500)}x\n\r\n--x--\r\n`],
  ['Content-Types in a line', [mixed], `\r\n\r\n--x\r\n${'Content-Type:'.repeat(4_600)}`],
  ['a boundary that nearly repeats', [`${mixed}${'x'.repeat(69)}`], `--${'x'.repeat(60_000)}`],
  ['a Content-Type of semicolons', [`${mixed}${';'.repeat(8_000)}`], '\r\n\r\n'],
  ['boundaries in a Content-Type', [`Content-Type: multipart/mixed${'; boundary='.repeat(700)}`], '\r\n\r\n'],
  ['the same under an escaped name', [`%43ontent-Type: multipart/mixed${'; boundary='.repeat(700)}`], '\r\n\r\n'],
  ['blanks in a Contact', [`Contact: <sip:a@b>${blanks(8_000)};`], ''],
  ['quotes in credentials', [`Authorization: Digest ${'a="\\",'.repeat(1_300)}`], ''],
  ['commas in a list', [`Require: ${','.repeat(8_000)}`, `Accept: ${'a/b,'.repeat(2_000)}`], ''],
  ['escapes in a name', [`From: <sip:${'%41'.repeat(2_600)}@b>;tag=1`, `To: "${'\\"'.repeat(4_000)}" <sip:a@b>`], ''],
];

describe('a message of a stranger', () => {
  test(
    'is over as soon as any other',
    besideACall(
      async ({ stranger, sound }) => {
        const from = `${stranger.address}:${stranger.port}`;
        const options = (callId: string) => strangeRequest({ method: 'OPTIONS', from, callId });
        const answered = (callId: string) =>
          stranger.until(`an answer to ${callId}`, () => stranger.received.find(text => callIdOf(text) === callId));
        for (const [name, lines, body] of messages) {
          const start = performance.now();
          for (const method of ['OPTIONS', 'INVITE', 'REGISTER', 'BYE']) {
            await stranger.send(strangeRequest({ method, from, lines, body }));
          }
          const callId = `after ${name}`.replaceAll(' ', '-');
          await stranger.send(options(callId));
          await answered(callId);
          expect(performance.now() - start, name).toBeLessThan(1_000);
          await sound();
        }
      },
      { longestGap: 200 },
    ),
  );
});
