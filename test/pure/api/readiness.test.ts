import { expect, test } from 'vitest';
import { notReady } from '../../../src/api/readiness.ts';
import { idle } from '../../support/switchboardFacts.ts';

const server = (ready: boolean) => ({ name: `one that is ${ready}`, ready, endpoints: 0 });

test('a switchboard is ready while it takes calls, and else says every reason', () => {
  expect(notReady(idle)).toEqual([]);
  expect(notReady({ ...idle, connected: false })).toEqual(['sipServerLost']);
  expect(notReady({ ...idle, draining: true })).toEqual(['draining']);
  expect(notReady({ ...idle, mediaServers: () => [server(false), server(true)] })).toEqual([]);
  expect(notReady({ ...idle, mediaServers: () => [] })).toEqual(['noMediaServer']);
  expect(notReady({ connected: false, draining: true, mediaServers: () => [server(false)] })).toEqual([
    'sipServerLost',
    'noMediaServer',
    'draining',
  ]);
});
