#!/usr/bin/env node
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../base/clock.ts';
import { Laboratory } from './laboratory.ts';
import { lookAtMachine } from './machine.ts';
import { scenarios } from './scenarios.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(scenarios).join(',') },
    rate: { type: 'string', default: '75' },
    calls: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '2' },
    profile: { type: 'string' },
  },
});

function whole(name: 'rate' | 'calls' | 'seconds' | 'rounds', most: number): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Error(`--${name} must be a whole number from 1 to ${most}`);
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

const sizes = {
  rate: whole('rate', 1_000),
  calls: whole('calls', 2_000),
  seconds: whole('seconds', 300),
  rounds: whole('rounds', 20),
};
const chosen = values.only.split(',').map(name => {
  const scenario = scenarios[name];
  if (scenario !== undefined) return scenario;
  throw new Error(`there is no ${name}: --only takes ${Object.keys(scenarios).join(', ')}, parted by commas`);
});

// The other processes end when this one does.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const machine = lookAtMachine();
print(machine.facts.join('\n'));
const laboratory = await Laboratory.open({
  clock: systemClock,
  cores: machine.cores,
  profiles: values.profile === undefined ? undefined : resolve(values.profile),
});
try {
  for (const scenario of chosen) await scenario({ clock: systemClock, laboratory, sizes, print });
} finally {
  await laboratory.close();
}
