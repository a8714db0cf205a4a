import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { showDiagnostic } from '../../../../src/base/yaml/diagnostic.ts';
import { readYaml } from '../../../../src/base/yaml/document.ts';
import { duration } from '../../../../src/base/yaml/duration.ts';
import { checkShape } from '../../../../src/base/yaml/schema.ts';

const schema = z.strictObject({
  name: z.string().optional(),
  media: z
    .strictObject({ ringFor: duration({ max: 60_000 }), port: z.int().min(1024).max(65_535).optional() })
    .optional(),
  mode: z.enum(['udp', 'tcp']).optional(),
  numbers: z.record(z.string().regex(/^[0-9]+$/, 'must be digits'), z.strictObject({ to: z.string() })).optional(),
  tts: z.union([z.literal('builtin'), z.strictObject({ command: z.array(z.string()).min(1) })]).optional(),
  engine: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('embedded') }),
      z.strictObject({ kind: z.literal('drachtio'), host: z.string() }),
    ])
    .optional(),
});

function complaints(...text: string[]): string[] {
  const { document } = readYaml('c.yaml', `${text.join('\n')}\n`);
  if (document === undefined) throw new Error('not opened');
  const { value, diagnostics } = checkShape(document, schema);
  expect(value === undefined).toBe(diagnostics.length > 0);
  return diagnostics.map(showDiagnostic);
}

describe('a document held to a schema', () => {
  it('has no complaint about a good one, nor about an empty one', () => {
    expect(
      complaints('name: x', 'media: { ringFor: 1m }', 'tts: { command: [a] }', 'engine: { kind: embedded }'),
    ).toEqual([]);
    expect(complaints('# nothing')).toEqual([]);
  });

  it('tells all faults at once, in the order of the file', () => {
    expect(complaints('nmae: x', 'media: { port: 80 }', 'mode: upd', 'name: 7')).toEqual([
      'c.yaml:1:1 UNKNOWN_KEY nmae means nothing at the top level\n    → did you mean name? (here may stand: name, media, mode, numbers, tts, engine)',
      'c.yaml:2:8 MISSING_KEY ringFor is missing in media',
      'c.yaml:2:16 WRONG_VALUE media.port must be at least 1024',
      'c.yaml:3:7 WRONG_VALUE mode must be udp or tcp',
      'c.yaml:4:7 WRONG_TYPE name must be text (in quotes, where it looks like a number)',
    ]);
  });

  it('places a fault of a key at the key, and knows the keys inside records and unions', () => {
    expect(complaints('numbers:', '  12a: { to: x }', '  "12": { too: y, to: z }')).toEqual([
      'c.yaml:2:3 WRONG_VALUE 12a: must be digits',
      'c.yaml:3:11 UNKNOWN_KEY too means nothing in numbers.12\n    → did you mean to? (here may stand: to)',
    ]);
  });

  it('takes the branch of a union that was meant', () => {
    expect(complaints('tts: { command: [] }')).toEqual(['c.yaml:1:17 WRONG_VALUE tts.command needs at least 1 item']);
    expect(complaints('tts: 5')).toEqual(['c.yaml:1:6 WRONG_VALUE tts fits none of the forms that are allowed here']);
    expect(complaints('engine: { kind: drachtio }')).toEqual(['c.yaml:1:9 MISSING_KEY host is missing in engine']);
    expect(complaints('engine: { kind: asterisk }')).toEqual([
      'c.yaml:1:17 WRONG_VALUE engine.kind must be embedded or drachtio',
    ]);
  });

  it('carries the code and the remedy of a check of the schema itself', () => {
    expect(complaints('media: { ringFor: 20 sec }')).toEqual([
      'c.yaml:1:19 BAD_DURATION media.ringFor must be a duration such as 20s, not "20 sec"\n    → write a number and its unit: 500ms, 20s, 1m30s, 2h',
    ]);
    expect(complaints('media: { ringFor: 20 }')).toEqual([
      'c.yaml:1:19 WRONG_TYPE media.ringFor must be a duration with its unit: 20s for seconds, 20m for minutes',
    ]);
    expect(complaints('media: { ringFor: 2m }')[0]).toBe(
      'c.yaml:1:19 BAD_DURATION media.ringFor may be at most 1m\n    → write a number and its unit: 500ms, 20s, 1m30s, 2h',
    );
  });
});
