/** Reading and changing the header fields of a message; names in any case, long or compact. Nothing is changed in place. */
import type { HeaderField, SipMessage } from '../message.ts';
import { canonicalName, sameHeaderName } from './headerNames.ts';

/** A header field under its canonical name. */
export const field = (name: string, value: string): HeaderField => ({ name: canonicalName(name), value });

/** The value of the first (topmost) field of that name. */
export function header(message: SipMessage, name: string): string | undefined {
  const at = topOf(message, canonicalName(name));
  return message.headers[at]?.value;
}

/** The values of all fields of that name, from the top. */
export function headers(message: SipMessage, name: string): readonly string[] {
  const wanted = canonicalName(name);
  const values: string[] = [];
  for (const one of message.headers) if (sameHeaderName(one.name, wanted)) values.push(one.value);
  return values;
}

export const hasHeader = (message: SipMessage, name: string): boolean => topOf(message, canonicalName(name)) !== -1;

/** Replaces all fields of that name by one for each value, where the first one stood; at the end where there was none. */
export function withHeader<M extends SipMessage>(message: M, name: string, ...values: readonly string[]): M {
  const wanted = canonicalName(name);
  const at = topOf(message, wanted);
  const others = message.headers.filter(one => !sameHeaderName(one.name, wanted));
  return changed(message, others.toSpliced(at === -1 ? others.length : at, 0, ...fields(wanted, values)));
}

/** Adds fields below those of the same name, at the end where there are none. */
export function withAddedHeader<M extends SipMessage>(message: M, name: string, ...values: readonly string[]): M {
  const wanted = canonicalName(name);
  const last = message.headers.findLastIndex(one => sameHeaderName(one.name, wanted));
  const at = last === -1 ? message.headers.length : last + 1;
  return changed(message, message.headers.toSpliced(at, 0, ...fields(wanted, values)));
}

/** Adds a field above all others of its name (Via, Route, Record-Route); the first of all where there are none. */
export function withTopHeader<M extends SipMessage>(message: M, name: string, value: string): M {
  const wanted = canonicalName(name);
  return changed(message, message.headers.toSpliced(Math.max(0, topOf(message, wanted)), 0, { name: wanted, value }));
}

/** Replaces the value of the topmost field of that name; the message as it is where there is none. */
export function withTopReplaced<M extends SipMessage>(message: M, name: string, value: string): M {
  const wanted = canonicalName(name);
  const at = topOf(message, wanted);
  return at === -1 ? message : changed(message, message.headers.with(at, { name: wanted, value }));
}

/** Removes the topmost field of that name. */
export function withoutTopHeader<M extends SipMessage>(message: M, name: string): M {
  const at = topOf(message, canonicalName(name));
  return at === -1 ? message : changed(message, message.headers.toSpliced(at, 1));
}

/** Removes all fields of these names. */
export function withoutHeader<M extends SipMessage>(message: M, ...names: readonly string[]): M {
  const unwanted = names.map(canonicalName);
  return changed(
    message,
    message.headers.filter(one => !unwanted.some(name => sameHeaderName(one.name, name))),
  );
}

/** Body and Content-Type in one; without a type, or with nothing to it, both go. Content-Length follows. */
export function withBody<M extends SipMessage>(message: M, body: Buffer | string, contentType?: string): M {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const typed =
    contentType === undefined || bytes.length === 0
      ? withoutHeader(message, 'Content-Type')
      : withHeader(message, 'Content-Type', contentType);
  const sized = withHeader(typed, 'Content-Length', String(bytes.length));
  return { ...sized, body: bytes };
}

/** Where the first field of the (canonical) name stands, or −1. */
function topOf(message: SipMessage, wanted: string): number {
  const all = message.headers;
  for (let i = 0; i < all.length; i++) if (sameHeaderName((all[i] as HeaderField).name, wanted)) return i;
  return -1;
}

const fields = (name: string, values: readonly string[]): HeaderField[] => values.map(value => ({ name, value }));

const changed = <M extends SipMessage>(message: M, all: readonly HeaderField[]): M => ({ ...message, headers: all });
