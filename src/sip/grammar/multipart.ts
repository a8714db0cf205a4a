/** Bodies of several parts (RFC 2046, §5.1; RFC 5621, §3.1). Time and memory grow with the text alone, whatever it says. */
import { parseMediaType } from './fields/mediaType.ts';
import { param } from './fields/params.ts';
import { unquote } from './fields/text.ts';

export interface BodyPart {
  /** Its Content-Type as it came; undefined: none, which means text/plain (RFC 2046, §5.1). */
  readonly type: string | undefined;
  readonly content: string;
}

/** Characters (RFC 2046, §5.1.1). */
const longestBoundary = 70;
const mostParts = 32;

/** Of a `multipart/…`; undefined where that is not what the type says, or the boundary is missing or none. */
export function boundaryOf(contentType: string): string | undefined {
  const media = parseMediaType(contentType);
  if (!media.ok || !media.value.type.startsWith('multipart/')) return undefined;
  const boundary = unquote(param(media.value.params, 'boundary') ?? '');
  return boundary === '' || boundary.length > longestBoundary ? undefined : boundary;
}

/** In their order, at most 32; a body that ends without its last delimiter ends its last part. */
export function partsOf(body: string, boundary: string): readonly BodyPart[] {
  const parts: BodyPart[] = [];
  let delimiter = nextDelimiter(body, boundary, 0);
  while (delimiter !== undefined && !delimiter.last && parts.length < mostParts) {
    const next = nextDelimiter(body, boundary, delimiter.end);
    // The line end before a delimiter belongs to the delimiter.
    parts.push(partOf(body.slice(delimiter.end, next === undefined ? body.length : next.start)));
    delimiter = next;
  }
  return parts;
}

interface Delimiter {
  /** Where the line end before it stands, and where the line behind it begins. */
  readonly start: number;
  readonly end: number;
  readonly last: boolean;
}

function nextDelimiter(body: string, boundary: string, from: number): Delimiter | undefined {
  const dashes = `--${boundary}`;
  for (let at = body.indexOf(dashes, from); at !== -1; at = body.indexOf(dashes, at + 1)) {
    if (at !== 0 && body[at - 1] !== '\n') continue;
    const behind = at + dashes.length;
    const lineEnd = body.indexOf('\n', behind);
    const last = body.startsWith('--', behind);
    const rest = body.slice(last ? behind + 2 : behind, lineEnd === -1 ? body.length : lineEnd);
    // White space may follow (§5.1.1); anything else is another boundary that begins like ours.
    if (rest.trim() !== '') continue;
    const start = at === 0 ? 0 : body[at - 2] === '\r' ? at - 2 : at - 1;
    return { start: Math.max(from, start), end: lineEnd === -1 ? body.length : lineEnd + 1, last };
  }
  return undefined;
}

/** Header fields, an empty line, the content; a part may have no fields at all. */
function partOf(text: string): BodyPart {
  let type: string | undefined;
  let at = 0;
  while (at < text.length) {
    const lineEnd = text.indexOf('\n', at);
    const line = text.slice(at, lineEnd === -1 ? text.length : lineEnd).trimEnd();
    at = lineEnd === -1 ? text.length : lineEnd + 1;
    if (line === '') break;
    const colon = line.indexOf(':');
    const folded = line.startsWith(' ') || line.startsWith('\t');
    if (!folded && line.slice(0, colon).trim().toLowerCase() === 'content-type') type = line.slice(colon + 1).trim();
  }
  return { type, content: text.slice(at) };
}
