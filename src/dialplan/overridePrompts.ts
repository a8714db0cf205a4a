/**
 * What is said to the one who dials the code of a calendar. A dialplan that has a prompt of such a name says its own
 * words; a recording of the name goes before both.
 */
import type { Language } from './plan.ts';

export const overridePromptNames = [
  'overrideOpen',
  'overrideClosed',
  'overrideOpenFurther',
  'overrideClosedFurther',
  'overrideTimetableOpen',
  'overrideTimetableClosed',
  'overrideGoodbye',
] as const;
export type OverridePrompt = (typeof overridePromptNames)[number];

type Texts = Readonly<Record<OverridePrompt, string>>;

const english: Texts = {
  overrideOpen: 'We are open now, by hand. From the next opening time on, the timetable holds again.',
  overrideClosed: 'We are closed now, by hand. From the next closing time on, the timetable holds again.',
  overrideOpenFurther: 'We are open now, by hand, until further notice.',
  overrideClosedFurther: 'We are closed now, by hand, until further notice.',
  overrideTimetableOpen: 'The timetable holds. We are open now.',
  overrideTimetableClosed: 'The timetable holds. We are closed now.',
  overrideGoodbye: 'Goodbye.',
};

const hungarian: Texts = {
  overrideOpen:
    'Most nyitva vagyunk, kézi kapcsolással. A következő nyitási időponttól ismét a nyitvatartási rend érvényes.',
  overrideClosed:
    'Most zárva vagyunk, kézi kapcsolással. A következő zárási időponttól ismét a nyitvatartási rend érvényes.',
  overrideOpenFurther: 'Most nyitva vagyunk, kézi kapcsolással, visszavonásig.',
  overrideClosedFurther: 'Most zárva vagyunk, kézi kapcsolással, visszavonásig.',
  overrideTimetableOpen: 'A nyitvatartási rend érvényes. Most nyitva vagyunk.',
  overrideTimetableClosed: 'A nyitvatartási rend érvényes. Most zárva vagyunk.',
  overrideGoodbye: 'Viszonthallásra!',
};

const russian: Texts = {
  overrideOpen: 'Сейчас мы открыты: режим включён вручную. Со следующего времени открытия снова действует расписание.',
  overrideClosed:
    'Сейчас мы закрыты: режим включён вручную. Со следующего времени закрытия снова действует расписание.',
  overrideOpenFurther: 'Сейчас мы открыты: режим включён вручную до отмены.',
  overrideClosedFurther: 'Сейчас мы закрыты: режим включён вручную до отмены.',
  overrideTimetableOpen: 'Действует расписание. Сейчас мы открыты.',
  overrideTimetableClosed: 'Действует расписание. Сейчас мы закрыты.',
  overrideGoodbye: 'До свидания!',
};

const texts: Readonly<Record<string, Texts>> = { en: english, hu: hungarian, ru: russian };

/** In a language, or one that it is a kind of (`en-gb`); English, and by an English voice, for all others. */
export function overrideText(prompt: OverridePrompt, language: Language): string {
  const [main = ''] = language.split('-', 1);
  const own = Object.hasOwn(texts, main) ? texts[main] : undefined;
  return own === undefined ? `[en] ${english[prompt]}` : own[prompt];
}
