import type { Duration } from '../base/clock.ts';
import type { Dialplan, Language } from '../dialplan/plan.ts';
import type { Playable } from './world/world.ts';

/** The pace of an unhurried announcer, and the breath between two sentences. */
const perWord = 60_000 / 150;
const perSentence = 350;
/** Before the first word and after the last one. */
const around = 250;
const tone = 500;

/** The true length of a prompt that is rendered already; undefined where it is not known. */
export type KnownLength = (prompt: string, language: Language) => Duration | undefined;

/** How long a text takes to be spoken: 150 words a minute, digits one by one, and a breath after each sentence. */
export function spokenLength(text: string): Duration {
  const words = text.match(/[\p{L}\p{M}]+|[0-9]/gu)?.length ?? 0;
  const sentences = text.match(/(?<![.!?…:;])[.!?…:;]+(?=\s|$)/gu)?.length ?? 0;
  return Math.round(around + words * perWord + sentences * perSentence);
}

/** What is spoken of a prompt in a language: where the text is missing, that of the default language. */
export function textOf({ prompts, company }: Dialplan, prompt: string, language: Language): string {
  const text = Object.hasOwn(prompts, prompt) ? prompts[prompt]?.text : undefined;
  if (text === undefined) return '';
  return (Object.hasOwn(text, language) ? text[language] : undefined) ?? text[company.languages[0]] ?? '';
}

/** How long each sound of a dialplan is: as rendered where that is known, else estimated from its text. */
export function promptLengths(plan: Dialplan, known?: KnownLength): (playable: Playable) => Duration {
  const lengths = known === undefined ? estimatesOf(plan) : new Map<string, Duration>();
  const lengthOf = (prompt: string, language: Language): Duration => {
    const key = `${language} ${prompt}`;
    let length = lengths.get(key);
    if (length === undefined) {
      length = known?.(prompt, language) ?? spokenLength(textOf(plan, prompt, language));
      lengths.set(key, length);
    }
    return length;
  };
  return playable => {
    if (playable.kind === 'tone') return tone;
    let total = 0;
    for (const name of playable.names) total += lengthOf(name, playable.language);
    return total;
  };
}

/** A plan never changes: what was estimated for one rehearsal is right for the next. */
const estimates = new WeakMap<Dialplan, Map<string, Duration>>();

function estimatesOf(plan: Dialplan): Map<string, Duration> {
  const before = estimates.get(plan);
  if (before !== undefined) return before;
  const lengths = new Map<string, Duration>();
  estimates.set(plan, lengths);
  return lengths;
}
