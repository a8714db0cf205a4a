/** Kozpont as a process of its own on servers of production, so that it can be killed while those live on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { encodeWav } from '../../../src/base/wav.ts';
import type { CallRecord } from '../../../src/call/record.ts';
import { openCredentials } from '../../../src/config/credentials.ts';
import { createPhone, type Phone } from '../../../src/phone/phone.ts';
import type { Build } from '../build.ts';
import { openProduction, type ProductionEngine } from '../production/engine.ts';
import { removeFolder } from '../removeFolder.ts';
import { everyFrequency, Frequencies } from '../switchboard/frequencies.ts';
import { patience } from './servers.ts';

export const queueNumber = '+3610';
export const menuNumber = '+3620';
export const numberOf = (desk: string): string => `+3630${desk}`;
const desks = ['121', '122', '123'];

const plan = `kozpont: 1
company: { name: Example Ltd, timezone: Europe/Budapest, languages: [en] }
prompts: { welcome: { en: Welcome. }, bye: { en: Bye. } }
extensions:
  "10": { name: Reception }
${desks.map(desk => `  "${desk}": { name: Desk ${desk} }`).join('\n')}
queues: { reception: { agents: ["10"], maxWait: 5m, overflow: goodbye:bye } }
menus:
  main:
    greeting: welcome
    keys: { 0: queue:reception }
    noInput: { after: 30s, repeat: 1, then: queue:reception }
    invalid: { say: bye, repeat: 2, then: queue:reception }
transfer: { recall: { otherwise: queue:reception } }
numbers:
  "${queueNumber}": queue:reception
  "${menuNumber}": menu:main
${desks.map(desk => `  "${numberOf(desk)}": extension:${desk}`).join('\n')}
`;

/** One life of the process. */
export interface Life {
  /** What it has written to its two outputs. */
  output(): string;
  /** Gives the exit code and the signal, when it has ended. */
  end(signal: NodeJS.Signals): Promise<readonly unknown[]>;
}

/** The office of these tests: a folder, servers, people; and a Kozpont that is started again and again. */
export class Application {
  private readonly frequencies = new Frequencies();
  private readonly phones: Phone[] = [];
  private life: Life | undefined;

  private constructor(
    private readonly compiled: Build,
    readonly production: ProductionEngine,
    private readonly folder: string,
  ) {}

  static async open(compiled: Build): Promise<Application> {
    const production = await openProduction();
    const folder = await mkdtemp(join(tmpdir(), 'kozpont-application-'));
    const application = new Application(compiled, production, folder);
    await writeFile(join(folder, 'plan.yaml'), plan);
    await writeFile(
      join(folder, 'kozpont.yaml'),
      `dialplan: plan.yaml
trunks: { outside: { from: [127.0.0.2] } }
limits: { drain: 1m }
api: { listen: off }
log: { level: warn }
${production.settings}`,
    );
    await application.record('music/default', 'music', 1_000);
    await application.record('en/welcome', 'welcome', 60_000);
    await application.record('en/bye', 'bye', 400);
    return application;
  }

  /** When it takes calls. */
  async start(): Promise<Life> {
    const child = spawn(process.execPath, [this.compiled.file('cli/main'), 'run', '--config', 'kozpont.yaml'], {
      cwd: this.folder,
      env: { PATH: '/usr/bin:/bin' },
    });
    const exited = once(child, 'exit');
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', chunk => {
        output += chunk;
      });
    }
    const life = {
      output: () => output,
      end(signal: NodeJS.Signals) {
        child.kill(signal);
        return exited;
      },
    };
    this.life = life;
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', () => {
        if (output.includes('Stop with Ctrl-C.\n')) resolve();
      });
      child.once('exit', () => reject(new Error(`it ended too early:\n${output}`)));
    });
    return life;
  }

  /** Of its last life. */
  get output(): string {
    return this.life?.output() ?? '';
  }

  /** Of SIP. */
  get port(): number {
    return this.production.drachtio.udp.port;
  }

  tone(name: string): number {
    return this.frequencies.of(name);
  }

  async desk(extension: string): Promise<Phone> {
    const file = join(this.folder, 'var/credentials.yaml');
    const credentials = await openCredentials({ file, extensions: [extension] });
    const phone = await this.phone(extension, '127.0.0.1', credentials.value?.passwordOf(extension));
    await phone.register();
    return phone;
  }

  caller(number: string): Promise<Phone> {
    return this.phone(number, '127.0.0.2');
  }

  /** Until so many parties of the calls in progress would be found by another life of it: that takes a moment. */
  async writtenDown(parties: number): Promise<void> {
    const calls = join(this.folder, 'var/calls');
    await vi.waitFor(async () => {
      const files = (await readdir(calls)).filter(name => name.endsWith('.call'));
      const texts = await Promise.all(files.map(name => readFile(join(calls, name), 'utf8')));
      expect(texts.join('').match(/"dialogId":/g)).toHaveLength(parties);
    }, patience);
  }

  /** As they are in the file now. */
  async records(): Promise<readonly CallRecord[]> {
    const text = await readFile(join(this.folder, 'var/records.jsonl'), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as CallRecord);
  }

  /** Everything of it, whatever has become of it. */
  async close(): Promise<void> {
    await Promise.all(this.phones.map(phone => phone.vanish().catch(() => {})));
    await this.life?.end('SIGKILL');
    await this.production.stop();
    await removeFolder(this.folder);
  }

  private async phone(user: string, address: string, password?: string): Promise<Phone> {
    const phone = await createPhone({
      clock: systemClock,
      log: silentLog,
      user,
      address,
      server: { address: '127.0.0.1', port: this.port },
      tone: this.tone(user),
      knows: everyFrequency,
      ...(password === undefined ? {} : { password }),
    });
    this.phones.push(phone);
    return phone;
  }

  private async record(name: string, tone: string, milliseconds: number): Promise<void> {
    const path = join(this.folder, 'prompts', `${name}.wav`);
    await mkdir(join(path, '..'), { recursive: true });
    const samples = Int16Array.from({ length: milliseconds * 8 }, (_, at) =>
      Math.round(8000 * Math.sin((2 * Math.PI * this.tone(tone) * at) / 8000)),
    );
    await writeFile(path, encodeWav({ sampleRate: 8000, channels: 1, samples }));
  }
}
