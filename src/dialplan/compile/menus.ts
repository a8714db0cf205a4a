import type { Path, YamlDocument } from '../../base/yaml/document.ts';
import type { Source } from '../grammar/dialplan.ts';
import { invalidDefaults, noInputDefaults } from '../grammar/sections.ts';
import { namedIn } from '../outline/edges.ts';
import { menuRoute } from '../outline/menuSteps.ts';
import { spell } from '../outline/spelling.ts';
import type { Dialplan, Menu } from '../plan.ts';
import { record, route } from './parts.ts';

type WrittenMenu = Source['menus'][string];

export const compileMenus = (document: YamlDocument, source: Source): Dialplan['menus'] => {
  const names = compileNames(source);
  return record(source.menus, (name, { greeting, directDial, dialByName, keys, interDigit, noInput, invalid }) => {
    const path = ['menus', name];
    return {
      name,
      greeting,
      directDial,
      keys: record(keys, (digits, way) => route(document, menuRoute(source, name, way), [...path, 'keys', digits])),
      ...(dialByName ? { names } : {}),
      interDigit,
      noInput: compileNoInput(document, noInput, [...path, 'noInput']),
      invalid: compileInvalid(document, invalid, [...path, 'invalid']),
      at: document.atKey(path),
    };
  });
};

/** One for all menus: who can be reached by name does not depend on the menu. */
function compileNames(source: Source): Readonly<Record<string, string>> {
  const names: Record<string, string> = Object.create(null);
  if (!Object.values(source.menus).some(({ dialByName }) => dialByName)) return names;
  for (const [digits, number] of spell(namedIn(source)).names) names[digits] = number;
  return names;
}

function compileNoInput(document: YamlDocument, written: WrittenMenu['noInput'], path: Path): Menu['noInput'] {
  if ('kind' in written) return { ...noInputDefaults, then: route(document, written, path) };
  const { say, then, ...rest } = written;
  return { ...rest, ...(say === undefined ? {} : { say }), then: route(document, then, [...path, 'then']) };
}

function compileInvalid(document: YamlDocument, written: WrittenMenu['invalid'], path: Path): Menu['invalid'] {
  if ('kind' in written) return { ...invalidDefaults, then: route(document, written, path) };
  const { say, then, ...rest } = written;
  return { ...rest, ...(say === undefined ? {} : { say }), then: route(document, then, [...path, 'then']) };
}
