import { defineConfig } from 'vitest/config';

/**
 * What runs on the servers of production: `npm run test:production`, with KOZPONT_DRACHTIO and KOZPONT_FREESWITCH, the
 * paths of the two programs. Each test has servers of its own; few at a time.
 */
export default defineConfig({
  test: {
    include: [
      'test/wire/switchboard/**/*.test.ts',
      'test/wire/freeswitch/**/*.test.ts',
      'test/contract/**/*.test.ts',
      'test/faults/**/*.test.ts',
    ],
    setupFiles: ['test/support/seed.ts'],
    env: { KOZPONT_TEST_ENGINE: 'drachtio' },
    dangerouslyIgnoreUnhandledErrors: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxConcurrency: 2,
    fileParallelism: false,
  },
});
