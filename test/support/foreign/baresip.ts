/**
 * baresip, a telephone that nobody here wrote, without a screen and without a sound card: it says a tone out of a file,
 * keeps what it hears in files, and is told what to do over a socket of its own (module ctrl_tcp).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { encodeWav } from '../../../src/base/wav.ts';
import { Waits } from '../../../src/phone/waits.ts';
import { loudTones } from './loudTones.ts';
import { ended, freePort, missing } from './programs.ts';

export interface BaresipOptions {
  readonly user: string;
  readonly password: string;
  readonly display?: string;
  readonly registrar: { readonly address: string; readonly port: number };
  readonly transport?: 'udp' | 'tcp';
  /** What it says, in hertz. */
  readonly tone: number;
  /** The tones that it knows of others. */
  readonly knows: readonly number[];
  readonly answers?: 'auto' | 'manual';
  readonly codecs?: readonly string[];
  /** Seconds that it asks for; default: 60. */
  readonly expires?: number;
  /** Its registration is one of RFC 5626. */
  readonly outbound?: boolean;
}

export interface BaresipEvent {
  readonly type: string;
  readonly class: string;
  /** The URI of the other party, and the name that is shown. */
  readonly peeruri?: string;
  readonly peerdisplayname?: string;
  readonly param?: string;
  readonly id?: string;
}

/** Why there is no baresip here; undefined where there is one. */
export const withoutBaresip: string | undefined = missing('baresip', '/usr/lib/baresip/modules/ctrl_tcp.so');
/** Seconds: longer than any test. */
const toneLength = 90;
const patience = 12_000;
/** Bytes before the samples. */
const wavHeader = 44;
/** Blocks of 20 ms in a row. */
const enough = 10;

export class Baresip {
  readonly events: BaresipEvent[] = [];
  private readonly waits = new Waits(systemClock, patience);
  private taken = new Set<BaresipEvent>();
  private readonly replies = new Map<string, (reply: { ok: boolean; data: string }) => void>();
  private pending = Buffer.alloc(0);
  private count = 0;
  private log = '';

  private constructor(
    private readonly options: BaresipOptions,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  /** Resolves when it can be told what to do, which is before it has registered. */
  static async start(options: BaresipOptions): Promise<Baresip> {
    const folder = await mkdtemp(join(tmpdir(), `kozpont-baresip-${options.user}-`));
    const control = await freePort('tcp');
    const tone = join(folder, 'tone.wav');
    await writeFile(tone, sine(options.tone, toneLength));
    await writeFile(join(folder, 'config'), config(folder, tone, control));
    await writeFile(join(folder, 'accounts'), account(options));
    await writeFile(join(folder, 'contacts'), '');
    const process = spawn('baresip', ['-4', '-s', '-f', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    const phone = new Baresip(options, folder, process);
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('data', chunk => {
        phone.log += String(chunk);
        phone.waits.changed();
      });
    }
    try {
      phone.listen(await phone.controlSocket(control));
    } catch (error) {
      await phone.stop();
      throw error;
    }
    return phone;
  }

  private socket: Socket | undefined;
  private stopping: Promise<void> | undefined;

  /** Ends its calls, unregisters, and is gone. */
  stop(): Promise<void> {
    this.stopping ??= (async () => {
      this.waits.close();
      this.socket?.destroy();
      await ended(this.process);
      await rm(this.folder, { recursive: true });
    })();
    return this.stopping;
  }

  /** Is gone without a word, as where the power fails; what it had open its machine closes. */
  async die(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.stop();
  }

  /** Error, where it refuses. */
  async command(command: string, params = ''): Promise<string> {
    const token = String(++this.count);
    const message = JSON.stringify({ command, params, token });
    const replied = new Promise<{ ok: boolean; data: string }>(resolve => this.replies.set(token, resolve));
    this.socket?.write(`${Buffer.byteLength(message)}:${message},`);
    const { ok, data } = await replied;
    if (!ok) throw new Error(`baresip ${this.options.user} refused ${command} ${params}: ${data}`);
    return data;
  }

  /** Its registration was taken: before the first command can be given, as a rule. */
  registered(): Promise<void> {
    return this.sees(/ 200 OK \(\) \[\d binding/);
  }

  /** The next event of that type that nobody has asked for before. */
  event(type: string): Promise<BaresipEvent> {
    return this.waits.until(
      `${type} at baresip ${this.options.user}`,
      () => {
        const event = this.events.find(one => one.type === type && !this.taken.has(one));
        if (event !== undefined) this.taken.add(event);
        return event;
      },
      () => `${this.events.map(({ type, param }) => `${type} ${param ?? ''}`).join('\n')}`,
    );
  }

  /** Resolves when it has sent or received a message like this. */
  async sees(message: RegExp): Promise<void> {
    await this.waits.until(
      `${message} at baresip ${this.options.user}`,
      () => message.test(this.trace) || undefined,
      () => 'there was none',
    );
  }

  /** Everything that it has sent and received, and what it said about it. */
  get trace(): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it colours what it prints
    return this.log.replaceAll(/\x1b\[[0-9;]*m/g, '');
  }

  /** The start line and header fields of each INVITE that it has received. */
  get invites(): readonly string[] {
    return this.trace.match(/^INVITE (?:.+\r?\n)+/gm) ?? [];
  }

  /** Resolves when it has heard these tones, and no others, for a fifth of a second, from now on. */
  async hears(...tones: readonly number[]): Promise<void> {
    const before = await this.heard();
    const wanted = tones.toSorted((a, b) => a - b).join(' + ');
    await vi.waitFor(
      async () => {
        const now = await this.heard();
        const since = now.file === before.file ? before.bytes.length : wavHeader;
        const blocks = loudTones(now.bytes.subarray(since), this.options.knows).map(block => block.join(' + '));
        if (blocks.length < enough || blocks.slice(-enough).some(block => block !== wanted)) {
          const heard = blocks.slice(-2 * enough).join(', ');
          throw new Error(`baresip ${this.options.user} does not hear ${wanted}, but ${heard}`);
        }
      },
      { timeout: patience, interval: 50 },
    );
  }

  /**
   * Resolves when a fifth of a second more has come in, whatever it is: of a call that was held it keeps nothing more in
   * its files, once it is resumed.
   */
  async receives(): Promise<void> {
    const before = await this.received();
    await vi.waitFor(
      async () => {
        const now = await this.received();
        if (now < before + 0.2) throw new Error(`baresip ${this.options.user} receives nothing`);
      },
      { timeout: patience, interval: 50 },
    );
  }

  /** Seconds, by the timestamps of the packets that came in. */
  private async received(): Promise<number> {
    const report = await this.command('audio_debug');
    return Number(/ rx: (?:.*\n)*? +time = ([0-9.]+) sec/.exec(report)?.[1] ?? 0);
  }

  /** What it hears in its latest call; a call that is changed may begin a new file. */
  private async heard(): Promise<{ file: string; bytes: Buffer }> {
    const files = (await readdir(this.folder)).filter(name => name.endsWith('-dec.wav'));
    const file = files.sort().at(-1) ?? '';
    const bytes = file === '' ? Buffer.alloc(wavHeader) : await readFile(join(this.folder, file));
    return { file, bytes: bytes.subarray(0, bytes.length - (bytes.length % 2)) };
  }

  private async controlSocket(port: number): Promise<Socket> {
    return vi.waitFor(
      async () => {
        if (this.process.exitCode !== null) throw new Error(`baresip ended by itself:\n${this.trace.slice(-2_000)}`);
        const socket = connect(port, '127.0.0.1');
        await once(socket, 'connect');
        return socket;
      },
      { timeout: patience, interval: 50 },
    );
  }

  private listen(socket: Socket): void {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', data => {
      this.pending = Buffer.concat([this.pending, data]);
      for (let text = this.nextNetstring(); text !== undefined; text = this.nextNetstring()) {
        const message = JSON.parse(text);
        if (message.event) this.events.push(message);
        else {
          this.replies.get(message.token)?.(message);
          this.replies.delete(message.token);
        }
      }
      this.waits.changed();
    });
  }

  private nextNetstring(): string | undefined {
    const colon = this.pending.indexOf(':');
    const length = Number(this.pending.subarray(0, Math.max(colon, 0)));
    if (colon < 0 || this.pending.length < colon + length + 2) return undefined;
    const text = this.pending.subarray(colon + 1, colon + 1 + length).toString();
    this.pending = this.pending.subarray(colon + length + 2);
    return text;
  }
}

function sine(frequency: number, seconds: number): Uint8Array {
  const samples = Int16Array.from({ length: seconds * 8000 }, (_, at) =>
    Math.round(8000 * Math.sin((2 * Math.PI * frequency * at) / 8000)),
  );
  return encodeWav({ sampleRate: 8000, channels: 1, samples });
}

const config = (folder: string, tone: string, control: number): string => `
poll_method             epoll
sip_listen              127.0.0.1:0
call_local_timeout      120
call_max_calls          4
audio_source            aufile,${tone}
snd_path                ${folder}
audio_level             no
ausrc_format            s16
auplay_format           s16
auenc_format            s16
audec_format            s16
audio_buffer            20-160
rtp_ports               10000-19999
jitter_buffer_delay     5-10
net_interface           127.0.0.1
statmode_default        off
module_path             /usr/lib/baresip/modules
module                  g711.so
module                  aufile.so
module                  sndfile.so
module_tmp              uuid.so
module_tmp              account.so
module_app              menu.so
module_app              ctrl_tcp.so
ctrl_tcp_listen         127.0.0.1:${control}
`;

const account = ({ user, password, display = user, registrar, transport = 'udp', ...options }: BaresipOptions) => {
  const { answers = 'manual', codecs = ['PCMA', 'PCMU'], expires = 60 } = options;
  const proxy = `sip:${registrar.address}:${registrar.port};transport=${transport}`;
  const outbound = options.outbound === true ? `;sipnat=outbound;outbound="${proxy}"` : '';
  const address = `sip:${user}@${registrar.address}:${registrar.port};transport=${transport}`;
  return `"${display}" <${address}>;auth_user=${user};auth_pass=${password};answermode=${answers};regint=${expires}${outbound};ptime=20;audio_codecs=${codecs
    .map(codec => `${codec}/8000/1`)
    .join(',')}\n`;
};
