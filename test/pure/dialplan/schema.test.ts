import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { dialplanSchema } from '../../../src/dialplan/index.ts';

const dialplans = new URL('../../../dialplans/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, dialplans), 'utf8');
const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(dialplanSchema())));
const accepts = (yaml: string): boolean => schema.safeParse(parse(yaml, { schema: 'core' })).success;

describe('the schema for editors', () => {
  it('is the one that lies beside the dialplans', () => {
    expect(JSON.parse(read('dialplan.schema.json'))).toEqual(dialplanSchema());
  });

  it.each(readdirSync(dialplans).filter(file => file.endsWith('.yaml') && !file.endsWith('.story.yaml')))(
    'accepts %s',
    file => {
      const result = schema.safeParse(parse(read(file)));
      expect(result.error?.issues ?? []).toEqual([]);
    },
  );

  it('refuses what an editor can see is wrong', () => {
    const sample = read('sample.yaml');
    expect(accepts(sample)).toBe(true);
    for (const [right, wrong] of [
      ['ringFor: 20s', 'ringFor: 20'],
      ['strategy: simultaneous', 'strategy: all'],
      ['keys:', 'key:'],
      ['0: queue:reception', '0: hangup'],
      ['mon-thu: "08:00-17:00"', 'mon-thu: "8-17"'],
      ['mon-thu:', 'monday:'],
      ['languages: [en, hu, ru]', 'languages: English'],
      ['  main:\n    greeting', '  main menu:\n    greeting'],
    ] as const) {
      expect(sample, right).toContain(right);
      expect(accepts(sample.replace(right, wrong)), wrong).toBe(false);
    }
  });

  it('explains each key where an editor asks for it', () => {
    const at = (...path: string[]): unknown => {
      let here: unknown = dialplanSchema();
      for (const step of path) here = (here as Record<string, unknown>)[step];
      return here;
    };
    const menu = ['properties', 'menus', 'additionalProperties', 'properties'];
    expect(at(...menu, 'directDial', 'description')).toBe('whether an extension may be dialled, at any time');
    expect(at(...menu, 'directDial', 'default')).toBe(false);
    const noInput = at(...menu, 'noInput', 'anyOf') as readonly Record<string, unknown>[];
    expect(noInput[1]?.properties).toMatchObject({ repeat: { description: 'how often the greeting is repeated' } });
  });
});
