/** Which of the branches' final responses goes back (RFC 3261, §16.7, steps 6 and 7). */
import { headers, withAddedHeader } from '../../../sip/grammar/headers.ts';
import type { SipResponse } from '../../../sip/message.ts';

/** Of the responses of one class, those that let the client do something about it come first. */
const preferred = [401, 407, 415, 420, 484];

/** Smaller is better. */
const rank = ({ status }: SipResponse): number => {
  const sixHundred = status >= 600 ? 0 : 1;
  const telling = preferred.indexOf(status);
  // A 503 says something about one server alone.
  const within = telling !== -1 ? telling : status === 503 ? 100 : 50;
  return sixHundred * 100_000 + Math.floor(status / 100) * 1_000 + within;
};

const challenges = ['WWW-Authenticate', 'Proxy-Authenticate'] as const;

/** Undefined: there is none. A challenge brings the challenges of the others along. */
export const bestResponse = (responses: readonly SipResponse[]): SipResponse | undefined => {
  const best = responses.reduce<SipResponse | undefined>(
    (chosen, response) => (chosen === undefined || rank(response) < rank(chosen) ? response : chosen),
    undefined,
  );
  if (best === undefined || (best.status !== 401 && best.status !== 407)) return best;
  let answer = best;
  for (const other of responses) {
    if (other === best || (other.status !== 401 && other.status !== 407)) continue;
    for (const name of challenges) {
      const values = headers(other, name);
      if (values.length > 0) answer = withAddedHeader(answer, name, ...values);
    }
  }
  return answer;
};
