import { ok } from '../../base/result.ts';
import { closest } from '../../base/yaml/closest.ts';
import type { MenuStep } from '../outline/menuSteps.ts';
import type { Destination } from '../plan.ts';
import { fault, quoted, type Reading, scalar } from './scalar.ts';
import { readExtension, readName } from './words.ts';

const kinds = ['menu', 'extension', 'group', 'queue', 'announcement', 'schedule', 'callers', 'goodbye'] as const;

const isKind = (text: string): text is Destination['kind'] => (kinds as readonly string[]).includes(text);

/** What people write for something that a dialplan has not, or not yet, or under another word. */
const otherKinds: Readonly<Record<string, Reading<never>>> = {
  hangup: fault('BAD_DESTINATION', 'must not hang up on the caller', 'end with words: goodbye:<prompt>'),
  voicemail: fault(
    'NOT_YET',
    'leads to a mailbox, and mailboxes come with a later version',
    'use goodbye:<prompt> for now',
  ),
  callback: fault(
    'NOT_YET',
    'leads to a callback, and callbacks come with a later version',
    'use queue:<name> for now',
  ),
  prompt: fault(
    'BAD_DESTINATION',
    'must not be a prompt',
    'speak and go on with announcement:<name>, or end with goodbye:<prompt>',
  ),
  number: fault('BAD_DESTINATION', 'must not be a number outside', 'lead to people of your own: extension:<number>'),
};

/** `kind:name`. */
export function readDestination(text: string): Reading<Destination> {
  const colon = text.indexOf(':');
  const kind = colon === -1 ? text : text.slice(0, colon);
  if (Object.hasOwn(otherKinds, kind)) return otherKinds[kind] as Reading<never>;
  if (colon === -1) return fault('BAD_DESTINATION', `must be a destination (kind:name), not ${quoted(text)}`);
  if (!isKind(kind)) {
    const near = closest(kind.slice(0, 20), kinds);
    return fault(
      'BAD_DESTINATION',
      `must not lead to ${quoted(kind)}: there is no such kind of destination`,
      `${near === undefined ? '' : `did you mean ${near}? `}There are ${kinds.join(', ')}`,
    );
  }
  const name = (kind === 'extension' ? readExtension : readName)(text.slice(colon + 1));
  return name.ok ? ok({ kind, name: name.value }) : name;
}

const pattern = `(${kinds.join('|')}):[A-Za-z0-9*#_-]{1,64}`;
const expected = 'a destination such as queue:reception';

export const destination = scalar(expected, readDestination, {
  pattern: `^${pattern}$`,
  examples: ['menu:main', 'extension:101', 'group:sales', 'queue:reception', 'goodbye:bye'],
});

/** Where a key of a menu leads: also `repeat`, the same menu again, and `back`, the menu that leads here. */
export const menuDestination = scalar<Destination | MenuStep>(
  expected,
  text => (text === 'repeat' || text === 'back' ? ok({ kind: text, name: '' }) : readDestination(text)),
  { pattern: `^(repeat|back|${pattern})$`, examples: ['group:sales', 'menu:service', 'repeat', 'back'] },
);
