import { KozpontError } from './errors.ts';

/** The error of asking something that has gone. */
export const disposed = (what: string): KozpontError => new KozpontError('DISPOSED', `${what} is already disposed of`);
