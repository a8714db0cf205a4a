/** Digits by SIP INFO: no RFC has them, and every phone sends them. */

const plain = /^[0-9*#A-D]$/;
/** `application/dtmf-relay` counts on beyond 9, as the events of RFC 4733 do. */
const events = [...'0123456789*#ABCD'];
const signal = /^\s*signal\s*=\s*(\S+)\s*$/im;

/** Bodies are short; what is longer is no digit. */
const longestBody = 1_024;

/** One of `0`–`9`, `*`, `#`, `A`–`D`; undefined where the body names none (flash, an empty body). */
export const readDigit = (contentType: string, body: string): string | undefined => {
  if (body.length > longestBody) return undefined;
  const relayed = signal.exec(body)?.[1];
  const text = (relayed ?? (contentType === 'application/dtmf' ? body.trim() : '')).toUpperCase();
  if (plain.test(text)) return text;
  return /^1[0-5]$/.test(text) ? events[Number(text)] : undefined;
};

export const carriesDigits = (contentType: string): boolean =>
  contentType === 'application/dtmf-relay' || contentType === 'application/dtmf';
