/**
 * Feature codes come in the middle of a conversation, among digits that mean nothing to us: what cannot become a code
 * any more is forgotten, but its end may still be the beginning of one.
 */
export function featureKey(
  codes: readonly (string | undefined)[],
  before: string,
  digit: string,
): { readonly code: string | undefined; readonly keys: string } {
  const offered = codes.filter(code => code !== undefined);
  for (let keys = before + digit; keys !== ''; keys = keys.slice(1)) {
    if (offered.includes(keys)) return { code: keys, keys: '' };
    if (offered.some(code => code.startsWith(keys))) return { code: undefined, keys };
  }
  return { code: undefined, keys: '' };
}
