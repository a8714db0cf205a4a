import { defineConfig } from 'vitest/config';

/** The suite of `npm test`: everything that needs npm alone, at most three minutes on two cores. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/long/**', 'test/foreign/**', 'test/hostile/**', 'node_modules/**'],
    setupFiles: ['test/support/seed.ts'],
    dangerouslyIgnoreUnhandledErrors: false,
    testTimeout: 20_000,
    maxWorkers: 2,
    // Tests on the wire wait more than they compute.
    maxConcurrency: 10,
  },
});
