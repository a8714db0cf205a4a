import { availableParallelism } from 'node:os';
import { destination } from 'pino';
import type { Clock } from '../base/clock.ts';
import { createLog, type Log } from '../base/log.ts';
import { type Diagnostic, hasErrors, inReadingOrder } from '../base/yaml/diagnostic.ts';
import { type Advertised, chooseAdvertised } from '../config/address.ts';
import { type Config, trunkNames } from '../config/config.ts';
import { type Credentials, openCredentials } from '../config/credentials.ts';
import type { Environment } from '../config/environment.ts';
import { unknownTrunks, withoutAllowed } from '../dialplan/index.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import { type Progress, PromptLibrary } from '../prompts/library.ts';
import { promptOrder } from '../prompts/order.ts';
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
  /** Gives out the sounds of `plan`, some of which may still be in the making. To be closed by the caller. */
  readonly prompts: PromptLibrary;
  /** Resolves, never rejects, when every sound is made, with those that cannot be had. */
  readonly promptsMade: Promise<readonly Diagnostic[]>;
  readonly advertised: Advertised;
  readonly clock: Clock;
  readonly log: Log;
}

/** Undefined, and all is told, where something is wrong: nothing has been started then. */
export async function prepare(
  config: Config,
  clock: Clock,
  surroundings: Surroundings,
  onProgress: (progress: Progress) => void,
): Promise<Preparation | undefined> {
  const loaded = await readDialplanFile(config, surroundings);
  if (loaded === undefined) return undefined;
  const { plan, bytes, diagnostics, allowed } = loaded;
  const proof = proofFindings(plan, nearby(config.files.dialplan, surroundings.folder), clock.now());
  const unknown = unknownTrunks(plan, trunkNames(config));
  const findings = inReadingOrder([...diagnostics, ...unknown, ...withoutAllowed(proof, allowed)]);
  tell(findings, surroundings);
  if (hasErrors(findings)) return undefined;
  const credentials = await openCredentials({
    file: config.files.credentials,
    extensions: Object.keys(plan.extensions),
  });
  tell(credentials.diagnostics, surroundings);
  if (credentials.value === undefined) return undefined;

  const prompts = promptsFor(config, clock, surroundings);
  const taken = await prompts.takeUp(plan, promptOrder(plan), onProgress);
  if (!taken.ok) {
    tell(taken.diagnostics, surroundings);
    await prompts.close();
    return undefined;
  }
  return {
    plan,
    bytes,
    credentials: credentials.value,
    prompts,
    promptsMade: taken.made,
    advertised: chooseAdvertised(config, machineAddresses()),
    clock,
    log: createLog(config.log, surroundings.log ?? destination({ fd: 2, sync: false })),
  };
}

/** Nothing is prepared yet; whoever gets it closes it. */
export function promptsFor(config: Config, clock: Clock, { environment }: Surroundings): PromptLibrary {
  const renderer = new Renderer({
    cache: config.files.promptCache,
    tts: config.tts,
    environment: forPrograms(environment),
    clock,
    // Calls come first: a speech program of the operator's own may have all cores but one.
    lanes: Math.max(1, availableParallelism() - 1),
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
