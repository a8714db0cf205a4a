import { existsSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { openProduction } from '../../support/production/engine.ts';

test('servers', async () => {
  const p = await openProduction(2);
  writeFileSync(
    '/tmp/try/kozpont.yaml',
    `${p.settings}
state: /tmp/try/var
dialplan: /work/main/dialplans/sample.yaml
prompts: /tmp/try/prompts
api: { listen: 127.0.0.1:9161 }
`,
  );
  writeFileSync('/tmp/try/pids', p.freeswitches.map(f => f.process.pid).join('\n'));
  while (!existsSync('/tmp/try/stop')) await new Promise(r => setTimeout(r, 200));
  await p.stop();
}, 900_000);
