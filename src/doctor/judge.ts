import type { Config } from '../config/config.ts';
import type { Facts } from './facts.ts';
import { type Finding, findingError, findingFine } from './finding.ts';
import { judgeDrachtio } from './rules/drachtio.ts';
import { judgeEmbedded } from './rules/embedded.ts';
import { judgeFleet } from './rules/fleet.ts';
import { judgeFreeswitch } from './rules/freeswitch.ts';
import { judgeMachine } from './rules/machine.ts';

/** Everything that the facts say, in the order in which a call meets it: SIP, media, prompts, the machine beneath. */
export const judge = (facts: Facts, config: Config): readonly Finding[] => [
  ...(facts.drachtio === undefined ? [] : judgeDrachtio(facts.drachtio)),
  ...facts.freeswitch.flatMap(judgeFreeswitch),
  ...judgeFleet(facts, config),
  ...(config.engine.kind === 'embedded' ? judgeEmbedded(facts, config) : []),
  ...facts.voices.map(({ language, problem }) =>
    problem === undefined
      ? findingFine('VOICE', `the voice for ${language}`, 'speaks')
      : findingError(
          'VOICE_DUMB',
          `the voice for ${language}`,
          `cannot speak: ${problem}`,
          'correct tts, or record every prompt of that language',
        ),
  ),
  ...judgeMachine(facts, config),
];
