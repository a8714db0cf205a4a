import { systemClock } from '../../base/clock.ts';
import { isKozpontError, KozpontError } from '../../base/errors.ts';
import { showPosition } from '../../base/position.ts';
import type { Config } from '../../config/config.ts';
import { variables } from '../../config/environment.ts';
import { type Kozpont, startKozpont } from '../../main.ts';
import { banner, hostOf } from '../banner.ts';
import type { Command, Surroundings } from '../command.ts';
import { prepare } from '../preparation.ts';
import { withReload } from '../reloading.ts';
import { runUntilStopped } from '../running.ts';
import { nearby, readSettings, settingsOptions } from '../settings.ts';
import { Speaking } from '../speaking.ts';
import { version } from '../version.ts';

export const command: Command = {
  options: settingsOptions,
  about: `The settings are explained in config/kozpont.yaml, the dialplan in dialplans/README.md. The log goes to standard
error. At SIGTERM or Ctrl-C no new calls are taken, and those in progress may end; a second one ends them at once.
From elsewhere on the same machine, kozpont drain does the same, and says how many calls are left.

A dialplan that is saved is taken up for new calls, or refused with its errors; calls in progress stay on the one on
which they began. SIGHUP (not on a terminal) takes up changed recordings and passwords, too.

These environment variables go before the file of the settings:
${Object.entries(variables)
  .map(([name, { path }]) => `  ${name.padEnd(27)} ${path.join('.')}`)
  .join('\n')}`,

  async run(args, surroundings) {
    const config = await readSettings(args, surroundings);
    if (config === undefined) return 1;
    const speaking = new Speaking(surroundings);
    const preparation = await prepare(config, systemClock, surroundings, progress => speaking.progress(progress));
    if (preparation === undefined) return 1;

    let kozpont: Kozpont;
    try {
      kozpont = await startKozpont(config, preparation);
    } catch (error) {
      await preparation.prompts.close();
      if (isKozpontError(error, 'ADDRESS_IN_USE')) surroundings.complain(cannotListen(error, config, surroundings));
      else if (isKozpontError(error, 'API_ADDRESS_IN_USE')) {
        surroundings.complain(cannotServe(error, config, surroundings));
      } else if (isKozpontError(error, 'MEDIA_ADDRESS')) {
        surroundings.complain(`kozpont: ${error.code} ${error.message}
    → write an address of this machine, or 0.0.0.0 for all of them, in media.address; the address that phones are told,
      behind a NAT, is media.advertise`);
      } else throw error;
      return 1;
    }
    const text = banner({
      version: await version(),
      config,
      plan: preparation.plan,
      listening: kozpont.listening,
      api: kozpont.api,
      // Where a drachtio-server listens is where it says that it is.
      advertised:
        config.engine.kind === 'drachtio'
          ? (kozpont.listening[0]?.address ?? config.engine.drachtio.host)
          : preparation.advertised.sip,
      dialplanFile: nearby(config.files.dialplan, surroundings.folder),
      credentialsFile: nearby(config.files.credentials, surroundings.folder),
      added: preparation.credentials.added,
    });
    const running = await withReload(kozpont, config, preparation, surroundings);
    return runUntilStopped(running, surroundings, () => {
      surroundings.print(text);
      void speaking.announce(preparation);
    });
  },
};

/** Which address it is, by which setting it moves, and to where. */
function cannotListen(error: KozpontError, config: Config, { folder }: Surroundings): string {
  const [first] = config.sip.listeners;
  const at = first === undefined ? '' : ` (${showPosition({ ...first.at, file: nearby(first.at.file, folder) })})`;
  const elsewhere = config.sip.listeners
    .map(({ transport, address, port }) => `${transport}:${hostOf(address)}:${port + 10 > 65_535 ? 5070 : port + 10}`)
    .join(',');
  const cause = systemCode(error);
  const remedy =
    cause === 'EADDRNOTAVAIL'
      ? `write an address of this machine, or 0.0.0.0 for all of them, in sip.listen${at}`
      : cause === 'EACCES'
        ? `only root may listen on ports below 1024: write another port in sip.listen${at}`
        : `end the other program (another Kozpont, or a softphone on this machine), or move Kozpont to another port:
      sip.listen${at}, or KOZPONT_SIP_LISTEN=${elsewhere}`;
  return `kozpont: ${error.code} ${error.message}\n    → ${remedy}`;
}

/** The same for the API. */
function cannotServe(error: KozpontError, config: Config, { folder }: Surroundings): string {
  const { listen } = config.api;
  const at = listen === undefined ? '' : ` (${showPosition({ ...listen.at, file: nearby(listen.at.file, folder) })})`;
  const elsewhere =
    listen === undefined ? '' : `${hostOf(listen.address)}:${listen.port + 10 > 65_535 ? 9070 : listen.port + 10}`;
  const remedy =
    systemCode(error) === 'EADDRINUSE'
      ? `end the other program (another Kozpont?), or move the API to another port:
      api.listen${at}, or KOZPONT_API_LISTEN=${elsewhere} (off: without it)`
      : `write an address of this machine and a port above 1023, or off, in api.listen${at}`;
  return `kozpont: ${error.code} ${error.message}\n    → ${remedy}`;
}

/** What the system called it (errno), however deep it lies. */
function systemCode(error: unknown): unknown {
  let cause = error;
  while (cause instanceof KozpontError) cause = cause.cause;
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}
