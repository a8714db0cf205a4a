import { createHash } from 'node:crypto';

/** The first 16 hexadecimal digits of a text's SHA-256: the same for the same text, and for no other that is met. */
export const contentHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
