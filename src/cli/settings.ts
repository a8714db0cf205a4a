import { networkInterfaces } from 'node:os';
import { isAbsolute, relative } from 'node:path';
import { type Diagnostic, hasErrors, showDiagnostic } from '../base/yaml/diagnostic.ts';
import type { InterfaceAddress } from '../config/address.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { type LoadedDialplan, loadDialplan } from '../dialplan/load.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import type { Arguments, Option, Surroundings } from './command.ts';

/** The options of every command that works with the server's settings. */
export const settingsOptions: Readonly<Record<'config' | 'dialplan', Option>> = {
  config: {
    type: 'string',
    short: 'c',
    value: 'file',
    help: 'settings of the server (else config/kozpont.yaml, if it is there)',
  },
  dialplan: {
    type: 'string',
    short: 'd',
    value: 'file',
    help: 'the dialplan, in place of the one that the settings name',
  },
};

/** The configuration that the arguments and the environment ask for; undefined, and all is told, where it is wrong. */
export async function readSettings(args: Arguments, surroundings: Surroundings): Promise<Config | undefined> {
  const { config: file, dialplan } = args.text;
  const { value, diagnostics } = await loadConfig({
    folder: surroundings.folder,
    environment: surroundings.environment,
    ...(file === undefined ? {} : { file }),
    ...(dialplan === undefined ? {} : { dialplan }),
  });
  tell(diagnostics, surroundings);
  return value;
}

/** The dialplan of a configuration; undefined, with its errors printed, where it is wrong. Warnings are `check`'s. */
export const readDialplan = async (config: Config, surroundings: Surroundings): Promise<Dialplan | undefined> =>
  (await readDialplanFile(config, surroundings))?.plan;

/** The same, with the file as it was read, and the warnings about it, which are not printed. */
export async function readDialplanFile(
  config: Config,
  surroundings: Surroundings,
): Promise<LoadedDialplan | undefined> {
  const loaded = await loadDialplan(config.files.dialplan, nearby(config.files.dialplan, surroundings.folder));
  if (!loaded.ok) tell(loaded.error, surroundings);
  return loaded.ok ? loaded.value : undefined;
}

/** Each diagnostic on standard error, and how many errors there are. */
export function tell(diagnostics: readonly Diagnostic[], surroundings: Surroundings): void {
  for (const diagnostic of diagnostics) {
    const file = nearby(diagnostic.at.file, surroundings.folder);
    surroundings.complain(showDiagnostic({ ...diagnostic, at: { ...diagnostic.at, file } }));
  }
  if (!hasErrors(diagnostics)) return;
  const count = diagnostics.filter(({ severity }) => severity === 'error').length;
  surroundings.complain(`\n${count} ${count === 1 ? 'error' : 'errors'}`);
}

/** A path as a person in `folder` would write it. */
export function nearby(path: string, folder: string): string {
  if (!isAbsolute(path)) return path;
  const short = relative(folder, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}

export const machineAddresses = (): readonly InterfaceAddress[] =>
  Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).map(({ address, internal }) => ({ interface: name, address, internal })),
  );
