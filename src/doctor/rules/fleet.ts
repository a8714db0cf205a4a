import type { Config } from '../../config/config.ts';
import type { Facts, FreeswitchAnswer, FreeswitchFacts } from '../facts.ts';
import { type Finding, findingError, findingWarning } from '../finding.ts';
import { subjectOf } from './freeswitch.ts';

interface Answering {
  readonly facts: FreeswitchFacts;
  readonly answer: FreeswitchAnswer;
}

/** The media servers together: whether there is room for the calls that are allowed, and whether they are in each other's way. */
export function judgeFleet(facts: Facts, { limits }: Pick<Config, 'limits'>): Finding[] {
  const answering = facts.freeswitch.flatMap(one =>
    one.answer.kind === 'answered' ? [{ facts: one, answer: one.answer }] : [],
  );
  if (answering.length === 0) return [];
  const subject = answering.length === 1 ? 'the media server' : `${answering.length} media servers together`;
  const found: Finding[] = [];
  const sum = (of: (answer: FreeswitchAnswer) => number | undefined): number =>
    answering.reduce((total, { answer }) => total + (of(answer) ?? 0), 0);
  // A call has a leg for the caller and one for whoever answers, and each is a session of its own.
  const sessions = sum(answer => answer.maxSessions);
  if (sessions < 2 * limits.calls) {
    found.push(
      findingWarning(
        'SESSIONS_SHORT',
        subject,
        `${sessions} sessions are allowed, and limits.calls: ${limits.calls} takes ${2 * limits.calls}`,
        'raise max-sessions in switch.conf.xml, or lower limits.calls: a call beyond it is refused by the server, late',
      ),
    );
  }
  const rate = sum(answer => answer.sessionsPerSecond);
  if (rate < 2 * limits.callsPerSecond) {
    found.push(
      findingWarning(
        'RATE_SHORT',
        subject,
        `${rate} new sessions a second are allowed, and limits.callsPerSecond: ${limits.callsPerSecond} takes ${2 * limits.callsPerSecond}`,
        'raise sessions-per-second in switch.conf.xml, or lower limits.callsPerSecond',
      ),
    );
  }
  return [...found, ...judgeOverlaps(answering)];
}

/** Two servers that bind the same ports of the same address take them from each other, call by call. */
function judgeOverlaps(answering: readonly Answering[]): Finding[] {
  const found: Finding[] = [];
  for (const [index, one] of answering.entries()) {
    for (const other of answering.slice(index + 1)) {
      const [a, b] = [one.answer.ports, other.answer.ports];
      const sameMachine = (one.answer.profile?.['rtp-ip'] ?? '1') === (other.answer.profile?.['rtp-ip'] ?? '2');
      if (a === undefined || b === undefined || !sameMachine || a.to < b.from || b.to < a.from) continue;
      found.push(
        findingError(
          'RTP_RANGES_OVERLAP',
          subjectOf(other.facts),
          `its RTP ports ${b.from}-${b.to} overlap with ${a.from}-${a.to} of ${one.facts.server.name} at the same address`,
          'give each of them a range of its own in switch.conf.xml',
        ),
      );
    }
  }
  return found;
}
