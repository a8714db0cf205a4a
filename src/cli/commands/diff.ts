import { resolve } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { hasErrors } from '../../base/yaml/diagnostic.ts';
import { wallClock } from '../../dialplan/calendar/moment.ts';
import { type Diff, diff, diffText, yearFrom } from '../../dialplan/diff/index.ts';
import { type Dialplan, loadDialplan, parseMoment } from '../../dialplan/index.ts';
import type { Arguments, Command, ExitStatus, Surroundings } from '../command.ts';
import { tell } from '../settings.ts';

const formats = ['text', 'json'] as const;

export const command: Command = {
  rest: 'old.yaml new.yaml',
  options: {
    from: {
      type: 'string',
      value: '2026-12-24T08:00',
      help: 'compares the year from that moment on (else from now on)',
    },
    format: { type: 'string', value: formats.join('|'), help: 'how changes are printed (default: text)' },
  },
  about: `Says what changes for those who call: for every number, at every hour of the year to come, whatever is pressed and
whoever answers. What callers cannot notice (the name of a menu, the order of a file) is no change. With each change
comes a call that can be simulated.
Exits with 0 where nothing changes, with 1 where something does, and with 2 where a dialplan cannot be compared.`,
  run: compare,
};

async function compare({ text, rest }: Arguments, surroundings: Surroundings): Promise<ExitStatus> {
  const misunderstood = (line: string): ExitStatus => {
    surroundings.complain(`kozpont: ${line}\nSee kozpont help diff.`);
    return 2;
  };
  const [old, young, third] = rest;
  if (old === undefined || young === undefined || third !== undefined) {
    return misunderstood('diff needs two dialplans, the old one first');
  }
  const format = formats.find(known => known === (text.format ?? 'text'));
  if (format === undefined) return misunderstood(`there is no format ${text.format}, but ${formats.join(', ')}`);
  const before = await read(old, surroundings);
  const after = await read(young, surroundings);
  if (before === undefined || after === undefined) return 2;

  const from = text.from === undefined ? systemClock.now() : parseMoment(text.from, after.company.timezone);
  if (from === undefined) return misunderstood(`${text.from} is no moment such as 2026-12-24T08:00`);
  const span = yearFrom(Math.ceil(from / 60_000) * 60_000);
  const found = diff({ before, after }, span);
  const names = { files: { before: old, after: young }, plans: { before, after }, span };
  surroundings.print(format === 'json' ? asJson(found, after.company.timezone) : diffText(found, names));
  return found.changes.length + found.settings.length > 0 ? 1 : 0;
}

async function read(file: string, surroundings: Surroundings): Promise<Dialplan | undefined> {
  const loaded = await loadDialplan(resolve(surroundings.folder, file), file);
  if (loaded.ok) return loaded.value.plan;
  if (hasErrors(loaded.error)) tell(loaded.error, surroundings);
  return undefined;
}

const asJson = ({ changes, settings }: Diff, timezone: string): string =>
  JSON.stringify(
    {
      changes: changes.map(({ intervals, ...change }) => ({
        ...change,
        intervals: intervals.map(({ from, to }) => ({ from: wallClock(from, timezone), to: wallClock(to, timezone) })),
      })),
      settings,
    },
    undefined,
    2,
  );
