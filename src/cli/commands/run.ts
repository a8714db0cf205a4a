import { systemClock } from '../../base/clock.ts';
import { isKozpontError } from '../../base/errors.ts';
import { showPosition } from '../../base/position.ts';
import type { Config } from '../../config/config.ts';
import { variables } from '../../config/environment.ts';
import { type Kozpont, startKozpont } from '../../main.ts';
import { banner } from '../banner.ts';
import type { Command, Surroundings } from '../command.ts';
import { prepare } from '../preparation.ts';
import { runUntilStopped } from '../running.ts';
import { nearby, readSettings, settingsOptions } from '../settings.ts';
import { version } from '../version.ts';

export const command: Command = {
  options: settingsOptions,
  about: `The settings are explained in config/kozpont.yaml, the dialplan in dialplans/README.md. The log goes to standard
error. At SIGTERM or Ctrl-C no new calls are taken, and those in progress may end; a second one ends them at once.

These environment variables go before the file of the settings:
${Object.entries(variables)
  .map(([name, { path }]) => `  ${name.padEnd(24)} ${path.join('.')}`)
  .join('\n')}`,

  async run(args, surroundings) {
    const config = await readSettings(args, surroundings);
    if (config === undefined) return 1;
    const preparation = await prepare(config, systemClock, surroundings);
    if (preparation === undefined) return 1;

    let kozpont: Kozpont;
    try {
      kozpont = await startKozpont(config, preparation);
    } catch (error) {
      await preparation.prompts.close();
      if (!isKozpontError(error, 'ADDRESS_IN_USE')) throw error;
      surroundings.complain(portTaken(error.message, config, surroundings));
      return 1;
    }
    const text = banner({
      version: await version(),
      config,
      plan: preparation.plan,
      listening: kozpont.listening,
      advertised: preparation.advertised.sip,
      dialplanFile: nearby(config.files.dialplan, surroundings.folder),
      credentialsFile: nearby(config.files.credentials, surroundings.folder),
      added: preparation.credentials.added,
    });
    return runUntilStopped(kozpont, surroundings, () => surroundings.print(text));
  },
};

/** Which port it is, and by which setting it moves. */
function portTaken(message: string, config: Config, { folder }: Surroundings): string {
  const [first] = config.sip.listeners;
  const at = first === undefined ? '' : ` (${showPosition({ ...first.at, file: nearby(first.at.file, folder) })})`;
  return `kozpont: ADDRESS_IN_USE ${message}
    → end the other program (another Kozpont, or a softphone on this machine), or move Kozpont to another port:
      sip.listen${at}, or KOZPONT_SIP_LISTEN=udp:0.0.0.0:5070,tcp:0.0.0.0:5070`;
}
