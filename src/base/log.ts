import { type DestinationStream, type Logger, pino } from 'pino';

/** Structured, one JSON line a record. Bind what every line of a thing must carry: `log.child({ call: id })`. */
export type Log = Logger;

export interface LogOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
}

/** To standard output, where no destination is given. */
export const createLog = (options: LogOptions, destination: DestinationStream = pino.destination()): Log =>
  pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: level => ({ level }) },
    },
    { write: line => destination.write(shown(line)) },
  );

/**
 * What JSON leaves as it is although a terminal obeys it or shows nothing of it: DEL and the C1 controls, line separators,
 * what turns the direction of writing, what has no width, and tags. Strangers' text is in many a line; outside of strings JSON has none of these.
 */
const obeyed = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\udb40[\udc00-\udfff]/g;

const shown = (line: string): string =>
  line.search(obeyed) < 0
    ? line
    : line.replace(obeyed, character =>
        character
          .split('')
          .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
          .join(''),
      );

/** For tests and tools that have nowhere to log to. */
export const silentLog: Log = pino({ level: 'silent' });
