import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const src = resolve(import.meta.dirname, '../../src');

/** What each layer may import of ours, beside itself. `port` stands for the port files of a layer alone. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  base: [],
  dialplan: ['base'],
  call: ['base', 'dialplan'],
  exchange: ['base', 'dialplan', 'call', 'media/port', 'signalling/port'],
  signalling: ['base', 'dialplan/plan', 'sip'],
  // FreeSWITCH's adapter invites over a connection of its own to the SIP server; that client is signalling's.
  media: ['base', 'signalling/connection', 'signalling/drachtio'],
  sip: ['base'],
  embedded: ['base', 'sip', 'media'],
  rehearsal: ['base', 'dialplan', 'call'],
  prompts: ['base', 'dialplan/plan', 'dialplan/map/ways', 'config/config'],
  config: ['base'],
  api: ['base', 'call', 'exchange/ports'],
  records: ['base', 'dialplan/override', 'call', 'exchange/ports'],
  journal: ['base', 'exchange/ports', 'signalling/registrar/store'],
  phone: ['base', 'sip', 'media', 'embedded'],
  reload: ['base', 'dialplan', 'rehearsal', 'config'],
  doctor: ['base', 'config', 'prompts', 'embedded/drachtiod/protocol/frame', 'media/freeswitch/eventSocket/frames'],
  live: ['base', 'dialplan', 'call', 'rehearsal', 'phone', 'embedded/rtp/audio'],
  cli: ['*'],
  bench: ['*'],
  engines: ['*'],
  main: ['*'],
};

/** Call control and the dialplan are pure: no platform, no logger, no SIP library. */
const pure: readonly { readonly folder: string; readonly except: readonly string[] }[] = [
  { folder: 'call', except: [] },
  { folder: 'dialplan', except: ['dialplan/load.ts', 'dialplan/calendar/holidays.ts'] },
];

interface Import {
  readonly file: string;
  readonly target: string;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));

const imports: readonly Import[] = files.flatMap(file => {
  const text = readFileSync(join(src, file), 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g,
  );
  return [...found].map(match => ({ file, target: match[1] ?? match[2] ?? '' }));
});

const layerOf = (file: string): string => file.split('/')[0]?.replace(/\.ts$/, '') ?? '';

describe('the layers', () => {
  test('there is something to look at', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(files.length);
  });

  test('every folder is a layer that is known', () => {
    expect(files.map(layerOf).filter(layer => arrows[layer] === undefined)).toEqual([]);
  });

  test('import along the arrows alone', () => {
    const wrong = imports
      .filter(({ target }) => target.startsWith('.'))
      .map(({ file, target }) => ({ file, target: relative(src, resolve(src, dirname(file), target)) }))
      .filter(({ file, target }) => !allowed(layerOf(file), target));
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  test('signalling is over drachtio-srf, and nobody else is but the bare script that the bench compares with', () => {
    const users = imports.filter(({ target }) => target.startsWith('drachtio-')).map(({ file }) => file);
    expect(users.filter(file => layerOf(file) !== 'signalling')).toEqual(['bench/production/fsmrf.ts']);
    expect(users.length).toBeGreaterThan(1);
  });
});

function allowed(layer: string, target: string): boolean {
  const may = arrows[layer] ?? [];
  const path = target.replace(/\.ts$/, '');
  return (
    may.includes('*') || layerOf(target) === layer || may.some(arrow => path === arrow || path.startsWith(`${arrow}/`))
  );
}

describe('purity', () => {
  test.each(pure)('$folder touches no platform', ({ folder, except }) => {
    const wrong = imports.filter(
      ({ file, target }) =>
        layerOf(file) === folder &&
        !except.includes(file) &&
        (target.startsWith('node:') || /drachtio|pino|(^|\/)base\/(log|clock)\.ts$/.test(target)) &&
        !typesOnly(file, target),
    );
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  test('the clock and the timers of the platform are used in one place', () => {
    const users = files.filter(file => {
      const text = readFileSync(join(src, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      return /\bDate\.now\(|\bperformance\.now\(|\bsetTimeout\(|\bsetInterval\(|\bnew Date\(\)/.test(text);
    });
    expect(users.filter(file => !clockUsers.includes(file))).toEqual([]);
  });

  test('the environment is read at the rim alone', () => {
    const readers = files.filter(file => /\bprocess\.env\b/.test(readFileSync(join(src, file), 'utf8')));
    expect(readers.filter(file => !['cli', 'main', 'bench'].includes(layerOf(file)))).toEqual([]);
  });
});

const clockUsers = ['base/clock.ts'];

function typesOnly(file: string, target: string): boolean {
  const text = readFileSync(join(src, file), 'utf8');
  const escaped = target.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return !new RegExp(`import\\s+(?!type\\b)[^;]*from\\s*['"]${escaped}['"]`).test(text);
}
