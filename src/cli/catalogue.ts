import type { Catalogue } from './command.ts';

/** Every command, in the order in which a newcomer meets them. */
export const catalogue: Catalogue = {
  demo: {
    summary: 'tell a whole story with built-in telephones, to see and prove what it does',
    load: () => import('./commands/demo.ts'),
  },
  run: {
    summary: 'start the switchboard',
    load: () => import('./commands/run.ts'),
  },
  doctor: {
    summary: 'look at the servers, the ports and the machine, and say what is wrong',
    load: () => import('./commands/doctor.ts'),
  },
  check: {
    summary: 'say what is wrong with a dialplan, with the line and the column',
    load: () => import('./commands/check.ts'),
  },
  diff: {
    summary: 'say what changes for callers from one dialplan to another',
    load: () => import('./commands/diff.ts'),
  },
  graph: {
    summary: 'draw the ways that calls take, from a number on or back from an extension',
    load: () => import('./commands/graph.ts'),
  },
  schema: {
    summary: 'print the JSON Schema of dialplans, with which an editor completes and explains',
    load: () => import('./commands/schema.ts'),
  },
  test: {
    summary: 'play the stories beside a dialplan, and say which do not come as they say',
    load: () => import('./commands/test.ts'),
  },
  simulate: {
    summary: 'play a call in virtual time, and print what each party meets',
    load: () => import('./commands/simulate.ts'),
  },
  rollback: {
    summary: 'put an earlier version of the dialplan back, which a running Kozpont takes up',
    load: () => import('./commands/rollback.ts'),
  },
  drain: {
    summary: 'let the running switchboard take no new calls, and end when those in progress have ended',
    load: () => import('./commands/drain.ts'),
  },
  phones: {
    summary: 'print the password of each extension, and what else a phone is to be told',
    load: () => import('./commands/phones.ts'),
  },
  drachtiod: {
    summary: 'start the SIP server alone, for applications of drachtio-srf',
    load: () => import('./commands/drachtiod.ts'),
  },
};
