import { z } from 'zod';
import { parseBehaviour } from '../simulator/behaviour.ts';

/** What phones do by themselves: `answer:5s`, `noAnswer`, `talking`, `busy`, `declined`, `unreachable`. */
export const behaviour = z
  .string({ error: 'must be what a phone does, such as noAnswer' })
  .transform((text, context) => {
    const parsed = parseBehaviour(text);
    if (parsed.ok) return parsed.value;
    context.issues.push({ code: 'custom', input: text, message: parsed.error, params: { code: 'BAD_BEHAVIOUR' } });
    return z.NEVER;
  });
