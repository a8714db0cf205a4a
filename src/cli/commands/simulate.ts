import { createInterface } from 'node:readline';
import { systemClock } from '../../base/clock.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { parseDuration } from '../../base/yaml/duration.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import {
  type Behaviour,
  headOf,
  Interactive,
  instantOf,
  interactiveHelp,
  linesOf,
  overridesAt,
  type Press,
  parseBehaviour,
  parseOverrides,
  parsePress,
  type Scenario,
  type Simulation,
  simulate,
  usualAnswer,
} from '../../rehearsal/index.ts';
import type { Arguments, Command, ExitStatus, Surroundings } from '../command.ts';
import { readDialplan, readSettings, settingsOptions } from '../settings.ts';

export const command: Command = {
  options: {
    ...settingsOptions,
    from: {
      type: 'string',
      value: 'number',
      help: 'who calls: a number from outside (else anonymous), or an extension',
    },
    to: { type: 'string', value: 'number', help: 'what is dialled (else the first number of the dialplan)' },
    at: { type: 'string', value: 'time', help: 'when, by the clock of the company: 2026-12-24T18:05 (else now)' },
    press: {
      type: 'string',
      value: 'keys[@time]',
      multiple: true,
      help: 'pressed when a menu has been listened to, or at a time: 2@3s; may be repeated',
    },
    extension: {
      type: 'string',
      value: 'number=does',
      multiple: true,
      help: 'answer[:5s], noAnswer, talking, busy, declined or unreachable; may be repeated',
    },
    everyone: { type: 'string', value: 'does', help: 'what the phones do that no --extension names (else answer:4s)' },
    override: {
      type: 'string',
      value: 'calendar=open|closed',
      multiple: true,
      help: 'a calendar that somebody has just opened or closed by hand; may be repeated',
    },
    talk: { type: 'string', value: 'time', help: 'how long the caller talks before hanging up (else 30s)' },
    'hang-up': { type: 'string', value: 'time', help: 'when the caller hangs up, since the call came in' },
    interactive: { type: 'boolean', help: 'step by step: each time, what is done next is asked for' },
    json: { type: 'boolean', help: 'the timeline, and the record of the call, as JSON' },
  },
  about: `Plays the call through the same call control that takes live calls, in no time at all. Each line has the time
on the wall, the time since the call came in, the place in the dialplan because of which it happened, and what
happened. How long a prompt lasts is estimated from its text.

  kozpont simulate --at 2026-12-24T18:05 --press 0 --extension 103=noAnswer --extension 102=answer:8s

Exits with 0 where the call came to a good end, with 1 where it was refused or failed, or where keys were given that
the caller never came to press, and with 2 where the command was not understood.`,

  async run(args, surroundings) {
    const config = await readSettings(args, surroundings);
    if (config === undefined) return 1;
    const plan = await readDialplan(config, surroundings);
    if (plan === undefined) return 1;
    const interactive = args.flags.interactive === true;
    const scenario = scenarioOf(plan, args, interactive ? { kind: 'noAnswer' } : usualAnswer);
    if (!scenario.ok) {
      surroundings.complain(`kozpont: ${scenario.error}\nSee kozpont help simulate.`);
      return 2;
    }
    if (interactive) return ask(new Interactive(plan, scenario.value), surroundings);
    const simulation = simulate(plan, scenario.value);
    surroundings.print(args.flags.json === true ? asJson(simulation) : asText(simulation));
    const { phase } = simulation.call;
    const good =
      phase.kind === 'ended' && phase.termination.result !== 'failed' && phase.termination.result !== 'refused';
    for (const { keys } of simulation.unpressed) surroundings.complain(`kozpont: ${keys} was never pressed`);
    return good && simulation.unpressed.length === 0 ? 0 : 1;
  },
};

/** Until the call is over, or there is no more input. */
async function ask(call: Interactive, surroundings: Surroundings): Promise<ExitStatus> {
  const { input } = surroundings;
  if (input === undefined) {
    surroundings.complain('kozpont: there is nobody to ask');
    return 2;
  }
  const print = (lines: readonly string[]): void => {
    if (lines.length > 0) surroundings.print(lines.join('\n'));
  };
  surroundings.print(`${interactiveHelp}\n`);
  let reply = call.begin();
  print(reply.lines);
  if (reply.over) return 0;
  surroundings.print(call.question());
  const lines = createInterface({ input, terminal: false });
  try {
    for await (const line of lines) {
      reply = call.take(line);
      print(reply.lines);
      if (reply.over) break;
      surroundings.print(call.question());
    }
  } finally {
    lines.close();
  }
  return 0;
}

export function scenarioOf(
  plan: Dialplan,
  { text, lists = {} }: Arguments,
  usual: Behaviour = usualAnswer,
): Result<Scenario, string> {
  const at = text.at === undefined ? systemClock.now() : instantOf(text.at, plan.company.timezone);
  if (at === undefined) return fail(`${text.at} is no time that the clock of ${plan.company.timezone} shows`);
  const to = text.to ?? firstNumber(plan);
  if (to === undefined) return fail('--to is missing: the dialplan has no number of its own');

  const presses: Press[] = [];
  for (const written of lists.press ?? []) {
    const press = parsePress(written);
    if (!press.ok) return fail(`--press ${press.error}`);
    presses.push(press.value);
  }
  const everyone = text.everyone === undefined ? ok(usual) : parseBehaviour(text.everyone);
  if (!everyone.ok) return fail(`--everyone ${everyone.error}`);
  const behaviours = new Map<string, Behaviour>();
  for (const written of lists.extension ?? []) {
    const [number = '', does = '', ...more] = written.split('=');
    if (more.length > 0 || does === '') return fail(`--extension ${written} is not written 101=noAnswer`);
    if (!Object.hasOwn(plan.extensions, number)) return fail(`--extension ${number} is not in the dialplan`);
    const behaviour = parseBehaviour(does);
    if (!behaviour.ok) return fail(`--extension ${number}: ${behaviour.error}`);
    behaviours.set(number, behaviour.value);
  }
  const overrides = parseOverrides(plan, lists.override ?? []);
  if (!overrides.ok) return fail(`--override ${overrides.error}`);
  const talkFor = parseDuration(text.talk ?? '30s');
  if (talkFor === undefined) return fail(`--talk ${text.talk} is no time such as 30s`);
  const hangUpAt = text['hang-up'] === undefined ? undefined : parseDuration(text['hang-up']);
  if (text['hang-up'] !== undefined && hangUpAt === undefined)
    return fail(`--hang-up ${text['hang-up']} is no time such as 30s`);
  return ok({
    at,
    from: text.from ?? '',
    to,
    presses,
    behaviourOf: extension => behaviours.get(extension) ?? everyone.value,
    talkFor,
    overrides: overridesAt(plan, overrides.value, at),
    ...(hangUpAt === undefined ? {} : { hangUpAt }),
  });
}

const firstNumber = ({ numbers }: Dialplan): string | undefined =>
  numbers.flatMap(({ match }) => (match.kind === 'exact' ? [match.number] : []))[0];

const asText = (simulation: Simulation): string => [headOf(simulation), '', ...linesOf(simulation)].join('\n');

function asJson({ startedAt, timezone, moments, unpressed }: Simulation): string {
  const ended = moments.findLast(moment => moment.kind === 'ended');
  return JSON.stringify(
    {
      startedAt: new Date(startedAt).toISOString(),
      timezone,
      moments: moments.filter(moment => moment !== ended),
      unpressed: unpressed.map(({ keys }) => keys),
      record: ended?.kind === 'ended' ? ended.record : null,
    },
    undefined,
    2,
  );
}
