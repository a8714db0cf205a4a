import type { Direction } from '../../media/port.ts';
import type { PhoneCall } from '../calls/call.ts';
import { reinvite } from '../calls/reinvite.ts';
import type { Outcome } from '../requests.ts';

/** `noAddress` is the hold of RFC 2543: `c=0.0.0.0`. */
export type HoldStyle = 'sendonly' | 'inactive' | 'noAddress';

/** Re-INVITE that takes the direction away (RFC 3264, §8.4); gives its final response. */
export const hold = (call: PhoneCall, style: HoldStyle = 'sendonly'): Promise<Outcome> =>
  offer(call, style === 'noAddress' ? 'sendrecv' : style, style === 'noAddress');

export const resume = (call: PhoneCall): Promise<Outcome> => offer(call, 'sendrecv', false);

async function offer(call: PhoneCall, direction: Direction, withoutAddress: boolean): Promise<Outcome> {
  const { media } = call;
  if (media === undefined) throw new Error('a call without media cannot be held or resumed');
  const before = media.direction;
  const description = media.offer(direction);
  const outcome = await reinvite(call, {
    offer: withoutAddress ? description.replace(/^c=.*$/gm, 'c=IN IP4 0.0.0.0') : description,
    accept: answer => media.accept(answer),
  });
  if (outcome.status < 300) call.held = withoutAddress || direction !== 'sendrecv';
  else media.direction = before;
  return outcome;
}
