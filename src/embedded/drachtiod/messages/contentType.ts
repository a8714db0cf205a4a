import { fail, ok, type Result } from '../../../base/result.ts';
import type { HeaderField } from '../../../sip/message.ts';

const sdpStart = Buffer.from('v=0', 'latin1');

/** Does it begin as a session description does? */
export const looksLikeSdp = (body: Buffer): boolean => body.subarray(0, sdpStart.length).equals(sdpStart);

/** The Content-Type that a body lacks: none, where there is one or no body. An unknown body without one is an error. */
export const missingContentType = (
  headers: readonly HeaderField[],
  body: Buffer,
): Result<readonly HeaderField[], string> => {
  if (body.length === 0 || headers.some(field => field.name === 'Content-Type')) return ok([]);
  if (looksLikeSdp(body)) return ok([{ name: 'Content-Type', value: 'application/sdp' }]);
  return fail('missing content-type');
};
