import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { messageOf } from '../../base/errors.ts';
import type { Access } from '../accessFile.ts';
import { readDrainLine } from './drainLine.ts';

export type DrainOutcome =
  /** `cut`: calls that the limit of the drain has ended. */
  | { readonly kind: 'over'; readonly cut: number }
  /** Nobody listens there. */
  | { readonly kind: 'notRunning' }
  /** Somebody does, who did not take the request. */
  | { readonly kind: 'refused'; readonly status: number }
  /** It ended, or fell silent, without a last word. */
  | { readonly kind: 'lost'; readonly why: string };

/** The switchboard speaks every five seconds. */
const silentFor = 20_000;

/**
 * Asks the running Kozpont to drain, or one of its media servers, and tells how many calls (or endpoints) are left until it
 * is over. Never rejects.
 */
export function requestDrain(
  { url, token }: Access,
  media: string | undefined,
  told: (left: number) => void,
): Promise<DrainOutcome> {
  const asked = new URL('/drain', url);
  if (media !== undefined) asked.searchParams.set('media', media);
  return new Promise(resolve => {
    const asking = request(asked, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Length': 0 },
      agent: false,
      timeout: silentFor,
    });
    asking.on('timeout', () => asking.destroy(new Error('it does not answer')));
    asking.on('error', error => {
      const refused = 'code' in error && error.code === 'ECONNREFUSED';
      resolve(refused ? { kind: 'notRunning' } : { kind: 'lost', why: messageOf(error) });
    });
    asking.on('response', response => {
      const { statusCode: status = 0 } = response;
      if (status !== 200) {
        response.resume();
        resolve({ kind: 'refused', status });
        return;
      }
      const lines = createInterface({ input: response });
      lines.on('line', text => {
        const line = readDrainLine(text);
        if (line === undefined) return;
        if ('over' in line) resolve({ kind: 'over', cut: line.cut });
        else told(line.calls);
      });
      lines.on('close', () => resolve({ kind: 'lost', why: 'the connection was closed' }));
      response.on('error', error => resolve({ kind: 'lost', why: messageOf(error) }));
    });
    asking.end();
  });
}
