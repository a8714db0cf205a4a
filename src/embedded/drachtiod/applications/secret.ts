import { createHash, timingSafeEqual } from 'node:crypto';
import { KozpontError } from '../../../base/errors.ts';

/** Secrets of sample configurations and of tutorials: whoever scans for open servers tries these first. */
const known = new Set(['cymru', 'admin', 'drachtio', 'secret', 'password', 'clueCon', 'ClueCon', 'changeme']);

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/**
 * A check of the applications' secret that takes the same time whatever is wrong with the one that was offered.
 * Throws `INVALID_CONFIG` for a secret that protects nothing.
 */
export const secretCheck = (secret: string): ((offered: string) => boolean) => {
  if (secret.length < 8 || known.has(secret)) {
    throw new KozpontError(
      'INVALID_CONFIG',
      "the secret of drachtiod's applications is a well-known one or shorter than 8 characters: choose another",
    );
  }
  if (/[|\r\n]/.test(secret)) {
    throw new KozpontError('INVALID_CONFIG', "the secret of drachtiod's applications contains '|' or a line end");
  }
  const expected = digest(secret);
  return offered => timingSafeEqual(expected, digest(offered));
};
