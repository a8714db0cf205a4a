import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readYaml } from '../../../src/base/yaml/document.ts';
import { dialplanGrammar } from '../../../src/dialplan/grammar/dialplan.ts';
import { salvage } from '../../../src/dialplan/source/salvage.ts';

const sample = readFileSync(new URL('../../../dialplans/sample.yaml', import.meta.url), 'utf8');
const written = readYaml('sample.yaml', sample).document?.value as Record<string, unknown>;

describe('what can be understood of a dialplan with mistakes', () => {
  it('is all of one without', () => {
    expect(salvage(dialplanGrammar, written)).toEqual(dialplanGrammar.parse(written));
  });

  it('is everything but the mistakes, in its place', () => {
    const whole = dialplanGrammar.parse(written);
    const part = salvage(dialplanGrammar, {
      ...written,
      company: { ...(written.company as object), languages: ['en', 'HU', 'ru'] },
      extensions: { 101: { name: '', ringFor: '10s' }, anna: { name: 'Anna' }, 102: 'Péter' },
      menus: {
        main: { keys: { 2: 'group:sales', 3: 'nonsense', x: 'menu:main' }, interDigit: '3', noInput: { after: 5 } },
      },
      groups: [],
      surprise: true,
    });
    expect(part).toEqual({
      ...whole,
      company: { ...whole.company, languages: ['en', undefined, 'ru'] },
      extensions: { 101: { ringFor: 10_000, directDial: true, doNotDisturb: false }, 102: undefined },
      menus: {
        main: {
          directDial: false,
          dialByName: false,
          keys: { 2: { kind: 'group', name: 'sales' }, 3: undefined },
          noInput: { repeat: 1 },
        },
      },
      groups: undefined,
    });
  });
});

describe('the grammar', () => {
  it('can be written as a JSON Schema, for editors', () => {
    const schema = z.toJSONSchema(dialplanGrammar, { io: 'input' });
    expect(Object.keys(schema.properties ?? {})).toEqual(Object.keys(dialplanGrammar.shape));
    expect(schema.required).toEqual(['kozpont', 'company', 'transfer']);
  });
});
