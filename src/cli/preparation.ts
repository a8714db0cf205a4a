import { availableParallelism } from 'node:os';
import { destination } from 'pino';
import type { Clock } from '../base/clock.ts';
import { createLog, type Log } from '../base/log.ts';
import { hasErrors } from '../base/yaml/diagnostic.ts';
import { type Advertised, chooseAdvertised } from '../config/address.ts';
import type { Config } from '../config/config.ts';
import { type Credentials, openCredentials } from '../config/credentials.ts';
import type { Environment } from '../config/environment.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import { PromptLibrary } from '../prompts/library.ts';
import { Renderer } from '../prompts/renderer.ts';
import { proofFindings } from '../rehearsal/index.ts';
import type { Surroundings } from './command.ts';
import { machineAddresses, nearby, readDialplanFile, tell } from './settings.ts';

/** All that a start needs besides the configuration: read, checked, and ready. */
export interface Preparation {
  readonly plan: Dialplan;
  /** The file that `plan` was read from. */
  readonly bytes: Uint8Array;
  readonly credentials: Credentials;
  /** Prepared for `plan`; whoever gets it closes it. */
  readonly prompts: PromptLibrary;
  readonly advertised: Advertised;
  readonly clock: Clock;
  readonly log: Log;
}

/** Undefined, and all is told, where something is wrong: nothing has been started then. */
export async function prepare(
  config: Config,
  clock: Clock,
  surroundings: Surroundings,
): Promise<Preparation | undefined> {
  const loaded = await readDialplanFile(config, surroundings);
  if (loaded === undefined) return undefined;
  const { plan, bytes } = loaded;
  const proof = proofFindings(plan, nearby(config.files.dialplan, surroundings.folder), clock.now());
  tell(proof, surroundings);
  if (hasErrors(proof)) return undefined;
  const credentials = await openCredentials({
    file: config.files.credentials,
    extensions: Object.keys(plan.extensions),
  });
  tell(credentials.diagnostics, surroundings);
  if (credentials.value === undefined) return undefined;

  const prompts = await preparePrompts(config, plan, clock, surroundings);
  if (prompts === undefined) return undefined;
  return {
    plan,
    bytes,
    credentials: credentials.value,
    prompts,
    advertised: chooseAdvertised(config, machineAddresses()),
    clock,
    log: createLog(config.log, surroundings.log ?? destination({ fd: 2, sync: false })),
  };
}

async function preparePrompts(
  config: Config,
  plan: Dialplan,
  clock: Clock,
  surroundings: Surroundings,
): Promise<PromptLibrary | undefined> {
  const prompts = promptsFor(config, clock, surroundings);
  let stopped = false;
  const release = surroundings.onStopSignal(() => {
    stopped = true;
    void prompts.close();
  });
  const diagnostics = await prompts.prepare(plan, ({ done, total }) =>
    surroundings.progress(done === total ? '' : `Preparing the prompts: ${done} of ${total}`),
  );
  release();
  if (!stopped) {
    tell(diagnostics, surroundings);
    if (!hasErrors(diagnostics)) return prompts;
  }
  await prompts.close();
  return undefined;
}

/** Nothing is prepared yet; whoever gets it closes it. */
export function promptsFor(config: Config, clock: Clock, { environment }: Surroundings): PromptLibrary {
  const renderer = new Renderer({
    cache: config.files.promptCache,
    tts: config.tts,
    environment: forPrograms(environment),
    clock,
    // No call is up yet, and later there is nothing to render: every core may help.
    lanes: availableParallelism(),
  });
  return new PromptLibrary(config.files.prompts, renderer);
}

/** What a speech program needs of the environment, and nothing that it has no business with. */
export const forPrograms = (environment: Environment): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ['PATH', 'HOME', 'LANG', 'LC_ALL', 'LD_LIBRARY_PATH', 'TMPDIR', 'XDG_DATA_HOME', 'SystemRoot', 'TEMP'].flatMap(
      name => {
        const value = environment[name];
        return value === undefined ? [] : [[name, value]];
      },
    ),
  );
