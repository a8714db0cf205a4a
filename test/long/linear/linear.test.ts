/**
 * Time per byte must not grow with the bytes. Each reader is given what it understands with something repeated in it,
 * wherever it may stand, 64 KB of it. What takes more than a moment is measured again at another size.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../support/random.ts';
import { type Reader, readers } from './readers.ts';

const size = 65_536;
/** Milliseconds for all of it: 150 ns a byte. What takes no longer needs no second look. */
const momentFor = (length: number): number => (length * 150) / 1e6;
/** What takes longer than this is compared with a quarter of it; else there is eight times as much, and no noise. */
const long = 300;
const attempts = 3;
const mostPlaces = 40;
/** Attacks on each reader: drawn from all there are, by the seed, where those are more. */
const runs = Number(process.env.KOZPONT_LINEAR_RUNS ?? 1_000);

const repeated = [
  ...[
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\r\n ',
    ' \r',
    ',',
    ';',
    ':',
    '=',
    '"',
    '\\',
    '\\"',
    '""',
    '<',
    '>',
    '<>',
    '(',
    '()',
    '[',
  ],
  ...[
    '%',
    '%4',
    '%41',
    '%C3%A9',
    '/',
    '.',
    '-',
    '--',
    '--x',
    '--x\r\n',
    '@',
    '?',
    '&',
    '*',
    '+',
    '#',
    '|',
    '\0',
    '\u00a0',
  ],
  ...[
    '\u2028',
    '\u200b',
    'é',
    '😀',
    'a',
    '0',
    '9#',
    'ab ',
    'a=',
    'a=b;',
    'a="b",',
    ';a',
    ', a',
    ' ,',
    ';=',
    'a@',
    'a.',
    '<a>,',
  ],
  ...[
    'Content-Type:',
    'boundary=',
    'multipart/',
    'tag=',
    'sip:',
    'a=b\r\n',
    'a: b\r\n',
    'a=rtpmap:0 x/1\r\n',
    'm=audio 1 a 0\r\n',
  ],
];
/** What makes that which has nearly matched fail in the end. */
const ends = ['', '\u2028x', 'x\n', '"', '\0'];

/** The sample with `what` in it, to the size; behind it the rest of the sample, or something else. */
const attack = (sample: string, at: number, what: string, end: string, length: number): string => {
  const pump = what.repeat(Math.ceil(length / what.length));
  return sample.slice(0, at) + pump + (end === '' ? sample.slice(at) : end);
};

/** Everywhere where a sample is short, else evenly and at the beginning of each line. */
const placesIn = (sample: string): number[] => {
  const step = Math.max(1, Math.ceil(sample.length / mostPlaces));
  const places = new Set([0, sample.length]);
  for (let at = 0; at < sample.length; at += step) places.add(at);
  for (let at = sample.indexOf('\r\n'); at !== -1; at = sample.indexOf('\r\n', at + 2)) places.add(at).add(at + 2);
  return [...places].filter(at => at <= sample.length);
};

/** Milliseconds of the processor, the best of some: others use the machine, too. */
const timeOf = (read: () => unknown, times: number, moment: number): number => {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times && best > moment; i++) {
    const start = process.cpuUsage();
    read();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
};

interface Cost {
  readonly nanosecondsPerByte: number;
  /** How many times more a byte of the larger one costs than a byte of the smaller one: 1, or 4 to 8 for a square. */
  readonly growth: number;
  readonly attack: string;
}

const mostGrowth = 2.5;

const costOf = (reader: Reader, at: number, what: string, end: string): Cost => {
  const { bound, sample } = reader;
  const length = bound ?? size;
  const moment = momentFor(length);
  const read = (characters: number, times: number): number => {
    const text = attack(sample, at, what, end, characters);
    return timeOf(() => reader.read(text), times, characters === length ? moment / 2 : 0);
  };
  const time = read(length, attempts);
  let growth = 1;
  if (time > moment && (bound !== undefined || time > long)) {
    growth = time / read(length / 4, attempts) / 4;
    // So short that others, or the collection of garbage, are as much of it.
    if (growth > mostGrowth && time < long) growth = read(length, 40) / read(length / 4, 40) / 4;
  } else if (time > moment) {
    growth = read(length * 8, 1) / time / 8;
    if (growth > mostGrowth) growth = read(length * 8, attempts) / read(length, 10) / 8;
  }
  const shown = `${JSON.stringify(what)} at ${at}, then ${end === '' ? 'the rest' : JSON.stringify(end)}`;
  return { nanosecondsPerByte: (time * 1e6) / length, growth, attack: shown };
};

const attacksOn = ({ sample }: Reader): (readonly [number, string, string])[] => {
  const all = placesIn(sample).flatMap(at => repeated.flatMap(what => ends.map(end => [at, what, end] as const)));
  const random = seededRandom(fc.readConfigureGlobal().seed ?? 1);
  const chosen: (readonly [number, string, string])[] = [];
  while (chosen.length < runs && all.length > 0) {
    const index = Math.floor(random() * all.length);
    chosen.push(all[index] as (typeof all)[number]);
    all[index] = all.at(-1) as (typeof all)[number];
    all.pop();
  }
  return chosen;
};

test.each(readers)('$name', reader => {
  let dearest: Cost | undefined;
  const growing: Cost[] = [];
  for (const [at, what, end] of attacksOn(reader)) {
    const cost = costOf(reader, at, what, end);
    if (dearest === undefined || cost.nanosecondsPerByte > dearest.nanosecondsPerByte) dearest = cost;
    if (cost.growth > mostGrowth) growing.push(cost);
  }
  console.info(
    `${reader.name}: at most ${Math.round(dearest?.nanosecondsPerByte ?? 0)} ns a byte, by ${dearest?.attack}`,
  );
  expect(growing).toEqual([]);
});

test('what is quadratic is found: the parser of drachtio-srf without our guard', () => {
  const quadratic = /Content-Type:\s*(.*)\r\n/;
  const reader: Reader = { name: 'bare', sample: 'Content-Type: a', bound: 32_768, read: text => quadratic.exec(text) };
  expect(costOf(reader, 13, ' ', '\u2028x').growth).toBeGreaterThan(mostGrowth);
});
