import type { Destination, Dialplan, Extension, Route } from '../../src/dialplan/plan.ts';

export const at = { file: 'office.yaml', line: 1, col: 1 };

export const to = (kind: Destination['kind'], name: string): Route => ({ to: { kind, name } as Destination, at });

export const extension = (number: string, change: Partial<Extension> = {}): Extension => ({
  number,
  name: `Extension ${number}`,
  ringFor: 20_000,
  failover: {},
  directDial: true,
  at,
  ...change,
});

const allWeek = [0, 1, 2, 3, 4, 5, 6].map(() => [{ from: 0, to: 1440 }]);

/** A small office: a menu, a reception queue with two operators, three desks, two groups. */
export function officePlan(change: Partial<Dialplan> = {}): Dialplan {
  return {
    version: 'office',
    company: { name: 'Office', timezone: 'Europe/Budapest', languages: ['en', 'hu'] },
    prompts: Object.fromEntries(
      ['welcome', 'sorry', 'bye', 'closed'].map(name => [name, { name, text: { en: name, hu: name }, at }]),
    ),
    calendars: { always: { name: 'always', week: allWeek, exceptions: {}, yearly: {}, at } },
    extensions: Object.fromEntries(['10', '11', '101', '102', '103'].map(number => [number, extension(number)])),
    groups: {
      sales: {
        name: 'sales',
        members: ['101', '102'],
        strategy: 'simultaneous',
        ringFor: 20_000,
        otherwise: to('queue', 'reception'),
        at,
      },
      support: {
        name: 'support',
        members: ['102', '103'],
        strategy: 'sequential',
        ringFor: 10_000,
        otherwise: to('goodbye', 'bye'),
        at,
      },
    },
    queues: {
      reception: {
        name: 'reception',
        agents: ['10', '11'],
        strategy: 'longestIdle',
        music: 'default',
        ringFor: 15_000,
        retryAfter: 5_000,
        maxWait: 300_000,
        overflow: to('goodbye', 'bye'),
        at,
      },
    },
    menus: {
      main: {
        name: 'main',
        greeting: 'welcome',
        directDial: true,
        keys: {
          '0': to('queue', 'reception'),
          '2': to('group', 'sales'),
          '3': to('group', 'support'),
          '9': { ...to('menu', 'main'), language: 'hu' },
        },
        interDigit: 3_000,
        noInput: { after: 5_000, repeat: 1, then: to('queue', 'reception') },
        invalid: { say: 'sorry', repeat: 2, then: to('queue', 'reception') },
        at,
      },
    },
    announcements: { closed: { name: 'closed', say: 'closed', then: to('goodbye', 'bye'), at } },
    schedules: {
      office: {
        name: 'office',
        calendar: 'always',
        open: to('menu', 'main'),
        closed: to('announcement', 'closed'),
        at,
      },
    },
    internalNumbers: { '0': to('queue', 'reception') },
    numbers: [
      { match: { kind: 'exact', number: '+3612345678' }, route: to('schedule', 'office'), at },
      { match: { kind: 'prefix', prefix: '+36123457' }, route: to('extension', '101'), at },
    ],
    transfer: {
      ringFor: 20_000,
      recall: {
        on: ['noAnswer', 'busy', 'declined', 'unreachable'],
        ringFor: 30_000,
        maxReturns: 2,
        maxTotal: 300_000,
        otherwise: to('queue', 'reception'),
      },
      at,
    },
    features: { blindTransfer: '##', attendedTransfer: '*2', cancelTransfer: '*0', interDigit: 3_000 },
    ...change,
  };
}
