/**
 * Every finding that a dialplan can get. A code is stable: it is never given to another finding, and a retired one is
 * not used again. `remedy` is what to do where the finding itself says nothing more precise.
 */
import type { Position } from '../base/position.ts';
import type { Diagnostic, Severity } from '../base/yaml/diagnostic.ts';

interface Entry {
  readonly severity: Severity;
  readonly means: string;
  readonly remedy: string;
}

export const catalogue = {
  // The file.
  FILE_UNREADABLE: {
    severity: 'error',
    means: 'The file cannot be opened or read.',
    remedy: 'check the path and the permissions of the file',
  },
  NOT_UTF8: {
    severity: 'error',
    means: 'The file is in another encoding than UTF-8.',
    remedy: 'save the file as UTF-8',
  },
  BYTE_ORDER_MARK: {
    severity: 'error',
    means: 'The file begins with an invisible byte order mark.',
    remedy: 'save the file as "UTF-8 without BOM"',
  },
  CONTROL_CHARACTER: {
    severity: 'error',
    means: 'A character that cannot be seen, or that turns the direction of the text around it.',
    remedy: 'delete the character; it often comes with text that was pasted',
  },

  // YAML.
  YAML_SYNTAX: {
    severity: 'error',
    means: 'The text is no YAML 1.2.',
    remedy: 'look at the indentation, the quotes and the brackets just before this place',
  },
  YAML_LIMIT: {
    severity: 'error',
    means: 'The file is longer, deeper, or has more values than any dialplan.',
    remedy: 'make it smaller; what repeats can be a group, a menu or a prompt of its own',
  },
  YAML_KEY: {
    severity: 'error',
    means: 'A key that is a list, a mapping, or a name that programs keep for themselves.',
    remedy: 'give the key a plain name',
  },
  YAML_DUPLICATE_KEY: {
    severity: 'error',
    means: 'The same key stands twice in one mapping.',
    remedy: 'remove one of the two, or give it another name',
  },
  YAML_ALIAS: {
    severity: 'error',
    means: 'An alias (*name) without an anchor (&name) before it.',
    remedy: 'a text that begins with * stands in quotes: "*"',
  },
  SEVERAL_DOCUMENTS: {
    severity: 'error',
    means: 'A line of three dashes begins a second document.',
    remedy: 'one file is one dialplan: remove the line, or move what follows to a file of its own',
  },

  ALLOWED_NOTHING: {
    severity: 'warning',
    means: 'A comment "kozpont: allow" that names no warning.',
    remedy: 'write the code of a warning as kozpont check prints it, or remove the comment',
  },

  // The shape.
  UNKNOWN_KEY: {
    severity: 'error',
    means: 'A key that the grammar does not have at this place.',
    remedy: 'remove it, or see dialplans/README.md for what may stand here',
  },
  MISSING_KEY: {
    severity: 'error',
    means: 'A key that must be there is not.',
    remedy: 'add it; dialplans/README.md says what it may be',
  },
  WRONG_TYPE: {
    severity: 'error',
    means: 'A text where a mapping belongs, a list where a text belongs, and so on.',
    remedy: 'see dialplans/README.md for what may stand here',
  },
  WRONG_VALUE: {
    severity: 'error',
    means: 'A value out of its range, or none of those that are allowed.',
    remedy: 'see dialplans/README.md for what may stand here',
  },
  NOT_YET: {
    severity: 'error',
    means: 'A part of the grammar whose function comes with a later version.',
    remedy: 'remove it for now',
  },
  BAD_DURATION: {
    severity: 'error',
    means: 'A time without its unit, or out of its range.',
    remedy: 'write a number and its unit: 500ms, 20s, 1m30s, 2h',
  },
  BAD_NAME: {
    severity: 'error',
    means: 'A name with characters that names do not have.',
    remedy: 'begin with a letter of a to z, then letters, digits, - and _, at most 64 in all',
  },
  BAD_TEXT: {
    severity: 'error',
    means: 'A text that is empty, too long, or has control characters.',
    remedy: 'write the words that are to be shown or spoken',
  },
  BAD_DESTINATION: {
    severity: 'error',
    means: 'A destination that is not written kind:name.',
    remedy: 'write kind:name, such as queue:reception, menu:main, extension:101 or goodbye:bye',
  },
  BAD_EXTENSION: {
    severity: 'error',
    means: 'An extension number that a telephone cannot dial.',
    remedy: 'one to ten of the keys 0 to 9, * and #, in quotes',
  },
  BAD_DIGITS: {
    severity: 'error',
    means: 'A key, or a code, that a telephone does not have.',
    remedy: 'one to ten of the keys 0 to 9, * and #; * and # in quotes',
  },
  BAD_NUMBER: {
    severity: 'error',
    means: 'A telephone number that no trunk can bring.',
    remedy: 'write "+3612345678", "+361234567x" for any last digit, or "+3612345*" for all that begin so',
  },
  BAD_LANGUAGE: {
    severity: 'error',
    means: 'Something that is no language tag (BCP 47) in lower case.',
    remedy: 'write en, hu, ru, pt-br',
  },
  BAD_TIMEZONE: {
    severity: 'error',
    means: 'A time zone that the IANA list does not have.',
    remedy: 'write a name such as Europe/Budapest',
  },
  BAD_CONTACT: {
    severity: 'error',
    means: 'A fixed contact that is no SIP URI.',
    remedy: 'write sip:user@host, sip:host:port, with ;transport=tcp where it is needed',
  },
  BAD_DAY: {
    severity: 'error',
    means: 'Something that is no day of the week.',
    remedy: 'write mon, mon-fri, "mon,wed", or daily',
  },
  BAD_HOURS: {
    severity: 'error',
    means: 'Something that is no span of hours.',
    remedy: 'write "08:00-17:00", or "08:00-12:00, 13:00-17:00"',
  },
  BAD_DATE: {
    severity: 'error',
    means: 'A date that is written in another way, or that no calendar has.',
    remedy: 'write 2026-12-24, a span 2026-12-24..2027-01-01, or 12-24 for every year',
  },
  NUMBER_FORM: {
    severity: 'error',
    means: 'A number that says both to and calendar, or neither.',
    remedy: 'write { to: menu:main } or { calendar: office, open: menu:main, closed: menu:night }',
  },

  // What is named but not there, or there twice.
  DANGLING_DESTINATION: {
    severity: 'error',
    means: 'A way leads to something that the dialplan does not have.',
    remedy: 'correct the name, or add what it names',
  },
  UNKNOWN_PROMPT: {
    severity: 'error',
    means: 'A prompt is to be spoken that the dialplan does not have.',
    remedy: 'correct the name, or add it under prompts',
  },
  UNKNOWN_CALENDAR: {
    severity: 'error',
    means: 'A calendar is named that the dialplan does not have.',
    remedy: 'correct the name, or add it under calendars',
  },
  UNKNOWN_MEMBER: {
    severity: 'error',
    means: 'A group, a queue or an override names an extension that the dialplan does not have.',
    remedy: 'correct the number, or add it under extensions',
  },
  UNKNOWN_TRUNK: {
    severity: 'error',
    means: 'A number is for the calls of a trunk that the settings of the server do not have.',
    remedy: 'correct the name after @, or add it under trunks in the settings',
  },
  UNKNOWN_LANGUAGE: {
    severity: 'error',
    means: 'A way changes to a language that the company does not speak.',
    remedy: 'add the language to company.languages, and to the prompts',
  },
  DUPLICATE_NUMBER: {
    severity: 'error',
    means: 'Two entries stand for the same number.',
    remedy: 'remove one of the two',
  },
  MIXED_NUMBERS: {
    severity: 'warning',
    means: 'A number without a + in a dialplan that writes others with it.',
    remedy: 'write all numbers with + and their country',
  },
  CALLER_TWICE: {
    severity: 'warning',
    means: 'A number of callers that an earlier rule of the same choice names already.',
    remedy: 'remove one of the two',
  },
  DUPLICATE_MEMBER: {
    severity: 'warning',
    means: 'A group, a queue or an override names the same extension twice.',
    remedy: 'remove one of the two',
  },
  DUPLICATE_LANGUAGE: {
    severity: 'error',
    means: 'The company names a language twice.',
    remedy: 'remove one of the two',
  },
  NO_MEMBERS: {
    severity: 'error',
    means: 'A group or a queue in which nobody is.',
    remedy: 'name at least one extension',
  },

  // What a caller hears.
  PROMPT_MISSING: {
    severity: 'error',
    means: 'A prompt has no text in the default language.',
    remedy: 'add the text in the first of company.languages',
  },
  PROMPT_UNTRANSLATED: {
    severity: 'warning',
    means: 'A prompt has no text in one of the languages; it is spoken in the default language instead.',
    remedy: 'add the text',
  },
  UNUSED_TRANSLATION: {
    severity: 'warning',
    means: 'A prompt has a text in a language that the company does not speak.',
    remedy: 'remove it, or add the language to company.languages',
  },

  // Where a caller goes.
  ENDLESS_LOOP: {
    severity: 'error',
    means: 'A caller who presses nothing goes round for ever.',
    remedy: 'let one of these ways lead to a goodbye',
  },
  ENDLESS_RETRY: {
    severity: 'warning',
    means: 'A caller who presses wrong keys only goes round for ever.',
    remedy: 'let invalid lead to a person or a goodbye',
  },
  UNREACHABLE: {
    severity: 'warning',
    means: 'No way leads here.',
    remedy: 'lead a way here, or remove it',
  },
  UNUSED: {
    severity: 'warning',
    means: 'A prompt or a calendar that nothing uses.',
    remedy: 'use it, or remove it',
  },
  NO_NUMBERS: {
    severity: 'warning',
    means: 'No number leads into the dialplan: no call from outside is taken.',
    remedy: 'add numbers: { "+3612345678": menu:main }',
  },
  MENU_WITHOUT_CHOICE: {
    severity: 'warning',
    means: 'A menu that offers nothing to press.',
    remedy: 'give it keys or directDial, or make it an announcement',
  },

  BACK_UNCLEAR: {
    severity: 'error',
    means: 'A key goes back, and not exactly one menu leads here by a key.',
    remedy: 'name the menu: menu:main',
  },

  // What is dialled.
  AMBIGUOUS_DIGITS: {
    severity: 'warning',
    means: 'What can be dialled is also the beginning of something longer: it is acted on only after a wait.',
    remedy: 'choose digits of which none begins like another',
  },
  SHADOWED_EXTENSION: {
    severity: 'warning',
    means: 'A key of a menu is also an extension that can be dialled there: the key wins.',
    remedy: 'choose another key',
  },
  SPELLED_ALIKE: {
    severity: 'warning',
    means: 'Two names are spelled by the same keys, in a dialplan with dialByName.',
    remedy: 'write one of the names in another way, or give it directDial: false',
  },
  FEATURE_CODE_CLASH: {
    severity: 'error',
    means: 'Two feature codes are the same, or one begins like the other.',
    remedy: 'give each its own code',
  },
  FEATURE_CODE_SHADOWS: {
    severity: 'warning',
    means: 'An extension or an internal number begins like the code that cancels a transfer.',
    remedy: 'choose another code',
  },
  FEATURE_CODE_PLAIN: {
    severity: 'warning',
    means: 'A feature code of digits alone: it is set off by dialling into a foreign menu.',
    remedy: 'begin the code with * or #',
  },
  OVERRIDE_CODE_CLASH: {
    severity: 'error',
    means: 'The code of a calendar, or the code with one more key, is dialled for something else already.',
    remedy: 'choose another code; with 0, 1, 2 and 3 after it, it must be free, too',
  },

  // Time.
  OVERLAPPING_HOURS: {
    severity: 'error',
    means: 'Two spans of one day overlap.',
    remedy: 'join the spans, or correct their ends',
  },
  DAY_TWICE: {
    severity: 'error',
    means: 'A day of the week stands twice in one calendar.',
    remedy: 'give the day one entry; several spans stand in one: "08:00-12:00, 13:00-17:00"',
  },
  DATE_TWICE: {
    severity: 'error',
    means: 'A date stands twice in one calendar, both times alone or both times in a span.',
    remedy: 'remove one of the two',
  },
  LAST_MINUTE: {
    severity: 'warning',
    means: 'Hours that end at 23:59: the last minute of the day is closed.',
    remedy: 'write 24:00, the midnight at the end of the day',
  },
  NEVER_CHANGES: {
    severity: 'warning',
    means: 'A calendar that is always open, or always closed.',
    remedy: 'give it hours, or route without a calendar',
  },
  TRANSFER_TIMES: {
    severity: 'warning',
    means: 'The total time of a transfer is over before its first recall is.',
    remedy: 'make recall.maxTotal longer than transfer.ringFor and recall.ringFor together',
  },

  // What the proof finds, by playing every call.
  CALLER_GOES_ROUND: {
    severity: 'error',
    means: 'A caller who presses nothing any more goes round for ever, in a call that the proof played.',
    remedy: 'let one of these ways lead to a person or a goodbye',
  },
  CALLER_IN_SILENCE: {
    severity: 'error',
    means: 'A caller comes to where nothing will ever happen again.',
    remedy: 'this is a mistake of Kozpont: please report it with the dialplan',
  },
  CALLER_DROPPED: {
    severity: 'error',
    means: 'A call ends without a person, a mailbox or a spoken goodbye.',
    remedy: 'let this way lead to a person or a goodbye, over no more than a few schedules, choices and forwards',
  },
  CALLER_WAITS_LONG: {
    severity: 'warning',
    means: 'A caller who presses nothing can be on the way for more than four hours.',
    remedy: 'shorten the maxWait of the queues on this way, or let one of them lead to a goodbye',
  },
  CALL_BREAKS: {
    severity: 'error',
    means: 'A call cannot be played.',
    remedy: 'this is a mistake of Kozpont: please report it with the dialplan',
  },
  NOT_PROVED: {
    severity: 'warning',
    means: 'The dialplan is too large for the proof: what it looked at is good, the rest is not known.',
    remedy: 'make the dialplan smaller, or check with --no-proof',
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type FindingCode = keyof typeof catalogue;

/** A finding with the severity of its code; without a `remedy` of its own it gets the one of the code. */
export const finding = (
  code: FindingCode,
  at: Position,
  message: string,
  remedy: string = catalogue[code].remedy,
): Diagnostic => ({ severity: catalogue[code].severity, code, message, remedy, at });

/** Gives a remedy to what the reader of YAML or the schema found without one. */
export function withRemedy(diagnostic: Diagnostic): Diagnostic {
  if (diagnostic.remedy !== undefined) return diagnostic;
  const entry: Entry | undefined = Object.hasOwn(catalogue, diagnostic.code)
    ? catalogue[diagnostic.code as FindingCode]
    : undefined;
  return entry === undefined ? diagnostic : { ...diagnostic, remedy: entry.remedy };
}
