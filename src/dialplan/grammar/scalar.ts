import { z } from 'zod';
import { fail, ok, type Result } from '../../base/result.ts';
import type { FindingCode } from '../catalogue.ts';

/** Why a text is not what belongs here: goes on from the name of its place ("menus.main.greeting …"). */
export interface Fault {
  readonly code: FindingCode;
  readonly message: string;
  readonly remedy?: string;
}

export type Reading<T> = Result<T, Fault>;

export const fault = (code: FindingCode, message: string, remedy?: string): Reading<never> =>
  fail({ code, message, ...(remedy === undefined ? {} : { remedy }) });

/** A text of the file as it is shown in a message: short, in quotes. */
export const quoted = (text: string): string => JSON.stringify(text.length <= 60 ? text : `${text.slice(0, 60)}…`);

const refuse = (context: z.core.ParsePayload, { code, message, remedy }: Fault): void => {
  context.issues.push({ code: 'custom', input: context.value, message, params: { code, remedy } });
};

/** What an editor is told of a notation (JSON Schema): never stricter than its reader, which alone decides. */
export interface Notation {
  readonly pattern?: string;
  readonly examples?: readonly string[];
}

const text = (error: string | z.core.$ZodErrorMap | undefined, notation: Notation) =>
  z.string({ error }).meta({ ...notation });

/** A value written as text, in a notation of its own. `expected`: "must be <expected>". */
export const scalar = <T>(
  expected: string,
  read: (text: string) => Reading<T>,
  notation: Notation = {},
): z.ZodType<T, string> =>
  text(
    ({ input }) => `must be ${expected}${typeof input === 'number' ? `, not the number ${input}` : ''}`,
    notation,
  ).transform((written, context) => {
    const reading = read(written);
    if (reading.ok) return reading.value;
    refuse(context, reading.error);
    return z.NEVER;
  });

/** The same, where YAML may take the text for a number: a whole one, or what `number` says. */
export const dialled = <T>(
  expected: string,
  read: (text: string) => Reading<T>,
  notation: Notation = {},
  number: z.ZodType<number, number> = z.int().nonnegative(),
): z.ZodType<T, string | number> =>
  z
    .union([text(undefined, notation), number], { error: `must be ${expected}` })
    .transform(String)
    .pipe(scalar(expected, read));

/** A key of a mapping: checked, and kept as it is written. */
export const key = (
  read: (text: string) => Reading<unknown>,
  notation: Notation = {},
): z.ZodType<string, string> & z.core.$ZodRecordKey =>
  z
    .string()
    .check(context => {
      const reading = read(context.value);
      if (!reading.ok) refuse(context, reading.error);
    })
    .meta({ ...notation });

/** A whole notation held to a pattern. */
export const pattern =
  (expression: RegExp, code: FindingCode, expected: string) =>
  (text: string): Reading<string> =>
    expression.test(text) ? ok(text) : fault(code, `must be ${expected}, not ${quoted(text)}`);
