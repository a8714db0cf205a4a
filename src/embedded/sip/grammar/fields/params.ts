/** Parameters `;name=value` (RFC 3261, §25.1, generic-param), in their order. */
export interface Param {
  /** As it came; names compare without regard to case. */
  readonly name: string;
  /** As it came: a quoted string with its quotes, escapes as they are; null for a flag. */
  readonly value: string | null;
}
export type Params = readonly Param[];

/** The value of a parameter: null for a flag, undefined where it is absent. */
export declare function param(params: Params, name: string): string | null | undefined;
export declare function hasParam(params: Params, name: string): boolean;
/** Replaces the parameter, or adds it at the end. */
export declare function withParam(params: Params, name: string, value: string | null): Params;
export declare function withoutParam(params: Params, ...names: readonly string[]): Params;
