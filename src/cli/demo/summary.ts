import type { Heard } from '../../phone/hearing/hearing.ts';
import { columns } from '../columns.ts';
import { people, toneOf } from './people.ts';
import type { Told } from './story.ts';

/** What the caller met, from beginning to end, and how much of it was looked at. */
export function summary({ outside, record, proven }: Told, seconds: number): string {
  const rows = outside.ear.timeline
    .filter(({ what, from, until }) => what !== 'silence' && until - from >= 100)
    .map(heard => [`  ${nameOf(heard)}`, `${((heard.until - heard.from) / 1000).toFixed(1).padStart(5)} s`]);
  return `What the caller heard:

${columns(rows)}

The call took ${(record.duration / 1000).toFixed(1)} s, came back ${record.returns === 1 ? 'once' : `${record.returns} times`}, \
and ended because ${record.termination.reason}.
${proven} expectations, each proven by what a phone heard, saw or was told: all met, in ${seconds.toFixed(0)} s.
Nothing is left: no call, no leg, no media endpoint.`;
}

const nameOf = ({ what }: Heard): string => people.find(person => toneOf(person) === what)?.name ?? what;
