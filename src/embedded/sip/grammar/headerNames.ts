/** The long form as RFC 3261 writes it (`Call-ID` for `i`, `CALL-ID`); the name as it came where it is not known. */
export declare function canonicalName(name: string): string;
/** Whether the header's value is a comma-separated list, one element of which makes a `HeaderField` (RFC 3261, §7.3.1). */
export declare function isListHeader(canonical: string): boolean;
