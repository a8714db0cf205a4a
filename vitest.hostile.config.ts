import { defineConfig } from 'vitest/config';

/** Attacks, each on a switchboard of its own with a call up beside it: `npm run test:hostile`. */
export default defineConfig({
  test: {
    include: ['test/hostile/**/*.test.ts'],
    globalSetup: ['test/hostile/support/setup.ts'],
    setupFiles: ['test/support/seed.ts'],
    dangerouslyIgnoreUnhandledErrors: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
    // What is measured is not to be disturbed by the test beside it.
    fileParallelism: false,
  },
});
