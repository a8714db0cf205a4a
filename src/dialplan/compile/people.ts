import type { YamlDocument } from '../../base/yaml/document.ts';
import type { Source } from '../grammar/dialplan.ts';
import { failoverOf } from '../outline/failover.ts';
import type { Dialplan, Failover, Route } from '../plan.ts';
import { record, route } from './parts.ts';

export const compileExtensions = (document: YamlDocument, source: Source): Dialplan['extensions'] =>
  record(source.extensions, (number, { name, ringFor, contact, directDial }) => ({
    number,
    name,
    ringFor: ringFor ?? source.defaults.ringFor,
    ...(contact === undefined ? {} : { contact }),
    directDial,
    failover: compileFailover(document, source, number),
    at: document.atKey(['extensions', number]),
  }));

function compileFailover(document: YamlDocument, source: Source, number: string): Failover {
  const routes: Partial<Record<keyof Failover, Route>> = {};
  for (const [reason, written] of failoverOf(source, number)) {
    routes[reason] = route(document, written.route, written.path);
  }
  return routes;
}

export const compileGroups = (document: YamlDocument, { groups }: Source): Dialplan['groups'] =>
  record(groups, (name, { members, strategy, ringFor, otherwise }) => {
    const path = ['groups', name];
    return {
      name,
      members: [...new Set(members)],
      strategy,
      ringFor,
      otherwise: route(document, otherwise, [...path, 'otherwise']),
      at: document.atKey(path),
    };
  });

export const compileQueues = (document: YamlDocument, { queues }: Source): Dialplan['queues'] =>
  record(queues, (name, { agents, overflow, ...rest }) => {
    const path = ['queues', name];
    return {
      name,
      agents: [...new Set(agents)],
      ...rest,
      overflow: route(document, overflow, [...path, 'overflow']),
      at: document.atKey(path),
    };
  });
