import { type DestinationStream, type Logger, pino } from 'pino';

/** Structured, one JSON line a record. Bind what every line of a thing must carry: `log.child({ call: id })`. */
export type Log = Logger;

export interface LogOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
}

export const createLog = (options: LogOptions, destination?: DestinationStream): Log =>
  destination === undefined
    ? pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
    : pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);

/** For tests and tools that have nowhere to log to. */
export const silentLog: Log = pino({ level: 'silent' });
