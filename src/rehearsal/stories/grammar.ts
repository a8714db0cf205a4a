/** The grammar of a story. What each step means is in `dialplans/STORIES.md`. */
import { z } from 'zod';
import { duration } from '../../base/yaml/duration.ts';
import { behaviour } from './words.ts';

/** What is printed on terminals: nothing in it moves the cursor or turns the direction of the text. */
const text = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\u2028-\u202e\u2066-\u2069]*$/u, { error: 'has a character that cannot be seen' });
/** `101`, or "caller": YAML may take an extension for a number. */
const party = z.union([text, z.int().nonnegative()], { error: 'must be caller, or an extension' }).transform(String);
const keys = z
  .union([z.string(), z.int().nonnegative()], { error: 'must be keys of a telephone' })
  .transform(String)
  .pipe(z.string().regex(/^[0-9*#]{1,32}$/, { error: 'must be keys of a telephone' }));
const parties = z.union([party.transform(one => [one]), z.array(party).min(1).max(50)], {
  error: 'must be an extension, or several',
});
const wait = duration({ min: 0, max: 24 * 3_600_000 });

const one = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape);

export const stepGrammars = {
  hears: one({
    hears: z.union(
      [
        text.transform(what => ({ what, who: 'caller', language: undefined })),
        z.int().transform(number => ({ what: String(number), who: 'caller', language: undefined })),
        z
          .strictObject({ what: party, who: party.prefault('caller'), language: text.optional() })
          .transform(({ what, who, language }) => ({ what, who, language })),
      ],
      { error: 'must be a prompt, or { what: prompt, language: hu, who: caller }' },
    ),
  }),
  enters: one({ enters: text }),
  presses: one({
    presses: z.union(
      [keys.transform(pressed => ({ who: 'caller', keys: pressed })), z.strictObject({ who: party, keys })],
      { error: 'must be keys, or { who: "10", keys: "*1102" }' },
    ),
  }),
  waits: one({ waits: wait }),
  rings: one({
    rings: z.union(
      [
        parties.transform(who => ({ who, shows: undefined })),
        z.strictObject({ who: parties, shows: text.optional() }).transform(({ who, shows }) => ({ who, shows })),
      ],
      { error: 'must be an extension, several, or { who: "10", shows: "R: no answer 101" }' },
    ),
  }),
  stops: one({ stops: parties }),
  answers: one({ answers: party }),
  declines: one({ declines: party }),
  busy: one({ busy: party }),
  unreachable: one({ unreachable: party }),
  talks: one({ talks: z.tuple([party, party], { error: 'must be two parties: [caller, "101"]' }) }),
  transfers: one({
    transfers: z.strictObject({
      who: party,
      to: party,
      stays: z.boolean().prefault(false),
      refused: z.int().optional(),
    }),
  }),
  consults: one({ consults: z.strictObject({ who: party, with: party }) }),
  completes: one({ completes: party }),
  holds: one({ holds: party }),
  resumes: one({ resumes: party }),
  hangsUp: one({ hangsUp: party }),
} as const;

export type StepKind = keyof typeof stepGrammars;

type Shapes = { [Kind in StepKind]: z.output<(typeof stepGrammars)[Kind]> };
export type StoryStep = Shapes[StepKind];

const kindOf = (value: unknown): StepKind | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const [key, ...more] = Object.keys(value);
  return key !== undefined && more.length === 0 && Object.hasOwn(stepGrammars, key) ? (key as StepKind) : undefined;
};

const anyStep = z.strictObject({}).catchall(z.unknown());

/** One step: a mapping of one key, which says what kind of step it is. */
const step = z.unknown().transform((value, context): StoryStep => {
  const kind = kindOf(value);
  if (kind === undefined) {
    context.issues.push({
      code: 'custom',
      input: value,
      message: 'must be one step',
      params: { code: 'BAD_STEP', remedy: `a step is one of ${Object.keys(stepGrammars).join(', ')}` },
    });
    return z.NEVER;
  }
  const result = stepGrammars[kind].safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    context.issues.push({ ...issue, input: value, path: [...issue.path] } as z.core.$ZodRawIssue);
  }
  return z.NEVER;
});

const results = ['completed', 'goodbye', 'abandoned', 'refused', 'transferred', 'failed'] as const;

const ends = z.strictObject({
  result: z.enum(results),
  by: z.enum(['caller', 'callee', 'system']).optional(),
  talkedWith: z.array(party).max(50).optional(),
  through: z.array(text).max(200).optional(),
  language: text.optional(),
  returns: z.int().min(0).max(100).optional(),
  within: duration({ min: 0, max: 24 * 3_600_000 }).optional(),
  record: anyStep.optional(),
});

const story = z.strictObject({
  name: text,
  at: text,
  from: z
    .union([z.string().max(64), z.int().nonnegative()])
    .transform(String)
    .prefault(''),
  display: text.optional(),
  to: z.union([text, z.int().nonnegative()], { error: 'must be a number' }).transform(String),
  phones: z.record(z.string(), behaviour).prefault({}),
  overrides: z.record(z.string(), z.enum(['open', 'closed'])).prefault({}),
  steps: z.array(step).max(500).prefault([]),
  ends: ends.optional(),
});

export const storiesGrammar = z.strictObject({
  dialplan: text.optional(),
  stories: z.array(story).min(1).max(1_000),
});

export type StorySource = z.output<typeof story>;
export type Ends = z.output<typeof ends>;
