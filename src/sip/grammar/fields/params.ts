import { PARAM_VALUE } from '../characters.ts';
import type { Scanner } from '../scanner.ts';

/** Parameters `;name=value` (RFC 3261, §25.1, generic-param), in their order. */
export interface Param {
  /** As it came; names compare without regard to case. */
  readonly name: string;
  /** As it came: a quoted string with its quotes (`unquote`), escapes as they are; null for a flag. */
  readonly value: string | null;
}
export type Params = readonly Param[];

export const noParams: Params = [];

/** The value of a parameter: null for a flag, undefined where it is absent. */
export function param(params: Params, name: string): string | null | undefined {
  for (const one of params) if (sameName(one.name, name)) return one.value;
  return undefined;
}

export const hasParam = (params: Params, name: string): boolean => param(params, name) !== undefined;

/** Replaces the parameter, or adds it at the end. */
export function withParam(params: Params, name: string, value: string | null): Params {
  return hasParam(params, name)
    ? params.map(one => (sameName(one.name, name) ? { name: one.name, value } : one))
    : [...params, { name, value }];
}

export const withoutParam = (params: Params, ...names: readonly string[]): Params =>
  params.filter(one => !names.some(name => sameName(one.name, name)));

export const sameName = (a: string, b: string): boolean =>
  a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase());

/** `*( SEMI generic-param )`, as far as it goes. */
export function readParams(scanner: Scanner): Params {
  if (!scanner.takeSeparator(0x3b)) return noParams;
  const params: Param[] = [];
  do {
    const name = scanner.token('the name of a parameter');
    const value = scanner.takeSeparator(0x3d) ? readParamValue(scanner) : null;
    if (scanner.fault !== undefined) break;
    params.push({ name, value });
  } while (scanner.takeSeparator(0x3b));
  return params;
}

function readParamValue(scanner: Scanner): string {
  if (scanner.peek() === 0x22) return scanner.quoted();
  const value = scanner.run(PARAM_VALUE);
  if (value === '') scanner.wrong('the value of a parameter is missing');
  return value;
}

export function showParams(params: Params, separator = ';'): string {
  let text = '';
  for (const { name, value } of params) text += value === null ? separator + name : `${separator}${name}=${value}`;
  return text;
}
