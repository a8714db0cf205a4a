import { fail, type Result } from '../../../base/result.ts';
import { isSpace, isToken } from '../characters.ts';
import type { FieldFault } from '../fault.ts';
import { Scanner } from '../scanner.ts';
import { quote, unquote } from './text.ts';

/**
 * A challenge (WWW-Authenticate, Proxy-Authenticate) or credentials (Authorization, Proxy-Authorization): RFC 3261,
 * §20.7 and §20.44; RFC 7235, §2.1.
 */
export interface Auth {
  /** Lower case: `digest`. */
  readonly scheme: string;
  /** `Bearer` and `Basic` have this in place of parameters. */
  readonly token68: string | null;
  readonly params: readonly AuthParam[];
}

export interface AuthParam {
  /** Lower case. */
  readonly name: string;
  /** Without quotes and escapes. */
  readonly value: string;
  /** How it came, and how it is written: some phones insist. */
  readonly quoted: boolean;
}

/** A parameter that comes twice is a fault: two readers of one message must not see two realms. */
export function parseAuth(value: string): Result<Auth, FieldFault> {
  const scanner = new Scanner(value);
  scanner.skipSpace();
  const scheme = scanner.token('the scheme').toLowerCase();
  if (!scanner.ended && !isSpace(scanner.peek())) scanner.wrong('white space is missing behind the scheme');
  scanner.skipSpace();
  if (scanner.fault !== undefined) return fail(scanner.fault);
  const token68 = readToken68(scanner);
  return scanner.finish({ scheme, token68, params: token68 === null ? readAuthParams(scanner) : [] });
}

export function serializeAuth(auth: Auth): string {
  const scheme = auth.scheme.charAt(0).toUpperCase() + auth.scheme.slice(1);
  if (auth.token68 !== null) return `${scheme} ${auth.token68}`;
  const params = auth.params.map(({ name, value, quoted }) =>
    quoted || !isToken(value) ? `${name}=${quote(value)}` : `${name}=${value}`,
  );
  return `${scheme} ${params.join(', ')}`;
}

export function authParam(auth: Auth, name: string): string | undefined {
  return auth.params.find(one => one.name === name)?.value;
}

/** One word up to the end that is no `name=value`; null, and the scanner where it was, if there is something else. */
function readToken68(scanner: Scanner): string | null {
  const match = /^[A-Za-z0-9._~+/-]+=*[ \t]*$/.exec(scanner.text.slice(scanner.at));
  if (match === null) return null;
  const word = match[0].trimEnd();
  scanner.at += word.length;
  return word;
}

function readAuthParams(scanner: Scanner): AuthParam[] {
  const params: AuthParam[] = [];
  const names = new Set<string>();
  do {
    // Empty elements are let through, as RFC 7230, §7 asks of whoever reads a list.
    if (scanner.ended || scanner.peek() === 0x2c) continue;
    const start = scanner.at;
    const name = scanner.token('the name of a parameter').toLowerCase();
    if (!scanner.takeSeparator(0x3d)) scanner.wrong('the value of a parameter is missing');
    const quoted = scanner.peek() === 0x22;
    const value = quoted ? unquote(scanner.quoted()) : readBareValue(scanner);
    if (names.has(name)) scanner.wrong('a parameter comes twice', start);
    if (scanner.fault !== undefined) break;
    names.add(name);
    params.push({ name, value, quoted });
  } while (scanner.takeSeparator(0x2c));
  if (params.length === 0) scanner.wrong('there are no parameters');
  return params;
}

/** A token by the grammar; some leave the quotes off a URI or a nonce. */
function readBareValue(scanner: Scanner): string {
  const start = scanner.at;
  while (!scanner.ended && !isSpace(scanner.peek()) && scanner.peek() !== 0x2c && scanner.peek() !== 0x22) scanner.at++;
  if (start === scanner.at) scanner.wrong('the value of a parameter is missing');
  return scanner.text.slice(start, scanner.at);
}
