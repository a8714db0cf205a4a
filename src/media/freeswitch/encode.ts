/**
 * The one way for a value into a command of the event socket, or into the argument of an application.
 *
 * On that socket a line feed ends a command and begins the next one, a space ends an argument; in arguments FreeSWITCH
 * expands `${api(…)}`, and braces, brackets, commas, `|`, `!`, `@@`, `^^` and `://` are syntax. So values are not
 * escaped but checked: what has another form than the narrow one that we ourselves give such things is refused.
 */
import { KozpontError } from '../../base/errors.ts';

/** Text that has been checked; only this file makes it. */
export type Encoded = string & { readonly encoded: unique symbol };

const encoded = (text: string): Encoded => text as Encoded;

/** Shows what was refused, without what a terminal or a log would obey. */
const refused = (what: string, text: string, rule: string): KozpontError =>
  new KozpontError(
    'MEDIA_UNAVAILABLE',
    `FreeSWITCH cannot be told of ${what} ${JSON.stringify(text.slice(0, 200))}: ${rule}`,
  );

/** A channel's id: the Call-ID of our INVITE, as the SIP server made it. */
export function channelId(text: string): Encoded {
  if (!/^[A-Za-z0-9][A-Za-z0-9@._-]{0,127}$/.test(text)) {
    throw refused('the channel', text, 'letters, digits and "@._-" make an id');
  }
  return encoded(text);
}

/** The path of a sound or a recording, on FreeSWITCH's machine. */
export function filePath(text: string): Encoded {
  if (!/^\/[\p{L}\p{N}._+/-]{1,500}$/u.test(text) || text.split('/').includes('..')) {
    throw refused('the file', text, 'an absolute path of letters, digits and "._+-/" is wanted');
  }
  return encoded(text);
}

/** An id that we made ourselves (`randomId`). */
export function ownId(text: string): Encoded {
  if (!/^[0-9a-f]{1,128}$/.test(text)) throw refused('the id', text, 'hexadecimal digits are wanted');
  return encoded(text);
}

/** The name of a SIP profile, or of an application as FreeSWITCH's dialplan sees it. */
export function name(text: string): Encoded {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(text)) {
    throw refused('the name', text, 'letters, digits, "_" and "-" make a name');
  }
  return encoded(text);
}

export function wholeNumber(value: number): Encoded {
  if (!Number.isSafeInteger(value)) throw refused('the number', String(value), 'a whole number is wanted');
  return encoded(String(value));
}

/** Stands at the end of its line: all but what ends a line, or the text, goes. */
export function secret(text: string): Encoded {
  if (!/^[\x20-\x7e]{1,256}$/.test(text)) {
    throw new KozpontError('INVALID_CONFIG', 'the secret of the event socket is not printable ASCII text');
  }
  return encoded(text);
}

/** Our own words with checked values between them: `` text`uuid_break ${channel} all` ``. */
export function text(words: TemplateStringsArray, ...values: readonly Encoded[]): Encoded {
  return encoded(words.reduce((all, word, at) => `${all}${values[at - 1] ?? ''}${word}`));
}

export const joined = (values: readonly Encoded[], separator: '!'): Encoded => encoded(values.join(separator));
