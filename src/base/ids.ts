import { randomBytes } from 'node:crypto';

/** A random identifier of `bytes` bytes, in lower-case hexadecimal: safe in SIP tokens, file names and logs. */
export const randomId = (bytes = 8): string => randomBytes(bytes).toString('hex');
