import type { Numbering } from '../../base/numbers/oneForm.ts';
import type { YamlDocument } from '../../base/yaml/document.ts';
import { matchInOneForm } from '../companyNumbers.ts';
import type { Source } from '../grammar/dialplan.ts';
import type { Dialplan } from '../plan.ts';
import { record, route } from './parts.ts';

export const compileCallers = (
  document: YamlDocument,
  { callers }: Source,
  numbering: Numbering,
): NonNullable<Dialplan['callers']> =>
  record(callers, (name, { rules, otherwise }) => {
    const path = ['callers', name];
    return {
      name,
      rules: rules.map(({ from, then }, index) => ({
        from: from.filter(each => each.kind !== 'anonymous').map(match => matchInOneForm(numbering, match)),
        anonymous: from.some(({ kind }) => kind === 'anonymous'),
        then: route(document, then, [...path, 'rules', index, 'then']),
      })),
      otherwise: route(document, otherwise, [...path, 'otherwise']),
      at: document.atKey(path),
    };
  });
