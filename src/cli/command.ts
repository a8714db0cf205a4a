import type { DestinationStream } from 'pino';
import type { Environment } from '../config/environment.ts';

/** What a command sees of the world: the only door to the process, so that a test can stand in for it. */
export interface Surroundings {
  /** Standard output; a line break is added. */
  print(text: string): void;
  /** Standard error; a line break is added. */
  complain(text: string): void;
  /** Whether what is printed may be coloured: on a terminal, where nobody has forbidden it. */
  readonly colours?: boolean;
  /** One line that the next one replaces, on a terminal; elsewhere nothing. An empty one clears it. */
  progress(text: string): void;
  /** Where the log goes, if not to standard error. */
  readonly log?: DestinationStream;
  /** Standard input, for a command that asks. */
  readonly input?: NodeJS.ReadableStream;
  readonly environment: Environment;
  /** Where relative paths start. */
  readonly folder: string;
  /** Calls `handle` at SIGINT and SIGTERM until the returned function is called. */
  onStopSignal(handle: (signal: string) => void): () => void;
  /** Calls `handle` at SIGHUP until the returned function is called. On a terminal SIGHUP is its end, and stays so. */
  onReloadSignal?(handle: () => void): () => void;
}

export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** May be given several times: all the values are in `lists`, in their order. */
  readonly multiple?: true;
  /** What to write in its place, in the help: `file`, `host:port`. */
  readonly value?: string;
  readonly help: string;
}

export interface Arguments {
  readonly text: Readonly<Record<string, string | undefined>>;
  readonly flags: Readonly<Record<string, boolean | undefined>>;
  readonly lists?: Readonly<Record<string, readonly string[] | undefined>>;
  readonly rest: readonly string[];
}

/** 0: done; 1: it found or met something wrong; 2: it was not understood. */
export type ExitStatus = 0 | 1 | 2;

export interface Command {
  /** What follows the options: `files…`; absent: nothing may. */
  readonly rest?: string;
  readonly options: Readonly<Record<string, Option>>;
  /** For `kozpont help <command>`, below the summary. */
  readonly about?: string;
  run(args: Arguments, surroundings: Surroundings): Promise<ExitStatus>;
}

/** A command as it is listed; its module is read when it is asked for, so that `--help` starts nothing. */
export interface CommandEntry {
  readonly summary: string;
  load(): Promise<{ readonly command: Command }>;
}

export type Catalogue = Readonly<Record<string, CommandEntry>>;
