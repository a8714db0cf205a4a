import { finding } from '../catalogue.ts';
import { type Edge, type NodeId, present, recall } from '../outline/edges.ts';
import { graphOf, reachable } from '../outline/graph.ts';
import { sectionOf } from '../outline/outline.ts';
import type { Rule } from './rule.ts';

const kinds = ['menu', 'group', 'queue', 'announcement', 'schedule', 'callers'] as const;

export const unreachable: Rule = {
  codes: ['UNREACHABLE'],
  ofAbsence: true,
  *check({ draft, edges, declared, atKey }) {
    const graph = graphOf(edges);
    const byCallers = reachable(graph, rootsOf(edges));
    for (const [number, { directDial }] of present(draft.extensions)) {
      // Who writes that callers do not dial it knows that it is for colleagues.
      if (directDial === false || byCallers.has(`extension:${number}`)) continue;
      const message = `no caller is led to the extension ${number}: only colleagues can call it`;
      const remedy = 'lead a key, a group or a queue to it, let a menu have directDial, or say directDial: false';
      yield finding('UNREACHABLE', atKey(['extensions', number]), message, remedy);
    }
    // A colleague can call every extension, and goes on from there like any caller.
    const byAnyone = reachable(graph, [
      ...rootsOf(edges),
      ...[...declared('extensions')].map(number => `extension:${number}`),
    ]);
    for (const kind of kinds) {
      for (const name of declared(sectionOf[kind])) {
        if (byAnyone.has(`${kind}:${name}`)) continue;
        yield finding('UNREACHABLE', atKey([sectionOf[kind], name]), `no way leads to the ${kind} ${name}`);
      }
    }
  },
};

const rootsOf = (edges: readonly Edge[]): readonly NodeId[] => [
  recall,
  ...new Set(edges.map(({ from }) => from).filter(from => from.startsWith('number:') || from.startsWith('internal:'))),
];
