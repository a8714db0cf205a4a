import { dialledIn } from '../../base/numbers/country.ts';
import type { Numbering } from '../../base/numbers/oneForm.ts';
import type { YamlDocument } from '../../base/yaml/document.ts';
import { companyNumbering } from '../companyNumbers.ts';
import type { Source } from '../grammar/dialplan.ts';
import type { Company, Dialplan } from '../plan.ts';
import { compileCalendarCodes, compileCalendars } from './calendars.ts';
import { compileCallers } from './callers.ts';
import { deepFreeze } from './freeze.ts';
import { compileMenus } from './menus.ts';
import { compileNumbers } from './numbers.ts';
import { record, route } from './parts.ts';
import { compileExtensions, compileGroups, compileQueues } from './people.ts';
import { compileAnnouncements, compilePrompts } from './speech.ts';

/** Turns a dialplan in which no rule found an error into the data that call control reads: frozen, and with every default filled in. */
export function compile(document: YamlDocument, source: Source, version: string): Dialplan {
  const numbering = companyNumbering(source);
  const { schedules, numbers } = compileNumbers(document, source, numbering);
  const calendars = compileCalendars(document, source);
  return deepFreeze<Dialplan>({
    version,
    company: compileCompany(source, numbering),
    prompts: compilePrompts(document, source, calendars),
    calendars,
    extensions: compileExtensions(document, source),
    groups: compileGroups(document, source),
    queues: compileQueues(document, source),
    menus: compileMenus(document, source),
    announcements: compileAnnouncements(document, source),
    schedules,
    callers: compileCallers(document, source, numbering),
    numbers,
    internalNumbers: record(source.internalNumbers, (digits, way) => route(document, way, ['internalNumbers', digits])),
    ...compileCalendarCodes(calendars),
    transfer: compileTransfer(document, source),
    features: compileFeatures(source),
  });
}

function compileCompany({ company: { name, timezone, languages } }: Source, { country }: Numbering): Company {
  const [main = 'en', ...others] = languages;
  const dialling = country === undefined ? {} : { country, dialling: dialledIn(country) };
  return { name, timezone, languages: [main, ...others], ...dialling };
}

function compileTransfer(document: YamlDocument, { transfer: { ringFor, recall } }: Source): Dialplan['transfer'] {
  const { on, ringFor: recallFor, maxReturns, maxTotal, otherwise } = recall;
  return {
    ringFor,
    recall: {
      on: [...new Set(on)],
      ringFor: recallFor,
      maxReturns,
      maxTotal,
      otherwise: route(document, otherwise, ['transfer', 'recall', 'otherwise']),
    },
    at: document.atKey(['transfer']),
  };
}

function compileFeatures({ features }: Source): Dialplan['features'] {
  const { blindTransfer, attendedTransfer, cancelTransfer, interDigit } = features;
  return {
    ...(blindTransfer === undefined ? {} : { blindTransfer }),
    ...(attendedTransfer === undefined ? {} : { attendedTransfer }),
    ...(cancelTransfer === undefined ? {} : { cancelTransfer }),
    interDigit,
  };
}
