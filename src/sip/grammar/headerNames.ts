/** What the parser must know of a header: its long form, its compact form, and whether it is a comma-separated list. */
interface KnownHeader {
  readonly name: string;
  readonly list: boolean;
}

/** RFC 3261, §20, and the registered extensions; `name/compact`. */
const lists = `
  Accept Accept-Contact/a Accept-Encoding Accept-Language Accept-Resource-Priority Alert-Info Allow Allow-Events/u
  Call-Info Contact/m Content-Encoding/e Content-Language Diversion Error-Info Feature-Caps Geolocation History-Info
  In-Reply-To P-Access-Network-Info P-Asserted-Identity P-Associated-URI P-Preferred-Identity P-Visited-Network-ID Path
  Permission-Missing Proxy-Require Reason Record-Route Recv-Info Reject-Contact/j Request-Disposition/d Require
  Resource-Priority Route Security-Client Security-Server Security-Verify Service-Route Supported/k Trigger-Consent
  Unsupported User-to-User Via/v Warning
`;

const singles = `
  Additional-Identity Answer-Mode Authentication-Info Authorization Call-ID/i Cellular-Network-Info Content-Disposition
  Content-ID Content-Length/l Content-Type/c CSeq Date Event/o Expires Flow-Timer From/f Geolocation-Error
  Geolocation-Routing Identity/y Identity-Info/n Info-Package Join Max-Breadth Max-Forwards MIME-Version Min-Expires
  Min-SE Organization P-Answer-State P-Called-Party-ID P-Charging-Function-Addresses P-Charging-Vector P-DCS-LAES
  P-Early-Media P-Media-Authorization P-Preferred-Service P-Asserted-Service P-Profile-Key P-Served-User
  P-User-Database Policy-Contact Policy-ID Priority Priority-Share Priv-Answer-Mode Privacy Proxy-Authenticate
  Proxy-Authorization RAck Refer-Events-At Refer-Sub Refer-To/r Referred-By/b Relayed-Charge Remote-Party-ID Replaces
  Reply-To Response-Source Restoration-Info Retry-After RSeq Server Service-Interact-Info Session-Expires/x Session-ID
  SIP-ETag SIP-If-Match Subject/s Subscription-State Suppress-If-Match Target-Dialog Timestamp To/t User-Agent
  WWW-Authenticate
`;

const known = new Map<string, KnownHeader>();

const learn = (names: string, list: boolean): void => {
  for (const entry of names.trim().split(/\s+/)) {
    const [name = '', compact] = entry.split('/');
    const header = { name, list };
    for (const key of [name, name.toLowerCase(), compact]) if (key !== undefined) known.set(key, header);
  }
};
learn(lists, true);
learn(singles, false);

const find = (name: string): KnownHeader | undefined => known.get(name) ?? known.get(name.toLowerCase());

/** The long form as RFC 3261 writes it (`Call-ID` for `i`, `CALL-ID`); the name as it came where it is not known. */
export const canonicalName = (name: string): string => find(name)?.name ?? name;

/** Whether the header's value is a comma-separated list, one element of which makes a `HeaderField` (RFC 3261, §7.3.1). */
export const isListHeader = (name: string): boolean => find(name)?.list ?? false;

/** Both are canonical: known ones are then equal or different, of the others the case does not count. */
export const sameHeaderName = (a: string, b: string): boolean =>
  a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase());
