import { assertNever } from '../../base/assertNever.ts';
import { showDuration } from '../../base/yaml/duration.ts';
import { failureReasons } from '../map/ways.ts';
import type { Destination, Dialplan, Extension, FailureReason, Language, Menu, Route } from '../plan.ts';

/** What a caller does, or what happens to them, that leads from one place to the next. */
export type Act =
  | { readonly kind: 'presses'; readonly digits: string }
  | { readonly kind: 'dials'; readonly extension: string }
  | { readonly kind: 'spells'; readonly extension: string; readonly digits: string }
  | { readonly kind: 'pressesNothing' }
  | { readonly kind: 'pressesWrongKeys' }
  | { readonly kind: 'listens' }
  | { readonly kind: 'fails'; readonly extension: string; readonly reason: FailureReason }
  | { readonly kind: 'nobodyAnswers'; readonly members: readonly string[] }
  | { readonly kind: 'waits' };

/** Where a caller goes next; without a route the call is refused. */
export interface Onward {
  readonly act: Act;
  readonly route: Route | undefined;
  /** For an extension that does not say by itself what follows. */
  readonly otherwise?: Route | undefined;
}

/** What a caller meets at one place, as they notice it: names of menus and groups are not among it. */
export interface Meeting {
  readonly kind: Destination['kind'] | 'nothing';
  /** In words, after "meets": the same words are the same for the caller. */
  readonly words: string;
  /** Finer points, each in words; what differs in them alone is a difference too. */
  readonly details: readonly string[];
  readonly onwards: readonly Onward[];
}

export const nothingThere: Meeting = {
  kind: 'nothing',
  words: 'is refused',
  details: [],
  onwards: [],
};

/** At a destination that is met, and not passed at once. `otherwise` is what the place before says for a call that an extension does not take. */
export function meetingAt(
  plan: Dialplan,
  { kind, name }: Exclude<Destination, { kind: 'schedule' | 'callers' }>,
  language: Language,
  otherwise: Route | undefined,
): Meeting {
  switch (kind) {
    case 'goodbye':
      return { kind, words: `hears ${said(plan, name, language)} and a goodbye`, details: [], onwards: [] };
    case 'announcement': {
      const announcement = plan.announcements[name];
      if (announcement === undefined) return nothingThere;
      const onwards = [{ act: { kind: 'listens' } as const, route: announcement.then }];
      return { kind, words: `hears ${said(plan, announcement.say, language)}`, details: [], onwards };
    }
    case 'menu': {
      const menu = plan.menus[name];
      return menu === undefined ? nothingThere : menuMeeting(plan, menu, language);
    }
    case 'extension': {
      const extension = plan.extensions[name];
      if (extension === undefined) return nothingThere;
      if (extension.doNotDisturb === true) {
        const act = { kind: 'fails', extension: name, reason: 'declined' } as const;
        const onwards = [{ act, route: extension.failover.declined ?? otherwise }];
        return { kind, words: `does not disturb ${named(plan, name)}`, details: [], onwards };
      }
      const onwards = failureReasons.map(reason => ({
        act: { kind: 'fails', extension: name, reason } as const,
        route: extension.failover[reason] ?? otherwise,
      }));
      return {
        kind,
        words: `reaches ${named(plan, name)}`,
        details: [ringingFor(extension.ringFor), callsAtOnce(extension)],
        onwards,
      };
    }
    case 'group': {
      const group = plan.groups[name];
      if (group === undefined) return nothingThere;
      const inTurn = group.strategy === 'sequential';
      const people = inTurn ? group.members : [...group.members].sort();
      return {
        kind,
        words: `reaches ${listed(people.map(member => named(plan, member)))}${groupWords[group.strategy]}`,
        details: [ringingFor(group.ringFor), `strategy ${group.strategy}`],
        onwards: [{ act: { kind: 'nobodyAnswers', members: group.members }, route: group.otherwise }],
      };
    }
    case 'queue': {
      const queue = plan.queues[name];
      if (queue === undefined) return nothingThere;
      return {
        kind,
        words: `waits for ${listed([...queue.agents].sort().map(agent => named(plan, agent)))}`,
        details: [
          `waiting up to ${showDuration(queue.maxWait)}`,
          `agents ringing for ${showDuration(queue.ringFor)}`,
          `agents who did not answer passed over for ${showDuration(queue.retryAfter)}`,
          `music ${queue.music}`,
        ],
        onwards: [{ act: { kind: 'waits' }, route: queue.overflow }],
      };
    }
    default:
      return assertNever(kind);
  }
}

const callsAtOnce = ({ maxCalls }: Extension): string => {
  if (maxCalls === undefined) return 'busy when the telephone says so';
  return maxCalls === 1 ? 'busy while in a call' : `busy while in ${maxCalls} calls`;
};

const groupWords = { simultaneous: '', sequential: ', in turn', roundRobin: ', in turn from another each time' };

function menuMeeting(plan: Dialplan, menu: Menu, language: Language): Meeting {
  const { keys, directDial, noInput, invalid, interDigit } = menu;
  const again = (say: string | undefined): string => (say === undefined ? '' : ` after ${said(plan, say, language)}`);
  const onwards: Onward[] = Object.entries(keys)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([digits, route]) => ({ act: { kind: 'presses', digits }, route, otherwise: noInput.then }));
  for (const { number, at, directDial: offered } of directDial ? Object.values(plan.extensions) : []) {
    if (!offered || Object.hasOwn(keys, number)) continue;
    const route: Route = { to: { kind: 'extension', name: number }, at };
    onwards.push({ act: { kind: 'dials', extension: number }, route, otherwise: noInput.then });
  }
  const spelled = new Set<string>();
  for (const [digits, extension] of Object.entries(menu.names ?? {})) {
    // One spelling stands for all of a person's.
    if (Object.hasOwn(keys, digits) || spelled.has(extension)) continue;
    spelled.add(extension);
    const route: Route = { to: { kind: 'extension', name: extension }, at: menu.at };
    onwards.push({ act: { kind: 'spells', extension, digits }, route, otherwise: noInput.then });
  }
  onwards.push({ act: { kind: 'pressesNothing' }, route: noInput.then });
  onwards.push({ act: { kind: 'pressesWrongKeys' }, route: invalid.then });
  return {
    kind: 'menu',
    words: `hears ${said(plan, menu.greeting, language)} and a choice of keys`,
    details: [
      `${showDuration(noInput.after)} to press a key`,
      `${showDuration(interDigit)} for a further digit`,
      `the greeting ${times(noInput.repeat)} more${again(noInput.say)} when nothing is pressed`,
      `the greeting ${times(invalid.repeat)} more${again(invalid.say)} for wrong keys`,
    ],
    onwards,
  };
}

/** The same act in the other dialplan is the one with the same key. */
export const actKey = (act: Act): string =>
  act.kind === 'presses'
    ? `presses ${act.digits}`
    : act.kind === 'spells'
      ? `spells ${act.extension}`
      : // Whoever dials an extension presses its digits.
        act.kind === 'dials'
        ? `presses ${act.extension}`
        : act.kind === 'fails'
          ? `fails ${act.reason}`
          : act.kind;

const ringingFor = (duration: number): string => `ringing for ${showDuration(duration)}`;
const times = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`);
const listed = (items: readonly string[]): string => items.join(', ');

function named(plan: Dialplan, number: string): string {
  const name = plan.extensions[number]?.name;
  return name === undefined ? number : `${number} (${name})`;
}

const mostQuoted = 60;

function said(plan: Dialplan, prompt: string, language: Language): string {
  const texts = plan.prompts[prompt]?.text ?? {};
  const text = texts[language] ?? texts[plan.company.languages[0]] ?? prompt;
  return `“${text}”`;
}

/** Words for a person: a long prompt is shown by its beginning, unless that is what two have in common. */
export function shortened(words: string, other = ''): string {
  return words.replace(/“([^“”]*)”/g, (whole, text: string) => {
    if (text.length <= mostQuoted || other.includes(`“${text.slice(0, mostQuoted)}`)) return whole;
    return `“${text.slice(0, mostQuoted).replace(/(?<!\s)\s+\S*$/u, '')} …”`;
  });
}
