/** What networks write in place of a number, in any case: because it is not to be shown, or because there is none. */
const withheld: ReadonlySet<string> = new Set(['anonymous', 'restricted', 'private', 'withheld', 'blocked']);
const unknown: ReadonlySet<string> = new Set(['unknown', 'unavailable', 'notavailable']);

const longestWord = 16;

const wordOf = (text: string): string => (text.length > longestWord ? '' : text.trim().toLowerCase());

/** The caller, or the network, wants the number not to be shown. */
export const isWithheldWord = (text: string): boolean => withheld.has(wordOf(text));

/** As above, or the network does not know it. */
export const isNoNumber = (text: string): boolean => isWithheldWord(text) || unknown.has(wordOf(text));
