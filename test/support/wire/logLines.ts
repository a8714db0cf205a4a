import { Writable } from 'node:stream';
import { createLog, type Log } from '../../../src/base/log.ts';

/** A log of everything, as whoever reads the file gets it. */
export function logLines(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  let rest = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      const parts = (rest + String(chunk)).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts);
      done();
    },
  });
  return { log: createLog({ level: 'debug' }, sink), lines };
}
