import { systemClock } from '../../base/clock.ts';
import { type ExamineOptions, examine } from '../../doctor/examine.ts';
import { judge } from '../../doctor/judge.ts';
import { reportFormats } from '../../doctor/report.ts';
import type { Arguments, Command, ExitStatus, Surroundings } from '../command.ts';
import { forPrograms } from '../preparation.ts';
import { machineAddresses, readDialplan, readSettings, settingsOptions } from '../settings.ts';
import { version } from '../version.ts';

export const command: Command = {
  options: {
    ...settingsOptions,
    'no-voices': { type: 'boolean', help: 'the speech program is not tried' },
    strict: { type: 'boolean', help: 'warnings count as errors' },
    format: { type: 'string', value: Object.keys(reportFormats).join('|'), help: 'how it is printed (default: text)' },
  },
  about: `Looks at everything that the settings name, and changes nothing: whether each server answers and knows our secret,
which version and modules it has, whether it is set up as Kozpont needs it and safely; whether ports can be bound and the
prompts are seen; the clock, the limits of this machine. What is wrong is printed with what to do about it. It may be
run beside a running Kozpont. Run it as the user that Kozpont runs as.
Exits with 0 where nothing is wrong (there may be warnings), with 1 where something is, and with 2 where it was not
understood.`,
  run: doctor,
};

async function doctor(args: Arguments, surroundings: Surroundings): Promise<ExitStatus> {
  const format = args.text.format ?? 'text';
  if (!isFormat(format)) {
    surroundings.complain(`kozpont: there is no format ${format}, but ${Object.keys(reportFormats).join(', ')}`);
    return 2;
  }
  const config = await readSettings(args, surroundings);
  if (config === undefined) return 1;
  // A dialplan that is wrong is told of by its own diagnostics; everything else is looked at all the same.
  const plan = await readDialplan(config, surroundings);
  const options: ExamineOptions = {
    clock: systemClock,
    interfaces: machineAddresses(),
    languages: args.flags['no-voices'] === true ? [] : (plan?.company.languages ?? []),
    environment: forPrograms(surroundings.environment),
  };
  const findings = judge(await examine(config, options), config);
  surroundings.print(reportFormats[format]({ engine: config.engine.kind, version: await version(), findings }));
  const counted = findings.filter(
    ({ severity }) => severity === 'error' || (args.flags.strict === true && severity === 'warning'),
  );
  return plan === undefined || counted.length > 0 ? 1 : 0;
}

const isFormat = (name: string): name is keyof typeof reportFormats => Object.hasOwn(reportFormats, name);
