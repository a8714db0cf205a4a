/** Header fields on their way to drachtio-srf, which writes them as they are. */

/** Several values stand in a line each, where commas may not join them (RFC 3261, §7.3.1: WWW-Authenticate). */
export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** What would begin another line, or end the text: whoever builds a value takes care of it, and here it is certain. */
const breaking = /[\r\n\0]/g;

const oneLine = (value: string): string => (value.search(breaking) < 0 ? value : value.replace(breaking, ' '));

/** drachtio-srf has one value a name: a second line is brought in with the first. */
export const toHeaders = (fields: Fields): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? oneLine(value) : value.map(oneLine).join(`\r\n${name}: `),
    ]),
  );
