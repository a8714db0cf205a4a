import { chooseAdvertised } from '../../config/address.ts';
import { openCredentials } from '../../config/credentials.ts';
import { serverOf } from '../banner.ts';
import { columns } from '../columns.ts';
import type { Command } from '../command.ts';
import { machineAddresses, nearby, readDialplan, readSettings, settingsOptions, tell } from '../settings.ts';

export const command: Command = {
  options: settingsOptions,
  about: `The passwords are those of the state folder; an extension that has none yet gets one. A Kozpont that is
running learns of a new extension by itself, and of a password that you changed at SIGHUP or at its next start.`,

  async run(args, surroundings) {
    const config = await readSettings(args, surroundings);
    if (config === undefined) return 1;
    const plan = await readDialplan(config, surroundings);
    if (plan === undefined) return 1;
    const extensions = Object.values(plan.extensions);
    const credentials = await openCredentials({
      file: config.files.credentials,
      extensions: extensions.map(({ number }) => number),
    });
    tell(credentials.diagnostics, surroundings);
    if (credentials.value === undefined) return 1;

    const { passwordOf } = credentials.value;
    const { sip: advertised } = chooseAdvertised(config, machineAddresses());
    const server = serverOf({ advertised, listening: config.sip.listeners });
    surroundings.print(`${columns([
      ['EXTENSION', 'NAME', 'PASSWORD'],
      ...extensions.map(({ number, name }) => [number, name, passwordOf(number) ?? '']),
    ])}

Server ${server}; the user name is the extension.
The passwords stand in ${nearby(config.files.credentials, surroundings.folder)}.`);
    return 0;
  },
};
