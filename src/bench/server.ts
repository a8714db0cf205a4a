/** Kozpont as it is started by the command line, but for its prompts; and with a door for the bench to look in. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { destination } from 'pino';
import { systemClock } from '../base/clock.ts';
import { createLog } from '../base/log.ts';
import { showDiagnostic } from '../base/yaml/diagnostic.ts';
import { parseConfig } from '../config/load.ts';
import { loadDialplan } from '../dialplan/load.ts';
import { type Kozpont, startKozpont } from '../main.ts';
import { answerParent } from './child.ts';
import type { ServerState, Started, ToKozpont } from './messages.ts';
import { address, dialplan, settings, toneSounds } from './office.ts';

let kozpont: Kozpont | undefined;

async function start({ folder, phonePort, ringFor }: Extract<ToKozpont, { kind: 'start' }>): Promise<Started> {
  const config = parseConfig('bench', settings, { folder, environment: {} });
  const file = join(folder, 'bench.yaml');
  await writeFile(file, dialplan(phonePort, ringFor));
  const loaded = await loadDialplan(file);
  const wrong = [...config.diagnostics, ...(loaded.ok ? [] : loaded.error)];
  if (config.value === undefined || !loaded.ok) {
    throw new Error(wrong.map(diagnostic => showDiagnostic(diagnostic)).join('\n'));
  }
  kozpont = await startKozpont(config.value, {
    plan: loaded.value.plan,
    credentials: { passwordOf: () => undefined },
    prompts: await toneSounds(join(folder, 'tones')),
    advertised: { sip: address, media: address },
    clock: systemClock,
    log: createLog({ level: 'info' }, destination({ dest: join(folder, 'kozpont.log'), sync: false })),
  });
  return { sipPort: kozpont.listening[0]?.port ?? 0 };
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
    case 'close':
      await kozpont?.close();
      return undefined;
  }
});
