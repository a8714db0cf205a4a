import type { Result } from '../../../base/result.ts';
import { isSpace } from '../characters.ts';
import type { FieldFault } from '../fault.ts';
import { Scanner } from '../scanner.ts';
import { noParams, type Params, param, readParams, showParams } from './params.ts';
import { readHost } from './uri.ts';

/** RFC 3261, §20.42; always of SIP/2.0. */
export interface Via {
  /** Upper case: `UDP`, `TCP`, `TLS`, `WS`, or what else came. */
  readonly transport: string;
  /** As it came; an IPv6 address in its brackets. */
  readonly host: string;
  readonly port: number | null;
  readonly params: Params;
}

export function parseVia(value: string): Result<Via, FieldFault> {
  const scanner = new Scanner(value);
  const via = readSentBy(scanner);
  const params = scanner.fault === undefined ? readParams(scanner) : noParams;
  return scanner.finish({ ...via, params });
}

/** As much of a Via as an answer needs: of whatever version, the parameters up to the first that is wrong (RFC 4475, §3.1.2.1). */
export function repairVia(value: string): Via | undefined {
  const scanner = new Scanner(value);
  const via = readSentBy(scanner, /^[0-9]+\.[0-9]+$/);
  return scanner.fault === undefined ? { ...via, params: readParams(scanner) } : undefined;
}

export function serializeVia(via: Via): string {
  const port = via.port === null ? '' : `:${via.port}`;
  return `SIP/2.0/${via.transport} ${via.host}${port}${showParams(via.params)}`;
}

/** The branch, if it is a transaction id: begins with `z9hG4bK` and goes on (RFC 3261, §8.1.1.7; RFC 4475, §3.2.1). */
export function transactionBranch(via: Via): string | undefined {
  const branch = param(via.params, 'branch');
  return branch != null && branch.length > 7 && branch.slice(0, 7).toLowerCase() === 'z9hg4bk' ? branch : undefined;
}

/** `SIP / 2.0 / UDP host : port` */
function readSentBy(scanner: Scanner, version = /^2\.0$/): Omit<Via, 'params'> {
  scanner.skipSpace();
  if (scanner.token('the protocol').toUpperCase() !== 'SIP') scanner.wrong('the protocol is not SIP', 0);
  if (!scanner.takeSeparator(0x2f)) scanner.wrong('the version is missing');
  if (!version.test(scanner.token('the version'))) scanner.wrong('the version is not 2.0');
  if (!scanner.takeSeparator(0x2f)) scanner.wrong('the transport is missing');
  const transport = scanner.token('the transport').toUpperCase();
  if (!isSpace(scanner.peek())) scanner.wrong('the host is missing');
  scanner.skipSpace();
  const host = readHost(scanner);
  const port = scanner.takeSeparator(0x3a) ? scanner.integer('the port', 65_535) : null;
  return { transport, host, port };
}
