/** A head is rarely longer; what comes later is looked for by the parser alone. */
const farthest = 4_096;

const lineEnd = Buffer.from('\r\n');
/** RFC 3261, §20.8; names have no case, and these are how they are written. */
const names = ['\nCall-ID:', '\ni:', '\nCall-Id:', '\ncall-id:', '\nCALL-ID:', '\nI:'].map(name => Buffer.from(name));

/**
 * The Call-ID of a message that nobody has parsed, at the price of looking for a few bytes: good enough to see who is
 * known, as what is not found here is only served later. Undefined: none was found.
 */
export function peekCallId(bytes: Buffer): string | undefined {
  const head = bytes.length > farthest ? bytes.subarray(0, farthest) : bytes;
  for (const name of names) {
    const at = head.indexOf(name);
    if (at === -1) continue;
    const from = at + name.length;
    const to = head.indexOf(lineEnd, from);
    return to === -1 ? undefined : head.toString('latin1', from, to).trim();
  }
  return undefined;
}
