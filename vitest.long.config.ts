import { defineConfig } from 'vitest/config';

/** The long suites: fuzzing, schedules in the hundred thousands, foreign phones, networks. Named on the command line. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts', 'test/foreign/**/*.test.ts', 'test/networks/**/*.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    dangerouslyIgnoreUnhandledErrors: false,
    testTimeout: 1_800_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
