import { Writable } from 'node:stream';
import type { Surroundings } from '../../src/cli/command.ts';

export interface Overheard extends Surroundings {
  readonly printed: string[];
  readonly complained: string[];
  readonly progressed: string[];
  /** As the process would get it. */
  signal(name: string): void;
  /** How many listen for a signal: zero at the end of a test. */
  readonly listeners: number;
}

/** A process that is none: what a command says is kept, and signals come from the test. */
export function overheard(folder: string, environment: Readonly<Record<string, string>> = {}): Overheard {
  const handlers = new Set<(signal: string) => void>();
  const printed: string[] = [];
  const complained: string[] = [];
  const progressed: string[] = [];
  return {
    printed,
    complained,
    progressed,
    print: text => void printed.push(text),
    complain: text => void complained.push(text),
    progress: text => void progressed.push(text),
    log: new Writable({ write: (_chunk, _encoding, done) => done() }),
    environment,
    folder,
    onStopSignal(handle) {
      handlers.add(handle);
      return () => void handlers.delete(handle);
    },
    signal: name => {
      for (const handle of [...handlers]) handle(name);
    },
    get listeners() {
      return handlers.size;
    },
  };
}
