/** One schema a section of the dialplan. What may be left out says here what it then is. */
import { z } from 'zod';
import { duration } from '../../base/yaml/duration.ts';
import { placePattern } from '../calendar/holidays.ts';
import { destination } from './destination.ts';
import {
  digits,
  digitsKey,
  extensionKey,
  extensionNumber,
  language,
  menuRoute,
  name,
  nameKey,
  patience,
  ringFor,
  route,
  times,
} from './parts.ts';
import { dialled, key, scalar } from './scalar.ts';
import { datesPattern, daysPattern, hoursPattern, readDates, readDays, readHours } from './time.ts';
import {
  countryPattern,
  readCaller,
  readContact,
  readCountry,
  readNumber,
  readPlace,
  readSpoken,
  readTextLanguage,
  readTimezone,
  readTitle,
} from './words.ts';

export const company = z.strictObject({
  name: scalar('a text', readTitle),
  timezone: scalar('a time zone such as Europe/Budapest', readTimezone, { examples: ['Europe/Budapest'] }),
  languages: z.array(language).min(1),
  country: scalar('a country such as HU', readCountry, { pattern: countryPattern, examples: ['HU'] }).optional(),
});

const spoken = scalar('a text', readSpoken);

export const prompts = z.record(
  nameKey,
  z.union([spoken, z.record(key(readTextLanguage), spoken)], {
    error: 'must be a text, or a text for each language: { en: …, hu: … }',
  }),
);

const hours = scalar('hours such as 08:00-17:00', readHours, {
  pattern: hoursPattern,
  examples: ['08:00-17:00', '08:00-12:00, 13:00-17:00'],
});
const hoursOfDay = z.union([hours, z.array(hours)], { error: 'must be hours such as 08:00-17:00, or a list of them' });
const asDates = { pattern: datesPattern, examples: ['12-24', '2026-12-24', '2026-12-24..2027-01-01'] };
/** `12.24` is a number to YAML; what is wrong with it is that it is no date. */
const dates = dialled('a date such as 2026-12-24, or 12-24 for every year', readDates, asDates, z.number());

const place = scalar('a country such as HU, or a region such as DE-BY', readPlace, {
  pattern: placePattern,
  examples: ['HU', 'AT', 'DE-BY', 'GB-ENG'],
});

const override = z.strictObject({
  code: digits,
  until: z.enum(['timetable', 'furtherNotice']).prefault('timetable'),
  by: z.array(extensionNumber).min(1).optional(),
});

/** What a code alone stands for. */
export const overrideDefaults = override.pick({ until: true }).parse({});

export const calendars = z.record(
  nameKey,
  z.strictObject({
    open: z.record(key(readDays, { pattern: daysPattern, examples: ['mon-fri', 'sat', 'daily'] }), hoursOfDay),
    closed: z.array(dates).prefault([]),
    holidays: place.optional(),
    exceptions: z.record(key(readDates, asDates), hoursOfDay).prefault({}),
    override: z
      .union([digits, override], { error: 'must be a code such as "*28", or { code: "*28", by: ["10"] }' })
      .optional(),
  }),
);

const failover = z.union(
  [
    destination,
    z.strictObject({
      busy: route.optional(),
      noAnswer: route.optional(),
      declined: route.optional(),
      unreachable: route.optional(),
      otherwise: route.optional(),
    }),
  ],
  { error: 'must be a destination, or one for each of busy, noAnswer, declined, unreachable, otherwise' },
);

const maxCalls = z.int().min(1).max(1000);

export const defaults = z.strictObject({
  ringFor: ringFor.prefault('20s'),
  maxCalls: maxCalls.prefault(1),
  failover: failover.optional(),
});

export const extensions = z.record(
  extensionKey,
  z.strictObject({
    name: scalar('a text', readTitle),
    ringFor: ringFor.optional(),
    contact: scalar('a SIP URI', readContact, { pattern: '^sip:', examples: ['sip:door@192.0.2.7:5060'] }).optional(),
    directDial: z.boolean().prefault(true),
    doNotDisturb: z.boolean().prefault(false),
    maxCalls: maxCalls.optional(),
    forward: route.optional(),
    failover: failover.optional(),
  }),
);

export const groups = z.record(
  nameKey,
  z.strictObject({
    members: z.array(extensionNumber),
    strategy: z.enum(['simultaneous', 'sequential', 'roundRobin']).prefault('simultaneous'),
    ringFor: ringFor.prefault('20s'),
    otherwise: route,
  }),
);

export const queues = z.record(
  nameKey,
  z.strictObject({
    agents: z.array(extensionNumber),
    strategy: z.enum(['longestIdle']).prefault('longestIdle'),
    music: name.prefault('default'),
    ringFor: ringFor.prefault('20s'),
    retryAfter: duration({ min: 1000, max: 600_000 }).prefault('15s'),
    maxWait: duration({ min: 1000, max: 7_200_000 }).prefault('5m'),
    overflow: route,
  }),
);

const noInput = z.strictObject({
  after: patience.prefault('5s'),
  say: name.optional(),
  repeat: times(10).prefault(1),
  then: route,
});
const invalid = z.strictObject({ say: name.optional(), repeat: times(10).prefault(2), then: route });

/** What a destination alone stands for: the rest of the mapping, with its defaults. */
export const noInputDefaults = noInput.pick({ after: true, repeat: true }).parse({});
export const invalidDefaults = invalid.pick({ repeat: true }).parse({});

export const menus = z.record(
  nameKey,
  z.strictObject({
    greeting: name,
    directDial: z.boolean().prefault(false),
    dialByName: z.boolean().prefault(false),
    keys: z.record(digitsKey, menuRoute).prefault({}),
    interDigit: patience.prefault('3s'),
    noInput: z.union([destination, noInput], { error: 'must be a destination, or { after: 5s, repeat: 1, then: … }' }),
    invalid: z.union([destination, invalid], { error: 'must be a destination, or { say: …, repeat: 2, then: … }' }),
  }),
);

export const announcements = z.record(nameKey, z.strictObject({ say: name, then: route }));

export const schedules = z.record(nameKey, z.strictObject({ calendar: name, open: route, closed: route }));

const callerNumber = scalar('a number such as +3620*, or anonymous', readCaller, {
  examples: ['+36201234567', '+3620*', 'anonymous'],
});

/** By the number of the caller: the first rule that fits. */
export const callers = z.record(
  nameKey,
  z.strictObject({
    rules: z.array(z.strictObject({ from: z.array(callerNumber).min(1), then: route })).min(1),
    otherwise: route,
  }),
);

/** A number says either `to`, or `calendar` with `open` and `closed`; the rule on numbers holds it to that. */
export const numbers = z.record(
  key(readNumber, { examples: ['+3612345678', '+3612345*', '+361234567x', '+3612345678@telecom'] }),
  z.union(
    [
      destination,
      z.strictObject({
        language: language.optional(),
        to: destination.optional(),
        calendar: name.optional(),
        open: route.optional(),
        closed: route.optional(),
      }),
    ],
    { error: 'must be a destination, { to: … }, or { calendar: …, open: …, closed: … }' },
  ),
);

export const internalNumbers = z.record(digitsKey, route);

export const failureReasons = ['busy', 'noAnswer', 'declined', 'unreachable'] as const;

export const transfer = z.strictObject({
  ringFor: ringFor.prefault('20s'),
  recall: z.strictObject({
    on: z.array(z.enum(failureReasons)).prefault([...failureReasons]),
    to: z.literal('transferor').prefault('transferor'),
    ringFor: ringFor.prefault('30s'),
    maxReturns: times(20).prefault(2),
    maxTotal: duration({ min: 1000, max: 7_200_000 }).prefault('10m'),
    otherwise: route,
  }),
});

export const features = z.strictObject({
  blindTransfer: digits.optional(),
  attendedTransfer: digits.optional(),
  cancelTransfer: digits.optional(),
  interDigit: patience.prefault('3s'),
});
