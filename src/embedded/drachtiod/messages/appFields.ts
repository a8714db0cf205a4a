/** Which of an application's header fields are taken over into a message, and how. */

import { splitList } from '../../../sip/grammar/splitList.ts';
import type { HeaderField } from '../../../sip/message.ts';

/** Theirs is the path and the framing of a message: the server's business, whatever the application says. */
const serversOwn = new Set(['Via', 'Route', 'Record-Route', 'RSeq', 'Content-Length']);
/** What makes the dialog: taken from the request, or from the dialog. */
const dialogs = new Set(['From', 'To', 'Call-ID', 'CSeq']);

const experimental = /^[xX]-/;

/** drachtio-srf writes names in lower case; what no table knows gets its capitals back, as drachtio-server does. */
const capitalised = (name: string): string =>
  experimental.test(name)
    ? name
    : name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());

const named = (field: HeaderField): HeaderField => {
  const name = capitalised(field.name);
  return name === field.name ? field : { name, value: field.value };
};

/** Without what the server decides by itself. */
export const appFields = (headers: readonly HeaderField[]): HeaderField[] =>
  headers.filter(field => !serversOwn.has(field.name) && !dialogs.has(field.name)).map(named);

/** Without the path, but with what an application may choose for a request that starts a dialog: its first route, too. */
export const appFieldsOutsideDialog = (headers: readonly HeaderField[]): HeaderField[] =>
  headers.flatMap(field => {
    if (field.name === 'Route') return splitList(field.value).map(value => ({ name: 'Route', value: value.trim() }));
    return serversOwn.has(field.name) ? [] : [named(field)];
  });
