/**
 * Whom a request was meant for. A page of somebody else's can have a browser in our network talk to us under the name of
 * that page, whose address its owner has changed to ours (DNS rebinding): the browser lets it read the answers, and the
 * one thing that gives it away is the name in Host. So only names that are ours are answered.
 */
import { isIP } from 'node:net';

export interface Reached {
  /** Of the connection: the address of this machine that it came to. */
  readonly localAddress: string | undefined;
  /** Of the server, by the settings. */
  readonly listening: string;
  /** By the settings, lower case: names of this machine, and of what stands before it. */
  readonly names: readonly string[];
}

/** `host` or `host:port` (RFC 9110, §7.2); the host in lower case, an IPv6 address without its brackets. */
const hostIn = (field: string): string | undefined => {
  const [, bracketed, plain] =
    /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::\d{1,5})?$/i.exec(field.trim()) ?? [];
  return (bracketed ?? plain)?.toLowerCase();
};

/** An IPv4 address in the form of an IPv6 socket is the IPv4 address. */
const plain = (address: string): string => address.toLowerCase().replace(/^::ffff:(?=[\d.]+$)/, '');

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** `fields`: all values of Host. None is what HTTP/1.0 has, which no browser speaks. */
export function isForUs(fields: readonly string[], { localAddress, listening, names }: Reached): boolean {
  const [field, ...others] = fields;
  if (field === undefined) return true;
  const host = hostIn(field);
  if (host === undefined || others.length > 0) return false;
  if (isLoopback(host) || names.includes(host)) return true;
  return isIP(host) !== 0 && (host === plain(localAddress ?? '') || host === plain(listening));
}

/** The values of Host as they came: the parser gives the first one alone. */
export function hostsOf(rawHeaders: readonly string[]): string[] {
  const hosts: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === 'host') hosts.push(rawHeaders[at + 1] ?? '');
  }
  return hosts;
}
