/** Text of strangers, made fit for a header field, a display and a log line. */

/** Control characters, halves of surrogate pairs, and what turns the direction of writing: nothing of it is ever meant. */
const unfit = /[\p{Cc}\p{Cs}\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** At most `longest` octets of UTF-8, cut between characters; trimmed, without what cannot be shown. */
export const cleanText = (text: string, longest: number): string => {
  // More than this cannot fit, whatever it is: what follows need not look at four megabytes.
  const clean = text.slice(0, longest).replace(unfit, '').trim();
  if (Buffer.byteLength(clean) <= longest) return clean;
  let octets = 0;
  let kept = '';
  for (const character of clean) {
    octets += Buffer.byteLength(character);
    if (octets > longest) break;
    kept += character;
  }
  return kept.trim();
};
