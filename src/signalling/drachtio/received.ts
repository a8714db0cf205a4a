/**
 * A message as the server hands it over, before drachtio-srf reads it. Its parser is made of regular expressions, of
 * which some take time that grows with the square of what a stranger writes, or its cube:
 *
 * - `/.*;\s*boundary="?(.*?)"?$/` over a Content-Type, `/Content-Type:\s*(.*)\r\n/` over each part of a body: 4 s for
 *   60 KB. They run where the Content-Type has `multipart/` in it, in lower case. Media types have no case (RFC 3261,
 *   §7.3.1), so it gets a capital letter, and `description` takes the body apart instead.
 * - `/^SIP\/(\d+\.\d+)\s+(\d+)\s*(.*)\s*$/` over a status line whose text `.` does not match to its end.
 *
 * And it does what a message did not ask for: it resolves `%hh` in the names of header fields, so that `%46rom` adds a
 * second From; and a message that it cannot read it writes to standard error, the whole of it.
 *
 * This stands on our side of the connection, and not in the server, as it has to hold before a drachtio-server that hands
 * over what came; a patch of the package would not reach who installs ours from the registry.
 */

export type Received =
  | { readonly kind: 'readable'; readonly text: string }
  /** A request of this transaction that is too much: this is its response. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string }
  | { readonly kind: 'unreadable' };

/** Characters. More than the SIP stack next door takes, so that with it nothing is refused here. */
const longestLine = 16_384;
const longestBody = 131_072;
const mostLines = 1_024;

/** Who ends a call, or goes on with it, is not turned away for what it has too much of: that is left out. */
const undemanding = /^(?:SIP\/|ACK |BYE |CANCEL )/;
/** What it takes for a message at all. */
const startLines = /^(?:SIP\/\d+\.\d+\s+\d|[\w\-.!%*+`'~]+\s\S+\sSIP\s*\/\s*\d+\.\d)/;
const breaksLines = /[\r\n\u2028\u2029]/g;
const ownLength = new Set(['content-length', 'l']);
const contentType = new Set(['content-type', 'c']);

/** `refusing`: it is a message of the network, and no echo of one that we have sent. */
export const readable = (message: string, refusing: boolean): Received => {
  const headEnd = message.indexOf('\r\n\r\n');
  const head = headEnd === -1 ? message : message.slice(0, headEnd);
  const startLineEnd = head.indexOf('\r\n');
  const startLine = (startLineEnd === -1 ? head : head.slice(0, startLineEnd)).replace(breaksLines, ' ');
  const strict = refusing && !undemanding.test(startLine);
  if (!startLines.test(startLine)) return { kind: 'unreadable' };
  if (startLine.length > longestLine) return strict ? refused(414, 'Request-URI Too Long') : { kind: 'unreadable' };

  let body = headEnd === -1 ? '' : message.slice(headEnd + 4);
  if (body.length > longestBody) {
    if (strict) return refused(513, 'Message Too Large');
    body = '';
  }
  const lines = [startLine];
  for (let at = startLineEnd === -1 ? head.length : startLineEnd + 2; at < head.length; ) {
    const end = endOfField(head, at);
    const line = head.slice(at, end);
    at = end + 2;
    if (line.length > longestLine || lines.length >= mostLines) {
      if (strict) return refused(400, 'Header Fields Too Large');
      continue;
    }
    const colon = line.indexOf(':');
    // A first line that begins with a blank would continue the start line.
    const name = line.slice(0, Math.max(0, colon)).trimEnd().toLowerCase();
    if (!isName(name) || ownLength.has(name)) continue;
    if (contentType.has(name)) lines.push(line.replaceAll('multipart/', 'Multipart/'));
    else lines.push(line);
  }
  return {
    kind: 'readable',
    text: `${lines.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  };
};

/** Of a field that it reads, and reads as what it is. */
const isName = (name: string): boolean => /^[^\s%]+$/.test(name);

/** Of a header field with the lines that continue it. */
const endOfField = (head: string, from: number): number => {
  let end = head.indexOf('\r\n', from);
  while (end !== -1 && (head[end + 2] === ' ' || head[end + 2] === '\t')) end = head.indexOf('\r\n', end + 2);
  return end === -1 ? head.length : end;
};

const refused = (status: number, reason: string): Received => ({ kind: 'refused', status, reason });
