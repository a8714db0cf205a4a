import { showDuration } from '../../base/yaml/duration.ts';
import type { Dialplan } from '../plan.ts';
import type { MapNode, PlaceKind } from './map.ts';
import { dial, lost, type Place, spell } from './ways.ts';

/** A place as a drawing shows it. */
export function describePlace(plan: Dialplan, id: Place): MapNode {
  const node = (kind: PlaceKind, title: string, detail = ''): MapNode => ({ id, kind, title, detail });
  if (id === dial) return node('dial', 'an extension is dialled');
  if (id === spell) return node('dial', 'a name is spelled');
  if (id === lost) return node('lost', 'lost calls', 'a transfer that nobody takes back');
  const colon = id.indexOf(':');
  const [kind, name] = [id.slice(0, colon), id.slice(colon + 1)];
  switch (kind) {
    case 'number':
      return node('number', name);
    case 'internal':
      return node('number', `colleagues dial ${name}`);
    case 'menu':
      return node('menu', `menu ${name}`, spoken(plan, plan.menus[name]?.greeting));
    case 'announcement':
      return node('announcement', `announcement ${name}`, spoken(plan, plan.announcements[name]?.say));
    case 'goodbye':
      return node('goodbye', `goodbye ${name}`, spoken(plan, name));
    case 'schedule':
      return node('schedule', `schedule ${name}`, hours(plan, plan.schedules[name]?.calendar ?? ''));
    case 'callers':
      return node('schedule', `callers ${name}`, 'by the number of the caller');
    case 'extension':
      return node('people', `extension ${name}`, plan.extensions[name]?.name);
    case 'phone':
      return node('people', name, plan.extensions[name]?.name);
    case 'group': {
      const group = plan.groups[name];
      if (group === undefined) return node('people', `group ${name}`);
      const how = groupWords[group.strategy];
      return node('people', `group ${name}`, `${how}, ${showDuration(group.ringFor)}`);
    }
    case 'queue': {
      const queue = plan.queues[name];
      return node('queue', `queue ${name}`, queue === undefined ? '' : `waits up to ${showDuration(queue.maxWait)}`);
    }
    default:
      return node('announcement', id);
  }
}

const groupWords = {
  simultaneous: 'all at once',
  sequential: 'in turn',
  roundRobin: 'in turn, from another each time',
};

/** The calendar, and what is dialled to open and close it by hand. */
function hours({ calendars }: Dialplan, calendar: string): string {
  const code = calendars[calendar]?.override?.code;
  return code === undefined ? calendar : `${calendar}, by hand: ${code}`;
}

const longest = 44;

/** The beginning of what is spoken, in the default language. */
function spoken(plan: Dialplan, prompt: string | undefined): string {
  const text = (prompt === undefined ? undefined : plan.prompts[prompt])?.text[plan.company.languages[0]] ?? '';
  const characters = [...text];
  if (characters.length <= longest) return text;
  return `${characters
    .slice(0, longest)
    .join('')
    .replace(/(?<!\s)\s+\S*$/u, '')} …`;
}
