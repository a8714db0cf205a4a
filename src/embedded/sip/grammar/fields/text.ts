/** `text` as a quoted string. Throws `INVALID_SIP` where it has a line end. */
export declare function quote(text: string): string;
/** What a quoted string says; any other text as it is. */
export declare function unquote(value: string): string;
/** Resolves `%hh`; octets that are no UTF-8 and broken escapes stay as they are. */
export declare function unescapeUri(text: string): string;
/** Escapes what may not stand in the user part of a SIP URI. */
export declare function escapeUser(text: string): string;
/** Escapes what may not stand in the value of a URI's header: for Replaces in a Refer-To. */
export declare function escapeUriHeader(text: string): string;
