import type { Language } from '../dialplan/plan.ts';

/** A stretch of text for one voice. */
export interface Segment {
  readonly language: Language;
  readonly text: string;
}

/**
 * A text that changes its language on the way: `Welcome. [hu] Üdvözöljük. [en] Press 1.` goes on in Hungarian and then
 * in English. Doubled brackets, in which eSpeak takes phonemes, are left alone.
 */
export function segmentsOf(text: string, language: Language): readonly Segment[] {
  const segments: Segment[] = [];
  let current = language;
  let start = 0;
  const add = (end: number): void => {
    const part = text.slice(start, end).trim();
    if (part !== '') segments.push({ language: current, text: part });
  };
  for (const mark of text.matchAll(/(?<!\[)\[([a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3})\](?!\])/g)) {
    add(mark.index);
    current = mark[1] ?? language;
    start = mark.index + mark[0].length;
  }
  add(text.length);
  return segments;
}
