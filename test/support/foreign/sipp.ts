/** sipp, which plays a scenario message by message: `test/foreign/scenarios`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../src/base/clock.ts';
import { withDeadline } from '../../../src/base/deadline.ts';
import { ended, listens, missing } from './programs.ts';

export interface SippOptions {
  /** A file of `test/foreign/scenarios`, without its ending. */
  readonly scenario: string;
  /** The IP address that it has. */
  readonly address: string;
  readonly port?: number;
  readonly transport?: 'udp' | 'tcp';
  readonly server: { readonly address: string; readonly port: number };
  /** What stands for each name in square brackets in the scenario. */
  readonly keys?: Readonly<Record<string, string | number>>;
  /** Files that the scenario plays, by name. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly user?: string;
  readonly password?: string;
  /** The user of the URI that its digests are for, where it is not that of the registrar itself. */
  readonly signsFor?: string;
  /** Goes on where something comes that is not in the scenario, or not at this place of it. */
  readonly tolerant?: boolean;
  /** Milliseconds in which the scenario must be over; default: 15 s. */
  readonly within?: number;
}

/** Why there is no sipp here; undefined where there is one. */
export const withoutSipp: string | undefined = missing('sipp');

const scenarios = fileURLToPath(new URL('../../foreign/scenarios', import.meta.url));

export class Sipp {
  private output = '';

  private constructor(
    private readonly options: SippOptions,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on('data', chunk => {
        this.output = (this.output + String(chunk)).slice(-4_000);
      });
    }
  }

  /** One call of a scenario; one that waits for a call can be called when this resolves. */
  static async start(options: SippOptions): Promise<Sipp> {
    const {
      scenario,
      address,
      port,
      transport = 'udp',
      server,
      keys = {},
      user,
      password,
      signsFor,
      within = 15_000,
    } = options;
    const folder = await mkdtemp(join(tmpdir(), `kozpont-sipp-${scenario}-`));
    // Not by its option for that: a status cannot be given that way.
    const text = await readFile(join(scenarios, `${scenario}.xml`), 'utf8');
    const filled = Object.entries(keys).reduce(
      (filled, [key, value]) => filled.replaceAll(`[${key}]`, String(value)),
      text,
    );
    await writeFile(join(folder, 'scenario.xml'), filled);
    for (const [name, bytes] of Object.entries(options.files ?? {})) await writeFile(join(folder, name), bytes);
    const child = spawn(
      'sipp',
      [
        `${server.address}:${server.port}`,
        ...['-sf', join(folder, 'scenario.xml'), '-m', '1', '-nostdin'],
        ...['-i', address, '-bind_local', '-mi', address, '-ci', '127.0.0.1'],
        ...(port === undefined ? [] : ['-p', String(port)]),
        ...['-t', transport === 'udp' ? 'u1' : 't1'],
        ...['-timeout', String(Math.ceil(within / 1_000)), '-timeout_error'],
        ...[
          '-trace_msg',
          '-message_file',
          join(folder, 'messages'),
          '-trace_err',
          '-error_file',
          join(folder, 'errors'),
        ],
        ...(options.tolerant === true ? ['-default_behaviors', 'all,-abortunexp'] : []),
        ...(user === undefined ? [] : ['-s', user, '-au', user]),
        ...(signsFor === undefined ? [] : ['-auth_uri', `${signsFor}@${server.address}:${server.port}`]),
        ...(password === undefined ? [] : ['-ap', password]),
      ],
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const sipp = new Sipp(options, folder, child);
    await once(child, 'spawn');
    const isCalled = /<(?:send|recv)\b/.exec(text)?.[0] === '<recv';
    if (isCalled && port !== undefined) await listens(transport, port);
    return sipp;
  }

  /** Resolves when the call has gone as the scenario has it; fails where it has not. */
  async succeeds(): Promise<void> {
    const { scenario, within = 15_000 } = this.options;
    const exit = this.process.exitCode ?? (await this.exited(scenario, within + 2_000));
    if (exit !== 0) throw new Error(`sipp ${scenario} exits with ${exit}`);
  }

  /** Every message that it has sent and received, as text. */
  messages(): Promise<string> {
    return this.read('messages');
  }

  async stop(): Promise<void> {
    await ended(this.process);
    await rm(this.folder, { recursive: true });
  }

  private async exited(scenario: string, patience: number): Promise<number | null> {
    const exited = once(this.process, 'exit');
    const [code] = await withDeadline(systemClock, patience, `the end of sipp ${scenario}`, exited);
    return code;
  }

  /** Its messages, and what it says itself. */
  async story(): Promise<string> {
    return `${(await this.messages()).slice(-6_000)}\n${await this.read('errors')}\n${this.output.slice(-1_500)}`;
  }

  private read(file: string): Promise<string> {
    return readFile(join(this.folder, file), 'utf8').catch(() => '');
  }
}
