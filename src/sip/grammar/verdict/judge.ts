import { assertNever } from '../../../base/assertNever.ts';
import type { Result } from '../../../base/result.ts';
import type { SipMessage } from '../../message.ts';
import type { SipParseError } from '../fault.ts';
import { headers } from '../headers.ts';
import { judgeAbilities } from './abilities.ts';
import { judgeSyntax } from './syntax.ts';
import type { Abilities, Verdict } from './verdict.ts';

export { judgeAbilities } from './abilities.ts';
export { judgeSyntax } from './syntax.ts';
export type { Abilities, Verdict } from './verdict.ts';

/** What `parseMessage` made of the bytes, then `judgeSyntax`, then, for requests other than ACK and CANCEL, `judgeAbilities`. */
export function judge(parsed: Result<SipMessage, SipParseError>, abilities: Abilities = {}): Verdict {
  if (!parsed.ok) {
    const { answer, detail } = parsed.error;
    return answer === undefined
      ? { kind: 'drop', because: detail }
      : { kind: 'refuse', ...answer, headers: [], because: detail };
  }
  const verdict = judgeSyntax(parsed.value);
  if (verdict.kind !== 'accept') return verdict;
  const { message } = verdict;
  switch (message.kind) {
    case 'response':
      return abilities.loneVia === true && headers(message, 'Via').length > 1
        ? { kind: 'drop', because: 'a response with more than one Via' }
        : verdict;
    case 'request':
      return message.method === 'ACK' || message.method === 'CANCEL' ? verdict : judgeAbilities(message, abilities);
    default:
      return assertNever(message);
  }
}
