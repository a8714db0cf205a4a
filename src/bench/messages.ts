/** What the bench's processes tell each other: one question at a time, one answer each. */
import type { Duration } from '../base/clock.ts';

/** What the load is to do. `rate` is in calls a second. */
export type Scenario =
  | {
      readonly kind: 'switchboard';
      readonly rate: number;
      readonly seconds: number;
      /** How long the caller listens before the key; default: less than the greeting lasts. */
      readonly listens?: Duration;
    }
  | { readonly kind: 'recall'; readonly rate: number; readonly seconds: number }
  | {
      readonly kind: 'bridged';
      readonly calls: number;
      readonly seconds: number;
      /** How long each call waits between two re-INVITEs; default: there are none. */
      readonly refreshes?: Duration;
    }
  | { readonly kind: 'relayed'; readonly ports: readonly (readonly [number, number])[]; readonly seconds: number };

export type ToLoad =
  | { readonly kind: 'open' }
  /** `sipPort` is Kozpont's. */
  | { readonly kind: 'run'; readonly sipPort: number; readonly scenario: Scenario }
  | { readonly kind: 'close' };

export interface Opened {
  /** Where the extensions are. */
  readonly phonePort: number;
}

/** Of one quantity, in milliseconds; null where nothing was measured. */
export interface Spread {
  readonly count: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export interface LoadResult {
  readonly tried: number;
  readonly failed: number;
  /** How often each reason was met. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly measured: Readonly<Record<string, Spread>>;
  readonly rtp: { readonly expected: number; readonly lost: number };
}

export type ToKozpont =
  | {
      readonly kind: 'start';
      readonly folder: string;
      readonly dialplan: string;
      /** YAML, beside the settings of every run. */
      readonly engine: string;
      /** How long the greeting lasts. */
      readonly greeting: Duration;
    }
  /** `collect`: garbage is collected before the memory is looked at, and after the processor time is. */
  | { readonly kind: 'state'; readonly collect: boolean }
  /** How long the event loop is held up at most, in a time in which nothing but calls goes on. */
  | { readonly kind: 'watch'; readonly duration: Duration }
  /** Saves a dialplan, which is then taken up. */
  | { readonly kind: 'save'; readonly dialplan: string }
  | { readonly kind: 'close' };

/** Milliseconds. */
export interface Reloaded {
  /** From the saved file to the first call that would be of it. */
  readonly took: Duration;
  /** How long the event loop was held up at most, on the way. */
  readonly stall: Duration;
}

export interface Started {
  readonly sipPort: number;
}

export interface ServerState {
  /** Milliseconds of processor time so far, every thread of the process. */
  readonly cpu: number;
  /** Bytes. */
  readonly rss: number;
  readonly heap: number;
  readonly alive: Readonly<Record<string, number>>;
}

export type ToRelay =
  | { readonly kind: 'open'; readonly calls: number }
  | { readonly kind: 'state' }
  | { readonly kind: 'close' };

/** What a stranger sends. */
export type Flood = 'OPTIONS' | 'REGISTER' | 'INVITE';

export type ToFlood =
  | {
      readonly kind: 'flood';
      readonly sipPort: number;
      readonly method: Flood;
      /** Of 127.0.x.y; each sends its share. */
      readonly addresses: number;
      /** Messages a second, of all together. */
      readonly rate: number;
      readonly milliseconds: Duration;
    }
  | { readonly kind: 'close' };

export interface Flooded {
  readonly sent: number;
  readonly answered: number;
}

export interface RelayOpened {
  /** Of each call: the two ports that packets are taken at. */
  readonly ports: readonly (readonly [number, number])[];
}

/** The bare script. */
export type ToBare =
  | {
      readonly kind: 'start';
      readonly drachtio: { readonly port: number; readonly secret: string };
      readonly freeswitch: { readonly port: number; readonly secret: string; readonly profile: string };
      /** A WAV file. */
      readonly greeting: string;
      /** Whom every call is put through to. */
      readonly extension: string;
    }
  | { readonly kind: 'close' };

export type ToRehearse =
  /** `story`: which of them. */
  { readonly kind: 'play'; readonly story: number; readonly milliseconds: Duration } | { readonly kind: 'close' };

export interface Rehearsed {
  /** Undefined where there is no such story. */
  readonly name: string | undefined;
  readonly calls: number;
  /** Milliseconds of the clock, and of the processor. */
  readonly took: Duration;
  readonly cpu: Duration;
}
