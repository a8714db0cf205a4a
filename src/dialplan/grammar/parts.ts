/** The building blocks that several sections of the grammar share. */
import { z } from 'zod';
import { duration } from '../../base/yaml/duration.ts';
import { destination, menuDestination } from './destination.ts';
import { dialled, key, scalar } from './scalar.ts';
import {
  digitsPattern,
  languagePattern,
  namePattern,
  readDigits,
  readExtension,
  readLanguage,
  readName,
} from './words.ts';

const asName = { pattern: namePattern.source };
const asDigits = { pattern: digitsPattern.source };

export const name = scalar('a name', readName, asName);
export const nameKey = key(readName, asName);

export const extensionNumber = dialled('the number of an extension', readExtension, asDigits);
export const extensionKey = key(readExtension, asDigits);
export const digits = dialled('keys of a telephone', readDigits, asDigits);
export const digitsKey = key(readDigits, asDigits);

export const language = scalar('a language such as en', readLanguage, {
  pattern: languagePattern.source,
  examples: ['en', 'hu', 'ru', 'de', 'pt-br'],
});

/** Where the caller goes next: a destination, or one with a change of language. */
export const route = z.union([destination, z.strictObject({ language: language.optional(), then: destination })], {
  error: 'must be a destination such as queue:reception, or { language: hu, then: menu:main }',
});

/** Where a key of a menu leads. */
export const menuRoute = z.union(
  [menuDestination, z.strictObject({ language: language.optional(), then: menuDestination })],
  { error: 'must be a destination such as queue:reception, repeat, back, or { language: hu, then: menu:main }' },
);

/** How long phones ring. */
export const ringFor = duration({ min: 1000, max: 600_000 });
/** How long a person at a keypad is given. */
export const patience = duration({ min: 500, max: 60_000 });

export const times = (most: number) => z.int().min(0).max(most);
