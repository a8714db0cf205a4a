/** The ways of a compiled dialplan: from where a call is to where it can be next, and what takes it there. */
import { assertNever } from '../../base/assertNever.ts';
import { oneForm } from '../../base/numbers/oneForm.ts';
import { dropSeparators } from '../../base/numbers/written.ts';
import type { Position } from '../../base/position.ts';
import { matchText, numberMatches } from '../numberMatch.ts';
import type { Destination, Dialplan, Extension, FailureReason, Language, NumberRule, Route } from '../plan.ts';

/**
 * `menu:main`, `number:+3612345678`, `internal:0`; `phone:101` is a telephone that rings for a group or a queue (its
 * own failover does not count there), `dial` is where an extension is dialled, `spell` where a name is spelled, `lost`
 * where lost calls go.
 */
export type Place = string;

export type Cause =
  | { readonly kind: 'called' }
  | { readonly kind: 'key'; readonly digits: string }
  | { readonly kind: 'dialled'; readonly number: string }
  | { readonly kind: 'named'; readonly number: string }
  | { readonly kind: 'noInput' }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'spoken' }
  | { readonly kind: 'calendar'; readonly calendar: string; readonly open: boolean }
  | { readonly kind: 'rings' }
  | { readonly kind: 'forwarded' }
  | { readonly kind: 'caller'; readonly numbers: string }
  | { readonly kind: 'failed'; readonly reasons: readonly FailureReason[] }
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'overflow' };

export interface Way {
  readonly from: Place;
  readonly to: Place;
  readonly cause: Cause;
  readonly language?: Language;
  readonly at: Position;
}

export const dial: Place = 'dial';
export const spell: Place = 'spell';
export const lost: Place = 'lost';
export const placeOf = ({ kind, name }: Destination): Place => `${kind}:${name}`;
/** As it is written in a dialplan, without spaces. */
export const numberText = ({ match, trunk }: NumberRule): string =>
  trunk === undefined ? matchText(match) : `${matchText(match)}@${trunk}`;

/** Where a call from outside to this number comes in, as it is dialled or as it is written in the dialplan. */
export function numberFor(plan: Dialplan, dialled: string): Place | undefined {
  const bare = dropSeparators(dialled);
  const number = oneForm(plan.company, bare);
  const rule =
    plan.numbers.find(each => [numberText(each), each.match.kind === 'exact' ? '' : each.match.also].includes(bare)) ??
    plan.numbers.find(({ match, trunk }) => trunk === undefined && numberMatches(match, number));
  if (rule !== undefined) return `number:${numberText(rule)}`;
  return Object.hasOwn(plan.internalNumbers, bare) ? `internal:${bare}` : undefined;
}

export function* waysOf(plan: Dialplan): Generator<Way> {
  for (const rule of plan.numbers) yield* routed(plan, `number:${numberText(rule)}`, rule.route, { kind: 'called' });
  for (const [digits, route] of Object.entries(plan.internalNumbers)) {
    yield* routed(plan, `internal:${digits}`, route, { kind: 'called' });
  }
  yield* menuWays(plan);
  for (const extension of Object.values(plan.extensions)) yield* extensionWays(plan, extension);
  for (const { name, members, otherwise, at } of Object.values(plan.groups)) {
    for (const member of members) yield rings(`group:${name}`, member, at);
    yield* routed(plan, `group:${name}`, otherwise, { kind: 'unanswered' });
  }
  for (const { name, agents, overflow, at } of Object.values(plan.queues)) {
    for (const agent of agents) yield rings(`queue:${name}`, agent, at);
    yield* routed(plan, `queue:${name}`, overflow, { kind: 'overflow' });
  }
  for (const { name, then } of Object.values(plan.announcements)) {
    yield* routed(plan, `announcement:${name}`, then, { kind: 'spoken' });
  }
  for (const { name } of Object.values(plan.schedules)) {
    // The hours that stand with a number are drawn with it.
    if (!ofNumber(name)) yield* scheduleWays(plan, `schedule:${name}`, name);
  }
  for (const { name, rules, otherwise } of Object.values(plan.callers ?? {})) {
    for (const { from, anonymous, then } of rules) {
      const numbers = [...from.map(matchText), ...(anonymous ? ['anonymous'] : [])].join(', ');
      yield* routed(plan, `callers:${name}`, then, { kind: 'caller', numbers });
    }
    yield* routed(plan, `callers:${name}`, otherwise, { kind: 'caller', numbers: '' });
  }
  yield* routed(plan, lost, plan.transfer.recall.otherwise, { kind: 'called' });
}

function* menuWays(plan: Dialplan): Generator<Way> {
  let spelled: Readonly<Record<string, string>> = {};
  for (const { name, keys, names, directDial, noInput, invalid, at } of Object.values(plan.menus)) {
    const from = `menu:${name}`;
    for (const [digits, route] of Object.entries(keys)) yield* routed(plan, from, route, { kind: 'key', digits });
    if (directDial) yield { from, to: dial, cause: { kind: 'dialled', number: '' }, at };
    if (names !== undefined) {
      spelled = names;
      yield { from, to: spell, cause: { kind: 'named', number: '' }, at };
    }
    yield* routed(plan, from, noInput.then, { kind: 'noInput' });
    yield* routed(plan, from, invalid.then, { kind: 'invalid' });
  }
  for (const number of new Set(Object.values(spelled))) {
    const at = plan.extensions[number]?.at;
    if (at !== undefined) yield { from: spell, to: `extension:${number}`, cause: { kind: 'named', number }, at };
  }
  if (!Object.values(plan.menus).some(({ directDial }) => directDial)) return;
  for (const { number, directDial, at } of Object.values(plan.extensions)) {
    if (directDial) yield { from: dial, to: `extension:${number}`, cause: { kind: 'dialled', number }, at };
  }
}

export const failureReasons: readonly FailureReason[] = ['busy', 'noAnswer', 'declined', 'unreachable'];

function* extensionWays(plan: Dialplan, { number, failover, forward, at }: Extension): Generator<Way> {
  const from = `extension:${number}`;
  if (forward !== undefined) return yield* routed(plan, from, forward, { kind: 'forwarded' });
  const left = new Set(failureReasons);
  for (const reason of left) {
    const route = failover[reason];
    if (route === undefined) continue;
    const reasons = [...left].filter(other => failover[other] !== undefined && sameRoute(failover[other], route));
    for (const same of reasons) left.delete(same);
    yield* routed(plan, from, route, { kind: 'failed', reasons });
  }
  if (left.size > 0) yield { from, to: lost, cause: { kind: 'failed', reasons: [...left] }, at };
}

const sameRoute = (a: Route, b: Route): boolean => placeOf(a.to) === placeOf(b.to) && a.language === b.language;

const rings = (from: Place, number: string, at: Position): Way => ({
  from,
  to: `phone:${number}`,
  cause: { kind: 'rings' },
  at,
});

function* scheduleWays(plan: Dialplan, from: Place, name: string, language?: Language): Generator<Way> {
  const schedule = plan.schedules[name];
  if (schedule === undefined) return;
  const { calendar, open, closed } = schedule;
  const change = language === undefined ? {} : { language };
  for (const way of routed(plan, from, open, { kind: 'calendar', calendar, open: true })) yield { ...change, ...way };
  for (const way of routed(plan, from, closed, { kind: 'calendar', calendar, open: false }))
    yield { ...change, ...way };
}

function* routed(plan: Dialplan, from: Place, { to, language, at }: Route, cause: Cause): Generator<Way> {
  if (to.kind === 'schedule' && ofNumber(to.name)) return yield* scheduleWays(plan, from, to.name, language);
  yield { from, to: placeOf(to), cause, ...(language === undefined ? {} : { language }), at };
}

/** A schedule that was made for a number is named after it; the name of one that an admin gave begins with a letter. */
const ofNumber = (schedule: string): boolean => !/^[A-Za-z]/.test(schedule);

const reasonWords: Readonly<Record<FailureReason, string>> = {
  busy: 'busy',
  noAnswer: 'no answer',
  declined: 'declined',
  unreachable: 'unreachable',
};

/** Why a call goes this way, in a few words. */
export function causeText(cause: Cause): string {
  switch (cause.kind) {
    case 'called':
      return '';
    case 'key':
      return `key ${cause.digits}`;
    case 'dialled':
      return cause.number === '' ? 'an extension is dialled' : `${cause.number} is dialled`;
    case 'named':
      return cause.number === '' ? 'a name is spelled' : `${cause.number} is spelled`;
    case 'noInput':
      return 'nothing is pressed';
    case 'invalid':
      return 'wrong keys';
    case 'spoken':
      return 'then';
    case 'calendar':
      return `${cause.calendar} ${cause.open ? 'open' : 'closed'}`;
    case 'rings':
      return 'rings';
    case 'forwarded':
      return 'forwarded';
    case 'caller':
      return cause.numbers === '' ? 'any other caller' : `from ${cause.numbers}`;
    case 'failed':
      return cause.reasons.length === failureReasons.length
        ? 'not answered'
        : cause.reasons.map(reason => reasonWords[reason]).join(', ');
    case 'unanswered':
      return 'nobody answers';
    case 'overflow':
      return 'the longest wait is over';
    default:
      return assertNever(cause);
  }
}
