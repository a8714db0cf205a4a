import type { Path, YamlDocument } from '../../base/yaml/document.ts';
import type { Source } from '../grammar/dialplan.ts';
import { invalidDefaults, noInputDefaults } from '../grammar/sections.ts';
import type { Dialplan, Menu } from '../plan.ts';
import { record, route } from './parts.ts';

type WrittenMenu = Source['menus'][string];

export const compileMenus = (document: YamlDocument, { menus }: Source): Dialplan['menus'] =>
  record(menus, (name, { greeting, directDial, keys, interDigit, noInput, invalid }) => {
    const path = ['menus', name];
    return {
      name,
      greeting,
      directDial,
      keys: record(keys, (digits, way) => route(document, way, [...path, 'keys', digits])),
      interDigit,
      noInput: compileNoInput(document, noInput, [...path, 'noInput']),
      invalid: compileInvalid(document, invalid, [...path, 'invalid']),
      at: document.atKey(path),
    };
  });

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
