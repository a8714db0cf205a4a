import { defineConfig } from 'vitest/config';

const shared = {
  setupFiles: ['test/support/seed.ts'],
  testTimeout: 60_000,
};

/** The suite of `npm test`: everything that needs npm alone, at most three minutes on two cores. */
export default defineConfig({
  test: {
    dangerouslyIgnoreUnhandledErrors: false,
    maxWorkers: 2,
    // Tests on the wire wait more than they compute.
    maxConcurrency: 10,
    projects: [
      {
        test: {
          ...shared,
          name: 'pure',
          include: ['test/{pure,property,story}/**/*.test.ts'],
          // Values in, values out: one load of the modules serves all of them.
          isolate: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'wire',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{pure,property,story,long,foreign,hostile,networks}/**', 'node_modules/**'],
        },
      },
    ],
  },
});
