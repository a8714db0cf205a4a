import type { YamlDocument } from '../../base/yaml/document.ts';
import type { Source } from '../grammar/dialplan.ts';
import { failoverOf } from '../outline/failover.ts';
import type { Dialplan, Extension, Failover, Route } from '../plan.ts';
import { record, route } from './parts.ts';

export const compileExtensions = (document: YamlDocument, source: Source): Dialplan['extensions'] =>
  record(source.extensions, (number, { name, ringFor, contact, directDial, doNotDisturb, forward, maxCalls }) => ({
    number,
    name,
    ringFor: ringFor ?? source.defaults.ringFor,
    ...(contact === undefined ? {} : { contact }),
    directDial,
    failover: compileFailover(document, source, number),
    ...(doNotDisturb ? { doNotDisturb } : {}),
    ...limitOf(source, { contact, maxCalls }),
    ...(forward === undefined ? {} : { forward: route(document, forward, ['extensions', number, 'forward']) }),
    at: document.atKey(['extensions', number]),
  }));

/** What stands behind a fixed contact may be one phone, or a whole switchboard: it says itself when it is busy. */
function limitOf(
  { defaults }: Source,
  { contact, maxCalls }: Pick<Source['extensions'][string], 'contact' | 'maxCalls'>,
): Pick<Extension, 'maxCalls'> {
  if (maxCalls !== undefined) return { maxCalls };
  return contact === undefined ? { maxCalls: defaults.maxCalls } : {};
}

function compileFailover(document: YamlDocument, source: Source, number: string): Failover {
  const routes: Partial<Record<keyof Failover, Route>> = {};
  for (const [reason, written] of failoverOf(source, number)) {
    routes[reason] = route(document, written.route, written.path);
  }
  return routes;
}

/** Each once, without those who are not to be disturbed. */
const available = ({ extensions }: Source, numbers: readonly string[]): readonly string[] =>
  [...new Set(numbers)].filter(number => extensions[number]?.doNotDisturb !== true);

export const compileGroups = (document: YamlDocument, source: Source): Dialplan['groups'] =>
  record(source.groups, (name, { members, strategy, ringFor, otherwise }) => {
    const path = ['groups', name];
    return {
      name,
      members: available(source, members),
      strategy,
      ringFor,
      otherwise: route(document, otherwise, [...path, 'otherwise']),
      at: document.atKey(path),
    };
  });

export const compileQueues = (document: YamlDocument, source: Source): Dialplan['queues'] =>
  record(source.queues, (name, { agents, overflow, ...rest }) => {
    const path = ['queues', name];
    return {
      name,
      agents: available(source, agents),
      ...rest,
      overflow: route(document, overflow, [...path, 'overflow']),
      at: document.atKey(path),
    };
  });
