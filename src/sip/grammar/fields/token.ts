import type { Result } from '../../../base/result.ts';
import type { FieldFault } from '../fault.ts';
import { Scanner } from '../scanner.ts';
import { type Params, readParams, showParams } from './params.ts';

/** A token with parameters: Event, Subscription-State, Reason, Content-Disposition, Supported, Allow … */
export interface TokenField {
  /** As it came. */
  readonly token: string;
  readonly params: Params;
}

export function parseToken(value: string): Result<TokenField, FieldFault> {
  const scanner = new Scanner(value);
  scanner.skipSpace();
  const token = scanner.token('the value');
  return scanner.finish({ token, params: readParams(scanner) });
}

export const serializeToken = (field: TokenField): string => field.token + showParams(field.params);
