import { describe, expect, it } from 'vitest';
import { connectionLimits, defaultLimits } from '../../../../../src/embedded/sip/transport/limits.ts';

describe('how many connections there may be', () => {
  it.each([
    ['a limit that is not known', undefined, 4_256, defaultLimits.connections, 1_000],
    ['no limit', Number.POSITIVE_INFINITY, 4_256, defaultLimits.connections, 1_000],
    ['as systemd has it', 524_288, 4_256, defaultLimits.connections, 1_000],
    ['a shell of the usual kind, a small office', 1_024, 4 * 50 + 256, 568, 284],
    ['a shell of the usual kind, as it is set up', 1_024, 4_256, 256, 128],
    ['next to nothing', 3, 256, 1, 1],
  ])('%s', (_, openFiles, reserve, connections, connectionsPerSource) => {
    expect(connectionLimits(openFiles, reserve)).toEqual({ connections, connectionsPerSource });
  });
});
