/**
 * The built-in voice: eSpeak NG in WebAssembly. Its own door in text2wav compiles the module anew for every text and
 * never settles when the voice gives up; here it is compiled once, and every text has a fresh engine of it.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type Start from 'text2wav/lib/espeak-ng.js';
import { voiceFile, voiceFiles } from './voiceFiles.ts';

const load = createRequire(import.meta.url);
const output = 'spoken.wav';

/** Loads the engine. */
export function espeak(): (text: string, voice: string, speed: number) => Promise<Uint8Array> {
  const start: typeof Start = load('text2wav/lib/espeak-ng.js');
  const program = load.resolve('text2wav/lib/espeak-ng.wasm');
  const compiled = new WebAssembly.Module(readFileSync(program));
  const files = voiceFiles(join(dirname(program), '..', 'espeak-ng-data', 'lang'));
  return (text, name, speed) => {
    const voice = voiceFile(files, name);
    return withoutListeners(() => speak(start, compiled, { text, voice, speed }));
  };
}

/** A WAV as eSpeak writes it: 22,050 Hz, mono, 16 bits. `speed` in words a minute. Error: the first thing it complained of. */
const speak = (
  start: typeof Start,
  compiled: WebAssembly.Module,
  { text, voice, speed }: { readonly text: string; readonly voice: string; readonly speed: number },
): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const words: string[] = [];
    const gaveUp = (): void => reject(new Error(words[0] ?? 'the voice gave up'));
    const wav = new WavSink();
    const engine: Parameters<typeof Start>[0] = {
      // The space keeps a text that begins with "-" from being an option.
      arguments: [` ${text}`, '-w', output, '-v', voice, '-s', String(speed)],
      instantiateWasm(imports, done) {
        // The engine has not all of its functions yet, and what it throws is ours from here on.
        setImmediate(() => {
          try {
            done(new WebAssembly.Instance(compiled, imports));
          } catch (error) {
            reject(words.length > 0 ? new Error(words[0]) : error);
          }
        });
        return {};
      },
      preRun: [() => engine.FS !== undefined && wav.mount(engine.FS)],
      postRun: [() => (wav.length > 0 ? resolve(wav.bytes()) : gaveUp())],
      print: () => {},
      printErr: line => words.push(line),
      onAbort: gaveUp,
      quit: gaveUp,
    };
    start(engine);
  });

/** The file that eSpeak writes its sound into. In Emscripten's own memory it would be copied each time it grows. */
class WavSink {
  private readonly chunks: Uint8Array[] = [];
  length = 0;

  mount(fs: NonNullable<Parameters<typeof Start>[0]['FS']>): void {
    const device = fs.makedev(80, 0);
    fs.registerDevice(device, {
      llseek: (stream, offset, whence) => offset + (whence === 1 ? stream.position : whence === 2 ? this.length : 0),
      write: (_stream, memory, offset, length, position) => {
        // At the end it goes back to write the lengths into the header, which nobody reads.
        if (position >= this.length) {
          this.chunks.push(
            new Uint8Array(memory.buffer.slice(memory.byteOffset + offset, memory.byteOffset + offset + length)),
          );
          this.length += length;
        }
        return length;
      },
    });
    fs.mkdev(`/${output}`, 0o600, device);
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.chunks);
  }
}

/** Every engine adds a listener for what nobody catches, which would end the process. */
async function withoutListeners<T>(work: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = new Map(events.map(event => [event, new Set(process.listeners(event as 'uncaughtException'))]));
  const spoken = work();
  for (const event of events) {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (before.get(event)?.has(listener) !== true) process.removeListener(event, listener);
    }
  }
  return spoken;
}
