import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duration } from '../base/clock.ts';
import { encodeWav } from '../base/wav.ts';
import type { Sounds } from '../exchange/ports.ts';

export const companyNumber = '+3612345678';
/** What callers press, and who rings then. */
export const extension = { key: '1', number: '201' } as const;
export const operator = { key: '2', number: '202' } as const;
/** Somebody who never answers. */
export const silent = { number: '203' } as const;

export const address = '127.0.0.1';

export const settings = `
sip: { listen: ["udp:${address}:0"] }
media: { address: ${address} }
trunks: { bench: { from: [${address}] } }
limits: { calls: 5000, callsPerSecond: 1000, callsPerSecondPerSource: 1000, eventLoopDelay: 1m }
api: { listen: off }
state: state
prompts: recordings
`;

/** A company number with a greeting, over which a key leads to an extension at a fixed contact. */
export const dialplan = (phonePort: number, ringFor: Duration): string => `
kozpont: 1
company: { name: Bench, timezone: Europe/Budapest, languages: [en] }
prompts:
  welcome: { en: Welcome. }
  bye: { en: Goodbye. }
defaults: { ringFor: 20s, failover: goodbye:bye }
extensions:
${[extension, operator, silent]
  .map(({ number }) => `  "${number}": { name: Phone ${number}, contact: "sip:${number}@${address}:${phonePort}" }`)
  .join('\n')}
menus:
  main:
    greeting: welcome
    directDial: false
    keys: { ${extension.key}: "extension:${extension.number}", ${operator.key}: "extension:${operator.number}" }
    noInput: { after: 10s, repeat: 0, then: goodbye:bye }
    invalid: { say: bye, repeat: 0, then: goodbye:bye }
numbers:
  "${companyNumber}": menu:main
transfer:
  ringFor: ${ringFor}ms
  recall:
    on: [noAnswer, busy, declined, unreachable]
    to: transferor
    ringFor: 20s
    maxReturns: 2
    maxTotal: 10m
    otherwise: goodbye:bye
`;

/** A tone of this length in place of what would be spoken. */
export async function toneSounds(folder: string, lasts: Duration): Promise<Sounds & { close(): Promise<void> }> {
  const file = await writeTone(folder, lasts);
  return { prompt: () => file, music: () => file, close: async () => {} };
}

/** Gives the path of the WAV file. */
export async function writeTone(folder: string, lasts: Duration): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'tone.wav');
  const samples = Int16Array.from({ length: lasts * 8 }, (_, at) => Math.round(8000 * Math.sin(at / 3)));
  await writeFile(file, encodeWav({ sampleRate: 8000, channels: 1, samples }));
  return file;
}
