import type { Catalogue } from './command.ts';

/** Every command, in the order in which a newcomer meets them. */
export const catalogue: Catalogue = {
  demo: {
    summary: 'play a whole story with built-in phones, and show what each of them hears',
    load: () => import('./commands/demo.ts'),
  },
  run: {
    summary: 'start the switchboard',
    load: () => import('./commands/run.ts'),
  },
  doctor: {
    summary: 'check servers, ports and the host, and suggest a fix for each problem',
    load: () => import('./commands/doctor.ts'),
  },
  check: {
    summary: 'find the mistakes in a dialplan, with line and column',
    load: () => import('./commands/check.ts'),
  },
  diff: {
    summary: 'show what changes for callers between two dialplans',
    load: () => import('./commands/diff.ts'),
  },
  graph: {
    summary: 'draw the call flow, forward from a number or back from an extension',
    load: () => import('./commands/graph.ts'),
  },
  schema: {
    summary: 'print the JSON Schema of dialplans, for completion in editors',
    load: () => import('./commands/schema.ts'),
  },
  test: {
    summary: 'play the stories beside a dialplan, and report which fail',
    load: () => import('./commands/test.ts'),
  },
  simulate: {
    summary: 'play a call in virtual time, and print what each party hears and sees',
    load: () => import('./commands/simulate.ts'),
  },
  rollback: {
    summary: 'restore an earlier version of the dialplan; a running Kozpont reloads it',
    load: () => import('./commands/rollback.ts'),
  },
  drain: {
    summary: 'stop the running switchboard once its calls have ended; it takes no new ones',
    load: () => import('./commands/drain.ts'),
  },
  phones: {
    summary: 'print the password of each extension, and the server to register with',
    load: () => import('./commands/phones.ts'),
  },
  drachtiod: {
    summary: 'start the SIP server alone, for applications of drachtio-srf',
    load: () => import('./commands/drachtiod.ts'),
  },
};
