/** Kozpont as it is started by the command line, but for its prompts; and with a door for the bench to look in. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { destination } from 'pino';
import { systemClock } from '../base/clock.ts';
import { createLog } from '../base/log.ts';
import { hasErrors, showDiagnostic } from '../base/yaml/diagnostic.ts';
import { parseConfig } from '../config/load.ts';
import { loadDialplan } from '../dialplan/load.ts';
import { type Kozpont, startKozpont } from '../main.ts';
import { Reload, type ReloadOptions } from '../reload/reload.ts';
import { Threads } from '../reload/thread.ts';
import { Versions } from '../reload/versions.ts';
import { answerParent } from './child.ts';
import type { Reloaded, ServerState, Started, ToKozpont } from './messages.ts';
import { settings, toneSounds } from './office.ts';
import { Watchdog } from './watchdog.ts';

let kozpont: Kozpont | undefined;
let save: (dialplan: string) => Promise<Reloaded> = async () => ({ took: 0, stall: 0 });
let stopReloading = async (): Promise<void> => {};

async function start({ folder, dialplan, engine, greeting }: Extract<ToKozpont, { kind: 'start' }>): Promise<Started> {
  const config = parseConfig('bench', `${settings}${engine}`, { folder, environment: {} });
  const file = join(folder, 'bench.yaml');
  await writeFile(file, dialplan);
  const loaded = await loadDialplan(file);
  const wrong = [...config.diagnostics, ...(loaded.ok ? [] : loaded.error)];
  if (config.value === undefined || !loaded.ok) {
    throw new Error(wrong.map(diagnostic => showDiagnostic(diagnostic)).join('\n'));
  }
  const { plan, bytes } = loaded.value;
  const log = createLog({ level: 'info' }, destination({ dest: join(folder, 'kozpont.log'), sync: false }));
  kozpont = await startKozpont(config.value, {
    plan,
    credentials: { passwordOf: () => undefined },
    prompts: await toneSounds(join(folder, 'tones'), greeting),
    clock: systemClock,
    log,
  });
  await reloading(kozpont, { file, folder, log, first: { version: plan.version, bytes } });
  return { sipPort: kozpont.listening[0]?.port ?? 0 };
}

/** As the command line has it, but for the prompts. */
async function reloading(
  { swap }: Kozpont,
  of: Pick<ReloadOptions, 'file' | 'log' | 'first'> & { readonly folder: string },
): Promise<void> {
  const { folder, ...rest } = of;
  const threads = new Threads({ clock: systemClock });
  const watchdog = new Watchdog();
  let taken = (): void => {};
  let refused = (_: Error): void => {};
  const reload = new Reload({
    ...rest,
    clock: systemClock,
    shownAs: 'bench.yaml',
    versions: new Versions(join(folder, 'versions')),
    check: (changed, stop) => threads.check(changed, 'bench.yaml', stop),
    preparePrompts: async () => [],
    openCredentials: (extensions, stop) =>
      threads.openCredentials({ file: join(folder, 'credentials.yaml'), extensions }, stop),
    swap(version) {
      swap(version);
      taken();
    },
    tell(diagnostics) {
      if (hasErrors(diagnostics)) refused(new Error(diagnostics.map(one => showDiagnostic(one)).join('\n')));
    },
  });
  await reload.start();
  stopReloading = () => reload.close();
  save = async dialplan => {
    const done = new Promise<void>((resolve, reject) => {
      taken = resolve;
      refused = reject;
    });
    watchdog.start();
    const began = systemClock.now();
    await writeFile(of.file, dialplan);
    await done;
    const took = systemClock.now() - began;
    // What comes after it in the same turn counts, too.
    await new Promise<void>(resolve => void systemClock.after(50, resolve));
    return { took, stall: watchdog.stop() };
  };
}

function state(collect: boolean): ServerState {
  const { user, system } = process.cpuUsage();
  if (collect) global.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { cpu: (user + system) / 1000, rss, heap: heapUsed, alive: { ...kozpont?.alive(), ...kozpont?.held() } };
}

answerParent<ToKozpont>(async question => {
  switch (question.kind) {
    case 'start':
      return start(question);
    case 'state':
      return state(question.collect);
    case 'watch':
      return new Watchdog().during(systemClock, question.duration);
    case 'save':
      return save(question.dialplan);
    case 'close':
      await stopReloading();
      await kozpont?.close();
      return undefined;
  }
});
