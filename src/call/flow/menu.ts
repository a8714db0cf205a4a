import type { Dialplan, Menu, Route } from '../../dialplan/plan.ts';
import { guards, type LegId, type MenuPhase } from '../call.ts';
import type { Stimulus } from '../stimulus.ts';
import type { Turn } from '../turn.ts';
import { say } from './announcing.ts';
import { entry, go } from './go.ts';
import { partyGone } from './partyGone.ts';

export function enterMenu(turn: Turn, name: string, party: LegId): void {
  greet(turn, { kind: 'menu', party, menu: name, stage: 'greeting', playId: 0, digits: '', noInputs: 0, invalids: 0 });
}

function greet(turn: Turn, phase: MenuPhase, first?: string): void {
  const { greeting } = entry(turn.plan.menus, phase.menu);
  const playId = say(turn, phase.party, first === undefined ? [greeting] : [first, greeting]);
  turn.enter({ ...phase, stage: 'greeting', playId, digits: '' });
  turn.setTimer('prompt', guards.prompt, 'the greeting does not end');
}

export function menu(turn: Turn, phase: MenuPhase, stimulus: Stimulus): void {
  switch (stimulus.kind) {
    case 'playFinished':
      if (phase.stage === 'greeting' && stimulus.playId === phase.playId) wait(turn, phase);
      return;
    case 'digitPressed':
      if (stimulus.leg === phase.party) pressed(turn, phase, stimulus.digit);
      return;
    case 'timerFired':
      if (stimulus.name === 'prompt') wait(turn, phase);
      else if (stimulus.name === 'interDigit') settle(turn, phase);
      else noInput(turn, phase);
      return;
    case 'legEnded':
      return partyGone(turn, phase.party, stimulus);
    default:
      return;
  }
}

function wait(turn: Turn, phase: MenuPhase): void {
  turn.hear(phase.party, { kind: 'silence' });
  turn.enter({ ...phase, stage: 'waiting' });
  turn.setTimer('noInput', entry(turn.plan.menus, phase.menu).noInput.after, 'nothing is pressed');
}

/** Barge-in: the first digit silences the greeting. */
function pressed(turn: Turn, phase: MenuPhase, digit: string): void {
  turn.hear(phase.party, { kind: 'silence' });
  const digits = phase.digits + digit;
  const { chosen, more } = choices(turn, entry(turn.plan.menus, phase.menu), digits);
  const dialling: MenuPhase = { ...phase, stage: 'dialling', digits };
  if (more) {
    turn.enter(dialling);
    turn.setTimer('interDigit', entry(turn.plan.menus, phase.menu).interDigit, 'a further digit may come');
  } else if (chosen !== undefined) {
    choose(turn, dialling, chosen);
  } else {
    // `#` ends a number that could have gone on.
    const ended = digit === '#' ? choices(turn, entry(turn.plan.menus, phase.menu), phase.digits).chosen : undefined;
    if (ended !== undefined) choose(turn, { ...dialling, digits: phase.digits }, ended);
    else invalid(turn, dialling);
  }
}

/** No further digit came: what is there counts. */
function settle(turn: Turn, phase: MenuPhase): void {
  const { chosen } = choices(turn, entry(turn.plan.menus, phase.menu), phase.digits);
  if (chosen !== undefined) choose(turn, phase, chosen);
  else invalid(turn, phase);
}

function choose(turn: Turn, phase: MenuPhase, route: Route): void {
  turn.note({ time: turn.now, kind: 'pressed', digits: phase.digits, meaning: 'chosen' });
  const { then } = entry(turn.plan.menus, phase.menu).noInput;
  go(turn, route, { party: phase.party, otherwise: then });
}

function invalid(turn: Turn, phase: MenuPhase): void {
  turn.note({ time: turn.now, kind: 'pressed', digits: phase.digits, meaning: 'invalid' });
  const rules = entry(turn.plan.menus, phase.menu).invalid;
  if (phase.invalids < rules.repeat) greet(turn, { ...phase, invalids: phase.invalids + 1 }, rules.say);
  else go(turn, rules.then, { party: phase.party });
}

function noInput(turn: Turn, phase: MenuPhase): void {
  turn.note({ time: turn.now, kind: 'noInput' });
  const rules = entry(turn.plan.menus, phase.menu).noInput;
  if (phase.noInputs < rules.repeat) greet(turn, { ...phase, noInputs: phase.noInputs + 1 }, rules.say);
  else go(turn, rules.then, { party: phase.party });
}

/** What the digits choose, and whether more of them could choose something else. A key goes before a name, and a name before an extension. */
function choices(
  turn: Turn,
  { keys, names, directDial, at }: Menu,
  digits: string,
): { chosen: Route | undefined; more: boolean } {
  let chosen = Object.hasOwn(keys, digits) ? keys[digits] : undefined;
  let more = Object.keys(keys).some(key => key.length > digits.length && key.startsWith(digits));
  if (names !== undefined && digits !== '') {
    const named = Object.hasOwn(names, digits) ? names[digits] : undefined;
    if (named !== undefined) chosen ??= { to: { kind: 'extension', name: named }, at };
    more ||= beginningsOf(names).has(digits);
  }
  if (directDial && digits !== '') {
    const { extensions } = turn.plan;
    const dialled = Object.hasOwn(extensions, digits) ? extensions[digits] : undefined;
    if (dialled?.directDial === true) chosen ??= { to: { kind: 'extension', name: digits }, at: dialled.at };
    more ||= beginningsOf(extensions, number => extensions[number]?.directDial === true).has(digits);
  }
  return { chosen, more };
}

/** What can be dialled, by its digits. */
type Dialled = Dialplan['extensions'] | NonNullable<Menu['names']>;

/** A house may have thousands of extensions and names, and each digit that is pressed asks for them. */
const beginnings = new WeakMap<Dialled, ReadonlySet<string>>();

/** What the digits of those that `counts` begin with, none of them to its end. */
function beginningsOf(all: Dialled, counts: (digits: string) => boolean = () => true): ReadonlySet<string> {
  const known = beginnings.get(all);
  if (known !== undefined) return known;
  const found = new Set<string>();
  for (const digits of Object.keys(all)) {
    for (let length = 1; length < digits.length && counts(digits); length++) found.add(digits.slice(0, length));
  }
  beginnings.set(all, found);
  return found;
}
