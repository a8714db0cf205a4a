/** Text of strangers, made fit for a header field, a display and a log line. */

/**
 * Nothing of this is ever meant, and all of it can make one text look like another: control characters, halves of
 * surrogate pairs, line separators, what turns the direction of writing, and what has no width (format characters and
 * tags; the fillers, joiners and variation selectors among the ignorable ones; a blank pattern of Braille).
 */
const unfit = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800]/gu;

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
