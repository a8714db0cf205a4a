import { ok, type Result } from '../../../base/result.ts';
import type { HeaderField, SipMessage, SipRequest } from '../../message.ts';
import { answerable } from '../answerable.ts';
import { isSpace } from '../characters.ts';
import type { FieldFault } from '../fault.ts';
import { parseCSeq } from '../fields/cseq.ts';
import { parseInteger } from '../fields/integer.ts';
import { parseMediaType } from '../fields/mediaType.ts';
import { parseContact, parseFrom, parseNameAddr, parseReferTo } from '../fields/nameAddr.ts';
import { parseRAck } from '../fields/rack.ts';
import { parseReplaces } from '../fields/replaces.ts';
import { parseSessionExpires } from '../fields/seconds.ts';
import { parseToken } from '../fields/token.ts';
import { parseUri } from '../fields/uri.ts';
import { parseVia } from '../fields/via.ts';
import { header, headers } from '../headers.ts';
import { isCostlyMultipart } from './multipart.ts';
import type { Verdict } from './verdict.ts';

type Check = (value: string) => Result<unknown, FieldFault>;

interface Rule {
  /** One bit, for a set of those that were seen. */
  readonly bit: number;
  readonly check: Check;
  /** More than one is as wrong as a malformed one. */
  readonly once: boolean;
}

/** What identifies a transaction and a dialog: every message has these (RFC 3261, §8.1.1), but for the tags of RFC 2543. */
const coreRules = new Map<string, Rule>([
  ['Via', { bit: 1, check: parseVia, once: false }],
  ['From', { bit: 2, check: parseFrom, once: true }],
  ['To', { bit: 4, check: parseNameAddr, once: true }],
  ['Call-ID', { bit: 8, check: checkCallId, once: true }],
  ['CSeq', { bit: 16, check: parseCSeq, once: true }],
]);

/** What else somebody in the stack or above it relies on. All other fields may say what they like (RFC 4475, §3.1.2.12). */
const furtherRules = new Map<string, Rule>([
  ['Max-Forwards', { bit: 32, check: value => parseInteger(value, 255), once: true }],
  ['Contact', { bit: 64, check: parseContact, once: false }],
  ['Route', { bit: 128, check: parseNameAddr, once: false }],
  ['Record-Route', { bit: 256, check: parseNameAddr, once: false }],
  ['Path', { bit: 512, check: parseNameAddr, once: false }],
  ['Content-Type', { bit: 1024, check: parseMediaType, once: true }],
  ['Event', { bit: 2048, check: parseToken, once: true }],
  ['RAck', { bit: 4096, check: parseRAck, once: true }],
  ['Refer-To', { bit: 8192, check: parseReferTo, once: true }],
  ['Replaces', { bit: 16_384, check: parseReplaces, once: true }],
  ['Session-Expires', { bit: 32_768, check: parseSessionExpires, once: true }],
]);

/** Who ends a call, or acknowledges its beginning, is not turned away for a field that this does not need. */
const undemanding = new Set(['ACK', 'BYE', 'CANCEL']);

/** RFC 3515, §2.4.2; RFC 3262, §7.2. */
const neededBy: ReadonlyMap<string, string> = new Map([
  ['REFER', 'Refer-To'],
  ['PRACK', 'RAck'],
]);

/** `reason`: of the response; `because`: for the log. */
interface Wrong {
  readonly reason: string;
  readonly because: string;
}

/**
 * Whether what every SIP element relies on is there, once, and well formed: Via, From, To, Call-ID, CSeq and the method
 * in it, the Request-URI, Max-Forwards, Contact, the routes, and some more. A request is refused with 400 (an ACK
 * dropped), a response dropped. Max-Forwards, the tags and Contact may be absent, as they are in RFC 2543.
 */
export function judgeSyntax(message: SipMessage): Verdict {
  const wrong =
    (message.kind === 'request' ? wrongWithRequest(message) : wrongWithFields(message.headers, false)) ??
    (isCostlyMultipart(message) ? plain('Malformed Multipart Body') : undefined);
  if (wrong === undefined) return { kind: 'accept', message };
  const request = message.kind === 'request' ? answerable(message.method, message.uri, message.headers) : undefined;
  return request === undefined
    ? { kind: 'drop', because: wrong.because }
    : { kind: 'refuse', status: 400, headers: [], request, ...wrong };
}

function wrongWithRequest(request: SipRequest): Wrong | undefined {
  const { method } = request;
  const wrong = wrongWithFields(request.headers, !undemanding.has(method)) ?? wrongWithUri(request.uri);
  if (wrong !== undefined) return wrong;
  const cseq = parseCSeq(header(request, 'CSeq') ?? '');
  if (!cseq.ok || cseq.value.method !== method) return plain('CSeq Does Not Match Method');
  const needed = neededBy.get(method);
  if (needed !== undefined && header(request, needed) === undefined) return plain(`Missing ${needed}`);
  if (method === 'REGISTER') return wrongWithAor(request);
  return headers(request, 'Contact').includes('*') ? plain('Malformed Contact') : undefined;
}

/** The first thing that is wrong with the fields, as the reason of a response; `demanding`: the further rules count too. */
function wrongWithFields(fields: readonly HeaderField[], demanding: boolean): Wrong | undefined {
  let seen = 0;
  for (const { name, value } of fields) {
    const rule = coreRules.get(name) ?? (demanding ? furtherRules.get(name) : undefined);
    if (rule === undefined) continue;
    if (rule.once && (seen & rule.bit) !== 0) return plain(`Repeated ${name}`);
    seen |= rule.bit;
    const checked = rule.check(value);
    if (!checked.ok) return malformed(name, checked.error);
  }
  for (const [name, rule] of coreRules) if ((seen & rule.bit) === 0) return plain(`Missing ${name}`);
  return undefined;
}

/** RFC 3261, §19.1.1 and §19.1.5: no angle brackets, no headers. */
function wrongWithUri(text: string): Wrong | undefined {
  const uri = parseUri(text);
  if (!uri.ok) return malformed('Request-URI', uri.error);
  return uri.value.kind === 'sip' && uri.value.headers.length > 0 ? plain('Header Fields in Request-URI') : undefined;
}

/** RFC 3261, §10.2: the address of record is a SIP or SIPS URI. */
function wrongWithAor(request: SipRequest): Wrong | undefined {
  const to = parseNameAddr(header(request, 'To') ?? '');
  return to.ok && to.value.uri.kind === 'sip' ? undefined : plain('Address of Record Is Not a SIP URI');
}

const plain = (reason: string): Wrong => ({ reason, because: reason });

const malformed = (name: string, { detail, at }: FieldFault): Wrong => ({
  reason: `Malformed ${name}`,
  because: `malformed ${name}: ${detail} (character ${at + 1})`,
});

/** `word [ "@" word ]` by the grammar; whatever is one word will do, since it is only ever compared. */
function checkCallId(value: string): Result<string, FieldFault> {
  for (let at = 0; at < value.length; at++) {
    if (isSpace(value.charCodeAt(at))) return { ok: false, error: { detail: 'white space in the Call-ID', at } };
  }
  return value === '' ? { ok: false, error: { detail: 'the Call-ID is empty', at: 0 } } : ok(value);
}
