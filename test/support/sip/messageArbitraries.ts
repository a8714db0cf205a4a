import fc from 'fast-check';
import type { NameAddr } from '../../../src/sip/grammar/fields/nameAddr.ts';
import type { Param } from '../../../src/sip/grammar/fields/params.ts';
import type { SipUri } from '../../../src/sip/grammar/fields/uri.ts';
import type { Via } from '../../../src/sip/grammar/fields/via.ts';
import { canonicalName, isListHeader } from '../../../src/sip/grammar/headerNames.ts';
import type { HeaderField, SipMessage } from '../../../src/sip/message.ts';
import { prototypeNames } from '../fuzz/words.ts';
import { hostileTexts } from '../hostileTexts.ts';

/** Messages as the grammar of RFC 3261 allows them, and a little beyond where the parser is lenient; within its limits. */

const lower = 'abcdefghijklmnopqrstuvwxyz';
const alphanumeric = `${lower}${lower.toUpperCase()}0123456789`;
const of = (characters: string, minLength = 1, maxLength = 12): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });

export const token = fc.oneof(
  { weight: 9, arbitrary: of(`${alphanumeric}-.!%*_+\`'~`) },
  { weight: 1, arbitrary: fc.constantFrom(...prototypeNames) },
);

/** Text without control characters or lone surrogates, which nothing can carry. */
const text = fc
  .oneof(
    { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
    { weight: 2, arbitrary: of('",;<>()\\ \t@%=&?:[]{}|^`\'', 0, 20) },
    { weight: 1, arbitrary: fc.constantFrom(...hostileTexts.map(one => Buffer.from(one).toString())) },
  )
  .map(one => one.replace(/\p{Cc}/gu, character => (character === '\t' ? character : '')));

const quotedPair = fc.constantFrom('\\"', '\\\\', '\\\0', '\\\x07', '\\\x7f', '\\a');
export const quotedString = fc
  .array(
    fc.oneof(
      text.map(one => one.replace(/["\\]/g, '')),
      quotedPair,
    ),
    { maxLength: 4 },
  )
  .map(parts => `"${parts.join('')}"`)
  .filter(one => one.length < 8_000);

const trimmed = (value: string): string => value.replace(/^[ \t]+|[ \t]+$/g, '');

/** One element of a list: no comma but where it is held together. */
const element = fc
  .array(
    fc.oneof(
      text.map(one => one.replace(/[,"<()]/g, '')),
      quotedString,
      text.map(one => `<${one.replace(/>/g, '')}>`),
      text.map(one => `(${one.replace(/[()\\]/g, '')})`),
    ),
    { maxLength: 4 },
  )
  .map(parts => trimmed(parts.join('')))
  .filter(one => one.length < 8_000);

const headerName = fc.oneof(
  fc.constantFrom(
    'Via',
    'From',
    'To',
    'Contact',
    'Route',
    'Allow',
    'Supported',
    'Require',
    'Accept',
    'Warning',
    'Subject',
    'Authorization',
    'Date',
    'Reason',
    'User-Agent',
  ),
  token.map(canonicalName).filter(name => name !== 'Content-Length'),
);

const headerField: fc.Arbitrary<HeaderField> = headerName.chain(name =>
  fc.record({
    name: fc.constant(name),
    value: isListHeader(name) ? element : fc.oneof(text.map(trimmed), quotedString, element),
  }),
);

const body = fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes));
const headers = fc.array(headerField, { maxLength: 12 });
/** No white space, no control character. */
const word = text.map(one => `x${one.replace(/[\s\p{Cc}]/gu, '')}`);

export const sipMessage: fc.Arbitrary<SipMessage> = fc.oneof(
  fc.record({ kind: fc.constant('request' as const), method: token, uri: word, headers, body }),
  fc.record({
    kind: fc.constant('response' as const),
    status: fc.integer({ min: 100, max: 699 }),
    reason: text,
    headers,
    body,
  }),
);

const octet = fc.integer({ min: 0, max: 255 }).map(value => `%${value.toString(16).padStart(2, '0')}`);
const uriText = (plain: string, minParts = 1): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof({ weight: 4, arbitrary: of(plain, 1, 4) }, { weight: 1, arbitrary: octet }), {
      minLength: minParts,
      maxLength: 4,
    })
    .map(parts => parts.join(''));
const unreserved = `${alphanumeric}-_.!~*'()`;

const port = fc.option(fc.integer({ min: 0, max: 65_535 }));
const host = fc.oneof(
  of(lower).map(label => `${label}.example.com`),
  fc.ipV4(),
  fc.ipV6().map(address => `[${address}]`),
);
const uriParam = (value: string): fc.Arbitrary<Param> =>
  fc.record({ name: of(alphanumeric), value: fc.option(uriText(value)) });
const headerParam: fc.Arbitrary<Param> = fc.record({ name: token, value: fc.option(fc.oneof(token, quotedString)) });

export const sipUri: fc.Arbitrary<SipUri> = fc
  .record({
    kind: fc.constant('sip' as const),
    scheme: fc.constantFrom('sip' as const, 'sips' as const),
    user: fc.option(uriText(`${unreserved}&=+$,;?/`)),
    password: fc.option(uriText(`${unreserved}&=+$,`, 0)),
    host,
    port,
    params: fc.array(uriParam(`${unreserved}[]/:&+$`), { maxLength: 3 }),
    headers: fc.array(fc.record({ name: of(alphanumeric), value: uriText(`${unreserved}[]/?:+$`, 0) }), {
      maxLength: 3,
    }),
  })
  .map(uri => (uri.user === null ? { ...uri, password: null } : uri));

export const nameAddr: fc.Arbitrary<NameAddr> = fc.record({
  display: fc.option(text),
  uri: sipUri,
  params: fc.array(headerParam, { maxLength: 3 }),
});

export const via: fc.Arbitrary<Via> = fc.record({
  transport: fc.constantFrom('UDP', 'TCP', 'TLS', 'WS', 'WSS', 'SCTP'),
  host,
  port,
  params: fc.array(headerParam, { maxLength: 3 }),
});
