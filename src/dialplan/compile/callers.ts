import type { YamlDocument } from '../../base/yaml/document.ts';
import type { Source } from '../grammar/dialplan.ts';
import type { Dialplan } from '../plan.ts';
import { record, route } from './parts.ts';

export const compileCallers = (document: YamlDocument, { callers }: Source): NonNullable<Dialplan['callers']> =>
  record(callers, (name, { rules, otherwise }) => {
    const path = ['callers', name];
    return {
      name,
      rules: rules.map(({ from, then }, index) => ({
        from: from.filter(each => each.kind !== 'anonymous'),
        anonymous: from.some(({ kind }) => kind === 'anonymous'),
        then: route(document, then, [...path, 'rules', index, 'then']),
      })),
      otherwise: route(document, otherwise, [...path, 'otherwise']),
      at: document.atKey(path),
    };
  });
