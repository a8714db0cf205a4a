import type { Path } from '../../base/yaml/document.ts';
import { finding } from '../catalogue.ts';
import type { Draft } from '../grammar/dialplan.ts';
import { present } from '../outline/edges.ts';
import { overridesIn } from '../outline/overrides.ts';
import type { Rule } from './rule.ts';

export const members: Rule = {
  codes: ['NO_MEMBERS', 'UNKNOWN_MEMBER', 'DUPLICATE_MEMBER'],
  *check({ draft, declared, at }) {
    const extensions = declared('extensions');
    for (const { what, list, path, rings } of teamsIn(draft)) {
      if (list.length === 0) yield finding('NO_MEMBERS', at(path), `nobody is in the ${what}`);
      else if (
        rings &&
        list.every(number => number !== undefined && draft.extensions?.[number]?.doNotDisturb === true)
      ) {
        const message = `nobody in the ${what} may be disturbed`;
        yield finding('NO_MEMBERS', at(path), message, 'name somebody without doNotDisturb');
      }
      const seen = new Set<string>();
      for (const [index, number] of list.entries()) {
        if (number === undefined) continue;
        const place = at([...path, index]);
        if (!extensions.has(number)) {
          yield finding('UNKNOWN_MEMBER', place, `the ${what} names ${number}, and there is no such extension`);
        }
        if (seen.has(number)) yield finding('DUPLICATE_MEMBER', place, `${number} is in the ${what} already`);
        seen.add(number);
      }
    }
  },
};

interface Team {
  readonly what: string;
  readonly list: readonly (string | undefined)[];
  readonly path: Path;
  readonly rings: boolean;
}

function* teamsIn(draft: Draft): Generator<Team> {
  for (const [name, group] of present(draft.groups)) {
    if (group.members === undefined) continue;
    yield { what: `group ${name}`, list: group.members, path: ['groups', name, 'members'], rings: true };
  }
  for (const [name, queue] of present(draft.queues)) {
    if (queue.agents === undefined) continue;
    yield { what: `queue ${name}`, list: queue.agents, path: ['queues', name, 'agents'], rings: true };
  }
  for (const { calendar, by } of overridesIn(draft)) {
    if (by === undefined) continue;
    const path = ['calendars', calendar, 'override', 'by'];
    yield { what: `override of the calendar ${calendar}`, list: by, path, rings: false };
  }
}
