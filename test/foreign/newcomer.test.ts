import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Build, build } from '../support/build.ts';
import { Baresip, withoutBaresip } from '../support/foreign/baresip.ts';
import { ended } from '../support/foreign/programs.ts';
import { removeFolder } from '../support/removeFolder.ts';

const skipped = withoutBaresip === undefined ? '' : ` (skipped: ${withoutBaresip})`;

const plan = `kozpont: 1
company: { name: Example Ltd, timezone: Europe/Budapest, languages: [en] }
prompts: { welcome: { en: Welcome. }, bye: { en: Bye. } }
extensions: { "10": { name: Reception }, "101": { name: Anna } }
menus:
  main:
    greeting: welcome
    keys: { 0: queue:reception }
    noInput: { after: 5s, repeat: 9, then: goodbye:bye }
    invalid: { repeat: 9, then: goodbye:bye }
queues: { reception: { agents: ["10"], maxWait: 1m, overflow: goodbye:bye } }
transfer: { recall: { otherwise: queue:reception } }
numbers: { "+361": menu:main }
internalNumbers: { 9: menu:main }
`;

/** The program as it is started, with what it makes by itself: passwords, spoken prompts, ports, records. */
test.skipIf(withoutBaresip !== undefined)(
  `two phones register with the passwords that were made, and talk by way of the menu${skipped}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kozpont-newcomer-'));
    const leaving: (() => Promise<unknown>)[] = [() => removeFolder(folder)];
    try {
      const compiled: Build = await build();
      leaving.push(() => compiled.remove());
      await writeFile(join(folder, 'plan.yaml'), plan);
      const program = spawn(process.execPath, [compiled.file('cli/main'), 'run'], {
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          KOZPONT_DIALPLAN: 'plan.yaml',
          KOZPONT_SIP_LISTEN: 'udp:127.0.0.1:0,tcp:127.0.0.1:0',
          KOZPONT_SIP_ADVERTISE: '127.0.0.1',
          KOZPONT_API_LISTEN: 'off',
          KOZPONT_RTP_ADVERTISE: '127.0.0.1',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      leaving.push(() => ended(program));
      let output = '';
      await new Promise<void>((resolve, reject) => {
        program.stdout.on('data', chunk => {
          output += chunk;
          if (output.includes('Stop with Ctrl-C.\n')) resolve();
        });
        program.stderr.on('data', chunk => {
          output += chunk;
        });
        program.once('exit', () => reject(new Error(`it ended too early:\n${output}`)));
      });
      const port = Number(/ {2}SIP +udp 127\.0\.0\.1:(\d+)/.exec(output)?.[1]);
      const { extensions } = parse(await readFile(join(folder, 'var/credentials.yaml'), 'utf8'));
      const phone = async (user: string, tone: number): Promise<Baresip> => {
        const registrar = { address: '127.0.0.1', port };
        const made = await Baresip.start({ user, password: extensions[user], registrar, tone, knows: [700, 900] });
        leaving.push(() => made.stop());
        await made.registered();
        return made;
      };
      const reception = await phone('10', 700);
      const anna = await phone('101', 900);
      await anna.command('dial', '9');
      await anna.event('CALL_ESTABLISHED');
      await anna.receives();
      await anna.command('sndcode', '0');
      await reception.event('CALL_INCOMING');
      await reception.command('accept');
      await Promise.all([reception.hears(900), anna.hears(700)]);
      await anna.command('hangup');
      await reception.event('CALL_CLOSED');
      await Promise.all([reception.stop(), anna.stop()]);

      const exited = once(program, 'exit');
      program.kill('SIGTERM');
      expect(await exited).toEqual([0, null]);
      const records = (await readFile(join(folder, 'var/records.jsonl'), 'utf8')).trimEnd().split('\n');
      expect(records.map(line => JSON.parse(line))).toMatchObject([
        { from: { number: '101' }, to: '9', termination: { result: 'completed', by: 'caller' } },
      ]);
    } finally {
      for (const leave of leaving.reverse()) await leave();
    }
  },
);
