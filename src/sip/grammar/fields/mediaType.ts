import type { Result } from '../../../base/result.ts';
import type { FieldFault } from '../fault.ts';
import { Scanner } from '../scanner.ts';
import { type Params, readParams, showParams } from './params.ts';

/** Content-Type, or an element of Accept (RFC 3261, §20.1, §20.15). */
export interface MediaType {
  /** `application/sdp`, lower case; in Accept, `*` too. */
  readonly type: string;
  readonly params: Params;
}

export function parseMediaType(value: string): Result<MediaType, FieldFault> {
  const scanner = new Scanner(value);
  scanner.skipSpace();
  const type = scanner.token('the media type');
  if (!scanner.takeSeparator(0x2f)) scanner.wrong('the media subtype is missing');
  const subtype = scanner.token('the media subtype');
  return scanner.finish({ type: `${type}/${subtype}`.toLowerCase(), params: readParams(scanner) });
}

export const serializeMediaType = (media: MediaType): string => media.type + showParams(media.params);

/** Whether `range` (an element of Accept) takes in `type`. */
export function admits(range: string, type: string): boolean {
  return range === '*/*' || range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));
}
