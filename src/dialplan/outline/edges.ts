/** Every way that a call can take through a dialplan, as far as it is written down rightly. */
import type { Path } from '../../base/yaml/document.ts';
import type { Draft } from '../grammar/dialplan.ts';
import { failureReasons } from '../grammar/sections.ts';
import type { Destination, Language } from '../plan.ts';
import { failoverOf } from './failover.ts';
import { menuRoute } from './menuSteps.ts';
import { type DraftRoute, partsOf } from './route.ts';
import { spell } from './spelling.ts';

/**
 * `menu:main`, `number:+3612345678`; `directory` is where an extension is dialled, `spelling` where a name is spelled,
 * `recall` where lost calls go.
 */
export type NodeId = string;

/**
 * What it takes to go this way: `nothing` but time, a key that was meant, keys that mean nothing, or that a phone rings
 * for somebody (whose own failover does not count there).
 */
export type Needs = 'nothing' | 'key' | 'wrongKeys' | 'ringing';

export interface Edge {
  readonly from: NodeId;
  readonly to: NodeId;
  /** Absent for a way that nobody has to write. */
  readonly destination?: Destination;
  readonly language?: { readonly tag: Language; readonly path: Path };
  readonly needs: Needs;
  /** In words: why a call goes this way. */
  readonly because: string;
  readonly path: Path;
}

export const directory: NodeId = 'directory';
export const spelling: NodeId = 'spelling';
export const recall: NodeId = 'recall';
export const nodeId = ({ kind, name }: Destination): NodeId => `${kind}:${name}`;

const reasonWords = { busy: 'busy', noAnswer: 'no answer', declined: 'declined', unreachable: 'unreachable' } as const;

export function* edgesOf(draft: Draft): Generator<Edge> {
  yield* numberEdges(draft);
  yield* menuEdges(draft);
  yield* extensionEdges(draft);
  yield* groupAndQueueEdges(draft);
  for (const [name, { then }] of present(draft.announcements)) {
    yield* edge(`announcement:${name}`, then, ['announcements', name, 'then'], 'nothing', 'then');
  }
  for (const [name, { open, closed }] of present(draft.schedules)) {
    yield* edge(`schedule:${name}`, open, ['schedules', name, 'open'], 'nothing', 'open');
    yield* edge(`schedule:${name}`, closed, ['schedules', name, 'closed'], 'nothing', 'closed');
  }
  for (const [name, { rules, otherwise }] of present(draft.callers)) {
    const from = `callers:${name}`;
    for (const [index, rule] of (rules ?? []).entries()) {
      yield* edge(from, rule?.then, ['callers', name, 'rules', index, 'then'], 'nothing', `rule ${index + 1}`);
    }
    yield* edge(from, otherwise, ['callers', name, 'otherwise'], 'nothing', 'any other caller');
  }
  const path = ['transfer', 'recall', 'otherwise'];
  yield* edge(recall, draft.transfer?.recall?.otherwise, path, 'nothing', 'nobody takes the call back');
}

function* numberEdges(draft: Draft): Generator<Edge> {
  for (const [number, rule] of present(draft.numbers)) {
    const from = `number:${number}`;
    const path = ['numbers', number];
    if ('kind' in rule) {
      yield* edge(from, rule, path, 'nothing', 'called');
      continue;
    }
    const language =
      rule.language === undefined ? {} : { language: { tag: rule.language, path: [...path, 'language'] } };
    for (const key of ['to', 'open', 'closed'] as const) {
      for (const way of edge(from, rule[key], [...path, key], 'nothing', key === 'to' ? 'called' : key)) {
        yield { ...language, ...way };
      }
    }
  }
  for (const [digits, route] of present(draft.internalNumbers)) {
    yield* edge(`internal:${digits}`, route, ['internalNumbers', digits], 'nothing', 'dialled');
  }
}

function* menuEdges(draft: Draft): Generator<Edge> {
  let directDial = false;
  let dialByName = false;
  for (const [name, menu] of present(draft.menus)) {
    const from = `menu:${name}`;
    const path = ['menus', name];
    for (const [digits, route] of present(menu.keys)) {
      yield* edge(from, menuRoute(draft, name, route), [...path, 'keys', digits], 'key', `key ${digits}`);
    }
    for (const [key, needs, because] of [
      ['noInput', 'nothing', 'nothing is pressed'],
      ['invalid', 'wrongKeys', 'wrong keys'],
    ] as const) {
      const rule = menu[key];
      if (rule === undefined) continue;
      if ('kind' in rule) yield* edge(from, rule, [...path, key], needs, because);
      else yield* edge(from, rule.then, [...path, key, 'then'], needs, because);
    }
    if (menu.dialByName === true) {
      dialByName = true;
      yield { from, to: spelling, needs: 'key', because: 'a name is spelled', path: [...path, 'dialByName'] };
    }
    if (menu.directDial === true) {
      directDial = true;
      yield { from, to: directory, needs: 'key', because: 'an extension is dialled', path: [...path, 'directDial'] };
    }
  }
  for (const number of dialByName ? new Set(spell(namedIn(draft)).names.values()) : []) {
    const path = ['extensions', number, 'name'];
    yield { from: spelling, to: `extension:${number}`, needs: 'key', because: 'the name is spelled', path };
  }
  if (!directDial) return;
  for (const [number, extension] of present(draft.extensions)) {
    const path = ['extensions', number];
    if (extension.directDial !== false) {
      yield { from: directory, to: `extension:${number}`, needs: 'key', because: number, path };
    }
  }
}

/** Those whom a caller can reach by spelling the name. */
export const namedIn = (draft: Draft): readonly { readonly number: string; readonly name: string }[] =>
  present(draft.extensions).flatMap(([number, { name, directDial }]) =>
    name === undefined || directDial === false ? [] : [{ number, name }],
  );

function* extensionEdges(draft: Draft): Generator<Edge> {
  for (const [number, { forward }] of present(draft.extensions)) {
    const from = `extension:${number}`;
    // Nothing else can follow where every call is forwarded.
    if (forward !== undefined) {
      yield* edge(from, forward, ['extensions', number, 'forward'], 'nothing', 'forwarded');
      continue;
    }
    const failover = failoverOf(draft, number);
    for (const [reason, { route, path }] of failover) yield* edge(from, route, path, 'nothing', reasonWords[reason]);
    if (failover.size < failureReasons.length) {
      yield { from, to: recall, needs: 'nothing', because: 'not answered', path: ['extensions', number] };
    }
  }
}

function* groupAndQueueEdges(draft: Draft): Generator<Edge> {
  for (const [name, group] of present(draft.groups)) {
    const from = `group:${name}`;
    yield* rings(from, group.members, ['groups', name, 'members']);
    yield* edge(from, group.otherwise, ['groups', name, 'otherwise'], 'nothing', 'nobody answers');
  }
  for (const [name, queue] of present(draft.queues)) {
    const from = `queue:${name}`;
    yield* rings(from, queue.agents, ['queues', name, 'agents']);
    yield* edge(from, queue.overflow, ['queues', name, 'overflow'], 'nothing', 'the longest wait is over');
  }
}

function* rings(from: NodeId, members: readonly (string | undefined)[] | undefined, path: Path): Generator<Edge> {
  for (const [index, number] of (members ?? []).entries()) {
    if (number === undefined) continue;
    yield { from, to: `extension:${number}`, needs: 'ringing', because: 'rings', path: [...path, index] };
  }
}

function* edge(from: NodeId, route: DraftRoute | undefined, at: Path, needs: Needs, because: string): Generator<Edge> {
  if (route === undefined) return;
  const { to, path, language, languagePath } = partsOf(route, at);
  if (to === undefined) return;
  const change = language === undefined ? {} : { language: { tag: language, path: languagePath } };
  yield { from, to: nodeId(to), destination: to, ...change, needs, because, path };
}

/** The entries that could be understood. */
export const present = <T>(things: Readonly<Record<string, T | undefined>> | undefined): readonly [string, T][] =>
  Object.entries(things ?? {}).flatMap(([name, thing]): [string, T][] => (thing === undefined ? [] : [[name, thing]]));
