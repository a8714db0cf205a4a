/** Reading and changing the header fields of a message; names in any case, long or compact. Nothing is changed in place. */
import type { HeaderField, SipMessage } from '../message.ts';

/** The value of the first (topmost) field of that name. */
export declare function header(message: SipMessage, name: string): string | undefined;
/** The values of all fields of that name, from the top. */
export declare function headers(message: SipMessage, name: string): readonly string[];
export declare function hasHeader(message: SipMessage, name: string): boolean;
/** Replaces all fields of that name by one for each value, where the first one stood; at the end where there was none. */
export declare function withHeader<M extends SipMessage>(message: M, name: string, ...values: readonly string[]): M;
/** Adds fields below those of the same name, at the end where there are none. */
export declare function withAddedHeader<M extends SipMessage>(
  message: M,
  name: string,
  ...values: readonly string[]
): M;
/** Adds a field above all others of its name (Via, Route, Record-Route). */
export declare function withTopHeader<M extends SipMessage>(message: M, name: string, value: string): M;
/** Replaces the value of the topmost field of that name. */
export declare function withTopReplaced<M extends SipMessage>(message: M, name: string, value: string): M;
/** Removes the topmost field of that name. */
export declare function withoutTopHeader<M extends SipMessage>(message: M, name: string): M;
/** Removes all fields of these names. */
export declare function withoutHeader<M extends SipMessage>(message: M, ...names: readonly string[]): M;
/** Content-Type and body, in one; an empty body without a type removes both. */
export declare function withBody<M extends SipMessage>(message: M, body: Buffer | string, contentType?: string): M;
/** A header field under its canonical name. */
export declare function field(name: string, value: string): HeaderField;
