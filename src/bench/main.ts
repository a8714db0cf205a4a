#!/usr/bin/env node
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../base/clock.ts';
import { Laboratory } from './laboratory.ts';
import { lookAtMachine } from './machine.ts';
import { production } from './production/scenario.ts';
import { programsIn } from './production/servers.ts';
import { scenarios } from './scenarios.ts';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'embedded' },
    only: { type: 'string', default: Object.keys(scenarios).join(',') },
    rate: { type: 'string', default: '75' },
    rates: { type: 'string', default: '5,8,10,12,15,20' },
    calls: { type: 'string', default: '300' },
    seconds: { type: 'string' },
    rounds: { type: 'string', default: '2' },
    profile: { type: 'string' },
  },
});

function whole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Error(`--${name} must be a whole number from 1 to ${most}`);
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

if (values.engine !== 'embedded' && values.engine !== 'drachtio') {
  throw new Error(`--engine takes embedded or drachtio, not ${values.engine}`);
}
const programs = values.engine === 'drachtio' ? programsIn(process.env) : undefined;
const sizes = {
  rate: whole('rate', values.rate, 1_000),
  calls: whole('calls', values.calls, 2_000),
  seconds: whole('seconds', values.seconds ?? (programs === undefined ? '20' : '8'), 300),
  rounds: whole('rounds', values.rounds, 20),
};
const rates = values.rates.split(',').map(rate => whole('rates', rate, 1_000));
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
  const bench = { clock: systemClock, laboratory, sizes, print };
  if (programs !== undefined) await production(bench, programs, { ...sizes, rates });
  else for (const scenario of chosen) await scenario(bench);
} finally {
  await laboratory.close();
}
