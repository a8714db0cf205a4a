import type { Numbering } from '../../base/numbers/oneForm.ts';
import type { Path, YamlDocument } from '../../base/yaml/document.ts';
import { matchInOneForm } from '../companyNumbers.ts';
import type { Source } from '../grammar/dialplan.ts';
import { readNumber } from '../grammar/words.ts';
import { matchText, telling } from '../numberMatch.ts';
import type { Dialplan, NumberRule, Route, Schedule } from '../plan.ts';
import { record, route, unchecked } from './parts.ts';

type Routing = Pick<Dialplan, 'schedules' | 'numbers'>;

/** A number with a calendar of its own gets a schedule that is named after it: no declared name is a number. */
export function compileNumbers(document: YamlDocument, source: Source, numbering: Numbering): Routing {
  const schedules: Record<string, Schedule> = { ...compileSchedules(document, source) };
  const numbers = Object.entries(source.numbers).map(([written, rule]): NumberRule => {
    const number = readNumber(written);
    const path = ['numbers', written];
    if (!number.ok) throw unchecked(path);
    const { trunk } = number.value;
    const match = matchInOneForm(numbering, number.value.match);
    const only = trunk === undefined ? {} : { trunk };
    if ('kind' in rule) return { match, ...only, route: route(document, rule, path), at: document.atKey(path) };

    const name = trunk === undefined ? matchText(match) : `${matchText(match)}@${trunk}`;
    const schedule = scheduleOf(document, rule, name, path);
    if (schedule !== undefined) schedules[name] = schedule;
    return { match, ...only, route: routeOf(document, rule, name, path), at: document.atKey(path) };
  });
  return { schedules: record(schedules, (_, schedule) => schedule), numbers: numbers.sort(mostTellingFirst) };
}

const compileSchedules = (document: YamlDocument, { schedules }: Source): Dialplan['schedules'] =>
  record(schedules, (name, { calendar, open, closed }) => {
    const path = ['schedules', name];
    return {
      name,
      calendar,
      open: route(document, open, [...path, 'open']),
      closed: route(document, closed, [...path, 'closed']),
      at: document.atKey(path),
    };
  });

type WrittenRule = Exclude<Source['numbers'][string], { kind: string }>;

function scheduleOf(document: YamlDocument, rule: WrittenRule, name: string, path: Path): Schedule | undefined {
  const { calendar, open, closed } = rule;
  if (calendar === undefined || open === undefined || closed === undefined) return undefined;
  return {
    name,
    calendar,
    open: route(document, open, [...path, 'open']),
    closed: route(document, closed, [...path, 'closed']),
    at: document.at(path),
  };
}

function routeOf(document: YamlDocument, { to, language }: WrittenRule, schedule: string, path: Path): Route {
  const change = language === undefined ? {} : { language };
  return to === undefined
    ? { to: { kind: 'schedule', name: schedule }, ...change, at: document.at(path) }
    : { to, ...change, at: document.at([...path, 'to']) };
}

/** The sort is stable: of two that tell as much, the one that is written first. */
const mostTellingFirst = (a: NumberRule, b: NumberRule): number =>
  telling(b.match) - telling(a.match) || Number(b.trunk !== undefined) - Number(a.trunk !== undefined);
