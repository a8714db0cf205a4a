import { fail, ok, type Result } from '../../base/result.ts';
import type { Diagnostic } from '../../base/yaml/diagnostic.ts';
import { linesOf } from '../../base/yaml/lines.ts';
import { finding } from '../catalogue.ts';

/** The text of a file, which has to be UTF-8 without a byte order mark. */
export function decode(file: string, bytes: Uint8Array): Result<string, Diagnostic> {
  const start = { file, line: 1, col: 1 };
  const [first, second, third] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return fail(finding('NOT_UTF8', start, 'the file is UTF-16'));
  }
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    return fail(finding('BYTE_ORDER_MARK', start, 'the file begins with a byte order mark'));
  }
  const wrong = firstWrongByte(bytes);
  if (wrong === undefined) return ok(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));

  const before = new TextDecoder().decode(bytes.subarray(0, wrong));
  const at = linesOf(file, before)(before.length);
  const byte = `0x${(bytes[wrong] ?? 0).toString(16).padStart(2, '0')}`;
  return fail(
    finding(
      'NOT_UTF8',
      at,
      `the byte ${byte} is no UTF-8: the file is in another encoding`,
      'save the file as UTF-8; it may be in Windows-1250, ISO 8859-2 or another old encoding now',
    ),
  );
}

/** The offset of the first byte that no UTF-8 has there (RFC 3629), or undefined. */
function firstWrongByte(bytes: Uint8Array): number | undefined {
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i);
    if (length === 0) return i;
    i += length;
  }
  return undefined;
}

/** How many bytes the character at `i` has; 0 where there is none. */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const lead = bytes[i] ?? 0;
  if (lead < 0x80) return 1;
  const more =
    lead >= 0xc2 && lead <= 0xdf ? 1 : lead >= 0xe0 && lead <= 0xef ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
  if (more === 0) return 0;
  // The second byte rules out overlong forms, surrogates, and what lies above U+10FFFF.
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  const second = bytes[i + 1] ?? 0;
  if (second < least || second > most) return 0;
  for (let k = 2; k <= more; k++) {
    const next = bytes[i + k] ?? 0;
    if (next < 0x80 || next > 0xbf) return 0;
  }
  return more + 1;
}
