import { invalid } from './messages/invalid.ts';
import { semantic } from './messages/semantic.ts';
import { valid } from './messages/valid.ts';

/** A message of our own for each of RFC 4475's, by the RFC's names. */
export const ownMessages: Readonly<Record<string, Buffer>> = { ...valid, ...invalid, ...semantic };
